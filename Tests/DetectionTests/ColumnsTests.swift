// Columns must be what the networks were that they are made of, forward and backward, wherever they stand.

import Detection
import Network
import TestSupport
import Testing

@Suite struct ColumnsTests {
    private static let single: Blueprint = {
        var blueprint = BlueprintTests.other
        blueprint.columns = 1
        blueprint.spatial.head = HeadPlan(dropout: 0)
        blueprint.frequency.head = HeadPlan(dropout: 0)
        (blueprint.fusion.dropout, blueprint.branchDropout) = (0, 0)
        return blueprint
    }()

    private static func columns(_ count: Int) -> Blueprint {
        var blueprint = single
        blueprint.columns = count
        blueprint.fusion.hidden = blueprint.fusion.hidden.map { $0 * count }
        return blueprint
    }

    private func network(_ blueprint: Blueprint, _ name: String) -> DetectorNetwork {
        let network = blueprint.makeNetwork()
        for parameter in network.parameters {
            let isSpread = parameter.name.hasSuffix("running_var") || parameter.shape.count == 1
            parameter.set(
                counterTensor(name + parameter.name, count: parameter.count, radius: 0.3, centre: isSpread ? 0.8 : 0))
        }
        return network
    }

    private func inputs(_ blueprint: Blueprint) -> Inputs {
        let inputs = blueprint.makeInputs(3)
        for (index, tensor) in (inputs.spatial + inputs.frequency).enumerated() {
            tensor.base.update(
                from: counterTensor("input\(index)", count: tensor.shape.count), count: tensor.shape.count)
        }
        return inputs
    }

    /// Logits of the fused, the spatial and the frequency head, three crops each.
    private func logits(_ network: DetectorNetwork) -> [[Float]] {
        let found = network.forward(inputs(Self.single), Context())
        return Head.allCases.map { found[$0]!.values }
    }

    private func weights(_ network: DetectorNetwork, _ name: String) -> [Float]? {
        network.parameters.first { $0.name == name }?.value.values
    }

    @Test func `a second column has names of its own, the first those that it had alone`() {
        let (one, two) = (Self.single.makeNetwork(), Self.columns(2).makeNetwork())
        let names = Set(two.parameters.map(\.name))
        #expect(names.isSuperset(of: one.parameters.map(\.name)))
        #expect(names.contains("spatial.column2.conv1.weight") && names.contains("frequency.column2.norm0.weight"))
        #expect(names.count == two.parameters.count)
    }

    @Test(arguments: [1, 2]) func `a network that begins with others scores as their logits' sums`(_ count: Int) {
        let models = ["first", "second"].prefix(count).map { network(Self.single, $0) }
        let (grown, random) = (network(Self.columns(3), "random"), network(Self.columns(3), "random"))
        grown.begin(with: models)
        let parts = models.map { logits($0) }
        for (head, found) in logits(grown).enumerated() {
            for (crop, found) in found.enumerated() {
                let expected = parts.reduce(0) { $0 + $1[head][crop] }
                #expect(abs(found - expected) < 1e-4 * max(1, abs(expected)))
            }
        }
        let (second, third) = ("frequency.column2.conv1.weight", "spatial.column3.conv1.weight")
        #expect(
            weights(grown, second)
                == (count == 1 ? weights(random, second) : weights(models[1], "frequency.conv1.weight")))
        #expect(weights(grown, third) == weights(random, third))
    }

    @Test func `columns add up, and each learns as it would alone`() throws {
        let singles = [network(Self.single, "first"), network(Self.single, "second")]
        let both = Self.columns(2).makeNetwork()
        both.begin(with: singles)
        let heads: Set<Head> = [.spatial, .frequency]
        func step(_ network: DetectorNetwork) -> HeadTensors {
            let context = Context()
            context.isTraining = true
            let logits = network.forward(inputs(Self.single), heads: heads, context)
            let gradient = Tensor(Shape(3, 1))
            gradient.base.update(from: [1, -0.5, 0.25], count: 3)
            network.backward(HeadTensors(spatial: gradient, frequency: gradient), context)
            return logits
        }
        let (found, parts) = (step(both), singles.map(step))
        for head in heads {
            let expected = zip(parts[0][head]!.values, parts[1][head]!.values).map(+)
            for (found, expected) in zip(found[head]!.values, expected) { #expect(abs(found - expected) < 1e-4) }
        }
        for (column, single) in zip(["", "column2."], singles) {
            for name in ["spatial.conv1.weight", "frequency.conv2.weight", "frequency.norm2.weight"] {
                let grown = name.replacing(".", with: ".\(column)", maxReplacements: 1)
                let expected = try #require(single.parameters.first { $0.name == name }).gradient.values
                let found = try #require(both.parameters.first { $0.name == grown }).gradient.values
                #expect(expected.contains { abs($0) > 1e-3 })
                for (found, expected) in zip(found, expected) {
                    #expect(abs(found - expected) < 1e-3 * max(1, abs(expected)))
                }
            }
        }
    }

    @Test func `only networks of the same form fit, and no more than there are columns`() {
        #expect(Self.columns(2).hasRoom(for: [Self.single, Self.single]))
        // What matters in training only may differ.
        var drier = Self.single
        (drier.spatial.head.dropout, drier.fusion.dropout, drier.branchDropout) = (0.3, 0.2, 0.1)
        #expect(Self.columns(2).hasRoom(for: [drier]))
        #expect(Self.columns(3).hasRoom(for: [Self.columns(2)]))
        var trained = Self.single
        trained.stages = [StagePlan("joined", Head.allCases)]
        #expect(Self.single.hasRoom(for: [trained]))
        #expect(!Self.single.hasRoom(for: [Self.single, Self.single]))
        #expect(!Self.columns(2).hasRoom(for: [Self.columns(3)]))
        #expect(!Self.columns(2).hasRoom(for: [Self.single.widened(by: 2)]))
        var narrow = Self.columns(2)
        narrow.fusion.hidden = Self.single.fusion.hidden
        #expect(narrow.hasRoom(for: [Self.single]) && !narrow.hasRoom(for: [Self.single, Self.single]))
        #expect(throws: BlueprintError.self) { try Self.columns(0).check() }
        #expect(throws: BlueprintError.self) { try Self.columns(9).check() }
    }
}
