// The convolution kernels against loops that anyone can read, over shapes that do not fit their tiles.
import Foundation
import Network
import Testing

@Suite struct ConvolutionKernelTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let inputs: Int
        let outputs: Int
        let height: Int
        let width: Int
        let size: Int
        let dilation: Int
        var testDescription: String { "\(inputs)→\(outputs) \(height)×\(width) k\(size) d\(dilation)" }
    }

    /// Another one in each run, told by what fails; `ASSAY_TEST_SEED` repeats it.
    static let seed: UInt64 = {
        let seed =
            ProcessInfo.processInfo.environment["ASSAY_TEST_SEED"].flatMap { UInt64($0) }
            ?? .random(in: 0...999_999_999)
        print("convolution kernels: ASSAY_TEST_SEED=\(seed)")
        return seed
    }()

    static let cases: [Case] = [
        (1, 1, 1, 1, 1, 1), (1, 1, 1, 1, 3, 1), (3, 5, 7, 9, 3, 1), (2, 4, 5, 16, 3, 1), (3, 6, 8, 17, 3, 1),
        (5, 7, 13, 31, 3, 2), (2, 3, 6, 33, 3, 3), (4, 9, 10, 40, 5, 1), (3, 2, 9, 8, 5, 2), (6, 8, 4, 15, 1, 1),
        (2, 5, 3, 64, 7, 1), (7, 1, 2, 23, 3, 1), (5, 13, 9, 8, 3, 1), (3, 8, 6, 24, 3, 1), (9, 11, 7, 72, 3, 1),
        // Extents and channels for which kernels go by transforms.
        (6, 6, 4, 16, 3, 1), (7, 9, 8, 20, 3, 1), (13, 6, 12, 36, 3, 1), (8, 17, 16, 16, 3, 1), (24, 16, 20, 56, 3, 1),
        (3, 3, 8, 20, 3, 1), (2, 2, 13, 35, 3, 3), (4, 4, 9, 50, 3, 2), (16, 31, 8, 16, 3, 2), (2, 9, 5, 33, 3, 1),
        // Channels for which weight gradients do: one to four vectors of them, on either side, in maps that are no whole tiles.
        (9, 16, 1, 1, 3, 1), (16, 24, 3, 5, 3, 1), (33, 17, 9, 7, 3, 1), (17, 33, 6, 19, 3, 1), (24, 49, 16, 16, 3, 1),
        (40, 64, 5, 8, 3, 1), (70, 20, 2, 33, 3, 1), (4, 32, 37, 23, 3, 1), (32, 4, 11, 50, 3, 1),
        (8, 6, 4, 16, 5, 1), (5, 7, 6, 20, 5, 1), (12, 16, 10, 28, 5, 1), (16, 13, 28, 56, 5, 1),
    ].map { Case(inputs: $0.0, outputs: $0.1, height: $0.2, width: $0.3, size: $0.4, dilation: $0.5) }

    /// Pixel (y, x) of a plane with zeros outside.
    private func pixel(_ planes: [Float], _ plane: Int, _ y: Int, _ x: Int, _ c: Case) -> Double {
        guard y >= 0, x >= 0, y < c.height, x < c.width else { return 0 }
        return Double(planes[(plane * c.height + y) * c.width + x])
    }

    @Test(arguments: cases) func `forward, input gradient and weight gradient agree with plain loops`(_ c: Case) {
        let filter = Convolution("layer", c.inputs, c.outputs, size: c.size, dilation: c.dilation)
        let layer = FilterLayer(filter)
        var stream = SplitMix(state: Self.seed)
        layer.initialise(from: &stream)
        for index in 0..<c.outputs { filter.bias!.value[index] = Float.random(in: -1...1, using: &stream) }
        let input = Tensor(Shape(1, c.inputs, c.height, c.width))
        for index in 0..<input.shape.count { input[index] = Float.random(in: -1...1, using: &stream) }
        let gradient = Tensor(Shape(1, c.outputs, c.height, c.width))
        for index in 0..<gradient.shape.count { gradient[index] = Float.random(in: -1...1, using: &stream) }
        let context = Context()
        let output = layer.forward(input, context).values
        let inputGradient = layer.backward(gradient, context).values
        let (x, g, w) = (input.values, gradient.values, filter.weight.value.values)
        let pad = c.dilation * (c.size / 2)
        func weight(_ o: Int, _ i: Int, _ ky: Int, _ kx: Int) -> Int {
            ((o * c.inputs + i) * c.size + ky) * c.size + kx
        }
        var expected = [Double](repeating: 0, count: output.count)
        var expectedInput = [Double](repeating: 0, count: x.count)
        var expectedWeight = [Double](repeating: 0, count: w.count)
        for o in 0..<c.outputs {
            for y in 0..<c.height {
                for column in 0..<c.width {
                    let place = (o * c.height + y) * c.width + column
                    expected[place] = Double(filter.bias!.value[o])
                    for i in 0..<c.inputs {
                        for ky in 0..<c.size {
                            for kx in 0..<c.size {
                                let (sy, sx) = (y + ky * c.dilation - pad, column + kx * c.dilation - pad)
                                let value = pixel(x, i, sy, sx, c)
                                expected[place] += value * Double(w[weight(o, i, ky, kx)])
                                expectedWeight[weight(o, i, ky, kx)] += value * Double(g[place])
                                if sy >= 0, sx >= 0, sy < c.height, sx < c.width {
                                    expectedInput[(i * c.height + sy) * c.width + sx] +=
                                        Double(g[place]) * Double(w[weight(o, i, ky, kx)])
                                }
                            }
                        }
                    }
                }
            }
        }
        /// The largest difference as a share of the largest value, which is how the kernels' header bounds it.
        func error(_ found: [Float], _ wanted: [Double]) -> Double {
            zip(found, wanted).map { abs(Double($0) - $1) }.max()! / max(1, wanted.map(abs).max()!)
        }
        #expect(error(output, expected) < 1e-5, "seed \(Self.seed)")
        #expect(error(inputGradient, expectedInput) < 1e-5, "seed \(Self.seed)")
        #expect(error(filter.weight.gradient.values, expectedWeight) < 2e-5, "seed \(Self.seed)")
    }

    @Test func `a fused ReLU clips the output and stops the gradient where it clipped`() {
        let filter = Convolution("layer", 1, 1, size: 1, relu: true)
        let layer = FilterLayer(filter)
        filter.weight.value[0] = 1
        let context = Context()
        let output = layer.forward(Tensor(Shape(1, 1, 1, 4), [-2, -1, 1, 2]), context)
        #expect(output.values == [0, 0, 1, 2])
        #expect(layer.backward(Tensor(Shape(1, 1, 1, 4), [1, 1, 1, 1]), context).values == [0, 0, 1, 1])
        #expect(filter.weight.gradient[0] == 3)
    }
}
