// The inputs of the crossdomain network against direct formulas.
import Detection
import Foundation
import Imaging
import Network
import TestSupport
import Testing

@Suite struct FeaturesTests {
    private let pixels = texture(width: 150, height: 140)

    private func inputs(x: Int, y: Int, _ picture: Pixels? = nil) -> Inputs {
        let inputs = Blueprint.crossdomain.makeInputs(1)
        Features(.crossdomain).fill(inputs, 0, from: picture ?? pixels, x: x, y: y)
        return inputs
    }

    private func value(_ x: Int, _ y: Int, _ channel: Int) -> Double {
        Double(pixels.bytes[3 * (y * pixels.width + x) + channel]) / 255
    }

    @Test func `the frequency branch sees compressed Haar details`() {
        let found = inputs(x: 10, y: 5).frequency[0]
        for (channel, x, y) in [(0, 0, 0), (1, 13, 40), (2, 63, 63)] {
            let (left, top) = (10 + 2 * x, 5 + 2 * y)
            let (a, b) = (value(left, top, channel), value(left + 1, top, channel))
            let (c, d) = (value(left, top + 1, channel), value(left + 1, top + 1, channel))
            let bands = [(a - b + c - d) / 2, (a + b - c - d) / 2, (a - b - c + d) / 2]
            for (band, detail) in bands.enumerated() {
                let place = ((3 * channel + band) * 64 + y) * 64 + x
                #expect(abs(Double(found[place]) - 0.5 * asinh(255 * detail)) < 1e-4)
            }
        }
    }

    @Test func `the spatial branch sees the halved picture and the residual`() {
        let found = inputs(x: 10, y: 5).spatial[0]
        let (x, y) = (20, 31)
        let mean = (0..<4).map { value(10 + 2 * x + $0 % 2, 5 + 2 * y + $0 / 2, 1) }.reduce(0, +) / 4
        #expect(abs(Double(found[(1 * 64 + y) * 64 + x]) - (2 * mean - 0.9)) < 1e-5)
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let (left, top) = (10 + 2 * x + dx, 5 + 2 * y + dy)
            let neighbourhood = (0..<9).map { value(left - 1 + $0 % 3, top - 1 + $0 / 3, 2) }.reduce(0, +) / 9
            let residual = 0.6 * asinh(255 * (value(left, top, 2) - neighbourhood))
            let plane = 3 + 4 * 2 + 2 * dy + dx
            #expect(abs(Double(found[(plane * 64 + y) * 64 + x]) - residual) < 1e-3)
        }
    }

    @Test func `the frequency branch sees log-magnitudes of local DCTs of the luminance`() {
        let found = inputs(x: 10, y: 5).frequency[1]
        func luminance(_ x: Int, _ y: Int) -> Double {
            0.299 * value(x, y, 0) + 0.587 * value(x, y, 1) + 0.114 * value(x, y, 2)
        }
        func scale(_ u: Int) -> Double { u == 0 ? (1.0 / 8).squareRoot() : 0.5 }
        let (bx, by) = (7, 12)
        for (u, v) in [(0, 0), (0, 3), (5, 1), (7, 7)] {
            var sum = 0.0
            for y in 0..<8 {
                for x in 0..<8 {
                    sum +=
                        luminance(10 + 4 * bx - 2 + x, 5 + 4 * by - 2 + y)
                        * cos(Double((2 * y + 1) * u) * Double.pi / 16) * cos(Double((2 * x + 1) * v) * Double.pi / 16)
                }
            }
            let coefficient = sum * scale(u) * scale(v)
            let place = ((u * 8 + v) * 32 + by) * 32 + bx
            #expect(abs(Double(found[place]) - (log(abs(coefficient) + 0.004) + 3.5)) < 2e-3)
        }
    }

    @Test func `maps of a blueprint lie one after the other, each as its definition has it`() {
        var blueprint = Blueprint.crossdomain
        blueprint.side = 96
        blueprint.spatial.inputs[0].maps = [.residual(.median, folded: false), .rgb, .residual(.mean, folded: false)]
        blueprint.frequency.inputs[1].maps = [.blockSpectra(size: 16, stride: 8, of: .median)]
        let inputs = blueprint.makeInputs(2)
        Features(blueprint).fill(inputs, 1, from: pixels, x: 10, y: 5)
        let found = inputs.spatial[0]
        #expect(found.shape == Shape(2, 9, 96, 96))
        func place(_ plane: Int, _ x: Int, _ y: Int) -> Int { ((9 + plane) * 96 + y) * 96 + x }
        for (channel, x, y) in [(0, 1, 1), (1, 50, 20), (2, 94, 94)] {
            let around = (0..<9).map { value(9 + x + $0 % 3, 4 + y + $0 / 3, channel) }.sorted()
            let own = value(10 + x, 5 + y, channel)
            #expect(abs(Double(found[place(channel, x, y)]) - 0.6 * asinh(255 * (own - around[4]))) < 1e-3)
            #expect(abs(Double(found[place(3 + channel, x, y)]) - (2 * own - 0.9)) < 1e-5)
            let mean = around.reduce(0, +) / 9
            #expect(abs(Double(found[place(6 + channel, x, y)]) - 0.6 * asinh(255 * (own - mean))) < 1e-3)
        }
        let spectra = inputs.frequency[1]
        #expect(spectra.shape == Shape(2, 256, 12, 12))
        func luminance(_ x: Int, _ y: Int) -> Double {
            0.299 * value(x, y, 0) + 0.587 * value(x, y, 1) + 0.114 * value(x, y, 2)
        }
        let (u, v, bx, by) = (3, 14, 5, 6)
        var sum = 0.0
        for y in 0..<16 {
            for x in 0..<16 {
                let (left, top) = (10 + 8 * bx - 4 + x, 5 + 8 * by - 4 + y)
                let median = (0..<9).map { luminance(left - 1 + $0 % 3, top - 1 + $0 / 3) }.sorted()[4]
                sum +=
                    (luminance(left, top) - median) * cos(Double((2 * y + 1) * u) * Double.pi / 32)
                    * cos(Double((2 * x + 1) * v) * Double.pi / 32) / 8
            }
        }
        let coefficient = spectra[((256 + u * 16 + v) * 12 + by) * 12 + bx]
        #expect(abs(Double(coefficient) - (log(abs(sum) + 0.004) + 3.5)) < 2e-3)
    }

    @Test func `a crop that overhangs is filled by reflection`() {
        let small = texture(width: 40, height: 33)
        let reflected = small.cropped(x: -44, y: -47, width: 128, height: 128)
        let (whole, cut) = (inputs(x: -44, y: -47, small), inputs(x: 0, y: 0, reflected))
        for (left, right) in zip(whole.spatial + whole.frequency, cut.spatial + cut.frequency) {
            #expect(left.values == right.values)
        }
    }

    @Test func `every value is finite for flat, black and white pictures`() {
        for level in [UInt8(0), 128, 255] {
            let flat = Pixels(width: 1, height: 1, bytes: [level, level, level])
            let found = inputs(x: -63, y: -63, flat)
            for tensor in found.spatial + found.frequency { #expect(tensor.values.allSatisfy { $0.isFinite }) }
        }
    }
}

/// A picture with structure and noise, the same every time.
private func texture(width: Int, height: Int, name: String = "texture") -> Pixels {
    let noise = counterTensor(name, count: 3 * width * height)
    let bytes = noise.enumerated().map { index, value in
        let (x, y) = (index / 3 % width, index / 3 / width)
        return UInt8(max(0, min(255, 128 + 60 * Float((x / 7 + y / 5) % 2) - 30 + 40 * value)))
    }
    return Pixels(width: width, height: height, bytes: bytes)
}
