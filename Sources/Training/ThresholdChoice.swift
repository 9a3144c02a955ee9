// A verdict accuses or clears a picture, so its thresholds are set by stated error rates, not at one half.

package import Detection
import Glibc

/// A calibrated score with what is known of the picture's origin.
package struct SourcedScore: Sendable, Equatable {
    package let score: Double
    package let isFake: Bool
    package let source: String
    /// Of the picture, in levels.
    package let detail: Double

    package init(score: Double, isFake: Bool, source: String, detail: Double = 0) {
        (self.score, self.isFake, self.source, self.detail) = (score, isFake, source, detail)
    }
}

/// What the thresholds promise.
package struct ThresholdPolicy: Sendable {
    /// Share of all real validation pictures that may score above the `fake` threshold.
    package var falseAlarmRate = 0.01
    /// Share of any one real source that may.
    package var worstSourceRate = 0.03
    /// Share of fakes that may score below the `real` threshold.
    package var missRate = 0.05
    /// Share of those that may among the fakes that choose it: of others more do (3 % here came to 5.7 % of the 1,150 fakes of two
    /// collections that chose nothing, 2 % to 4.9 %).
    package var chosenMissRate = 0.02
    /// Share of real pictures that may score above the `suspect` threshold.
    package var suspectRate = 0.05
    /// With this confidence the true rate of a source keeps to `worstSourceRate`, as far as its size can show. At one half, the
    /// rate is as likely below as above: small sources would silence the detector otherwise.
    package var confidence = 0.5
    /// Sources with fewer real pictures than this are judged together, as one source: of fifty, a single odd one is 2 %.
    package var smallestSource = 100
    /// The slopes to choose among, in log-odds for each level of detail. Steeper ones find more of what they are chosen by, and accuse
    /// what is smoother than that: at 0.55, one in four blurred frames of videos.
    package var slopes = (0...4).map { Double($0) / 20 }

    package init() {}
}

/// The thresholds on the calibrated fused score: from `fake` up a picture is called fake, from `real`
/// down real.
///
/// The `fake` threshold is the largest of
/// * the score above which at most `falseAlarmRate` of all real validation pictures lie, and that above which at most so many of
///   those held out lie, where there are enough of them to say so (one more picture, still unseen, counted as lying above: a
///   conformal quantile, Vovk and others 2005), and
/// * for each real source, in validation and held out, the score above which at most k of its n pictures lie. k is the
///   largest count for which the one-sided Clopper–Pearson bound of the rate, at the policy's confidence, is within
///   `worstSourceRate`, and 0 where n is too small to show it: a small source that gives no alarm proves little, one that
///   gives an alarm proves something. Sources below `smallestSource` pictures are pooled, because a single odd picture
///   must not silence the detector.
///
/// A rate kept on sources that were trained on does not hold for others: held-out scores come from sources that the detector was
/// not trained on, and stand for those nobody has seen. Nor do these stand for all kinds that there are (blurred frames of videos, say, which were trained on), so both are asked.
///
/// The `real` threshold is the score below which at most `chosenMissRate` of the fake validation pictures lie, and of those held out; it
/// is never above the others. `suspect` is found like the first parts of `fake`, at its own rate, and is never above it. Thresholds lie half-way (in log-odds) between the scores they separate. A class that is absent
/// from validation is never ruled out: without real pictures nothing is called fake, without fakes nothing real.
package func chooseThresholds(
    validation: [SourcedScore], heldOut: [SourcedScore] = [], policy: ThresholdPolicy = ThresholdPolicy()
) -> Thresholds {
    // Above every score there can be.
    var (fake, suspect) = (1.0.nextUp, 1.0.nextUp)
    let reals = validation.filter { !$0.isFake }.map(\.score)
    if !reals.isEmpty {
        let unseen = heldOut.filter { !$0.isFake }.map(\.score)
        fake = threshold(leaving: allowance(policy.falseAlarmRate, of: reals.count), above: reals)
        suspect = threshold(leaving: allowance(policy.suspectRate, of: reals.count), above: reals)
        if let allowed = conformalAllowance(policy.falseAlarmRate, of: unseen.count) {
            fake = max(fake, threshold(leaving: allowed, above: unseen))
        }
        if let allowed = conformalAllowance(policy.suspectRate, of: unseen.count) {
            suspect = max(suspect, threshold(leaving: allowed, above: unseen))
        }
        for part in [validation, heldOut] {
            for scores in realSources(part, smallest: policy.smallestSource) {
                let allowed = allowance(policy.worstSourceRate, of: scores.count, confidence: policy.confidence)
                fake = max(fake, threshold(leaving: allowed, above: scores))
            }
        }
    }
    var real = validation.contains(where: \.isFake) ? 1.0 : (-0.0).nextDown
    for part in [validation, heldOut] {
        let fakes = part.filter(\.isFake).map(\.score)
        if fakes.isEmpty { continue }
        // Mirrored, "below" is "above".
        real = min(
            real,
            1 - threshold(leaving: allowance(policy.chosenMissRate, of: fakes.count), above: fakes.map { 1 - $0 }))
    }
    return Thresholds(
        fake: fake, real: min(real, suspect, fake), falseAlarmRate: policy.falseAlarmRate, missRate: policy.missRate,
        suspect: min(suspect, fake))
}

extension Thresholds {
    /// What so few pictures can bear out: of n + 1 that might stand in any order, the last one is the highest with the chance 1 / (n + 1),
    /// whatever threshold the others choose. Promises that are no looser stay.
    package func promising(photographs: Int, fakes: Int) -> Thresholds {
        func least(_ rate: Double, _ count: Int) -> Double {
            // Rounded up, so that no more is promised than holds. A threshold that nothing chose is never reached.
            count == 0 ? rate : max(rate, (1e4 / Double(count + 1)).rounded(.up) / 1e4)
        }
        var promised = self
        promised.falseAlarmRate = least(falseAlarmRate, photographs)
        promised.missRate = least(missRate, fakes)
        return promised
    }

    /// Those that keep what both promise.
    package func stricter(_ other: Thresholds) -> Thresholds {
        let fake = max(fake, other.fake)
        let suspects = [suspect, other.suspect].compactMap(\.self)
        return Thresholds(
            fake: fake, real: min(real, other.real), falseAlarmRate: min(falseAlarmRate, other.falseAlarmRate),
            missRate: min(missRate, other.missRate), suspect: suspects.max())
    }
}

/// The largest k for which (k + 1) / (count + 1) keeps to the rate; nil where there are too few.
func conformalAllowance(_ rate: Double, of count: Int) -> Int? {
    let allowed = Int(rate * Double(count + 1) + 1e-9) - 1
    return allowed >= 0 ? allowed : nil
}

/// The scores of the real pictures of each source, small sources together, in order of their names.
private func realSources(_ samples: [SourcedScore], smallest: Int) -> [[Double]] {
    var sources: [String: [Double]] = [:]
    for sample in samples where !sample.isFake { sources[sample.source, default: []].append(sample.score) }
    let ordered = sources.sorted { $0.key < $1.key }.map(\.value)
    let pooled = ordered.filter { $0.count < smallest }.flatMap(\.self)
    return ordered.filter { $0.count >= smallest } + (pooled.isEmpty ? [] : [pooled])
}

/// The largest whole number of `count` that is at most `rate`; rounding of the product must not lose one.
private func allowance(_ rate: Double, of count: Int) -> Int { Int(rate * Double(count) + 1e-9) }

/// The largest k of n for which the upper Clopper–Pearson bound of k / n keeps to the rate: the chance of k or fewer hits at
/// that rate is at most 1 − confidence. 0 when there is none.
func allowance(_ rate: Double, of count: Int, confidence: Double) -> Int {
    guard rate > 0, rate < 1 else { return rate >= 1 ? count : 0 }
    // P(X ≤ k) = I_{1 − rate}(n − k, k + 1), which grows with k.
    var (low, high) = (0, count)
    while low < high {
        let middle = (low + high + 1) / 2
        let chance = middle == count ? 1 : incompleteBeta(1 - rate, Double(count - middle), Double(middle + 1))
        if chance <= 1 - confidence { low = middle } else { high = middle - 1 }
    }
    return low
}

/// A number with at most `allowed` of the scores above it and none equal to it, half-way in log-odds to the next score
/// above where there is one; where all scores may be above, 0.
private func threshold(leaving allowed: Int, above scores: [Double]) -> Double {
    let sorted = scores.sorted(by: >)
    guard allowed < sorted.count else { return 0 }
    // The highest score that has to stay below, and the next above it; where that is cut from equals, they stay too.
    let below = sorted[allowed]
    guard let above = sorted[..<allowed].last(where: { $0 > below }) else { return below.nextUp }
    let middle = 1 / (1 + exp(-(logOdds(below) + logOdds(above)) / 2))
    return min(max(middle, below.nextUp), above.nextDown)
}

private func logOdds(_ probability: Double) -> Double {
    let kept = max(1e-12, min(1 - 1e-12, probability))
    return log(kept / (1 - kept))
}
