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

    /// Crops, inputs, network, scores, verdict.
    package func examine(_ pixels: Pixels) -> Assessment {
        let start = clock.now
        let origins =
            switch card.architecture {
            case .seed: [CropPlan.Origin(x: 0, y: 0)]
            case .crossdomain:
                CropPlan.origins(width: pixels.width, height: pixels.height, size: card.architecture.inputSize)
            }
        inputs.resize(origins.count)
        for (index, origin) in origins.enumerated() {
            features.fill(inputs, index, from: pixels, x: origin.x, y: origin.y)
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

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    private func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}
