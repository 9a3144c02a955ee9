// The spectrum of a whole plane, as the seed network's frequency branch reads it.
import CKernels
import Glibc

/// Orthonormal two-dimensional DCT-II of a square plane.
///
/// X[u] = s(u)·Σ x[i]·cos(π(2i+1)u / 2n), s(0) = √(1/n), s(u) = √(2/n).
package final class CosineTransform {
    package let size: Int
    private let base: Int
    private let cosines: [Double]
    private let matrix: [Double]
    private let scale: [Double]
    private var work: [Double]

    package init(size: Int) {
        precondition(size > 0)
        let base = size >> size.trailingZeroBitCount
        (self.size, self.base) = (size, base)
        var (cosines, length) = ([Double](), size)
        while length > base {
            cosines += (0..<length / 2).map { 2 * cos(Double.pi * Double(2 * $0 + 1) / Double(2 * length)) }
            length /= 2
        }
        self.cosines = cosines
        matrix = (0..<base * base).map {
            cos(Double.pi * Double((2 * ($0 % base) + 1) * ($0 / base)) / Double(2 * base))
        }
        scale = (0..<size).map { (($0 == 0 ? 1.0 : 2.0) / Double(size)).squareRoot() }
        work = [Double](repeating: 0, count: assay_cosine_transform_work(size))
    }

    /// Writes ln(|X| + 1e-12) of `plane` [size × size] to `out`.
    package func logMagnitude(_ plane: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>) {
        unsafe transform(plane, out)
        unsafe assay_log_magnitude(out, size * size, 1e-12, 0, out)
    }

    /// The coefficients of `plane` [size × size], row by row, u vertical.
    package func coefficients(_ plane: [Float]) -> [Float] {
        precondition(plane.count == size * size)
        return unsafe [Float](unsafeUninitializedCapacity: size * size) { buffer, count in
            unsafe transform(plane, buffer.baseAddress!)
            count = size * size
        }
    }

    private func transform(_ plane: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>) {
        unsafe cosines.withUnsafeBufferPointer { cosines in
            unsafe matrix.withUnsafeBufferPointer { matrix in
                unsafe scale.withUnsafeBufferPointer { scale in
                    var table = unsafe assay_cosines(
                        base: base, cosines: cosines.baseAddress, matrix: matrix.baseAddress, scale: scale.baseAddress)
                    unsafe assay_cosine_transform(plane, size, &table, &work, out)
                }
            }
        }
    }
}
