// What happens to pictures on their way through the web, as fixed steps that a robustness table can repeat.

package import Imaging

/// A change under which a detector should keep its opinion.
package enum Perturbation: String, CaseIterable, Sendable {
    /// JPEG compression with 4:2:0 chroma subsampling, at the quality named.
    case jpeg90, jpeg70, jpeg50
    /// Reduction to half the width and height by area average.
    case half
    /// The 3×3 binomial blur.
    case blur

    package func apply(_ pixels: Pixels) -> Pixels {
        switch self {
        case .jpeg90: pixels.recompressed(quality: 90, subsampling: .s420)
        case .jpeg70: pixels.recompressed(quality: 70, subsampling: .s420)
        case .jpeg50: pixels.recompressed(quality: 50, subsampling: .s420)
        case .half: pixels.downscaled(width: max(1, pixels.width / 2), height: max(1, pixels.height / 2))
        case .blur: pixels.blurred()
        }
    }

    /// For the head of a table row.
    package var title: String {
        switch self {
        case .jpeg90: "JPEG 90"
        case .jpeg70: "JPEG 70"
        case .jpeg50: "JPEG 50"
        case .half: "half size"
        case .blur: "blur 3×3"
        }
    }
}
