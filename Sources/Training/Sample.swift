// One labelled picture, as the training set, the metrics and the tables by source know it.

/// A labelled picture on disk; whether it can be read is found out when it is read.
package struct Sample: Sendable, Equatable {
    /// Where to open it.
    package let path: String
    package let isFake: Bool
    /// The collection it comes from; empty when not stated.
    package let source: String
    /// What made it: a camera or a generator; empty when not stated.
    package let generator: String
    /// Samples of one group (same person, video, prompt) are never divided between training and validation.
    package let group: String?
    /// The part of the collection it was assigned to, such as "train" or "test".
    package let split: String?
    /// What a photograph and the fakes made from its very pixels have in common: partners are shown in one batch, changed alike.
    package let pair: String?

    package init(
        path: String, isFake: Bool, source: String = "", generator: String = "", group: String? = nil,
        split: String? = nil, pair: String? = nil
    ) {
        self.path = path
        self.isFake = isFake
        self.source = source
        self.generator = generator
        self.group = group
        self.split = split
        self.pair = pair
    }
}

extension [Sample] {
    /// Numbers of what must not be torn apart when samples are divided: those of one group and those of one pair, and whatever these
    /// have in common in turn. Numbered in the order of the samples.
    var units: [Int] {
        // Union-find with path halving; the lowest index stands for all.
        var parents = Array<Int>(indices)
        func root(_ index: Int) -> Int {
            var index = index
            while parents[index] != index {
                parents[index] = parents[parents[index]]
                index = parents[index]
            }
            return index
        }
        var (groups, pairs) = ([String: Int](), [String: Int]())
        for index in indices {
            func join(_ name: String?, _ first: inout [String: Int]) {
                guard let name, !name.isEmpty else { return }
                guard let other = first[name] else {
                    first[name] = index
                    return
                }
                let (a, b) = (root(index), root(other))
                parents[Swift.max(a, b)] = Swift.min(a, b)
            }
            join(self[index].group, &groups)
            join(self[index].pair, &pairs)
        }
        return indices.map { root($0) }
    }

    /// The samples that share neither a picture nor a group or pair with any of `others`.
    package func disjoint(from others: [Sample]) -> [Sample] {
        let all = self + others
        let units = all.units
        let paths = Set(others.map(\.path))
        let tainted = Set(units[count...])
        return indices.filter { !paths.contains(self[$0].path) && !tainted.contains(units[$0]) }.map { self[$0] }
    }
}

extension [Sample] {
    /// The samples that come from none of the given sources, and those that do: leave-one-source-out validation.
    ///
    /// A group that has a sample in a source left out is left out as a whole, so that nothing of it was trained on.
    package func leavingOut(sources: Set<String>) -> (kept: [Sample], left: [Sample]) {
        let left = filter { sources.contains($0.source) }
        return (filter { !sources.contains($0.source) }.disjoint(from: left), left)
    }

    /// Divides the samples into a training and a validation part of about the given share.
    ///
    /// Groups stay whole; every (label, source) pair gives about the same share of its samples, as far as its groups
    /// allow. Sources too small to give one sample are divided together. The result depends on the set of samples and the seed only; both parts are ordered by path.
    package func split(validationShare: Double, seed: UInt64) -> (training: [Sample], validation: [Sample]) {
        let samples = sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        let strata = self.strata(of: samples, share: validationShare)
        var sizes: [Stratum: Int] = [:]
        for stratum in strata { sizes[stratum, default: 0] += 1 }

        // Units are what moves together. They are numbered in the order of their first paths.
        var units: [[Int]] = []
        var places: [Int: Int] = [:]
        for (index, unit) in samples.units.enumerated() {
            if let place = places[unit] {
                units[place].append(index)
            } else {
                places[unit] = units.count
                units.append([index])
            }
        }

        // In random order, a unit goes to validation if this brings its strata nearer to their targets: the change of
        // the squared distance, relative to the size of each stratum, is negative.
        var chosen: [Stratum: Int] = [:]
        var isValidation = [Bool](repeating: false, count: samples.count)
        var stream = RandomStream(seed: seed, Purpose.split.rawValue)
        for unit in stream.permutation(units.count) {
            var counts: [Stratum: Int] = [:]
            for index in units[unit] { counts[strata[index], default: 0] += 1 }
            // Summed in a fixed order: the order of a dictionary differs from run to run.
            let ordered = counts.sorted {
                ($0.key.source, $0.key.isFake ? 1 : 0) < ($1.key.source, $1.key.isFake ? 1 : 0)
            }
            var change = 0.0
            for (stratum, count) in ordered {
                let size = Double(sizes[stratum, default: 1])
                let missing = size * validationShare - Double(chosen[stratum, default: 0])
                change += Double(count) * (Double(count) - 2 * missing) / size
            }
            guard change < 0 else { continue }
            for index in units[unit] { isValidation[index] = true }
            for (stratum, count) in counts { chosen[stratum, default: 0] += count }
        }
        return (
            samples.indices.filter { !isValidation[$0] }.map { samples[$0] },
            samples.indices.filter { isValidation[$0] }.map { samples[$0] }
        )
    }

    /// Each sample's label and source; sources that `share` of is less than one sample count as one nameless source.
    private func strata(of samples: [Sample], share: Double) -> [Stratum] {
        let own = samples.map { Stratum(isFake: $0.isFake, source: $0.source) }
        var sizes: [Stratum: Int] = [:]
        for stratum in own { sizes[stratum, default: 0] += 1 }
        return own.map {
            Double(sizes[$0, default: 0]) * share < 1 ? Stratum(isFake: $0.isFake, source: "") : $0
        }
    }
}

/// What is kept in proportion when samples are divided.
struct Stratum: Hashable {
    let isFake: Bool
    let source: String
}
