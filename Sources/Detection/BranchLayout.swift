// A branch of a blueprint with every number worked out: the one account that the network, its limits and its costs are made from.

/// What the blocks of a branch come to, in the order in which a network runs them.
struct BranchLayout {
    /// One filter with what follows it.
    struct Step {
        /// Of the filter's tensors, and of its normalisation's, behind the column's.
        let name: String
        let normalisation: String
        let block: Block
        let inputs: Int
        /// Of the map that comes in.
        let side: Int
        let pooling: Block.Pooling
        /// Whether the input is data, so that nobody wants its gradient.
        let isFirst: Bool
    }

    /// One input up to where it meets the others.
    struct Stem {
        let channels: Int
        /// Name of a normalisation that comes first.
        let normalisation: String?
        let steps: [Step]
    }

    let name: String
    let columns: Int
    private(set) var stems: [Stem] = []
    private(set) var body: [Step] = []
    let pooled: BranchPlan.Pooled
    let head: HeadPlan
    /// Length of the vector of features, of all columns.
    private(set) var features = 0
    private var count = 0

    /// Of one column.
    var steps: [Step] { stems.flatMap(\.steps) + body }

    /// What the names of a column's tensors begin with: the first has the branch's alone.
    func prefix(ofColumn column: Int) -> String { column == 0 ? name : "\(name).column\(column + 1)" }

    init(_ name: String, _ plan: BranchPlan, side: Int, columns: Int) throws(BlueprintError) {
        (self.name, self.columns, pooled, head) = (name, columns, plan.features, plan.head)
        guard (1...4).contains(plan.inputs.count) else { throw .impossible("\(name).inputs: there must be 1 to 4") }
        var (joined, extent) = (0, 0)
        for (index, input) in plan.inputs.enumerated() {
            let place = "\(name).inputs[\(index)]"
            guard (1...8).contains(input.maps.count), Set(input.maps).count == input.maps.count else {
                throw .impossible("\(place).maps: there must be 1 to 8 different ones")
            }
            guard Set(input.maps.map { $0.extent(side) }).count == 1 else {
                throw .impossible("\(place).maps: they differ in extent; make them inputs of their own")
            }
            let channels = input.maps.reduce(0) { $0 + $1.channels }
            var map = (channels: channels, side: input.maps[0].extent(side))
            let normalisation = input.normalised ? normalisationName() : nil
            let steps = try lay(input.blocks, "\(place).blocks", &map, readsData: !input.normalised)
            stems.append(Stem(channels: channels, normalisation: normalisation, steps: steps))
            guard index == 0 || map.side == extent else {
                throw .impossible("\(place): its maps end with \(map.side) pixels a side, those before with \(extent)")
            }
            (joined, extent) = (joined + map.channels, map.side)
        }
        var map = (channels: joined, side: extent)
        let readsData = plan.inputs.count == 1 && !plan.inputs[0].normalised && plan.inputs[0].blocks.isEmpty
        body = try lay(plan.blocks, "\(name).blocks", &map, readsData: readsData)
        guard !steps.isEmpty else { throw .impossible("\(name): it has no block") }
        features =
            switch plan.features {
            case .flat: columns * map.channels * map.side * map.side
            case .mean, .maximum: columns * map.channels
            case .meanAndMaximum: columns * 2 * map.channels
            }
    }

    /// `norm0`, with a number of its own where there are several.
    private func normalisationName() -> String {
        let before = stems.count { $0.normalisation != nil }
        return before == 0 ? "norm0" : "norm0_\(before + 1)"
    }

    private mutating func lay(
        _ blocks: [Block], _ place: String, _ map: inout (channels: Int, side: Int), readsData: Bool
    ) throws(BlueprintError) -> [Step] {
        var steps: [Step] = []
        guard blocks.count <= 64 else { throw .impossible("\(place): there are more than 64") }
        for (index, block) in blocks.enumerated() {
            let place = "\(place)[\(index)]"
            try block.check(place)
            if block.residual, block.outputs != map.channels {
                throw .impossible("\(place): a residual block keeps its \(map.channels) channels")
            }
            for turn in 1...block.repeats {
                count += 1
                let isLast = turn == block.repeats
                steps.append(
                    Step(
                        name: "\(block.kind == .inception ? "inception" : "conv")\(count)",
                        normalisation: "norm\(count)", block: block, inputs: map.channels, side: map.side,
                        pooling: isLast ? block.pooling : .none,
                        isFirst: readsData && steps.isEmpty && !block.residual))
                map.channels = block.outputs
            }
            guard map.side % block.pooling.size == 0 else {
                throw .impossible("\(place).pooling: \(block.pooling.size) does not divide \(map.side) pixels")
            }
            map.side /= block.pooling.size
        }
        return steps
    }
}

extension Block {
    /// Refuses what no network can be made of.
    ///
    /// - Parameter place: where it stands in the blueprint.
    func check(_ place: String) throws(BlueprintError) {
        func within(_ range: ClosedRange<Int>, _ value: Int, _ key: String) throws(BlueprintError) {
            guard range.contains(value) else {
                throw .impossible("\(place).\(key): \(value) is not within \(range.lowerBound) and \(range.upperBound)")
            }
        }
        try within(1...1024, outputs, "outputs")
        try within(1...32, repeats, "repeats")
        try within(1...7, size, "size")
        guard size % 2 == 1 else { throw .impossible("\(place).size: \(size) is not odd") }
        guard paths.count == (kind == .inception ? 4 : 0) else {
            throw .impossible("\(place).paths: an inception has 4, anything else none")
        }
        for path in paths { try within(1...1024, path, "paths") }
        guard paths.isEmpty || paths.reduce(0, +) == outputs else {
            throw .impossible("\(place).outputs: \(outputs) is not the sum of its paths")
        }
        if residual, pooling.isMaximum {
            throw .impossible("\(place).pooling: after a residual block it is none or average2")
        }
    }
}
