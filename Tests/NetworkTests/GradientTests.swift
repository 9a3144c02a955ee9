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
        check(FilterLayer(Convolution("a", 2, 3, size: 3)), Shape(3, 2, 5, 6))
        check(FilterLayer(Convolution("b", 3, 5, size: 5, dilation: 2, hasBias: false)), Shape(2, 3, 6, 18))
        check(FilterLayer(Convolution("c", 2, 3, size: 3, relu: true)), Shape(2, 2, 4, 4), step: 1e-3)
        // Sums that stay transformed from image to image, and a bias after them.
        check(FilterLayer(Convolution("d", 11, 13, size: 3)), Shape(3, 11, 5, 6))
    }

    @Test func inception() {
        check(FilterLayer(Inception("a", 3, [1, 4, 4, 2])), Shape(2, 3, 9, 7), step: 1e-4, tolerance: 3e-2)
        check(FilterLayer(Inception("b", 5, [2, 4, 3, 2])), Shape(1, 5, 8, 16), step: 3e-4, tolerance: 3e-2)
    }

    @Test func batchNormalisation() { check(BatchNormalisation("a", 3), Shape(4, 3, 3, 5)) }

    @Test func pooling() {
        check(AveragePooling(), Shape(2, 3, 4, 6))
        check(AveragePooling(size: 3), Shape(2, 2, 6, 3))
        for kinds: Set<GlobalPooling.Kind> in [[.mean, .maximum], [.mean], [.maximum]] {
            check(GlobalPooling(kinds), Shape(2, 3, 3, 4), step: 1e-3)
        }
    }

    @Test(
        arguments: [
            .none, .average(2), .average(3), .maximum(2), .maximum(3),
        ] as [Stage.Pooling], [false, true])
    func `stages`(_ pooling: Stage.Pooling, relu: Bool) {
        // A negative scale turns the order of a window's pixels round.
        func stage(_ filter: any Filter) -> Stage {
            let stage = Stage(filter, normalisation: "n", relu: relu, pooling: pooling)
            let scale = stage.parameters.first { $0.name == "n.weight" }!
            scale.set((0..<scale.count).map { $0 == 0 ? -1.5 : 0.8 })
            return stage
        }
        check(stage(Identity(2)), Shape(3, 2, 6, 18), step: 1e-3, tolerance: 5e-2)
        check(
            stage(Convolution("a", 2, 3, size: 3, relu: !relu)), Shape(3, 2, 6, 12), step: 3e-4, tolerance: 6e-2)
    }

    @Test func dense() { check(Dense("a", 12, 5), Shape(3, 3, 2, 2)) }

    @Test func activationAndDropout() {
        check(LeakyReLU(slope: 0.1), Shape(2, 7), step: 1e-3)
        check(Dropout(rate: 0.4, salt: 3), Shape(3, 20))
    }

    /// Inputs and height: without and with the transforms of large filters.
    @Test(arguments: [.none, .average(2)] as [Stage.Pooling], [(3, 6), (7, 8)])
    func `a stage that no longer learns does what its layers would`(
        _ pooling: Stage.Pooling, _ map: (inputs: Int, height: Int)
    ) {
        let stage = Stage(
            Convolution("a", map.inputs, 5, size: 3, hasBias: false), normalisation: "n", relu: true, pooling: pooling)
        let layers = Sequential(
            [
                FilterLayer(Convolution("a", map.inputs, 5, size: 3, hasBias: false)),
                BatchNormalisation("n", 5), LeakyReLU(slope: 0),
            ] + (pooling == .none ? [] : [AveragePooling()]))
        var generator = SplitMix(state: 8)
        for (own, other) in zip(stage.parameters, layers.parameters) {
            let values = (0..<own.count).map { _ in Float.random(in: 0.2...1, using: &generator) - 0.4 }
            own.set(own.isTrainable ? values : values.map { $0 + 0.5 })
            other.set(own.value.values)
        }
        let shape = Shape(2, map.inputs, map.height, 20)
        let input = Tensor(shape, (0..<shape.count).map { _ in Float.random(in: -1...1, using: &generator) })
        let wanted = layers.forward(input, Context()).values
        #expect(wanted.contains { $0 > 0 } && (pooling != .none || wanted.contains(0)))
        // Twice, since the second pass uses what the first has kept.
        let context = Context(hasFixedWeights: true)
        for _ in 0..<2 {
            #expect(zip(stage.forward(input, context).values, wanted).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test func containers() {
        check(Residual(FilterLayer(Convolution("a", 3, 3, size: 3))), Shape(2, 3, 4, 5))
        check(
            Sequential([
                Stage(
                    Convolution("a", 2, 4, size: 3, hasBias: false), normalisation: "n", pooling: .average(2)),
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
