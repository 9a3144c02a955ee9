// What a kernel does after a convolution's sums, against the same steps taken one after the other.
import CKernels
import Network
import Testing

@Suite struct ConvolutionFinishTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let inputs: Int
        let outputs: Int
        let height: Int
        let width: Int
        let size: Int
        let dilation: Int
        var testDescription: String { "\(inputs)→\(outputs) \(height)×\(width) k\(size) d\(dilation)" }
    }

    /// Direct sums, transforms of the columns and of both dimensions; with strips and units that overlap the one before.
    static let cases: [Case] = [
        (3, 5, 6, 10, 1, 1), (1, 1, 4, 34, 1, 1), (3, 1, 8, 66, 3, 1), (2, 3, 2, 2, 3, 1), (3, 2, 8, 48, 7, 1),
        (3, 3, 10, 40, 3, 1), (4, 4, 12, 44, 3, 2), (2, 2, 14, 58, 3, 3), (2, 2, 12, 20, 3, 3), (3, 8, 6, 16, 3, 1),
        (8, 6, 12, 36, 3, 1), (16, 17, 8, 20, 3, 1), (8, 5, 6, 40, 5, 1), (12, 16, 10, 36, 5, 1),
    ].map { Case(inputs: $0.0, outputs: $0.1, height: $0.2, width: $0.3, size: $0.4, dilation: $0.5) }

    private func random(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1) } }

    /// The sums alone, then every step by itself.
    private func expected(
        _ sums: [Float], _ c: Case, bias: [Float], relu: Bool, pooling: Int, scale: [Float], shift: [Float]
    ) -> [Float] {
        let area = c.height * c.width
        var result: [Float] = []
        for channel in 0..<c.outputs {
            let plane = sums[channel * area..<(channel + 1) * area].map { value in
                relu ? max(0, value + bias[channel]) : value + bias[channel]
            }
            func scaled(_ value: Float) -> Float { value * scale[channel] + shift[channel] }
            if pooling == ASSAY_NO_POOLING {
                result += plane.map(scaled)
                continue
            }
            for y in 0..<c.height / 2 {
                for x in 0..<c.width / 2 {
                    let window = [0, 1, c.width, c.width + 1].map { plane[2 * y * c.width + 2 * x + $0] }
                    result.append(
                        pooling == ASSAY_AVERAGE ? scaled(window.reduce(0, +) / 4) : window.map(scaled).max()!)
                }
            }
        }
        return result
    }

    @Test(arguments: cases) func `bias, ReLU, pooling and scale come in this order`(_ c: Case) {
        let filter = PackedFilter(c.inputs, c.outputs, size: c.size, dilation: c.dilation)
        let (border, scratch) = (c.dilation * (c.size / 2), Scratch())
        let extent = Shape(1, c.inputs, c.height, c.width)
        filter.pack(random(c.outputs * c.inputs * c.size * c.size), for: extent)
        let input = scratch.maps(0, channels: c.inputs, extent, border: border)
        let source = Tensor(extent, random(extent.count))
        assay_copy_maps(denseMaps(source.base, extent), c.inputs, c.height, c.width, input)
        let sums = Tensor(Shape(1, c.outputs, c.height, c.width))
        filter.apply(input, assay_finish(), denseMaps(sums.base, extent), extent, scratch)
        // Scales of both signs, and one that is zero.
        let (bias, shift) = (random(c.outputs), random(c.outputs))
        let scale = random(c.outputs).enumerated().map { $0.offset == 2 ? 0 : $0.element }
        for pooling in [ASSAY_NO_POOLING, ASSAY_AVERAGE, ASSAY_MAXIMUM] {
            for relu in [false, true] {
                let shrunk = pooling == ASSAY_NO_POOLING ? 1 : 2
                let outer = Shape(1, c.outputs, c.height / shrunk, c.width / shrunk)
                // What lies behind the last row is not the kernel's to write.
                let found = Tensor(Shape(1, outer.count + 16))
                found.fill(7)
                bias.withUnsafeBufferPointer { bias in
                    scale.withUnsafeBufferPointer { scale in
                        shift.withUnsafeBufferPointer { shift in
                            let finish = assay_finish(
                                bias: bias.baseAddress, relu: relu ? 1 : 0, pooling: Int32(pooling),
                                scale: scale.baseAddress, shift: shift.baseAddress)
                            filter.apply(input, finish, denseMaps(found.base, outer), extent, scratch)
                        }
                    }
                }
                let wanted = expected(
                    sums.values, c, bias: bias, relu: relu, pooling: pooling, scale: scale, shift: shift)
                #expect(
                    zip(found.values, wanted).allSatisfy { abs($0 - $1) < 2e-5 }, "pooling \(pooling), relu \(relu)")
                #expect(found.values.suffix(16).allSatisfy { $0 == 7 })
            }
        }
    }

    @Test func `a filter without a border needs none`() {
        let (filter, scratch) = (PackedFilter(3, 4, size: 3, dilation: 2), Scratch())
        let extent = Shape(1, 3, 16, 40)
        filter.pack(random(108), for: extent)
        #expect(!filter.needsBorder(extent))
        let source = Tensor(extent, random(extent.count))
        let bordered = scratch.maps(0, channels: 3, extent, border: 2)
        assay_copy_maps(denseMaps(source.base, extent), 3, 16, 40, bordered)
        let outputs = (0..<2).map { _ in Tensor(Shape(1, 4, 16, 40)) }
        filter.apply(bordered, assay_finish(), denseMaps(outputs[0].base, extent), extent, scratch)
        filter.apply(
            denseMaps(source.base, extent), assay_finish(), denseMaps(outputs[1].base, extent), extent, scratch)
        #expect(outputs[0].values == outputs[1].values)
    }
}
