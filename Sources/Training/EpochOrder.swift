// Which samples an epoch shows, and in what order: a pure function of seed and epoch, so that a resumed run repeats it.

import Glibc

/// The order in which an epoch visits the samples, as indices into `samples`.
///
/// - Parameters:
///   - balanced: half of the draws go to each class, and inside a class each source gets a share in proportion to
///     (its number of samples) ^ `sourceExponent`, so that large sources do not drown small ones. Samples of a source
///     take turns: over the epochs each is drawn equally often, and a small source is gone through several times in
///     one epoch. Otherwise every sample comes once (and again, lap after lap, when `count` asks for more).
///   - count: number of draws; the number of samples when nil.
///   - emphasis: factors on the shares of named sources, for those that matter more than their size says.
///   - sourceExponent: 1 leaves sources in proportion to their size, 0 makes them equal.
package func epochOrder(
    of samples: [Sample], epoch: Int, seed: UInt64, balanced: Bool, count: Int? = nil, emphasis: [String: Double] = [:],
    sourceExponent: Double = 0.5
) -> [Int] {
    let count = count ?? samples.count
    guard !samples.isEmpty, count > 0 else { return [] }
    let pools =
        balanced
        ? balancedPools(samples, count: count, emphasis: emphasis, exponent: sourceExponent)
        : [(Array(samples.indices), count)]
    var order: [Int] = []
    order.reserveCapacity(count)
    for (number, (members, quota)) in pools.enumerated() {
        // Draws of a pool are numbered through all epochs; lap k goes through the k-th permutation of its members.
        let first = epoch * quota
        var lap = -1
        var permutation: [Int] = []
        for draw in first..<first + quota {
            if draw / members.count != lap {
                lap = draw / members.count
                var stream = RandomStream(seed: seed, Purpose.lap.rawValue, UInt64(number), UInt64(lap))
                permutation = stream.permutation(members.count)
            }
            order.append(members[permutation[draw % members.count]])
        }
    }
    var stream = RandomStream(seed: seed, Purpose.order.rawValue, UInt64(epoch))
    stream.shuffle(&order)
    return order
}

/// The samples of each (class, source) and how many of them an epoch draws.
private func balancedPools(
    _ samples: [Sample], count: Int, emphasis: [String: Double], exponent: Double
) -> [(members: [Int], quota: Int)] {
    var members: [Stratum: [Int]] = [:]
    for (index, sample) in samples.enumerated() {
        members[Stratum(isFake: sample.isFake, source: sample.source), default: []].append(index)
    }
    let classes = [false, true].map { isFake in
        members.filter { $0.key.isFake == isFake }.sorted { $0.key.source < $1.key.source }
    }.filter { !$0.isEmpty }
    var pools: [(members: [Int], quota: Int)] = []
    for (number, strata) in classes.enumerated() {
        let draws = count / classes.count + (number < count % classes.count ? 1 : 0)
        let quotas = apportion(
            draws,
            weights: strata.map {
                pow(Double($0.value.count), exponent) * emphasis[$0.key.source, default: 1]
            })
        pools += zip(strata, quotas).map { (members: $0.value, quota: $1) }
    }
    return pools
}

/// Divides `total` in proportion to the weights by largest remainders; ties go to the first.
func apportion(_ total: Int, weights: [Double]) -> [Int] {
    let sum = weights.reduce(0, +)
    let exact = weights.map { Double(total) * $0 / sum }
    var shares = exact.map { Int($0) }
    let byRemainder = exact.indices.sorted {
        let (a, b) = (exact[$0] - Double(shares[$0]), exact[$1] - Double(shares[$1]))
        return a != b ? a > b : $0 < $1
    }
    for index in byRemainder.prefix(total - shares.reduce(0, +)) { shares[index] += 1 }
    return shares
}
