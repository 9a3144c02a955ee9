// Proves single layers, losses and the optimiser against PyTorch and Keras: gradients alone can't show a wrong forward pass.

import Network
import TestSupport
import Testing
import Threads

@Suite struct LayerReferenceTests {
    /// Runs the layer forward and backward and compares output and gradients with the case.
    private func check(_ layer: any Layer, _ reference: ReferenceFixture.LayerCase, isTraining: Bool = false) {
        let context = Context(team: ThreadTeam(threads: 2))
        context.isTraining = isTraining
        let output = layer.forward(reference.tensor("input", reference.input), context)
        #expect(output.shape == Shape(reference.outputShape))
        expectClose(output.values, reference.output, "output")
        let inputGradient = layer.backward(reference.tensor("upstream", reference.outputShape), context)
        expectClose(inputGradient.values, reference.gradients["input"] ?? [], "input gradient")
        for parameter in layer.parameters where parameter.isTrainable {
            let name = String(parameter.name.split(separator: ".").last!)
            expectClose(parameter.gradient.values, reference.gradients[name] ?? [], "\(name) gradient")
        }
    }

    @Test(arguments: try ReferenceFixture.read().convolution)
    func `convolution agrees with PyTorch`(_ reference: ReferenceFixture.LayerCase) throws {
        let weight = try #require(reference.weight)
        let layer = FilterLayer(
            Convolution("layer", weight[1], weight[0], size: weight[2], dilation: try #require(reference.dilation)))
        layer.parameters.forEach { reference.fill($0) }
        check(layer, reference)
    }

    @Test(arguments: try ReferenceFixture.read().normalisation)
    func `batch normalisation agrees with PyTorch, in training and after it`(
        _ reference: ReferenceFixture.LayerCase
    ) throws {
        let layer = BatchNormalisation("layer", reference.input[1])
        for parameter in layer.parameters {
            let isScale = parameter.name.hasSuffix("weight") || parameter.name.hasSuffix("running_var")
            let isBias = parameter.name.hasSuffix("bias")
            reference.fill(parameter, radius: isBias ? 1 : 0.5, centre: isScale ? 1 : 0)
        }
        check(layer, reference, isTraining: true)

        let recorded = layer.parameters.filter { !$0.isTrainable }
        expectClose(recorded[0].value.values, try #require(reference.runningMean), "running mean")
        expectClose(recorded[1].value.values, try #require(reference.runningVariance), "running variance")
        let output = layer.forward(reference.tensor("input", reference.input), Context())
        expectClose(output.values, try #require(reference.evaluated), "output with running statistics")
    }

    @Test(arguments: try ReferenceFixture.read().pooling)
    func `pooling agrees with PyTorch`(_ reference: ReferenceFixture.LayerCase) throws {
        let size = try #require(reference.window)
        guard reference.kind == "maximum" else { return check(AveragePooling(size: size), reference) }
        // Pooling by maximum comes with a filter and a normalisation: here both the identity, but for the latter's epsilon.
        let channels = reference.input[1]
        let filter = Convolution("layer", channels, channels, size: 1, hasBias: false)
        for channel in 0..<channels { filter.weight.value[channel * (channels + 1)] = 1 }
        let stage = Stage(filter, normalisation: "layer", pooling: .maximum(size))
        let output = stage.forward(reference.tensor("input", reference.input), Context())
        #expect(output.shape == Shape(reference.outputShape))
        expectClose(output.values.map { $0 * Float(1.001).squareRoot() }, reference.output, "output")
    }

    @Test(arguments: try ReferenceFixture.read().dense)
    func `dense layer and leaky ReLU agree with PyTorch`(_ reference: ReferenceFixture.LayerCase) throws {
        let weight = try #require(reference.weight)
        let dense = Dense("layer", weight[1], weight[0])
        dense.parameters.forEach { reference.fill($0) }
        guard let slope = reference.slope else { return check(dense, reference) }

        let leaky = LeakyReLU(slope: slope)
        let context = Context()
        let output = leaky.forward(dense.forward(reference.tensor("input", reference.input), context), context)
        expectClose(output.values, reference.output, "output")
        let upstream = reference.tensor("upstream", reference.outputShape)
        let inputGradient = dense.backward(leaky.backward(upstream, context), context)
        expectClose(inputGradient.values, try #require(reference.gradients["input"]), "input gradient")
        for (parameter, name) in zip(dense.parameters, ["weight", "bias"]) {
            expectClose(parameter.gradient.values, try #require(reference.gradients[name]), "\(name) gradient")
        }
    }

    @Test(arguments: try ReferenceFixture.read().loss)
    func `losses agree with PyTorch, also for extreme logits`(_ reference: ReferenceFixture.LossCase) {
        let logits = counterTensor("\(reference.name).logits", count: reference.count, radius: reference.radius)
        let labels = counterTensor("\(reference.name).labels", count: reference.count).map { Float($0 > 0 ? 1 : 0) }
        let gradient = Tensor(Shape(reference.count, 1))
        let loss: Loss = reference.kind == "crossEntropy" ? .crossEntropy : .squaredError
        let value = loss.evaluate(logits: Tensor(gradient.shape, logits), targets: labels, gradient: gradient)
        expectClose([Float(value)], [reference.loss], "loss")
        expectClose(gradient.values, reference.gradient, tolerance: 1e-7, "gradient")
    }

    @Test(arguments: try ReferenceFixture.read().adam)
    func `Adam takes the steps that Keras takes`(_ reference: ReferenceFixture.AdamCase) {
        let parameter = Parameter("weights", [reference.count])
        let start = counterTensor("\(reference.name).parameters", count: reference.count)
        for index in 0..<reference.count { parameter.value[index] = start[index] }
        let adam = Adam([parameter])
        for (step, expected) in reference.parameters.enumerated() {
            let name = "\(reference.name).gradient.\(step + 1)"
            let gradient = counterTensor(name, count: reference.count, radius: reference.radius)
            for index in 0..<reference.count { parameter.gradient[index] = gradient[index] }
            adam.update(rate: reference.rate)
            expectClose(parameter.value.values, expected, tolerance: 1e-6, "parameters after step \(step + 1)")
        }
    }
}
