// The plainest classifier there is, to show what can be told without looking at pixels.

import Glibc

/// Logistic regression with a ridge: minimises ½ Σ w² + Σ c · ln(1 + exp(∓z)), z = intercept + w · x, by Newton's method.
///
/// The weights c of both classes add up to half the number of rows each, so that the intercept does not carry the share of
/// fakes: rows of models fitted to different shares can be ranked together. The intercept is free of the ridge.
struct LogisticRegression {
    /// The intercept, then one weight for each column.
    private(set) var weights: [Double]

    /// Both classes must be present.
    init(_ rows: [[Double]], labels: [Bool]) {
        let size = (rows.first?.count ?? 0) + 1
        weights = [Double](repeating: 0, count: size)
        let positives = labels.count { $0 }
        let (raised, lowered) = (
            Double(labels.count) / Double(2 * positives), Double(labels.count) / Double(2 * (labels.count - positives))
        )
        let cost = { (weights: [Double]) in
            let ridge = weights.dropFirst().reduce(0) { $0 + $1 * $1 } / 2
            return zip(rows, labels).reduce(ridge) { sum, row in
                let z = row.1 ? Self.value(weights, row.0) : -Self.value(weights, row.0)
                // ln(1 + exp(−z)) without overflow.
                return sum + (row.1 ? raised : lowered) * (max(0, -z) + log1p(exp(-abs(z))))
            }
        }
        var current = cost(weights)
        for _ in 0..<50 {
            var gradient = [0] + weights.dropFirst()
            var hessian = [Double](repeating: 0, count: size * size)
            // A trace of ridge keeps the intercept's row positive where every probability is 0 or 1.
            hessian[0] = 1e-9
            for column in 1..<size { hessian[column * size + column] = 1 }
            for (row, label) in zip(rows, labels) {
                let weight = label ? raised : lowered
                let probability = 1 / (1 + exp(-Self.value(weights, row)))
                let slope = weight * (probability - (label ? 1 : 0))
                let curve = weight * probability * (1 - probability)
                let row = [1] + row
                for i in 0..<size where row[i] != 0 {
                    gradient[i] += slope * row[i]
                    for j in 0...i { hessian[i * size + j] += curve * row[i] * row[j] }
                }
            }
            let step = Self.solve(hessian, gradient)
            var length = 1.0
            var next = weights
            repeat {
                next = zip(weights, step).map { $0 - length * $1 }
                length /= 2
            } while cost(next) > current && length > 1e-6
            weights = next
            current = cost(next)
            if step.allSatisfy({ abs($0) < 1e-10 }) { break }
        }
    }

    /// The log-odds of a row.
    func logOdds(_ row: [Double]) -> Double { Self.value(weights, row) }

    private static func value(_ weights: [Double], _ row: [Double]) -> Double {
        var sum = weights[0]
        for column in row.indices { sum += weights[column + 1] * row[column] }
        return sum
    }

    /// Solves a symmetric positive definite system of which the lower triangle is given, by Cholesky's decomposition.
    private static func solve(_ matrix: [Double], _ right: [Double]) -> [Double] {
        let size = right.count
        var (root, solution) = (matrix, right)
        for i in 0..<size {
            for j in 0...i {
                var sum = root[i * size + j]
                for k in 0..<j { sum -= root[i * size + k] * root[j * size + k] }
                root[i * size + j] = i == j ? max(sum, 1e-300).squareRoot() : sum / root[j * size + j]
            }
        }
        for i in 0..<size {
            for k in 0..<i { solution[i] -= root[i * size + k] * solution[k] }
            solution[i] /= root[i * size + i]
        }
        for i in (0..<size).reversed() {
            for k in (i + 1)..<max(size, i + 1) { solution[i] -= root[k * size + i] * solution[k] }
            solution[i] /= root[i * size + i]
        }
        return solution
    }
}
