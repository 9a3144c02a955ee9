// What a blueprint may ask for. It may come out of anybody's model file, so that nothing is built of it before this.

extension Blueprint {
    /// The most that a network may have: 128 MB of weights, a few seconds a crop, and a quarter of a gigabyte of maps.
    package static let limits = BlueprintCost(weights: 32 << 20, multiplyAdds: 20_000_000_000, values: 64 << 20)

    /// Refuses what cannot or may not be built. Takes no more memory than the blueprint itself.
    package func check() throws(BlueprintError) {
        try checkNumbers()
        for (place, head) in [("spatial.head", spatial.head), ("frequency.head", frequency.head), ("fusion", fusion)] {
            try head.check(place)
        }
        try checkStages()
        let layout = try DetectorLayout(self)
        let cost = layout.cost
        for (found, limit, what) in [
            (cost.weights, Blueprint.limits.weights, "weights"),
            (cost.multiplyAdds, Blueprint.limits.multiplyAdds, "multiply-adds a crop"),
            (cost.values, Blueprint.limits.values, "values in a crop's maps"),
        ] where found > limit { throw .impossible("it has \(found) \(what), more than \(limit)") }
        // A scan keeps the features of all crops of the pictures that it judges together.
        let kept = (layout.spatial.features + layout.frequency.features) * crops.most * batch
        guard kept <= Blueprint.limits.values else {
            throw .impossible(
                "it keeps \(kept) features of the pictures judged together, more than \(Blueprint.limits.values)")
        }
    }

    private func checkNumbers() throws(BlueprintError) {
        let isName = name.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
        guard (1...32).contains(name.utf8.count), isName else {
            throw .impossible("name: it has up to 32 characters of a-z, 0-9 and '-'")
        }
        guard (32...512).contains(side), side % 8 == 0 else {
            throw .impossible("side: \(side) is no multiple of 8 within 32 and 512")
        }
        guard (picture == .resized) == (crops == .whole) else {
            throw .impossible("crops: a resized picture goes with 'whole', a cropped one with any other")
        }
        guard (0...1).contains(branchDropout) else {
            throw .impossible("branchDropout: \(branchDropout) is not within 0 and 1")
        }
        guard (1...8).contains(columns) else { throw .impossible("columns: \(columns) is not within 1 and 8") }
        guard (1...64).contains(batch) else { throw .impossible("batch: \(batch) is not within 1 and 64") }
    }

    private func checkStages() throws(BlueprintError) {
        guard (1...8).contains(stages.count) else { throw .impossible("stages: there must be 1 to 8") }
        for (index, stage) in stages.enumerated() {
            guard (1...32).contains(stage.name.utf8.count) else {
                throw .impossible("stages[\(index)].name: it has up to 32 characters")
            }
            guard !stage.heads.isEmpty, Set(stage.heads).count == stage.heads.count else {
                throw .impossible("stages[\(index)].heads: there must be some, each once")
            }
            guard (1e-6...100).contains(stage.rate) else {
                throw .impossible("stages[\(index)].rate: \(stage.rate) is not within 1e-06 and 100")
            }
            guard (0.001...100).contains(stage.length) else {
                throw .impossible("stages[\(index)].length: \(stage.length) is not within 0.001 and 100")
            }
        }
        let trained = Set(stages.flatMap(\.heads))
        if let left = Head.allCases.first(where: { !trained.contains($0) }) {
            throw .impossible("stages: none trains the head '\(left.rawValue)'")
        }
    }
}

extension HeadPlan {
    func check(_ place: String) throws(BlueprintError) {
        guard hidden.count <= 3, hidden.allSatisfy({ (1...4096).contains($0) }) else {
            throw .impossible("\(place).hidden: there may be up to 3, each within 1 and 4096")
        }
        guard (0...0.95).contains(dropout) else {
            throw .impossible("\(place).dropout: \(dropout) is not within 0 and 0.95")
        }
    }
}
