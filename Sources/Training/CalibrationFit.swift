// A network's logits are over-confident; on pictures it was not trained on they are fitted to mean probabilities.

package import Detection
import Glibc

/// The temperature T and bias b for which `sigmoid(logit / T + b)` fits the labels best: Platt scaling.
///
/// Both classes weigh the same however many samples each has, so that a calibrated score is the probability of "fake"
/// where both are equally likely beforehand. Minimises binary cross-entropy against Platt's softened targets
/// (N₊ + 1)/(N₊ + 2) and 1/(N₋ + 2), which keep the result finite where the logits separate the classes, by
/// Newton's method with a backtracking line search (Lin, Lin and Weng, "A note on Platt's probabilistic outputs for
/// support vector machines", 2007). Logits that run against the labels or are all the same give the flattest slope
/// allowed, never a reversed one. Without both classes the result is the identity, T = 1 and b = 0.
///
/// - Parameter logits: positive means fake; finite.
package func fitCalibration(logits: [Double], labels: [Bool]) -> Calibration {
    precondition(logits.count == labels.count, "one label for each logit")
    let fakes = Double(labels.count { $0 })
    let reals = Double(labels.count) - fakes
    guard fakes > 0, reals > 0 else { return Calibration(temperature: 1, bias: 0) }

    // In units of their spread around the middle, logits of any scale need the same few steps.
    let mean = logits.reduce(0, +) / Double(logits.count)
    let variance = logits.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(logits.count)
    let spread = variance > 0 ? variance.squareRoot() : 1
    let problem = PlattProblem(
        inputs: logits.map { ($0 - mean) / spread },
        targets: labels.map { $0 ? (fakes + 1) / (fakes + 2) : 1 / (reals + 2) },
        weights: labels.map { 0.5 / ($0 ? fakes : reals) })
    var (slope, offset) = problem.minimise()
    let flattest = 1e-3
    if slope < flattest {
        slope = flattest
        offset = problem.minimise(slope: slope)
    }
    // A network that has gone astray may have logits of any size; a model with such a calibration could not be read again.
    let (least, most) = (Calibration.range.lowerBound, Calibration.range.upperBound)
    let bias = offset - slope * mean / spread
    return Calibration(temperature: min(max(spread / slope, least), most), bias: min(max(bias, -most), most))
}

/// Weighted binary cross-entropy of sigmoid(slope · input + offset).
private struct PlattProblem {
    let inputs: [Double]
    let targets: [Double]
    let weights: [Double]

    private func loss(_ slope: Double, _ offset: Double) -> Double {
        var sum = 0.0
        for index in inputs.indices {
            let z = slope * inputs[index] + offset
            // log(1 + eᶻ) − t z without overflow.
            sum += weights[index] * (max(z, 0) + log1p(exp(-abs(z))) - targets[index] * z)
        }
        return sum
    }

    /// Gradient and Hessian with respect to (slope, offset).
    private func derivatives(_ slope: Double, _ offset: Double) -> (g: (Double, Double), h: (Double, Double, Double)) {
        var g = (0.0, 0.0)
        var h = (0.0, 0.0, 0.0)
        for index in inputs.indices {
            let x = inputs[index]
            let p = 1 / (1 + exp(-(slope * x + offset)))
            let error = weights[index] * (p - targets[index])
            let curvature = weights[index] * p * (1 - p)
            g = (g.0 + error * x, g.1 + error)
            h = (h.0 + curvature * x * x, h.1 + curvature * x, h.2 + curvature)
        }
        return (g, h)
    }

    func minimise() -> (slope: Double, offset: Double) {
        var (slope, offset) = (0.0, 0.0)
        var current = loss(slope, offset)
        for _ in 0..<100 {
            let (g, h) = derivatives(slope, offset)
            if max(abs(g.0), abs(g.1)) < 1e-10 { break }
            // A small ridge keeps the Hessian invertible for equal inputs.
            let (a, b, c) = (h.0 + 1e-12, h.1, h.2 + 1e-12)
            let determinant = a * c - b * b
            let step = (-(c * g.0 - b * g.1) / determinant, -(a * g.1 - b * g.0) / determinant)
            let descent = g.0 * step.0 + g.1 * step.1
            var length = 1.0
            while length > 1e-10 {
                let next = loss(slope + length * step.0, offset + length * step.1)
                if next < current + 1e-4 * length * descent {
                    current = next
                    break
                }
                length /= 2
            }
            if length <= 1e-10 { break }
            (slope, offset) = (slope + length * step.0, offset + length * step.1)
        }
        return (slope, offset)
    }

    /// The best offset for a given slope; the loss is convex in it, so its derivative is bisected.
    func minimise(slope: Double) -> Double {
        var (low, high) = (-50.0, 50.0)
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if derivatives(slope, middle).g.1 > 0 { high = middle } else { low = middle }
        }
        return (low + high) / 2
    }
}
