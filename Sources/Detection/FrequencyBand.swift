// Parts of a spectrum that have a name: how fine, and in which direction.

/// A ring of a plane of frequencies, in one of three directions.
package struct FrequencyBand: Sendable, Hashable {
    /// Where changes run along rows (upright edges), down columns, or both.
    package enum Direction: String, Sendable, CaseIterable { case horizontal, vertical, diagonal }

    /// Eighths of the highest frequency: from ring/16 to (ring + 1)/16 cycles per pixel.
    package let ring: Int
    package let direction: Direction

    package static let rings = 8
    package static let all: [FrequencyBand] = (0..<rings).flatMap { ring in
        Direction.allCases.map { FrequencyBand(ring: ring, direction: $0) }
    }

    /// Cycles per pixel.
    package var lower: Double { Double(ring) / Double(2 * Self.rings) }
    package var upper: Double { Double(ring + 1) / Double(2 * Self.rings) }

    /// Whether coefficient (u, v) of a side × side plane, u horizontal, is of the band. The mean, (0, 0), is of none.
    func contains(u: Int, v: Int, side: Int) -> Bool {
        if u == 0 && v == 0 { return false }
        guard max(u, v) * Self.rings / side == ring else { return false }
        return (u > 2 * v ? .horizontal : v > 2 * u ? .vertical : .diagonal) == direction
    }
}

/// What a band does to a score.
package struct BandEffect: Sendable, Equatable {
    package let band: FrequencyBand
    /// What the logit changes by when the band is made as it is in the reference: negative where the band speaks for synthesis.
    package var change: Double
    /// How far the band's log-magnitudes lie from the reference's, in its standard deviations, on average.
    package var distance: Double

    package init(band: FrequencyBand, change: Double, distance: Double) {
        (self.band, self.change, self.distance) = (band, change, distance)
    }
}
