// The spectrum of a whole plane, as the seed network's frequency branch reads it.
import CKernels
import COpenBLAS
import Glibc
import Network

/// Orthonormal two-dimensional DCT-II of a square plane of even size, by OpenBLAS.
///
/// X[u] = s(u)·Σ x[i]·cos(π(2i+1)u / 2n), s(0) = √(1/n), s(u) = √(2/n). Rows of even u are symmetric in i and rows of odd u
/// antisymmetric, so that two products of half the size do. Accumulates in double: small coefficients next to large ones
/// would lose their logarithm in float.
package final class CosineTransform {
    package let size: Int
    private let half: Int
    /// Even and odd rows of the basis, [half × half] each.
    private let even: [Double]
    private let odd: [Double]
    private var sums: [Double]
    private var differences: [Double]
    private var evenRows: [Double]
    private var oddRows: [Double]
    private var turned: [Double]
    private var result: [Float]

    package init(size: Int) {
        precondition(size > 0 && size % 2 == 0)
        let half = size / 2
        (self.size, self.half) = (size, half)
        func basis(_ parity: Int) -> [Double] {
            (0..<half * half).map { index in
                let (u, i) = (2 * (index / half) + parity, index % half)
                let scale = (u == 0 ? 1.0 : 2.0) / Double(size)
                return scale.squareRoot() * cos(Double.pi * Double((2 * i + 1) * u) / Double(2 * size))
            }
        }
        (even, odd) = (basis(0), basis(1))
        let zeros = [Double](repeating: 0, count: half * size)
        (sums, differences, evenRows, oddRows) = (zeros, zeros, zeros, zeros)
        turned = [Double](repeating: 0, count: size * size)
        result = [Float](repeating: 0, count: size * size)
        BLAS.useOneThread()
    }

    /// Writes ln(|X| + 1e-12) of `plane` [size × size] to `out`.
    package func logMagnitude(_ plane: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>) {
        unsafe transform(plane)
        unsafe assay_log_magnitude(result, size * size, 1e-12, out)
    }

    /// The coefficients of `plane` [size × size], row by row, u vertical.
    package func coefficients(_ plane: [Float]) -> [Float] {
        precondition(plane.count == size * size)
        unsafe transform(plane)
        return result
    }

    private func transform(_ plane: UnsafePointer<Float>) {
        var first = unsafe UnsafeBufferPointer(start: plane, count: size * size).map(Double.init)
        // Columns first; the result comes out turned, so that the second pass is the same again.
        pass(first)
        swap(&first, &turned)
        pass(first)
        result = turned.map(Float.init)
    }

    private func pass(_ plane: [Double]) {
        unsafe assay_fold(plane, size, &sums, &differences)
        multiply(even, sums, &evenRows)
        multiply(odd, differences, &oddRows)
        unsafe assay_interleave_turned(evenRows, oddRows, size, &turned)
    }

    /// rows [half × size] = basis [half × half] · folded [half × size].
    private func multiply(_ basis: [Double], _ folded: [Double], _ rows: inout [Double]) {
        unsafe cblas_dgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(half), blasint(size), blasint(half), 1, basis,
            blasint(half),
            folded, blasint(size), 0, &rows, blasint(size))
    }
}
