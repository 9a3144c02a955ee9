// What happens to pictures on their way through the web, as fixed steps that a robustness table can repeat.

package import Imaging

/// A change under which a detector should keep its opinion.
package enum Perturbation: String, CaseIterable, Sendable {
    /// JPEG compression with 4:2:0 chroma subsampling, at the quality named.
    case jpeg90, jpeg70, jpeg50
    /// Compression in other formats, at the quality named on the scale of each one's library.
    case webp80, webp50, avif60, heic60
    /// Reduction to half the width and height by area average.
    case half
    /// The 3×3 binomial blur.
    case blur
    /// What a web site makes of a picture: at most 768 pixels on the long side, then JPEG 60 with 4:2:0.
    case web
    /// What is left after several: at most 512 pixels on the long side, then JPEG 40 with 4:2:0.
    case hard

    /// The single steps, without those that combine several.
    package static let steps: [Perturbation] = [
        .jpeg90, .jpeg70, .jpeg50, .webp80, .webp50, .avif60, .heic60, .half, .blur,
    ]

    /// The format that it takes, beside JPEG.
    private var format: LossyFormat? {
        switch self {
        case .webp80, .webp50: .webp
        case .avif60: .avif
        case .heic60: .heic
        default: nil
        }
    }

    /// Whether it can be done here: formats take libraries.
    package var isAvailable: Bool { format?.isEncodable ?? true }

    package func apply(_ pixels: Pixels) -> Pixels {
        switch self {
        case .jpeg90: pixels.recompressed(quality: 90, subsampling: .s420)
        case .jpeg70: pixels.recompressed(quality: 70, subsampling: .s420)
        case .jpeg50: pixels.recompressed(quality: 50, subsampling: .s420)
        case .webp80: pixels.recompressed(as: .webp, quality: 80)
        case .webp50: pixels.recompressed(as: .webp, quality: 50)
        case .avif60: pixels.recompressed(as: .avif, quality: 60)
        case .heic60: pixels.recompressed(as: .heic, quality: 60)
        case .half: pixels.downscaled(width: max(1, pixels.width / 2), height: max(1, pixels.height / 2))
        case .blur: pixels.blurred()
        case .web: pixels.reduced(longSide: 768).recompressed(quality: 60, subsampling: .s420)
        case .hard: pixels.reduced(longSide: 512).recompressed(quality: 40, subsampling: .s420)
        }
    }

    /// For the head of a table row.
    package var title: String {
        switch self {
        case .jpeg90: "JPEG 90"
        case .jpeg70: "JPEG 70"
        case .jpeg50: "JPEG 50"
        case .webp80: "WebP 80"
        case .webp50: "WebP 50"
        case .avif60: "AVIF 60"
        case .heic60: "HEIC 60"
        case .half: "half size"
        case .blur: "blur 3×3"
        case .web: "web"
        case .hard: "hard"
        }
    }
}

/// The conditions under which a model card states its figures.
package enum Tier: String, CaseIterable, Sendable {
    /// Files as they are.
    case clean
    case web
    case hard

    /// The change that makes the tier's pictures; none for the files as they are.
    package var perturbation: Perturbation? {
        switch self {
        case .clean: nil
        case .web: .web
        case .hard: .hard
        }
    }
}

extension Pixels {
    /// The picture with its long side reduced to at most `limit` by area average; the short side keeps the proportion,
    /// rounded to nearest. A picture that is within the limit stays as it is.
    func reduced(longSide limit: Int) -> Pixels {
        let long = max(width, height)
        guard long > limit else { return self }
        func scaled(_ side: Int) -> Int { max(1, (2 * side * limit + long) / (2 * long)) }
        return downscaled(width: scaled(width), height: scaled(height))
    }
}
