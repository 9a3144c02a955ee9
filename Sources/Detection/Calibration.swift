// From logits to probabilities that mean what they say, and from probabilities to verdicts.
import Network

/// Platt scaling of one head's logit (Platt 1999): probability = sigmoid(logit / temperature + bias).
package struct Calibration: Sendable, Equatable, Codable {
    package var temperature: Double
    package var bias: Double

    package init(temperature: Double = 1, bias: Double = 0) {
        (self.temperature, self.bias) = (temperature, bias)
    }

    package func probability(logit: Double) -> Double { sigmoid(logit / temperature + bias) }
}

/// Where verdicts begin, on the calibrated fused score.
package struct Thresholds: Sendable, Equatable, Codable {
    /// At or above it: fake.
    package var fake: Double
    /// At or below it: real. Never above `fake`.
    package var real: Double
    /// The share of real validation pictures at or above `fake` that was allowed when it was chosen.
    package var falseAlarmRate: Double
    /// The share of fake validation pictures at or below `real` that was allowed when it was chosen.
    package var missRate: Double

    /// At or above it, a picture that is not called fake is worth a look: five times as many photographs may lie there. A reason in
    /// the record, never a verdict; nil in models that have none.
    package var suspect: Double?

    package init(fake: Double, real: Double, falseAlarmRate: Double, missRate: Double, suspect: Double? = nil) {
        (self.fake, self.real, self.falseAlarmRate, self.missRate) = (fake, real, falseAlarmRate, missRate)
        self.suspect = suspect
    }

    package func verdict(_ score: Double) -> Verdict {
        if score >= fake { return .fake }
        return score <= real ? .real : .uncertain
    }
}
