// Where a score comes from: which parts of a picture, and which of its frequencies.
import CKernels
import Glibc
package import Imaging
import Network

/// Places of crops all over a picture, `step` pixels apart, the last ones at its edges.
package struct ExplanationGrid: Sendable, Equatable {
    /// Left edges and top edges; negative where the picture is smaller than a crop, which is then filled by reflection.
    package let columns: [Int]
    package let rows: [Int]
    package let side: Int
    package let step: Int

    package init(width: Int, height: Int, side: Int, step: Int) {
        precondition(step > 0 && side > 0)
        func starts(_ length: Int) -> [Int] {
            if length <= side { return [(length - side) / 2] }
            let regular = Array(stride(from: 0, through: length - side, by: step))
            return regular.last == length - side ? regular : regular + [length - side]
        }
        (columns, rows) = (starts(width), starts(height))
        (self.side, self.step) = (side, step)
    }

    package var count: Int { columns.count * rows.count }

    /// The top left corner of a crop; they are counted row by row.
    package func place(_ index: Int) -> (x: Int, y: Int) {
        (columns[index % columns.count], rows[index / columns.count])
    }
}

/// Scores crops one by one, and crops whose spectrum was changed.
package final class Explainer {
    private let card: ModelCard
    private let network: DetectorNetwork
    private let context = Context(hasFixedWeights: true)
    private let features: Features
    private let inputs: Inputs
    package let side: Int

    /// Nil for a model that sees the whole of a picture at once.
    package init?(card: ModelCard, network: DetectorNetwork) {
        guard card.blueprint.picture == .cropped else { return nil }
        (self.card, self.network) = (card, network)
        features = Features(card.blueprint)
        inputs = card.blueprint.makeInputs(1)
        side = card.blueprint.side
    }

    /// The thresholds for a picture, by the detail that its verdict rests on.
    package func thresholds(for pixels: Pixels) -> Thresholds {
        var meter = DetailMeter()
        for region in card.blueprint.crops.regions(width: pixels.width, height: pixels.height, size: side) {
            meter.add(pixels, region)
        }
        return card.thresholds.at(detail: meter.detail)
    }

    /// Logits of the crop at a place, not calibrated.
    package func logits(_ pixels: Pixels, x: Int, y: Int) -> Scores {
        features.fill(inputs, 0, from: pixels, x: x, y: y)
        return logits()
    }

    private func logits() -> Scores {
        let found = network.forward(inputs, context)
        return Scores { head in found[head].map { Double($0[0]) } ?? 0 }
    }

    /// What each band does to the frequency branch's logit in the crop at `origin`, which lies within the picture.
    ///
    /// The luminance's coefficients of one band are given the reference's magnitude and keep their sign; the change of luminance goes to
    /// all three channels. Nothing is rounded: what matters is smaller than a grey level.
    ///
    /// - Parameters:
    ///   - mean: ln(|X| + `epsilon`) of luminance in grey levels, [side][side], of the reference.
    ///   - deviation: its standard deviation.
    package func effects(
        of bands: [FrequencyBand], _ pixels: Pixels, at origin: (x: Int, y: Int), mean: [Float], deviation: [Float],
        epsilon: Float
    ) -> [BandEffect] {
        precondition(mean.count == side * side && deviation.count == side * side)
        precondition(
            origin.x >= 0 && origin.x + side <= pixels.width && origin.y >= 0 && origin.y + side <= pixels.height)
        let area = side * side
        let matrix = Self.cosines(side)
        var planes = [Float](repeating: 0, count: 3 * area)
        var (luminance, work) = ([Float](repeating: 0, count: area), [Float](repeating: 0, count: area))
        unsafe pixels.bytes.withUnsafeBufferPointer { bytes in
            let start = unsafe bytes.baseAddress! + 3 * (origin.y * pixels.width + origin.x)
            unsafe assay_rgb_planes(start, 3 * pixels.width, side, side, &planes)
        }
        unsafe assay_luminance(planes, area, &luminance)
        let coefficients = CosineTransform(size: side).coefficients(luminance)
        features.fill(inputs, 0, fromPlanes: planes)
        let before = logits().frequency
        return bands.map { band in
            let places = (0..<area).filter { band.contains(u: $0 % side, v: $0 / side, side: side) }
            var altered = [Float](repeating: 0, count: area)
            var distance = 0.0
            for place in places {
                let own = 255 * coefficients[place]
                distance += Double((logf(abs(own) + epsilon) - mean[place]) / max(deviation[place], 0.05))
                let wanted = max(expf(mean[place]) - epsilon, 0)
                altered[place] = ((own < 0 ? -wanted : wanted) - own) / 255
            }
            unsafe assay_inverse_cosine_transform(altered, side, matrix, &work, &luminance)
            var crop = planes
            unsafe crop.withUnsafeMutableBufferPointer { crop in
                for channel in 0..<3 { unsafe assay_add(luminance, area, crop.baseAddress! + channel * area) }
            }
            features.fill(inputs, 0, fromPlanes: crop)
            return BandEffect(
                band: band, change: logits().frequency - before, distance: distance / Double(max(places.count, 1)))
        }
    }

    /// s(u)·cos(π(2i+1)u / 2n) as [u][i].
    private static func cosines(_ size: Int) -> [Float] {
        (0..<size * size).map { index in
            let (u, i) = (index / size, index % size)
            let scale = ((u == 0 ? 1.0 : 2.0) / Double(size)).squareRoot()
            return Float(scale * cos(Double.pi * Double((2 * i + 1) * u) / Double(2 * size)))
        }
    }
}

extension Detector {
    /// Nil for a model that sees the whole of a picture at once.
    package func makeExplainer() -> Explainer? {
        guard let network = try? makeNetwork() else { return nil }
        return Explainer(card: card, network: network)
    }
}
