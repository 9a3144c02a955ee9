// Each single step of augmentation against values worked out by hand.

import Imaging
import Testing

@testable import Training

@Suite struct PixelEffectsTests {
    /// A row of pixels, each given as three values.
    private func row(_ values: [UInt8]...) -> Pixels {
        Pixels(width: values.count, height: 1, bytes: values.flatMap { $0 })
    }

    /// A grey picture.
    private func grey(_ rows: [[UInt8]]) -> Pixels {
        Pixels(width: rows[0].count, height: rows.count, bytes: rows.flatMap { $0.flatMap { [$0, $0, $0] } })
    }

    private func noise(_ width: Int, _ height: Int, seed: UInt64 = 1) -> Pixels {
        var stream = RandomStream(seed: seed)
        return Pixels(
            width: width, height: height,
            bytes: (0..<3 * width * height).map { _ in UInt8(truncatingIfNeeded: stream.next()) })
    }

    @Test func brightnessAddsAndClips() {
        #expect(row([0, 100, 240]).brightened(by: 32.0 / 255) == row([32, 132, 255]))
        #expect(row([0, 100, 240]).brightened(by: -32.0 / 255) == row([0, 68, 208]))
        #expect(row([10, 20, 30]).brightened(by: 0) == row([10, 20, 30]))
    }

    @Test func contrastWidensTheDistanceFromEachChannelsMean() {
        // Means 100, 50, 200.
        #expect(row([90, 50, 150], [110, 50, 250]).contrasted(by: 1.5) == row([85, 50, 125], [115, 50, 255]))
        #expect(row([90, 50, 150], [110, 50, 250]).contrasted(by: 0.5) == row([95, 50, 175], [105, 50, 225]))
    }

    @Test func inversionIsTheNegative() {
        #expect(row([0, 100, 255]).inverted() == row([255, 155, 0]))
    }

    /// Hue and value stay, the saturation of (200, 100, 50) goes from 0.75 to 0.375 or its limit, 1.
    @Test func saturationKeepsHueAndValueAndStopsAtOne() {
        #expect(row([200, 100, 50]).saturated(by: 0.5) == row([200, 150, 125]))
        #expect(row([200, 100, 50]).saturated(by: 1.5) == row([200, 67, 0]))
        #expect(row([200, 100, 50]).saturated(by: 1.2) == row([200, 80, 20]))
        #expect(row([77, 77, 77], [0, 0, 0]).saturated(by: 1.5) == row([77, 77, 77], [0, 0, 0]))
        #expect(row([200, 100, 50]).saturated(by: 0) == row([200, 200, 200]))
    }

    /// The way TensorFlow's `adjust_saturation` goes: to HSV, and back.
    @Test func saturationEqualsTheConversionThroughHSV() {
        let random = noise(64, 1, seed: 9)
        for factor in [0.5, 0.7, 1.3, 1.5] {
            let expected = stride(from: 0, to: 192, by: 3).flatMap { index -> [Double] in
                let rgb = (0..<3).map { Double(random.bytes[index + $0]) / 255 }
                return throughHSV(rgb, factor).map { $0 * 255 }
            }
            let found = random.saturated(by: factor).bytes.map(Double.init)
            #expect(zip(expected, found).allSatisfy { abs($0 - $1) <= 0.5001 })
        }
    }

    private func throughHSV(_ rgb: [Double], _ factor: Double) -> [Double] {
        let value = rgb.max()!
        let range = value - rgb.min()!
        guard range > 0 else { return rgb }
        let saturation = min(1, range / value * factor)
        let (r, g, b) = (rgb[0], rgb[1], rgb[2])
        var hue = value == r ? (g - b) / range : value == g ? 2 + (b - r) / range : 4 + (r - g) / range
        if hue < 0 { hue += 6 }
        let chroma = value * saturation
        let second = chroma * (1 - abs(hue.truncatingRemainder(dividingBy: 2) - 1))
        let base = value - chroma
        let sixths: [[Double]] = [
            [chroma, second, 0], [second, chroma, 0], [0, chroma, second], [0, second, chroma], [second, 0, chroma],
            [chroma, 0, second],
        ]
        return sixths[min(5, Int(hue))].map { $0 + base }
    }

    @Test func blurSpreadsOnePointByTheBinomialKernel() {
        let point = grey([
            [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 160, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0],
        ])
        #expect(
            point.blurred()
                == grey([
                    [0, 0, 0, 0, 0], [0, 10, 20, 10, 0], [0, 20, 40, 20, 0], [0, 10, 20, 10, 0], [0, 0, 0, 0, 0],
                ]))
    }

    /// Reflection: the neighbour inside stands for the one outside, so the first of (16, 0, 0) becomes (0 + 2·16 + 0) / 4.
    @Test func blurReflectsAtTheEdges() {
        #expect(grey([[16, 0, 0]]).blurred() == grey([[8, 4, 0]]))
        #expect(grey([[160, 0], [0, 0]]).blurred() == grey([[40, 40], [40, 40]]))
        #expect(grey([[9]]).blurred() == grey([[9]]))
        #expect(grey([[16], [0], [0]]).blurred() == grey([[8], [4], [0]]))
    }

    @Test func blurKeepsChannelsApart() {
        #expect(row([16, 0, 0], [0, 0, 32], [0, 0, 0]).blurred() == row([8, 0, 16], [4, 0, 16], [0, 0, 16]))
    }

    @Test func noiseHasTheDeviationAskedForAndNoMean() {
        let flat = Pixels(width: 100, height: 100, bytes: [UInt8](repeating: 128, count: 30_000))
        var stream = RandomStream(seed: 4)
        let shifts = flat.noisy(deviation: 5.0 / 255, using: &stream).bytes.map { Double($0) - 128 }
        let mean = shifts.reduce(0, +) / 30_000
        let variance = shifts.map { $0 * $0 }.reduce(0, +) / 30_000
        #expect(abs(mean) < 0.1)
        // Rounding adds 1/12.
        #expect(abs(variance - 25 - 1.0 / 12) < 0.7)
        #expect(flat.noisy(deviation: 0, using: &stream) == flat)
    }

    @Test func centralCropEnlargesTheMiddleHalf() {
        let picture = grey([
            [1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 9, 9, 9, 9, 1, 1], [1, 1, 9, 9, 9, 9, 1, 1],
            [1, 1, 9, 9, 9, 9, 1, 1], [1, 1, 9, 9, 9, 9, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1],
        ])
        #expect(picture.centralHalfEnlarged() == grey([[UInt8]](repeating: [UInt8](repeating: 9, count: 8), count: 8)))
        let ramp = grey([[0, 10, 20, 30], [0, 10, 20, 30], [0, 10, 20, 30], [0, 10, 20, 30]])
        // The middle (10, 20), bilinearly to four: 10, 12.5, 17.5, 20.
        #expect(
            ramp.centralHalfEnlarged().bytes[0..<12].map { $0 } == [10, 10, 10, 13, 13, 13, 18, 18, 18, 20, 20, 20])
        #expect(grey([[5]]).centralHalfEnlarged() == grey([[5]]))
    }

    @Test func recompressionChangesMoreAtLowerQuality() {
        let picture = noise(64, 48).blurred().blurred()
        let distance = { (quality: Int) in
            let other = picture.recompressed(quality: quality, subsampling: .s444)
            #expect(other.width == 64 && other.height == 48)
            return zip(picture.bytes, other.bytes).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        }
        #expect(distance(100) < distance(80) && distance(80) < distance(40))
    }

    @Test func whatJPEGCannotHoldLosesItsEnd() {
        let wide = noise(65_510, 1)
        let part = wide.cropped(x: 0, y: 0, width: 65_500, height: 1)
        #expect(
            wide.recompressed(quality: 90, subsampling: .s420) == part.recompressed(quality: 90, subsampling: .s420))
        let high = Pixels(width: 1, height: 65_510, bytes: wide.bytes).recompressed(quality: 90, subsampling: .s444)
        #expect(high.width == 1 && high.height == 65_500)
    }
}
