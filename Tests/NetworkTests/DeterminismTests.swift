// The number of threads may change how long a step takes, never what comes out of it.
import Network
import Testing
import Threads

@Suite struct DeterminismTests {
    /// Three Adam steps of a small network; returns all its parameters.
    private func train(threads: Int) -> [[Float]] {
        let network = Sequential([
            Stage(
                Convolution("a", 3, 8, size: 3, hasBias: false), normalisation: "n", relu: true, pooling: .average(2)),
            Stage(Inception("b", 8, [1, 3, 2, 2]), normalisation: "m", pooling: .maximum(2)),
            Residual(Stage(Convolution("c", 8, 8, size: 3, relu: true), normalisation: "l")),
            Stage(Convolution("e", 8, 16, size: 3, hasBias: false), normalisation: "k", relu: true), GlobalPooling(),
            Dropout(rate: 0.3, salt: 1),
            Dense("d", 32, 1),
        ])
        var generator = SplitMix(state: 3)
        network.initialise(from: &generator)
        let input = Tensor(Shape(23, 3, 12, 20))
        for index in 0..<input.shape.count { input[index] = Float.random(in: -1...1, using: &generator) }
        let targets = (0..<23).map { Float($0 % 2) }
        let context = Context(team: ThreadTeam(threads: threads))
        context.isTraining = true
        let optimiser = Adam(network.parameters)
        let gradient = Tensor(Shape(0, 0))
        for step in 0..<3 {
            context.step = UInt64(step)
            network.parameters.clearGradients()
            _ = Loss.crossEntropy.evaluate(
                logits: network.forward(input, context), targets: targets, gradient: gradient)
            _ = network.backward(gradient, context)
            optimiser.update(rate: 0.01)
        }
        return network.parameters.map(\.value.values)
    }

    @Test(arguments: [2, 3, 7]) func `training gives the same bits on any number of threads`(_ threads: Int) {
        #expect(train(threads: threads) == train(threads: 1))
    }

    @Test func `an image's output does not depend on its batch`() {
        let network = Sequential([
            Stage(Convolution("a", 3, 5, size: 3, relu: true), normalisation: "n"), GlobalPooling(), Dense("d", 10, 1),
        ])
        var generator = SplitMix(state: 5)
        network.initialise(from: &generator)
        let many = Tensor(Shape(4, 3, 9, 17))
        for index in 0..<many.shape.count { many[index] = Float.random(in: -1...1, using: &generator) }
        let context = Context()
        let together = network.forward(many, context).values
        for image in 0..<4 {
            let count = many.shape.imageCount
            let one = Tensor(Shape(1, 3, 9, 17), Array(many.values[image * count..<(image + 1) * count]))
            #expect(network.forward(one, context).values == [together[image]])
        }
    }

    @Test func `a team visits every iteration once`() {
        let team = ThreadTeam(threads: 4)
        for count in [0, 1, 2, 3, 100] {
            var visits = [Int](repeating: 0, count: count)
            visits.withUnsafeMutableBufferPointer { visits in
                nonisolated(unsafe) let visits = visits
                team.forEach(count) { iteration, _ in visits[iteration] += 1 }
            }
            #expect(visits.allSatisfy { $0 == 1 })
        }
    }
}
