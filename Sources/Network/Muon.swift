// The optimiser that filters learn by: for the same quality it needs a half to a third of the crops that Adam does.
import CKernels
import COpenBLAS
package import Threads

/// Muon (Jordan and others 2024, "Muon: An optimizer for hidden layers in neural networks"): momentum in Nesterov's form, and steps
/// whose singular values are all brought near 1, so that rare directions are followed as far as frequent ones.
///
/// It moves parameters of four dimensions, as matrices [out, in · kh · kw], and keeps their momentum where Adam has its mean. The
/// variance stays untouched.
package final class Muon {
    private let filters: [Parameter]
    private let momentum: Float
    private let decay: Float
    /// How far a step goes for the rate that Adam gets, which moves the other parameters: 0.02 for 0.001, as its authors have it.
    private static let reach: Float = 20

    /// - Parameters:
    ///   - filters: of four dimensions each.
    ///   - decay: the share of the weights that is lost at each step is this times Adam's rate.
    package init(_ filters: [Parameter], momentum: Float = 0.95, decay: Float = 0) {
        precondition(filters.allSatisfy { $0.shape.count == 4 })
        (self.filters, self.momentum, self.decay) = (filters, momentum, decay)
    }

    /// Moves every filter against its gradient, each on one thread of the team.
    package func update(rate: Float, team: ThreadTeam) {
        // Loaded here at the latest; a trainer has made sure before that it can be.
        guard let blas = try? BLAS.ready() else { preconditionFailure("OpenBLAS was not loaded") }
        team.forEach(filters.count) { index, _ in move(filters[index], rate, blas) }
    }

    private func move(_ filter: Parameter, _ rate: Float, _ blas: BLAS) {
        let (rows, columns) = (filter.shape[0], filter.count / filter.shape[0])
        let (value, gradient, mean) = unsafe (filter.value.base, filter.gradient.base, filter.moments.mean.base)
        var step = [Float](repeating: 0, count: filter.count)
        for index in step.indices {
            unsafe mean[index] = momentum * mean[index] + gradient[index]
            unsafe step[index] = gradient[index] + momentum * mean[index]
        }
        orthogonalise(&step, rows: rows, columns: columns, blas)
        // Tall matrices would otherwise change their outputs less than wide ones do.
        let length = rate * Muon.reach * max(1, Float(rows) / Float(columns)).squareRoot()
        for index in step.indices { unsafe value[index] = value[index] * (1 - rate * decay) - length * step[index] }
    }
}

/// Brings the singular values of a matrix [rows, columns] into about [0.7, 1.2] and leaves its singular vectors, by five steps of the
/// Newton–Schulz iteration X ← aX + (bA + cA²)X with A = XXᵀ and Jordan's coefficients, which trade exactness for a steep start. A
/// matrix of zeros stays one.
func orthogonalise(_ matrix: inout [Float], rows: Int, columns: Int, _ blas: BLAS) {
    precondition(matrix.count == rows * columns)
    let (a, b, c): (Float, Float, Float) = (3.4445, -4.7750, 2.0315)
    // A is made on the shorter side.
    let isTall = rows > columns
    let (n, m) = isTall ? (columns, rows) : (rows, columns)
    var x = isTall ? transposed(matrix, rows: rows, columns: columns) : matrix
    let length = Float(x.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()) + 1e-7
    for index in x.indices { x[index] /= length }
    var (gram, polynomial) = ([Float](repeating: 0, count: n * n), [Float](repeating: 0, count: n * n))
    var next = x
    for _ in 0..<5 {
        product(x, x, isSecondTransposed: true, n, n, m, scale: 1, adding: 0, into: &gram, blas)
        polynomial = gram
        product(gram, gram, isSecondTransposed: false, n, n, n, scale: c, adding: b, into: &polynomial, blas)
        next = x
        product(polynomial, x, isSecondTransposed: false, n, m, n, scale: 1, adding: a, into: &next, blas)
        swap(&x, &next)
    }
    matrix = isTall ? transposed(x, rows: n, columns: m) : x
}

/// out [rows, columns] ← scale · first [rows, depth] · second + adding · out.
private func product(
    _ first: [Float], _ second: [Float], isSecondTransposed: Bool, _ rows: Int, _ columns: Int, _ depth: Int,
    scale: Float, adding: Float, into out: inout [Float], _ blas: BLAS
) {
    unsafe blas.sgemm(
        CblasRowMajor, CblasNoTrans, isSecondTransposed ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns),
        blasint(depth), scale, first, blasint(depth), second, blasint(isSecondTransposed ? depth : columns), adding,
        &out, blasint(columns))
}

private func transposed(_ matrix: [Float], rows: Int, columns: Int) -> [Float] {
    var result = matrix
    for row in 0..<rows {
        for column in 0..<columns { result[column * rows + row] = matrix[row * columns + column] }
    }
    return result
}
