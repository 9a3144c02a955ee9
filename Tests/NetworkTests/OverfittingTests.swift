// Shows that the parts learn together: a small network must be able to memorise a few pictures with arbitrary labels.

import Network
import TestSupport
import Testing

@Suite struct OverfittingTests {
    /// Losses over `steps` steps on twelve pictures of noise whose labels mean nothing.
    private func train(steps: Int, loss: Loss) -> [Double] {
        let network = Sequential([
            Stage(
                Convolution("conv1", 3, 8, size: 3, relu: true), normalisation: "norm1", pooling: .maximum(2),
                isFirst: true),
            Stage(Inception("inception", 8, [2, 2, 2, 2]), normalisation: "norm2"),
            Residual(Stage(Convolution("conv3", 8, 8, size: 3, hasBias: false), normalisation: "norm3", relu: true)),
            AveragePooling(),
            Dense("dense1", 8 * 4 * 4, 16), LeakyReLU(slope: 0.1), Dense("dense2", 16, 1),
        ])
        var generator = SplitMix(state: 1)
        network.initialise(from: &generator)
        let context = Context()
        context.isTraining = true
        let shape = Shape(12, 3, 16, 16)
        let pictures = Tensor(shape, counterTensor("pictures", count: shape.count))
        let labels: [Float] = [1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0]
        let adam = Adam(network.parameters)
        let gradient = Tensor(Shape(12, 1))
        return (0..<steps).map { _ in
            network.parameters.clearGradients()
            let value = loss.evaluate(logits: network.forward(pictures, context), targets: labels, gradient: gradient)
            _ = network.backward(gradient, context)
            adam.update(rate: 0.005)
            return value
        }
    }

    @Test(arguments: [(Loss.crossEntropy, 0.5, 0.02), (.squaredError, 0.15, 0.005)])
    func `a small network memorises pictures with arbitrary labels`(_ loss: Loss, _ first: Double, _ last: Double) {
        let losses = train(steps: 60, loss: loss)
        #expect(losses[0] > first)
        #expect(losses[59] < last)
    }
}
