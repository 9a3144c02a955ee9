// Networks that have learnt different things may become the columns of one, which then goes on learning.
import Network

extension Blueprint {
    /// Whether networks of these blueprints may become columns of this one's: there are not too many, their heads' hidden layers have
    /// room beside each other, and all but how they were trained is the same.
    package func hasRoom(for others: [Blueprint]) -> Bool {
        let heads: [WritableKeyPath<Blueprint, HeadPlan>] = [\.fusion, \.spatial.head, \.frequency.head]
        let hasRoom = heads.allSatisfy { head in
            let own = self[keyPath: head].hidden
            return own.indices.allSatisfy { layer in
                let needed = others.reduce(0) { sum, other in
                    let hidden = other[keyPath: head].hidden
                    return sum + (hidden.indices.contains(layer) ? hidden[layer] : 0)
                }
                return needed <= own[layer]
            }
        }
        return hasRoom && others.reduce(0) { $0 + $1.columns } <= columns
            && others.allSatisfy { other in
                var other = other
                (other.columns, other.stages, other.losses) = (columns, stages, losses)
                other.branchDropout = branchDropout
                for head in heads {
                    other[keyPath: head].dropout = self[keyPath: head].dropout
                    if other[keyPath: head].hidden.count == self[keyPath: head].hidden.count {
                        other[keyPath: head].hidden = self[keyPath: head].hidden
                    }
                }
                return other == self
            }
    }
}

extension DetectorNetwork {
    /// Takes the columns of networks that its blueprint has room for, one network's after the other's, and makes heads whose logits are
    /// the sums of theirs. Columns and hidden values that are left over keep their weights, but count for nothing yet.
    package func begin(with networks: [DetectorNetwork]) {
        if networks.isEmpty { return }
        var fused = [[Run]](repeating: [], count: networks.count)
        var before = 0
        for branch in [\DetectorNetwork.spatial, \.frequency] {
            let given = networks.map { $0[keyPath: branch] }
            for (own, column) in zip(self[keyPath: branch].columns, given.flatMap(\.columns)) {
                for (parameter, value) in zip(own.parameters, column.parameters) { parameter.set(value.value.values) }
            }
            var place = 0
            var seen: [[Run]] = []
            for (index, features) in given.map(\.features).enumerated() {
                seen.append([Run(given: 0, own: place, count: features)])
                let first = fused[index].last.map { $0.given + $0.count } ?? 0
                fused[index].append(Run(given: first, own: before + place, count: features))
                place += features
            }
            self[keyPath: branch].head.begin(with: given.map(\.head), inputs: seen)
            before += self[keyPath: branch].features
        }
        fusion.begin(with: networks.map(\.fusion), inputs: fused)
    }
}

extension Branch {
    /// Trunks of one column each.
    fileprivate var columns: [any Trunk] { (trunk as? ColumnTrunk)?.columns ?? [trunk] }

    /// Length of the vector that the head reads.
    fileprivate var features: Int { head.parameters[0].shape[1] }
}

/// Where values that follow each other in a given vector stand in one's own.
private struct Run {
    let given: Int
    let own: Int
    let count: Int
}

extension Layer {
    /// Puts dense layers of others beside each other, layer by layer; the last ones are added.
    ///
    /// - Parameter inputs: for each of the heads, where what it reads stands in what this reads.
    fileprivate func begin(with heads: [any Layer], inputs: [[Run]]) {
        var inputs = inputs
        let layers = parameters.count / 2
        for layer in 0..<layers {
            let (weight, bias, isLast) = (parameters[2 * layer], parameters[2 * layer + 1], layer == layers - 1)
            let width = weight.shape[1]
            var (weights, biases) = (weight.value.values, bias.value.values)
            if isLast {
                weights = [Float](repeating: 0, count: weights.count)
                biases = [Float](repeating: 0, count: biases.count)
            }
            var (place, outputs) = (0, [[Run]]())
            for (head, runs) in zip(heads, inputs) {
                let (given, givenBiases) = (head.parameters[2 * layer], head.parameters[2 * layer + 1].value.values)
                let (rows, columns, values) = (given.shape[0], given.shape[1], given.value.values)
                for row in 0..<rows {
                    let own = isLast ? row : place + row
                    if !isLast {
                        for index in 0..<width { weights[own * width + index] = 0 }
                        biases[own] = 0
                    }
                    for run in runs {
                        for index in 0..<run.count {
                            weights[own * width + run.own + index] += values[row * columns + run.given + index]
                        }
                    }
                    biases[own] += givenBiases[row]
                }
                outputs.append([Run(given: 0, own: place, count: rows)])
                place += rows
            }
            weight.set(weights)
            bias.set(biases)
            inputs = outputs
        }
    }
}
