// The part of a blueprint that says how its networks are trained.
package import Network

/// One part of a training run: which heads have a loss, and which weights move.
package struct StagePlan: Sendable, Equatable, Codable {
    package var name: String
    package var heads: [Head]
    /// False keeps the branches as they are and fits the heads on their features.
    package var trainsTrunks: Bool
    /// The stage's share of the run's learning rate.
    package var rate: Double
    /// The stage's share of the run's epochs.
    package var length: Double

    package init(_ name: String, _ heads: [Head], trainsTrunks: Bool = true, rate: Double = 1, length: Double = 1) {
        (self.name, self.heads, self.trainsTrunks) = (name, heads, trainsTrunks)
        (self.rate, self.length) = (rate, length)
    }
}

/// The loss of each head.
package struct LossPlan: Sendable, Equatable, Codable {
    package var fused = Loss.crossEntropy
    package var spatial = Loss.crossEntropy
    package var frequency = Loss.crossEntropy

    package subscript(_ head: Head) -> Loss {
        switch head {
        case .fused: fused
        case .spatial: spatial
        case .frequency: frequency
        }
    }
}
