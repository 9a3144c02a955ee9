// From a blueprint to a network with weights still to be drawn or loaded, and to what that network costs.
import Network

/// What a network of a blueprint comes to.
package struct BlueprintCost: Sendable, Equatable {
    /// Learned numbers.
    package var weights = 0
    /// Multiplications of weights with a crop's values; those that make the inputs are not counted.
    package var multiplyAdds = 0
    /// Values of all maps of one crop.
    package var values = 0
}

/// Both branches and the fusion, worked out.
struct DetectorLayout {
    let spatial: BranchLayout
    let frequency: BranchLayout
    let cost: BlueprintCost

    init(_ blueprint: Blueprint) throws(BlueprintError) {
        spatial = try BranchLayout("spatial", blueprint.spatial, side: blueprint.side, columns: blueprint.columns)
        frequency = try BranchLayout("frequency", blueprint.frequency, side: blueprint.side, columns: blueprint.columns)
        var cost = BlueprintCost()
        for branch in [spatial, frequency] {
            branch.count(&cost)
            cost.count(branch.head, features: branch.features)
        }
        cost.count(blueprint.fusion, features: spatial.features + frequency.features)
        self.cost = cost
    }
}

extension Blueprint {
    /// A network of a blueprint that `check` has passed.
    package func makeNetwork() -> DetectorNetwork {
        let layout = checkedLayout
        let features = layout.spatial.features + layout.frequency.features
        return DetectorNetwork(
            spatial: layout.spatial.makeBranch(salts: [13, 17, 18, 19]),
            frequency: layout.frequency.makeBranch(salts: [14, 20, 21, 22]),
            fusion: fusion.makeLayers("fusion", features, salts: [11, 12, 15, 16]), branchDropout: branchDropout)
    }

    /// What a network of a blueprint that `check` has passed costs.
    package var cost: BlueprintCost { checkedLayout.cost }

    private var checkedLayout: DetectorLayout {
        do throws(BlueprintError) {
            return try DetectorLayout(self)
        } catch {
            preconditionFailure(error.message)
        }
    }
}

extension BranchLayout {
    /// - Parameter salts: one for each dropout that a head may have.
    func makeBranch(salts: [UInt64]) -> Branch {
        let trunks = (0..<columns).map { makeTrunk(prefix(ofColumn: $0)) }
        let trunk = trunks.count == 1 ? trunks[0] : ColumnTrunk(trunks)
        return Branch(trunk: trunk, head: head.makeLayers(name, features, salts: salts))
    }

    /// - Parameter prefix: what the names of its tensors begin with.
    private func makeTrunk(_ prefix: String) -> any Trunk {
        let rest = Sequential(body.flatMap { $0.makeLayers(prefix) } + pooled.makeLayers())
        let firsts = stems.map { stem in
            let normalisation = stem.normalisation.map { [BatchNormalisation("\(prefix).\($0)", stem.channels)] } ?? []
            return Sequential(normalisation + stem.steps.flatMap { $0.makeLayers(prefix) })
        }
        return firsts.count == 1 ? SingleTrunk(Sequential([firsts[0], rest])) : JoiningTrunk(firsts, rest: rest)
    }

    func count(_ cost: inout BlueprintCost) {
        for stem in stems {
            if let first = stem.steps.first { cost.values += stem.channels * first.side * first.side }
            if stem.normalisation != nil { cost.weights += columns * 2 * stem.channels }
        }
        for step in steps {
            let (area, outputs) = (step.side * step.side, step.block.outputs)
            let (weights, biases) = step.weights
            cost.weights += columns * (weights + biases + 2 * outputs)
            cost.multiplyAdds += columns * weights * area
            cost.values += columns * outputs * area
        }
    }
}

extension BranchLayout.Step {
    /// - Parameter prefix: what the names of its tensors begin with.
    func makeLayers(_ prefix: String) -> [any Layer] {
        let filter: any Filter
        let name = "\(prefix).\(name)"
        switch block.kind {
        case .convolution:
            filter = Convolution(name, inputs, block.outputs, size: block.size, hasBias: false)
        case .rectified:
            filter = Convolution(name, inputs, block.outputs, size: block.size, relu: true)
        case .inception:
            filter = Inception(name, inputs, block.paths)
        }
        let stage = Stage(
            filter, normalisation: "\(prefix).\(normalisation)", relu: block.kind == .convolution,
            pooling: block.residual ? .none : pooling.ofStage, isFirst: isFirst)
        guard block.residual else { return [stage] }
        return pooling == .none ? [Residual(stage)] : [Residual(stage), AveragePooling(size: pooling.size)]
    }

    /// Learned numbers of the filter.
    var weights: (weights: Int, biases: Int) {
        let area = block.size * block.size
        switch block.kind {
        case .convolution: return (inputs * block.outputs * area, 0)
        case .rectified: return (inputs * block.outputs * area, block.outputs)
        case .inception:
            // A 1×1 convolution on each path, a 3×3 one behind all but the first.
            let wide = block.paths.dropFirst()
            return (
                inputs * block.outputs + wide.reduce(0) { $0 + 9 * $1 * $1 }, block.outputs + wide.reduce(0, +)
            )
        }
    }
}

extension BranchPlan.Pooled {
    func makeLayers() -> [any Layer] {
        switch self {
        case .flat: []
        case .mean: [GlobalPooling([.mean])]
        case .maximum: [GlobalPooling([.maximum])]
        case .meanAndMaximum: [GlobalPooling()]
        }
    }
}

extension HeadPlan {
    /// - Parameter salts: as many as there are layers, or more.
    func makeLayers(_ name: String, _ features: Int, salts: [UInt64]) -> Sequential {
        var (layers, inputs) = ([any Layer](), features)
        for (index, outputs) in (hidden + [1]).enumerated() {
            if index > 0 { layers.append(LeakyReLU(slope: 0.1)) }
            let number = hidden.isEmpty ? "" : "\(index + 1)"
            layers.append(Dropout(rate: Float(dropout), salt: salts[index]))
            layers.append(Dense("\(name).dense\(number)", inputs, outputs))
            inputs = outputs
        }
        return Sequential(layers)
    }
}

extension BlueprintCost {
    fileprivate mutating func count(_ head: HeadPlan, features: Int) {
        var inputs = features
        for outputs in head.hidden + [1] {
            weights += (inputs + 1) * outputs
            multiplyAdds += inputs * outputs
            inputs = outputs
        }
    }
}
