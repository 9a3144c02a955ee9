// The path from pixels to a verdict.
package import Imaging
import Network

/// Scores one picture after the other, reusing its memory.
package final class Examiner {
    private let card: ModelCard
    private let network: DetectorNetwork
    private let context = Context(hasFixedWeights: true)
    private let features: Features
    private let inputs: Inputs
    private let clock = ContinuousClock()

    package init(card: ModelCard, network: DetectorNetwork) {
        (self.card, self.network) = (card, network)
        features = Features(card.architecture)
        inputs = card.architecture.makeInputs(1)
    }

    /// What `examine(_:width:height:)` wants to see of a picture of these extents: one part for each crop.
    package func regions(width: Int, height: Int) -> [Region] {
        switch card.architecture {
        case .seed: [Region(x: 0, y: 0, width: width, height: height)]
        case .crossdomain: CropPlan.regions(width: width, height: height, size: card.architecture.inputSize)
        }
    }

    /// Judges a picture that is there as a whole, as after a change to its pixels.
    package func examine(_ pixels: Pixels) -> Assessment {
        let whole = Part(x: 0, y: 0, pixels: pixels)
        return examine(
            regions(width: pixels.width, height: pixels.height).map { _ in whole }, width: pixels.width,
            height: pixels.height)
    }

    /// Crops, inputs, network, scores, verdict.
    ///
    /// - Parameter parts: for each of `regions(width:height:)` a part of the picture that covers it.
    package func examine(_ parts: [Part], width: Int, height: Int) -> Assessment {
        let start = clock.now
        let origins = origins(width, height)
        precondition(parts.count == origins.count, "every crop has its part")
        inputs.resize(origins.count)
        for (index, (origin, part)) in zip(origins, parts).enumerated() {
            features.fill(inputs, index, from: part.pixels, x: origin.x - part.x, y: origin.y - part.y)
        }
        let middle = clock.now
        let tensors = network.forward(inputs, context)
        let logits = Scores { head in mean(tensors[head]!.values.map(Double.init)) }
        let scores = Scores { card.calibration($0).probability(logit: logits[$0]) }
        let single = tensors.fused!.values.map { card.calibration(.fused).probability(logit: Double($0)) }
        let average = mean(single)
        let spread = mean(single.map { ($0 - average) * ($0 - average) }).squareRoot()
        return Assessment(
            scores: scores, verdict: card.thresholds.verdict(scores.fused), logits: logits, crops: origins.count,
            spread: spread, featureSeconds: seconds(start.duration(to: middle)),
            networkSeconds: seconds(middle.duration(to: clock.now)))
    }

    /// The top left corners of the crops of a picture of these extents.
    private func origins(_ width: Int, _ height: Int) -> [CropPlan.Origin] {
        switch card.architecture {
        case .seed: [CropPlan.Origin(x: 0, y: 0)]
        case .crossdomain: CropPlan.origins(width: width, height: height, size: card.architecture.inputSize)
        }
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    private func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}
