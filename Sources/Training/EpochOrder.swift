// What an epoch shows, and in what order: a pure function of seed and epoch, so that a resumed run repeats it.

import Glibc

/// One picture of an epoch.
struct Draw: Equatable {
    /// Its place among the samples.
    let sample: Int
    /// Names the random changes it is shown with. A photograph and the fake made of it have the same, so that nothing but the
    /// generator's traces tells them apart.
    let key: Int
}

/// How an epoch chooses among the samples.
struct EpochPlan {
    /// Half of the draws go to each class, and inside a class every stratum gets a share in proportion to
    /// (its number of samples) ^ `exponent`, so that large ones do not drown small ones: a source of photographs, a generator
    /// of fakes. Members of a stratum take turns: over the epochs each is drawn equally often. Otherwise every sample comes once
    /// (and again, lap after lap, when `count` asks for more).
    var isBalanced = true
    /// Number of draws; the number of samples when nil.
    var count: Int?
    /// Pictures that a step takes together; partners are never on two sides of its border where that can be avoided.
    var batch = 1
    /// Factors on the shares of named sources, for those that matter more or less than their size says; they count after `cap`.
    var emphasis: [String: Double] = [:]
    /// 1 leaves strata in proportion to their size, 0 makes them equal.
    var exponent = 0.5
    /// The most that one generator of one source gets of the fakes by its size, or twice an equal share where there are few.
    var cap = 0.05
}

/// The order in which an epoch visits the samples.
///
/// Every fake that has a partner (a photograph with the same `pair`, the last of several) brings it along, at its side; what
/// photographs come that way counts as theirs, and the rest of their half is drawn from those without partners: none where every
/// fake has one.
func epochOrder(of samples: [Sample], epoch: Int, seed: UInt64, _ plan: EpochPlan) -> [Draw] {
    let count = plan.count ?? samples.count
    guard !samples.isEmpty, count > 0 else { return [] }
    let partners = plan.isBalanced ? Partners(samples) : Partners([])
    let pools = plan.isBalanced ? balancedPools(samples, partners, count, plan) : [(Array(samples.indices), count)]
    var units: [[Draw]] = []
    units.reserveCapacity(count)
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
            let index = members[permutation[draw % members.count]]
            let own = Draw(sample: index, key: index)
            if let partner = partners.photograph(of: index) {
                units.append([Draw(sample: partner, key: index), own])
            } else {
                units.append([own])
            }
        }
    }
    var stream = RandomStream(seed: seed, Purpose.order.rawValue, UInt64(epoch))
    stream.shuffle(&units)
    return flattened(units, batch: plan.batch)
}

/// The units one after the other; where a pair would lie on a batch's border, the next single comes first.
private func flattened(_ units: [[Draw]], batch: Int) -> [Draw] {
    var units = units
    // An odd single would move all pairs behind it over the borders of even batches.
    if batch % 2 == 0, units.count(where: { $0.count == 1 }) % 2 == 1,
        let last = units.lastIndex(where: { $0.count == 1 })
    {
        units.append(units.remove(at: last))
    }
    var order: [Draw] = []
    var taken = [Bool](repeating: false, count: units.count)
    var ahead = 0
    for index in units.indices where !taken[index] {
        if units[index].count > 1, batch > 1, order.count % batch == batch - 1 {
            ahead = max(ahead, index + 1)
            while ahead < units.count, taken[ahead] || units[ahead].count > 1 { ahead += 1 }
            if ahead < units.count {
                taken[ahead] = true
                order += units[ahead]
            }
        }
        order += units[index]
    }
    return order
}

/// Which photograph each fake was made of.
private struct Partners {
    private var photographs: [String: Int] = [:]
    private var pairs: [String?] = []

    init(_ samples: [Sample]) {
        pairs = samples.map { $0.isFake ? $0.pair : nil }
        for (index, sample) in samples.enumerated() where !sample.isFake {
            if let pair = sample.pair { photographs[pair] = index }
        }
    }

    func photograph(of index: Int) -> Int? {
        guard pairs.indices.contains(index), let pair = pairs[index] else { return nil }
        return photographs[pair]
    }
}

/// Members of every stratum, and how many of them an epoch draws.
private func balancedPools(
    _ samples: [Sample], _ partners: Partners, _ count: Int, _ plan: EpochPlan
) -> [(members: [Int], quota: Int)] {
    struct Key: Hashable, Comparable {
        let source: String
        let generator: String
        static func < (a: Key, b: Key) -> Bool { (a.source, a.generator) < (b.source, b.generator) }
    }
    func strata(_ isIncluded: (Int) -> Bool) -> [(key: Key, members: [Int])] {
        var members: [Key: [Int]] = [:]
        for (index, sample) in samples.enumerated() where isIncluded(index) {
            let key = Key(source: sample.source, generator: sample.isFake ? sample.generator : "")
            members[key, default: []].append(index)
        }
        return members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
    func quotas(_ strata: [(key: Key, members: [Int])], _ draws: Int, cap: Double) -> [(members: [Int], quota: Int)] {
        let weights = capped(strata.map { pow(Double($0.members.count), plan.exponent) }, at: cap)
        // Who names a source has a reason to see more of it than the cap would show.
        let asked = zip(strata, weights).map { $1 * plan.emphasis[$0.key.source, default: 1] }
        return zip(strata, apportion(draws, weights: asked)).map { ($0.members, $1) }
    }
    let fakes = strata { samples[$0].isFake }
    let photographs = strata { !samples[$0].isFake }
    if fakes.isEmpty || photographs.isEmpty { return quotas(fakes + photographs, count, cap: 1) }
    let drawn = quotas(fakes, count / 2, cap: max(plan.cap, 2 / Double(fakes.count)))
    let brought = drawn.reduce(0) { sum, pool in
        // All of a stratum have partners or hardly any has: the share of its members is the share of its draws.
        sum + pool.quota * pool.members.count { partners.photograph(of: $0) != nil } / pool.members.count
    }
    let paired = Set(samples.indices.compactMap(partners.photograph))
    let alone = strata { !samples[$0].isFake && !paired.contains($0) }
    return drawn + quotas(alone.isEmpty ? photographs : alone, max(0, count - count / 2 - brought), cap: 1)
}

/// Weights of which none is more than the given share of their sum, what is cut off going to the others in proportion.
func capped(_ weights: [Double], at share: Double) -> [Double] {
    guard share < 1, Double(weights.count) * share > 1 else { return weights }
    var weights = weights
    let total = weights.reduce(0, +)
    for _ in weights.indices {
        let over = weights.indices.filter { weights[$0] > share * total * (1 + 1e-9) }
        if over.isEmpty { break }
        for index in over { weights[index] = share * total }
        let full = weights.indices.filter { weights[$0] >= share * total * (1 - 1e-9) }
        let rest = weights.indices.filter { weights[$0] < share * total * (1 - 1e-9) }
        let free = total - Double(full.count) * share * total
        let sum = rest.reduce(0) { $0 + weights[$1] }
        if sum <= 0 { break }
        for index in rest { weights[index] *= free / sum }
    }
    return weights
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
