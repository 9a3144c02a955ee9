// Portraits and horizons are turned level by people and by programs that collect faces. Resampling smooths a photograph much as a
// generator does, so that a network which never met it takes one for the other.

import Glibc
package import Imaging

/// A turn by any angle with a change of scale, the way the face collections CelebA-HQ (Karras and others 2018) and FFHQ (Karras and others
/// 2019) were aligned: one resampling, sometimes of a picture twice as large whose areas are averaged.
package struct Straightening: Sendable, Equatable {
    package enum Filter: CaseIterable, Sendable {
        /// Of the 2 × 2 pixels around a place.
        case bilinear
        /// Of 4 × 4, with the cubic convolution kernel of a = −1/2 (Keys 1981).
        case bicubic
    }

    /// In radians, counter-clockwise.
    package var angle: Double
    /// Target pixels for each pixel of the picture.
    package var factor: Double
    package var filter = Filter.bilinear
    /// Sampled twice as densely both ways and averaged.
    package var isSupersampled = false

    package init(angle: Double, factor: Double, filter: Filter = .bilinear, isSupersampled: Bool = false) {
        self.angle = angle
        self.factor = factor
        self.filter = filter
        self.isSupersampled = isSupersampled
    }

    fileprivate var cosine: Double { cos(angle) }
    fileprivate var sine: Double { sin(angle) }

    /// Side of the square around whose centre the picture must be known for a target of `side` × `side`.
    func window(_ side: Int) -> Int {
        let reach = filter == .bilinear ? 2.0 : 4.0
        return Int((Double(side) / factor * (abs(cosine) + abs(sine)) + reach).rounded(.up))
    }
}

extension Pixels {
    /// The `side` × `side` pixels around the picture's centre, resampled. Beyond the edge stand the pixels of the edge.
    package func straightened(_ turn: Straightening, side: Int) -> Pixels {
        guard turn.isSupersampled else { return resampled(turn, side: side) }
        var dense = turn
        dense.factor *= 2
        return resampled(dense, side: 2 * side).downscaled(width: side, height: side)
    }

    private func resampled(_ turn: Straightening, side: Int) -> Pixels {
        var result = [UInt8](repeating: 0, count: 3 * side * side)
        // One step across the target is (across, down) in the picture, one step down it (−down, across).
        let (across, down) = (turn.cosine / turn.factor, turn.sine / turn.factor)
        let middle = Double(side - 1) / 2
        let taps = turn.filter == .bilinear ? 2 : 4
        var (columns, rows) = ([Int](repeating: 0, count: 4), [Int](repeating: 0, count: 4))
        for y in 0..<side {
            for x in 0..<side {
                let (right, below) = (Double(x) - middle, Double(y) - middle)
                let u = Double(width - 1) / 2 + right * across - below * down
                let v = Double(height - 1) / 2 + right * down + below * across
                let (column, row) = (u.rounded(.down), v.rounded(.down))
                let (horizontal, vertical) = (turn.weights(u - column), turn.weights(v - row))
                for tap in 0..<taps {
                    columns[tap] = 3 * min(max(0, Int(column) + tap + 1 - taps / 2), width - 1)
                    rows[tap] = 3 * width * min(max(0, Int(row) + tap + 1 - taps / 2), height - 1)
                }
                var sum = SIMD4<Float>.zero
                for tap in 0..<taps {
                    var line = SIMD4<Float>.zero
                    for other in 0..<taps {
                        let place = rows[tap] + columns[other]
                        line +=
                            horizontal[other]
                            * SIMD4(Float(bytes[place]), Float(bytes[place + 1]), Float(bytes[place + 2]), 0)
                    }
                    sum += vertical[tap] * line
                }
                sum = sum.rounded(.toNearestOrAwayFromZero).clamped(
                    lowerBound: .zero, upperBound: .init(repeating: 255))
                let place = 3 * (y * side + x)
                for channel in 0..<3 { result[place + channel] = UInt8(sum[channel]) }
            }
        }
        return Pixels(width: side, height: side, bytes: result)
    }
}

extension Straightening {
    /// What the pixels around a place weigh that lies `t`, in [0, 1), beyond the middle one's left neighbour.
    fileprivate func weights(_ t: Double) -> SIMD4<Float> {
        let t = Float(t)
        guard filter == .bicubic else { return SIMD4(1 - t, t, 0, 0) }
        let (squared, cubed) = (t * t, t * t * t)
        return SIMD4(
            -0.5 * t + squared - 0.5 * cubed, 1 - 2.5 * squared + 1.5 * cubed, 0.5 * t + 2 * squared - 1.5 * cubed,
            0.5 * cubed - 0.5 * squared)
    }
}
