// Every layer's gradient against central differences of its forward pass.
import Network
import Testing

@Suite struct GradientTests {
    /// Compares analytic gradients of Σ output·upstream with (f(x + h) − f(x − h)) / 2h, for inputs and parameters.
    private func check(
        _ layer: any Layer, _ shape: Shape, isTraining: Bool = true, step: Float = 1e-2, tolerance: Double = 2e-2,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let context = Context()
        context.isTraining = isTraining
        context.step = 5
        var generator = SplitMix(state: 42)
        layer.initialise(from: &generator)
        let input = Tensor(shape)
        // Distinct values, well apart, so that no step changes which element wins a maximum.
        let order = (0..<shape.count).shuffled(using: &generator)
        for (index, rank) in order.enumerated() {
            input[index] = (Float(rank) + 0.5) / Float(shape.count) * 4 - 2
        }
        let upstream = (0..<layer.forward(input, context).shape.count).map { _ in
            Float.random(in: -1...1, using: &generator)
        }
        func objective() -> Double {
            zip(layer.forward(input, context).values, upstream).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let outputShape = layer.forward(input, context).shape
        for parameter in layer.parameters { parameter.gradient.fill(0) }
        let found = layer.backward(Tensor(outputShape, upstream), context).values
        func compare(_ tensor: Tensor, _ gradient: [Float], _ name: String) {
            let stride = max(1, tensor.shape.count / 40)
            for index in Swift.stride(from: 0, to: tensor.shape.count, by: stride) {
                let value = tensor[index]
                tensor[index] = value + step
                let upper = objective()
                tensor[index] = value - step
                let lower = objective()
                tensor[index] = value
                let numeric = (upper - lower) / (2 * Double(step))
                let scale = max(1, abs(numeric))
                #expect(
                    abs(Double(gradient[index]) - numeric) < tolerance * scale,
                    "\(name)[\(index)]: \(gradient[index]) against \(numeric)", sourceLocation: sourceLocation)
            }
        }
        compare(input, found, "input")
        for parameter in layer.parameters where parameter.isTrainable {
            compare(parameter.value, parameter.gradient.values, parameter.name)
        }
    }

    @Test func convolution() {
        check(Convolution("a", 2, 3, size: 3), Shape(3, 2, 5, 6))
        check(Convolution("b", 3, 5, size: 5, dilation: 2, hasBias: false), Shape(2, 3, 6, 18))
        check(Convolution("c", 2, 3, size: 3, relu: true), Shape(2, 2, 4, 4), step: 1e-3)
    }

    @Test func batchNormalisation() {
        check(BatchNormalisation("a", 3), Shape(4, 3, 3, 5))
        check(BatchNormalisation("b", 2), Shape(3, 2, 4, 4), isTraining: false)
        check(BatchNormalisation("c", 2, relu: true), Shape(3, 2, 3, 3), step: 1e-3, tolerance: 5e-2)
    }

    @Test func pooling() {
        check(Pooling(.average), Shape(2, 3, 4, 6))
        check(Pooling(.average, size: 3), Shape(2, 2, 6, 3))
        check(Pooling(.maximum), Shape(2, 2, 4, 4), step: 1e-3)
        check(Pooling(.maximum, size: 4), Shape(2, 1, 8, 4), step: 1e-3)
        check(GlobalPooling(), Shape(2, 3, 3, 4), step: 1e-3)
    }

    @Test func dense() { check(Dense("a", 12, 5), Shape(3, 3, 2, 2)) }

    @Test func activationAndDropout() {
        check(LeakyReLU(slope: 0.1), Shape(2, 7), step: 1e-3)
        check(Dropout(rate: 0.4, salt: 3), Shape(3, 20))
    }

    @Test func convolutionBlock() {
        check(
            ConvolutionBlock(convolution: "a", normalisation: "n", 2, 3), Shape(3, 2, 4, 5), step: 1e-3, tolerance: 5e-2
        )
    }

    @Test func `a block that no longer learns does what its layers would`() {
        let block = ConvolutionBlock(convolution: "a", normalisation: "n", 3, 5)
        let layers = Sequential([
            Convolution("a", 3, 5, size: 3, hasBias: false), BatchNormalisation("n", 5, relu: true),
        ])
        var generator = SplitMix(state: 8)
        for (own, other) in zip(block.parameters, layers.parameters) {
            let values = (0..<own.count).map { _ in Float.random(in: 0.2...1, using: &generator) - 0.4 }
            own.set(own.isTrainable ? values : values.map { $0 + 0.5 })
            other.set(own.value.values)
        }
        let input = Tensor(Shape(2, 3, 6, 19), (0..<684).map { _ in Float.random(in: -1...1, using: &generator) })
        let context = Context()
        let (found, wanted) = (block.forward(input, context).values, layers.forward(input, context).values)
        #expect(wanted.contains { $0 > 0 } && wanted.contains(0))
        #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func containers() {
        check(Residual(Convolution("a", 3, 3, size: 3)), Shape(2, 3, 4, 5))
        check(
            Parallel([Convolution("a", 2, 1, size: 1), Convolution("b", 2, 4, size: 3)]), Shape(2, 2, 4, 4))
        check(
            Sequential([
                Convolution("a", 2, 4, size: 3, hasBias: false), BatchNormalisation("n", 4), Pooling(.average),
                Dense("d", 16, 2),
            ]), Shape(3, 2, 4, 4))
    }

    @Test(arguments: [Loss.crossEntropy, .squaredError]) func `losses`(_ loss: Loss) {
        let logits = Tensor(Shape(4, 1), [-3, -0.2, 0.4, 5])
        let targets: [Float] = [0, 1, 0.3, 1]
        let gradient = Tensor(Shape(0, 0))
        _ = loss.evaluate(logits: logits, targets: targets, gradient: gradient)
        let found = gradient.values
        for index in 0..<4 {
            let value = logits[index]
            logits[index] = value + 1e-3
            let upper = loss.evaluate(logits: logits, targets: targets, gradient: gradient)
            logits[index] = value - 1e-3
            let lower = loss.evaluate(logits: logits, targets: targets, gradient: gradient)
            logits[index] = value
            #expect(abs(Double(found[index]) - (upper - lower) / 2e-3) < 1e-3)
        }
    }
}

/// A small generator for tests that repeat.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return mix(state)
    }
}
