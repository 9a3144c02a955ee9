// The path from pixels to scores.
package import Imaging
import Network

/// Scores pictures, one at a time or a few together, reusing its memory.
package final class Examiner {
    /// A picture that the branches have seen, before the fusion has.
    private struct Seen {
        /// Those of both branches; `fused` is still to come.
        var crops: [Scores]
        let outside: Set<Envelope.Limit>
        let flatShare: Double
        let detail: Double
        let featureTime: Duration
        var networkTime: Duration
    }

    private let card: ModelCard
    private let blueprint: Blueprint
    private let network: DetectorNetwork
    private let context = Context(hasFixedWeights: true)
    private let features: Features
    private let inputs: Inputs
    private let clock = ContinuousClock()
    private var seen: [Seen] = []
    private var meter = DetailMeter()

    package init(card: ModelCard, network: DetectorNetwork) {
        (self.card, self.network) = (card, network)
        blueprint = card.blueprint
        features = Features(blueprint)
        inputs = blueprint.makeInputs(1)
    }

    /// What `examine(_:width:height:)` wants to see of a picture of these extents: one part for each crop.
    package func regions(width: Int, height: Int) -> [Region] {
        blueprint.crops.regions(width: width, height: height, size: blueprint.side)
    }

    /// Judges a picture that is there as a whole, as after a change to its pixels.
    package func examine(_ pixels: Pixels) -> Assessment {
        let whole = Part(x: 0, y: 0, pixels: pixels)
        return examine(
            regions(width: pixels.width, height: pixels.height).map { _ in whole }, width: pixels.width,
            height: pixels.height)
    }

    /// Crops, inputs, network, scores.
    ///
    /// - Parameter parts: for each of `regions(width:height:)` a part of the picture that covers it.
    package func examine(_ parts: [Part], width: Int, height: Int) -> Assessment {
        look(at: parts, width: width, height: height)
        return judge()[0]
    }

    /// How many pictures `judge` had better be called for at a time. What it says of a picture does not depend on the others.
    package var batch: Int { blueprint.batch }

    /// The first part of `examine`: crops, inputs, and what both branches make of them.
    package func look(at parts: [Part], width: Int, height: Int) {
        let origins = blueprint.crops.origins(width: width, height: height, size: blueprint.side)
        precondition(parts.count == origins.count, "every crop has its part")
        var (featureTime, networkTime) = (Duration.zero, Duration.zero)
        // One crop after the other: the maps of one fit a core's cache.
        var (equal, pairs) = (0, 0)
        meter.reset()
        let crops = zip(origins, parts).map { origin, part in
            let start = clock.now
            let window = Region(
                x: origin.x - part.x, y: origin.y - part.y, width: blueprint.side, height: blueprint.side)
            meter.add(part.pixels, window)
            if card.envelope != nil {
                let found = part.pixels.equalNeighbours(window)
                (equal, pairs) = (equal + found.equal, pairs + found.pairs)
            }
            features.fill(inputs, 0, from: part.pixels, x: origin.x - part.x, y: origin.y - part.y)
            let middle = clock.now
            let logits = network.forwardKeeping(inputs, context)
            featureTime += start.duration(to: middle)
            networkTime += middle.duration(to: clock.now)
            return Scores(fused: 0, spatial: Double(logits.spatial![0]), frequency: Double(logits.frequency![0]))
        }
        let flatShare = Double(equal) / Double(max(pairs, 1))
        let outside = card.envelope?.exceeded(width: width, height: height, flatShare: flatShare)
        seen.append(
            Seen(
                crops: crops, outside: outside ?? [], flatShare: flatShare, detail: meter.detail,
                featureTime: featureTime,
                networkTime: networkTime))
    }

    /// The rest of it, for all pictures looked at since the last call, in their order.
    package func judge() -> [Assessment] {
        if seen.isEmpty { return [] }
        let start = clock.now
        let fused = network.fuseKept(context)
        let share = start.duration(to: clock.now) / seen.count
        var row = 0
        defer { seen.removeAll(keepingCapacity: true) }
        return seen.map { picture in
            var picture = picture
            for index in picture.crops.indices {
                picture.crops[index].fused = Double(fused[row])
                row += 1
            }
            picture.networkTime += share
            return assess(picture)
        }
    }

    private func assess(_ picture: Seen) -> Assessment {
        let crops = picture.crops
        let logits = Scores { head in blueprint.aggregation.logit(of: crops.map { $0[head] }) }
        let scores = Scores { card.calibration($0).probability(logit: logits[$0]) }
        let single = crops.map { card.calibration(.fused).probability(logit: $0.fused) }
        let average = mean(single)
        let spread = mean(single.map { ($0 - average) * ($0 - average) }).squareRoot()
        return Assessment(
            scores: scores, logits: logits, crops: crops.count, outside: picture.outside, flatShare: picture.flatShare,
            detail: picture.detail, spread: spread,
            featureSeconds: seconds(picture.featureTime), networkSeconds: seconds(picture.networkTime))
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    private func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}
