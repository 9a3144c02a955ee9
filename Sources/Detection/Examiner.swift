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
        let origins = origins(width, height)
        precondition(parts.count == origins.count, "every crop has its part")
        var (featureTime, networkTime) = (Duration.zero, Duration.zero)
        // One crop after the other: the maps of one fit a core's cache.
        let crops = zip(origins, parts).map { origin, part in
            let start = clock.now
            features.fill(inputs, 0, from: part.pixels, x: origin.x - part.x, y: origin.y - part.y)
            let middle = clock.now
            let tensors = network.forward(inputs, context)
            featureTime += start.duration(to: middle)
            networkTime += middle.duration(to: clock.now)
            return Scores { Double(tensors[$0]![0]) }
        }
        let logits = Scores { head in mean(crops.map { $0[head] }) }
        let scores = Scores { card.calibration($0).probability(logit: logits[$0]) }
        let single = crops.map { card.calibration(.fused).probability(logit: $0.fused) }
        let average = mean(single)
        let spread = mean(single.map { ($0 - average) * ($0 - average) }).squareRoot()
        return Assessment(
            scores: scores, verdict: card.thresholds.verdict(scores.fused), logits: logits, crops: crops.count,
            spread: spread, featureSeconds: seconds(featureTime), networkSeconds: seconds(networkTime))
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
