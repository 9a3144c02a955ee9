// How much fine detail a picture has, since a score that is rare among smooth photographs is common among busy ones.
internal import CKernels
import Imaging
import Network

/// Measures detail: the mean distance of a pixel's luminance (BT.601) from the mean of its 3 × 3 neighbourhood, in levels of 0 to 255.
/// Of 1,395 pieces of photographs, 320 pixels a side, half lie between 1.9 and 6.1, one in twenty below 0.5 and one above 12.4; a blank area has 0.
struct DetailMeter {
    private let plane = Tensor(Shape(1, 0))
    private let residual = Tensor(Shape(1, 0))
    private var sum = 0.0
    private var count = 0

    /// Of everything added since the last `reset`; 0 of nothing.
    var detail: Double { count == 0 ? 0 : sum / Double(count) }

    mutating func reset() { (sum, count) = (0, 0) }

    /// Adds a window of `pixels`, which is cut at their edges.
    mutating func add(_ pixels: Pixels, _ window: Region) {
        let inside = window.clipped(toWidth: pixels.width, height: pixels.height)
        let area = inside.width * inside.height
        guard inside.width > 0, inside.height > 0 else { return }
        plane.reshape(Shape(1, area))
        residual.reshape(Shape(1, area))
        unsafe pixels.bytes.withUnsafeBufferPointer { bytes in
            unsafe assay_weighted_plane(
                bytes.baseAddress.unsafelyUnwrapped + 3 * (inside.y * pixels.width + inside.x), 3 * pixels.width,
                inside.height, inside.width, 0.299, 0.587, 0.114, plane.base)
        }
        unsafe assay_local_residual(plane.base, 1, inside.height, inside.width, 1, residual.base)
        var total = 0.0
        unsafe assay_absolute_sum(residual.base, area, &total)
        sum += total
        count += area
    }
}
