// A network that can learn can learn a handful of pictures by heart; one with a wrong gradient somewhere can't.

import Detection
import Imaging
import Network
import Testing
import Threads

@testable import Training

@Suite struct OverfitTests {
    /// Noise of no meaning: only memory can tell the labels.
    private func pictures(_ count: Int, side: Int) -> [Pixels] {
        (0..<count).map { index in
            var stream = RandomStream(seed: 77, UInt64(index))
            let bytes = (0..<3 * side * side).map { _ in UInt8(truncatingIfNeeded: stream.next()) }
            return Pixels(width: side, height: side, bytes: bytes)
        }
    }

    /// Losses of the three heads before and after `steps` Adam steps on the same batch, measured without dropout.
    private func fit(_ blueprint: Blueprint, count: Int, steps: Int, rate: Float, settling: Int = 400) -> (
        before: Scores, after: Scores
    ) {
        let network = blueprint.makeNetwork()
        var generator = RandomStream(seed: 3)
        network.initialise(from: &generator)
        let inputs = blueprint.makeInputs(count)
        let features = Features(blueprint)
        for (index, picture) in pictures(count, side: blueprint.side).enumerated() {
            features.fill(inputs, index, from: picture, x: 0, y: 0)
        }
        let targets = (0..<count).map { Float($0 % 2) }
        let context = Context(team: ThreadTeam(threads: 2))
        let optimiser = Adam(network.parameters)
        func losses() -> Scores {
            context.isTraining = false
            let logits = network.forward(inputs, context)
            return Scores {
                Loss.crossEntropy.evaluate(logits: logits[$0]!, targets: targets, gradient: Tensor(Shape(0, 0)))
            }
        }
        let before = losses()
        for step in 0..<steps {
            context.isTraining = true
            context.step = UInt64(step)
            network.parameters.clearGradients()
            let logits = network.forward(inputs, context)
            var gradients = HeadTensors()
            for head in Head.allCases {
                let gradient = Tensor(Shape(0, 0))
                _ = Loss.crossEntropy.evaluate(logits: logits[head]!, targets: targets, gradient: gradient)
                gradients[head] = gradient
            }
            network.backward(gradients, context)
            optimiser.update(rate: rate)
        }
        // The running statistics of 0.99 lag behind; more passes without a step let them arrive.
        for _ in 0..<settling {
            context.isTraining = true
            _ = network.forward(inputs, context)
        }
        return (before, losses())
    }

    @Test func `a network of another blueprint learns eight meaningless pictures by heart`() throws {
        var blueprint = Blueprint.crossdomain.deepened(by: 1)
        blueprint.side = 96
        blueprint.spatial.inputs = [
            InputPlan([.rgb, .residual(.median, folded: false)], [Block(8, pooling: .maximum2)]),
            InputPlan([.residual(.mean, folded: true)], [Block(8)]),
        ]
        (blueprint.spatial.features, blueprint.frequency.features) = (.mean, .maximum)
        try blueprint.check()
        let (before, after) = fit(blueprint, count: 8, steps: 80, rate: 3e-3)
        for head in Head.allCases {
            #expect(after[head] < 0.1, "\(head): from \(before[head]) to \(after[head])")
        }
    }

    @Test func `the seed network learns four meaningless pictures by heart`() {
        let (before, after) = fit(.seed, count: 4, steps: 60, rate: 3e-3, settling: 200)
        for head in Head.allCases {
            #expect(after[head] < 0.25, "\(head): from \(before[head]) to \(after[head])")
        }
    }

    @Test func `the crossdomain network learns eight meaningless pictures by heart`() {
        let (before, after) = fit(.crossdomain, count: 8, steps: 80, rate: 3e-3)
        for head in Head.allCases {
            #expect(after[head] < 0.1, "\(head): from \(before[head]) to \(after[head])")
        }
    }
}
