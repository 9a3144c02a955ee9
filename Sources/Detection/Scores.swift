// The detector's findings about one picture, in the words that records and reports use.

/// A place where the detector gives a score of its own.
package enum Head: String, CaseIterable, Sendable, Codable {
    /// Both branches together; the one that the verdict is made from.
    case fused
    /// Pixels and their local residual.
    case spatial
    /// Transform coefficients.
    case frequency
}

/// One number for each head: a probability that the picture is synthesised, or a logit.
package struct Scores: Sendable, Equatable {
    package var fused: Double
    package var spatial: Double
    package var frequency: Double

    package init(fused: Double, spatial: Double, frequency: Double) {
        (self.fused, self.spatial, self.frequency) = (fused, spatial, frequency)
    }

    /// The value that `number` gives for each head.
    package init(_ number: (Head) -> Double) {
        self.init(fused: number(.fused), spatial: number(.spatial), frequency: number(.frequency))
    }

    package subscript(_ head: Head) -> Double {
        switch head {
        case .fused: fused
        case .spatial: spatial
        case .frequency: frequency
        }
    }

    /// The scores as they are shown: within [0.01, 0.99], since no detector is certain.
    package var clamped: Scores { Scores { min(max(self[$0], 0.01), 0.99) } }
}

/// What the scores amount to.
package enum Verdict: String, Sendable, CaseIterable {
    case fake
    case real
    case uncertain
}

/// Everything that the detector says of one picture.
package struct Assessment: Sendable {
    /// Calibrated probabilities of "synthesised", not clamped.
    package let scores: Scores
    /// Logits of the picture, as its crops' are aggregated, before calibration.
    package let logits: Scores
    /// How many crops were looked at.
    package let crops: Int
    /// The bounds of the model's envelope that the picture exceeds; with any of them no verdict is given.
    package let outside: Set<Envelope.Limit>
    /// The share of equal neighbours in what was looked at; 0 where the model has no envelope.
    package let flatShare: Double
    /// Mean distance of a pixel's luminance from its neighbourhood's, in levels of 0 to 255, in what was looked at.
    package let detail: Double
    /// Standard deviation of the crops' calibrated fused scores: 0 when all agree or there is one crop only.
    package let spread: Double
    /// Seconds spent on making the network's inputs.
    package let featureSeconds: Double
    /// Seconds spent in the network.
    package let networkSeconds: Double

    package init(
        scores: Scores, logits: Scores, crops: Int, outside: Set<Envelope.Limit> = [], flatShare: Double = 0,
        detail: Double = 0, spread: Double,
        featureSeconds: Double, networkSeconds: Double
    ) {
        (self.outside, self.flatShare, self.detail) = (outside, flatShare, detail)
        (self.scores, self.logits, self.crops) = (scores, logits, crops)
        (self.spread, self.featureSeconds, self.networkSeconds) = (spread, featureSeconds, networkSeconds)
    }
}
