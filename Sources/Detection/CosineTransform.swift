// The spectrum of a whole plane: what the seed network's frequency branch reads, and what spectra for people show.
import CKernels
import Glibc

/// Orthonormal two-dimensional DCT-II of a plane of any extents.
///
/// X[u] = s(u)·Σ x[i]·cos(π(2i+1)u / 2n), s(0) = √(1/n), s(u) = √(2/n).
package final class CosineTransform {
    package let width: Int
    package let height: Int
    private let vertical: Constants
    private let horizontal: Constants
    private var work: [Double]

    package convenience init(size: Int) { self.init(width: size, height: size) }

    package init(width: Int, height: Int) {
        precondition(width > 0 && height > 0)
        (self.width, self.height) = (width, height)
        vertical = Constants(height)
        horizontal = width == height ? vertical : Constants(width)
        work = [Double](repeating: 0, count: assay_cosine_transform_work(height, width))
    }

    /// Writes ln(|X| + `epsilon`) of `plane` [height × width] to `out`, which may be `plane`.
    package func logMagnitude(
        _ plane: UnsafePointer<Float>, epsilon: Float = 1e-12, _ out: UnsafeMutablePointer<Float>
    ) {
        unsafe transform(plane, out)
        unsafe assay_log_magnitude(out, width * height, epsilon, 0, out)
    }

    /// The coefficients of `plane` [height × width], row by row, u vertical.
    package func coefficients(_ plane: [Float]) -> [Float] {
        precondition(plane.count == width * height)
        return unsafe [Float](unsafeUninitializedCapacity: width * height) { buffer, count in
            unsafe transform(plane, buffer.baseAddress!)
            count = width * height
        }
    }

    private func transform(_ plane: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>) {
        unsafe vertical.withTable { vertical in
            unsafe horizontal.withTable { horizontal in
                var (vertical, horizontal) = unsafe (vertical, horizontal)
                unsafe assay_cosine_transform(plane, height, width, &vertical, &horizontal, &work, out)
            }
        }
    }

    /// The constants of one length.
    private struct Constants {
        let base: Int
        let cosines: [Double]
        let matrix: [Double]
        let wave: [Double]
        let scale: [Double]

        /// The largest odd factor whose matrix is kept: it stays below a megabyte.
        static let largestMatrix = 255

        init(_ size: Int) {
            let base = size >> size.trailingZeroBitCount
            var (cosines, length) = ([Double](), size)
            while length > base {
                cosines += (0..<length / 2).map { 2 * cos(Double.pi * Double(2 * $0 + 1) / Double(2 * length)) }
                length /= 2
            }
            self.base = base
            self.cosines = cosines
            let isSmall = base <= Self.largestMatrix
            matrix =
                isSmall
                ? (0..<base * base).map {
                    cos(Double.pi * Double((2 * ($0 % base) + 1) * ($0 / base)) / Double(2 * base))
                } : []
            wave = isSmall ? [] : (0..<4 * base).map { cos(Double.pi * Double($0) / Double(2 * base)) }
            scale = (0..<size).map { (($0 == 0 ? 1.0 : 2.0) / Double(size)).squareRoot() }
        }

        func withTable(_ body: (assay_cosines) -> Void) {
            unsafe cosines.withUnsafeBufferPointer { cosines in
                unsafe matrix.withUnsafeBufferPointer { matrix in
                    unsafe scale.withUnsafeBufferPointer { scale in
                        unsafe wave.withUnsafeBufferPointer { wave in
                            unsafe body(
                                assay_cosines(
                                    base: base, cosines: cosines.baseAddress,
                                    matrix: self.matrix.isEmpty ? nil : matrix.baseAddress, scale: scale.baseAddress,
                                    wave: wave.baseAddress))
                        }
                    }
                }
            }
        }
    }
}
