// How much the frequencies of a plane stand out of those around them, whatever the phase of what they are of.

internal import Glibc

/// The energies of a plane of log-magnitudes, and what each has beyond its surroundings.
///
/// A sine goes to the cosine transform's coefficient of its frequency or to the neighbours of that, as its phase has it: at an odd distance
/// d, up to 2/πd of it. So what counts is the energy of 3 × 3 coefficients; with the weights 3, 4, 3 it is highest in the
/// middle, whatever the phase.
struct Salience {
    private let width: Int
    private let height: Int
    /// Half the logarithm of the energies: on the scale of the log-magnitudes.
    private let levels: [Double]
    /// The levels less the mean of the 11 × 11 around them, without the 5 × 5 in the middle; cut at the edges.
    let excess: [Float]

    init(_ plane: [Float], _ width: Int, _ height: Int) {
        (self.width, self.height) = (width, height)
        levels = Self.smoothed(plane.map { exp(2 * Double($0)) }, width, height).map { log($0) / 2 }
        excess = Self.excess(levels, width, height)
    }

    /// Places that exceed their surroundings more than all within two steps do, and that are not the foot of a higher one.
    func summits() -> [(v: Int, u: Int)] {
        var found: [(v: Int, u: Int)] = []
        for v in 0..<height {
            for u in 0..<width where isLocalMaximum(v, u) { found.append((v, u)) }
        }
        let byLevel = found.sorted { levels[$0.v * width + $0.u] > levels[$1.v * width + $1.u] }
        var summits: [(v: Int, u: Int)] = []
        // Higher ones first; few of them are high enough to have feet.
        for place in byLevel where !summits.prefix(200).contains(where: { isFoot(place, of: $0) }) {
            summits.append(place)
        }
        return summits
    }

    private func isLocalMaximum(_ v: Int, _ u: Int) -> Bool {
        let own = excess[v * width + u]
        // Around zero there is the picture itself.
        guard own > 0, max(Double(v) / Double(2 * height), Double(u) / Double(2 * width)) > 0.03 else { return false }
        for y in max(v - 2, 0)...min(v + 2, height - 1) {
            for x in max(u - 2, 0)...min(u + 2, width - 1) {
                let other = excess[y * width + x]
                if other > own || (other == own && (y, x) < (v, u)) { return false }
            }
        }
        return true
    }

    /// Whether what is at a place could be what a sine at a higher place leaves there: 3/4d² of its energy at a distance d in either
    /// direction after smoothing; four times that, since both of its sides meet at half a cycle.
    func isFoot(_ place: (v: Int, u: Int), of summit: (v: Int, u: Int)) -> Bool {
        func share(_ distance: Int) -> Double { distance == 0 ? 1 : 0.75 / Double(distance * distance) }
        let left = share(abs(place.v - summit.v)) * share(abs(place.u - summit.u))
        return levels[place.v * width + place.u] < levels[summit.v * width + summit.u] + log(4 * left) / 2
    }

    private static func excess(_ levels: [Double], _ width: Int, _ height: Int) -> [Float] {
        // Sums over rectangles from the corner, one row and column of zeros before them.
        var sums = [Double](repeating: 0, count: (width + 1) * (height + 1))
        for v in 0..<height {
            var row = 0.0
            for u in 0..<width {
                row += levels[v * width + u]
                sums[(v + 1) * (width + 1) + u + 1] = sums[v * (width + 1) + u + 1] + row
            }
        }
        func total(_ v: Int, _ u: Int, _ reach: Int) -> (sum: Double, count: Int) {
            let (top, bottom) = (max(v - reach, 0), min(v + reach, height - 1) + 1)
            let (left, right) = (max(u - reach, 0), min(u + reach, width - 1) + 1)
            let sum =
                sums[bottom * (width + 1) + right] - sums[top * (width + 1) + right] - sums[bottom * (width + 1) + left]
                + sums[top * (width + 1) + left]
            return (sum, (bottom - top) * (right - left))
        }
        return levels.indices.map { index in
            let (v, u) = (index / width, index % width)
            let (around, inner) = (total(v, u, 5), total(v, u, 2))
            let count = around.count - inner.count
            return count > 0 ? Float(levels[index] - (around.sum - inner.sum) / Double(count)) : 0
        }
    }

    /// The mean over 3 × 3 with the weights 3, 4, 3 in each direction; cut at the edges.
    private static func smoothed(_ plane: [Double], _ width: Int, _ height: Int) -> [Double] {
        func along(_ source: [Double], _ step: Int, _ length: Int, _ position: (Int) -> Int) -> [Double] {
            source.indices.map { index in
                let place = position(index)
                var (sum, weight) = (4 * source[index], 4.0)
                if place > 0 { (sum, weight) = (sum + 3 * source[index - step], weight + 3) }
                if place < length - 1 { (sum, weight) = (sum + 3 * source[index + step], weight + 3) }
                return sum / weight
            }
        }
        return along(along(plane, 1, width) { $0 % width }, width, height) { $0 / width }
    }
}
