// What stands out in a spectrum, and what repeats itself in a picture so that it does.

internal import Glibc

/// A coefficient that stands out.
package struct SpectralPeak: Sendable, Equatable {
    /// Cycles per pixel.
    package let vertical: Double
    package let horizontal: Double
    /// Deviations above the reference.
    package let score: Double
    /// The smallest period, in pixels, of a grid that has a harmonic here; nil if none up to 16 has.
    package let period: Int?

    /// Scores below it are not reported.
    package static let threshold = 6.0

    init(v: Int, u: Int, score: Double, width: Int, height: Int) {
        (vertical, horizontal) = (Double(v) / Double(2 * height), Double(u) / Double(2 * width))
        self.score = score
        func isHarmonic(_ place: Int, _ extent: Int, of period: Int) -> Bool {
            let nearest = (Double(place * period) / Double(2 * extent)).rounded()
            // A transform has no coefficient at half a cycle: what is there shows one step below.
            let harmonic = min(2 * nearest * Double(extent) / Double(period), Double(extent - 1))
            return abs(Double(place) - harmonic) <= 0.5
        }
        period = (2...16).first { isHarmonic(v, height, of: $0) && isHarmonic(u, width, of: $0) }
    }

    /// What a period is usually of.
    package var meaning: String {
        switch period {
        case 2: "harmonic of up-sampling by 2"
        case 4: "harmonic of up-sampling by 4"
        case 8: "harmonic of up-sampling by 8, or of JPEG's blocks"
        case 16: "harmonic of up-sampling by 16, or of JPEG's blocks of reduced colour"
        case let period?: "harmonic of a pattern every \(period) pixels"
        case nil: "of no pattern with a short whole period"
        }
    }
}
