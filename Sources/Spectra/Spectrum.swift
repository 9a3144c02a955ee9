// What a picture's frequencies look like: the log-magnitudes of its cosine transform, of the whole or on average over its parts.

internal import CKernels
import Detection
package import Imaging

/// What is transformed.
package struct SpectrumOptions: Sendable, Equatable {
    /// Side of the square crops whose log-magnitudes are averaged; nil for one transform of the whole picture.
    package var side: Int?
    /// Of what each pixel has more or less than the median of its 3 × 3 neighbours, where up-sampling shows, instead of the picture.
    package var ofResidual: Bool

    package init(side: Int? = 128, ofResidual: Bool = false) { (self.side, self.ofResidual) = (side, ofResidual) }

    /// Crops of a larger picture that are looked at, spread evenly.
    static let mostCrops = 64

    /// Width and height of the spectrum of a picture of these extents; nil where it is smaller than a crop.
    package func extents(width: Int, height: Int) -> (width: Int, height: Int)? {
        guard let side else { return (width, height) }
        return width >= side && height >= side ? (side, side) : nil
    }

    /// Top left corners of the crops, side by side around the middle, on multiples of 8 where there is a choice.
    func origins(width: Int, height: Int) -> [(x: Int, y: Int)] {
        guard let side else { return [(0, 0)] }
        func starts(_ length: Int) -> [Int] {
            let count = length / side
            let first = ((length - count * side) / 2) & ~7
            return (0..<count).map { first + $0 * side }
        }
        let all = starts(height).flatMap { y in starts(width).map { (x: $0, y: y) } }
        if all.count <= Self.mostCrops { return all }
        return (0..<Self.mostCrops).map { all[$0 * all.count / Self.mostCrops] }
    }
}

/// ln(|X| + 0.01) of the orthonormal DCT-II X of luminance, red, green and blue in grey levels (0 to 255). The constant is small
/// beside what rounding to whole grey levels leaves in a coefficient (0.29), and keeps empty areas from counting for more than it.
package struct Spectrum: Sendable, Equatable {
    package let width: Int
    package let height: Int
    /// [height][width][channels]: vertical frequencies from the top, horizontal ones from the left, 1/(2 · extent) cycles per pixel each.
    package let values: [Float]

    package static let channels = ["luminance", "red", "green", "blue"]
    package static let epsilon: Float = 0.01

    package init(width: Int, height: Int, values: [Float]) {
        precondition(values.count == width * height * Self.channels.count)
        (self.width, self.height, self.values) = (width, height, values)
    }

    /// The spectrum of a picture; nil where it is smaller than a crop.
    package init?(of pixels: Pixels, _ options: SpectrumOptions) {
        guard let extents = options.extents(width: pixels.width, height: pixels.height) else { return nil }
        let (width, height, area) = (extents.width, extents.height, extents.width * extents.height)
        let transform = CosineTransform(width: width, height: height)
        let origins = options.origins(width: pixels.width, height: pixels.height)
        // BT.601 weights as in JPEG.
        let weights: [(Float, Float, Float)] = [(0.299, 0.587, 0.114), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
        var plane = [Float](repeating: 0, count: area)
        var residual = [Float](repeating: 0, count: options.ofResidual ? area : 0)
        var values = [Float](repeating: 0, count: area * weights.count)
        let share = 1 / Float(origins.count)
        for (channel, weight) in weights.enumerated() {
            for origin in origins {
                unsafe pixels.bytes.withUnsafeBufferPointer { bytes in
                    let start = unsafe bytes.baseAddress! + 3 * (origin.y * pixels.width + origin.x)
                    unsafe assay_weighted_plane(
                        start, 3 * pixels.width, height, width, weight.0, weight.1, weight.2, &plane)
                }
                if options.ofResidual {
                    unsafe assay_median_residual(plane, 1, height, width, 1, &residual)
                    swap(&plane, &residual)
                }
                unsafe plane.withUnsafeMutableBufferPointer { plane in
                    let base = plane.baseAddress!
                    unsafe transform.logMagnitude(base, epsilon: Self.epsilon, base)
                }
                unsafe assay_add_scaled(plane, area, share, weights.count, channel, &values)
            }
        }
        self.init(width: width, height: height, values: values)
    }

    /// One channel as a plane.
    package func plane(_ channel: Int) -> [Float] {
        stride(from: channel, to: values.count, by: Self.channels.count).map { values[$0] }
    }

    /// How much each frequency has beyond those around it, [height][width][channels].
    package var excess: [Float] {
        let planes = Spectrum.channels.indices.map { Salience(plane($0), width, height).excess }
        return (0..<width * height).flatMap { place in planes.map { $0[place] } }
    }
}
