// From logits to probabilities that mean what they say, and from probabilities to verdicts.
import Glibc
import Network

/// Platt scaling of one head's logit (Platt 1999): probability = sigmoid(logit / temperature + bias).
package struct Calibration: Sendable, Equatable, Codable {
    package var temperature: Double
    package var bias: Double

    package init(temperature: Double = 1, bias: Double = 0) {
        (self.temperature, self.bias) = (temperature, bias)
    }

    /// What a temperature can be, and a bias up to its end: logits have any scale, but none is worth a score beyond.
    package static let range = 1e-12...1e12

    package var isSound: Bool { Calibration.range.contains(temperature) && abs(bias) <= Calibration.range.upperBound }

    package func probability(logit: Double) -> Double { sigmoid(logit / temperature + bias) }
}

/// A threshold that grows with a picture's detail, since photographs full of it look most like what networks make: the quantile of
/// their scores given their detail, as a line in log-odds (Koenker and Bassett, "Regression quantiles", 1978).
package struct DetailSlope: Sendable, Equatable, Codable {
    /// Log-odds for each level of detail.
    package var slope: Double
    /// The detail at which thresholds are as they are stated, in levels of 0 to 255.
    package var usual: Double

    package init(slope: Double, usual: Double) { (self.slope, self.usual) = (slope, usual) }

    /// A score of which the log-odds are higher by the share of `detail`. Beyond (0, 1) nothing moves: nothing reaches it anyhow.
    package func moved(_ score: Double, for detail: Double) -> Double {
        score > 0 && score < 1 ? sigmoid(log(score / (1 - score)) + slope * (detail - usual)) : score
    }
}

/// Where verdicts begin, on the calibrated fused score.
package struct Thresholds: Sendable, Equatable, Codable {
    /// At or above it: fake.
    package var fake: Double
    /// At or below it: real. Never above `fake`.
    package var real: Double
    /// The share of real validation pictures at or above `fake` that was allowed when it was chosen.
    package var falseAlarmRate: Double
    /// The share of fake pictures at or below `real` that is promised: what was allowed when it was chosen may be less.
    package var missRate: Double

    /// At or above it, a picture that is not called fake is worth a look: five times as many photographs may lie there. A reason in
    /// the record, never a verdict; nil in models that have none.
    package var suspect: Double?

    /// How `fake` and `suspect` move with a picture's detail; nil where they stand.
    package var detail: DetailSlope?

    package init(
        fake: Double, real: Double, falseAlarmRate: Double, missRate: Double, suspect: Double? = nil,
        detail: DetailSlope? = nil
    ) {
        (self.fake, self.real, self.falseAlarmRate, self.missRate) = (fake, real, falseAlarmRate, missRate)
        (self.suspect, self.detail) = (suspect, detail)
    }

    /// Those for a picture of this much detail, which do not move any more. Never moved to where a picture is likelier not to be fake
    /// than to be.
    package func at(detail value: Double) -> Thresholds {
        guard let detail else { return self }
        var moved = self
        moved.detail = nil
        moved.fake = max(0.5, detail.moved(fake, for: value))
        moved.suspect = suspect.map { min(moved.fake, detail.moved($0, for: value)) }
        moved.real = min(real, moved.suspect ?? moved.fake)
        return moved
    }

    package func verdict(_ score: Double) -> Verdict {
        if score >= fake { return .fake }
        return score <= real ? .real : .uncertain
    }
}
