// What a model was never shown it cannot judge: outside its envelope a score is printed, but no verdict is built on it.
internal import CKernels
import Imaging

/// The pictures that a model may give a verdict on, by measured facts; beyond them the verdict is at most `uncertain`.
package struct Envelope: Sendable, Equatable, Codable {
    /// Pixels of the shorter side from which on a picture is judged.
    package var smallestSide: Int
    /// The largest share of neighbouring pixels of a row, in what is looked at, that may be equal. Photographs and generated
    /// pictures alike lie below 0.85 in 98 to 99 of 100 cases (1,000 pictures measured, compressed down to JPEG 40); drawings,
    /// screenshots and blank areas lie above.
    package var flatShare: Double

    package init(smallestSide: Int, flatShare: Double = 0.85) {
        (self.smallestSide, self.flatShare) = (smallestSide, flatShare)
    }

    /// Why a picture lies outside.
    package enum Limit: String, Sendable, CaseIterable {
        /// Narrower than the crops that the model was made for: there would be more reflection than picture.
        case small = "too-small"
        /// Too few neighbouring pixels differ: a drawing, a screenshot, an empty area.
        case flat
    }

    /// The limits that a picture of these extents and this share of equal neighbours exceeds.
    package func exceeded(width: Int, height: Int, flatShare share: Double) -> Set<Limit> {
        var limits: Set<Limit> = []
        if min(width, height) < smallestSide { limits.insert(.small) }
        if share > flatShare { limits.insert(.flat) }
        return limits
    }
}

extension Pixels {
    /// Pairs of neighbours in the rows of a window, which is cut at the picture's edges, and how many of them are equal.
    func equalNeighbours(_ window: Region) -> (equal: Int, pairs: Int) {
        let inside = window.clipped(toWidth: width, height: height)
        guard inside.width > 1, inside.height > 0 else { return (0, 0) }
        var equal = 0
        unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe assay_equal_neighbours(
                bytes.baseAddress.unsafelyUnwrapped + 3 * (inside.y * width + inside.x), 3 * width, inside.height,
                inside.width - 1, &equal)
        }
        return (equal, inside.height * (inside.width - 1))
    }
}
