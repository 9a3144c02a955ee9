// Checks every layer's gradient against finite differences of its own forward pass.

import Network
import Testing

/// A layer under test, with the shape of its input and whether it is run as in training.
struct GradientCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let input: [Int]
    let isTraining: Bool
    let makeLayer: @Sendable () -> any Layer

    init(_ name: String, _ input: [Int], isTraining: Bool = true, _ makeLayer: @escaping @Sendable () -> any Layer) {
        (testDescription, self.input, self.isTraining, self.makeLayer) = (name, input, isTraining, makeLayer)
    }

    static let all = [
        GradientCase("convolution 1×1", [2, 3, 4, 5]) { Convolution("l", 3, 4, size: 1) },
        GradientCase("convolution 3×3", [2, 3, 5, 7]) { Convolution("l", 3, 5, size: 3) },
        GradientCase("convolution 3×3 on wide maps", [1, 2, 5, 21]) { Convolution("l", 2, 4, size: 3) },
        GradientCase("convolution 3×3 dilated by 3", [2, 2, 8, 17]) { Convolution("l", 2, 3, size: 3, dilation: 3) },
        GradientCase("convolution 5×5", [1, 3, 6, 18]) { Convolution("l", 3, 2, size: 5) },
        GradientCase("convolution with ReLU", [2, 2, 5, 6]) { Convolution("l", 2, 3, size: 3, relu: true) },
        GradientCase("convolution without bias", [2, 2, 5, 6]) { Convolution("l", 2, 3, size: 3, hasBias: false) },
        GradientCase("batch normalisation in training", [3, 4, 3, 5]) { BatchNormalisation("l", 4) },
        GradientCase("batch normalisation in use", [3, 4, 3, 5], isTraining: false) { BatchNormalisation("l", 4) },
        GradientCase("batch normalisation with ReLU", [3, 4, 3, 5]) { BatchNormalisation("l", 4, relu: true) },
        GradientCase("average pooling", [2, 2, 4, 6]) { Pooling(.average) },
        GradientCase("maximum pooling", [2, 2, 4, 6]) { Pooling(.maximum) },
        GradientCase("maximum pooling by 4", [2, 2, 8, 4]) { Pooling(.maximum, size: 4) },
        GradientCase("global pooling", [2, 3, 3, 4]) { GlobalPooling() },
        GradientCase("leaky ReLU", [2, 9]) { LeakyReLU(slope: 0.1) },
        GradientCase("dense", [3, 4, 2, 2]) { Dense("l", 16, 5) },
        GradientCase("dropout in training", [3, 12]) { Dropout(rate: 0.5, salt: 3) },
        GradientCase("dropout in use", [3, 12], isTraining: false) { Dropout(rate: 0.5, salt: 3) },
        GradientCase("layers in a row", [2, 2, 4, 4]) {
            Sequential([
                Convolution("a", 2, 3, size: 3), BatchNormalisation("b", 3), Pooling(.average), Dense("c", 12, 2),
            ])
        },
        GradientCase("parallel paths", [2, 3, 4, 5]) {
            Parallel([
                Convolution("a", 3, 2, size: 1), Convolution("b", 3, 1, size: 3), Convolution("c", 3, 3, size: 5),
            ])
        },
        GradientCase("residual", [2, 3, 4, 5]) { Residual(Convolution("a", 3, 3, size: 3)) },
    ]
}

@Suite struct LayerGradientTests {
    /// One layer with counter-made weights, and Σ output · upstream as its loss.
    private final class Probe {
        let layer: any Layer
        let input: Tensor
        let upstream: Tensor
        let context: Context

        init(_ gradientCase: GradientCase, threads: Int = 1) {
            layer = gradientCase.makeLayer()
            context = Context(team: ThreadTeam(threads: threads))
            context.isTraining = gradientCase.isTraining
            context.step = 7
            let shape = Shape(gradientCase.input)
            input = Tensor(shape, counterTensor("input", count: shape.count))
            for parameter in layer.parameters {
                // Scales and variances are positive, everything else lies around zero.
                let isPositive = parameter.shape.count == 1 && !parameter.name.hasSuffix("bias")
                let values = counterTensor(
                    parameter.name, count: parameter.count, radius: 0.5, centre: isPositive ? 1 : 0)
                for (index, value) in values.enumerated() { parameter.value[index] = value }
            }
            let output = layer.forward(input, context).shape
            upstream = Tensor(output, counterTensor("upstream", count: output.count))
        }

        func loss() -> Double {
            let output = layer.forward(input, context).values
            return zip(output, upstream.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }

        /// Gradients with respect to the input and every trainable parameter.
        func gradients() -> [[Float]] {
            for parameter in trainable { parameter.gradient.fill(0) }
            _ = layer.forward(input, context)
            let own = layer.backward(upstream, context).values
            return [own] + trainable.map(\.gradient.values)
        }

        var trainable: [Parameter] { layer.parameters.filter(\.isTrainable) }

        /// The central difference at one element, or nil where a kink (of a ReLU or a maximum) lies within the step.
        func difference(_ tensor: Tensor, _ index: Int) -> Double? {
            let value = tensor[index]
            defer { tensor[index] = value }
            let centre = loss()
            func slope(_ step: Float) -> Double {
                tensor[index] = value + step
                return (loss() - centre) / Double(tensor[index] - value)
            }
            let (right, left) = (slope(0.004), slope(-0.004))
            return abs(right - left) < 5e-3 * max(1, abs(right)) ? (right + left) / 2 : nil
        }
    }

    @Test(arguments: GradientCase.all)
    func `backward gives the slope of forward`(_ gradientCase: GradientCase) {
        let probe = Probe(gradientCase)
        let gradients = probe.gradients()
        let tensors = [("input", probe.input)] + probe.trainable.map { ($0.name, $0.value) }
        for ((name, tensor), gradient) in zip(tensors, gradients) {
            var (checked, worst) = (0, 0.0)
            for index in gradient.indices {
                guard let slope = probe.difference(tensor, index) else { continue }
                checked += 1
                worst = max(worst, abs(Double(gradient[index]) - slope) / max(1, abs(slope)))
            }
            #expect(worst < 4e-3, "gradient of \(name)")
            #expect(checked * 2 >= gradient.count, "too few elements of \(name) lie away from kinks")
        }
    }

    @Test(arguments: GradientCase.all)
    func `results are the same bit for bit with any number of threads`(_ gradientCase: GradientCase) {
        let alone = Probe(gradientCase)
        let expected = (alone.layer.forward(alone.input, alone.context).values, alone.gradients())
        for threads in [2, 5] {
            let shared = Probe(gradientCase, threads: threads)
            #expect(shared.layer.forward(shared.input, shared.context).values == expected.0)
            #expect(shared.gradients() == expected.1)
        }
    }

    @Test(arguments: [Loss.crossEntropy, .squaredError])
    func `a loss's gradient is its slope`(_ loss: Loss) {
        let shape = Shape(6, 1)
        let logits = Tensor(shape, counterTensor("logits", count: 6, radius: 3))
        let targets: [Float] = [0, 1, 1, 0, 0.25, 1]
        let (gradient, unused) = (Tensor(shape), Tensor(shape))
        _ = loss.evaluate(logits: logits, targets: targets, gradient: gradient)
        for index in 0..<6 {
            let value = logits[index]
            func at(_ logit: Float) -> Double {
                logits[index] = logit
                return loss.evaluate(logits: logits, targets: targets, gradient: unused)
            }
            let slope = (at(value + 0.01) - at(value - 0.01)) / 0.02
            logits[index] = value
            #expect(abs(Double(gradient[index]) - slope) < 1e-4)
        }
    }
}
