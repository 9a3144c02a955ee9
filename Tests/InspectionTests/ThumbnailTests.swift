// Shows which thumbnails are told to be of their picture, and which of another.

import Imaging
import Testing

@testable import Inspection

struct ThumbnailTests {
    /// A picture of soft blots like no other with another seed.
    private func picture(_ width: Int, _ height: Int, seed: UInt64, gain: Double = 1) -> Pixels {
        var state = seed
        func random() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 33) / Double(1 << 31)
        }
        let blots = (0..<24).map { _ in (random(), random(), 0.05 + 0.2 * random(), random() < 0.5 ? -60.0 : 60.0) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(3 * width * height)
        for y in 0..<height {
            for x in 0..<width {
                var value = 128.0
                for (left, top, size, light) in blots {
                    let (a, b) = (Double(x) / Double(width) - left, Double(y) / Double(height) - top)
                    value += light * max(0, 1 - (a * a + b * b) / (size * size))
                }
                let byte = UInt8(max(0, min(255, 128 + gain * (value - 128))))
                bytes += [byte, byte, byte]
            }
        }
        return Pixels(width: width, height: height, bytes: bytes)
    }

    private func jpeg(_ pixels: Pixels) -> [UInt8] { encodeJPEG(pixels, quality: 80, subsampling: .s420) }

    /// Three parts of a picture, as the detector looks at.
    private func parts(_ pixels: Pixels, side: Int = 128) -> [Part] {
        [(0, 0), (pixels.width - side, pixels.height - side), ((pixels.width - side) / 2, (pixels.height - side) / 2)]
            .map { x, y in
                Part(x: x, y: y, pixels: pixels.cropped(x: x, y: y, width: side, height: side))
            }
    }

    private func matches(_ thumbnail: [UInt8], _ pixels: Pixels) -> Bool? {
        showsTheSame(thumbnail, parts(pixels), width: pixels.width, height: pixels.height)
    }

    @Test func aThumbnailOfThePictureMatches() {
        let whole = picture(640, 480, seed: 1)
        #expect(matches(jpeg(whole.downscaled(width: 160, height: 120)), whole) == true)
        // Of the same size, and of another brightness and contrast.
        #expect(matches(jpeg(whole), whole) == true)
        #expect(matches(jpeg(picture(640, 480, seed: 1, gain: 0.5).downscaled(width: 160, height: 120)), whole) == true)
    }

    @Test func barsAboveAndBelowAreNoPartOfIt() {
        let whole = picture(720, 480, seed: 2)
        let small = whole.downscaled(width: 159, height: 106)
        let bar = [UInt8](repeating: 0, count: 3 * 159 * 7)
        #expect(matches(jpeg(Pixels(width: 159, height: 120, bytes: bar + small.bytes + bar)), whole) == true)
        // Squeezed into another shape.
        #expect(matches(jpeg(whole.downscaled(width: 160, height: 120)), whole) == true)
    }

    @Test(arguments: [3, 4, 5, 6] as [UInt64]) func aThumbnailOfAnotherPictureDoesNot(_ seed: UInt64) {
        let whole = picture(640, 480, seed: 1)
        #expect(matches(jpeg(picture(640, 480, seed: seed).downscaled(width: 160, height: 120)), whole) == false)
        let empty = Pixels(width: 160, height: 120, bytes: [UInt8](repeating: 200, count: 3 * 160 * 120))
        #expect(matches(jpeg(empty), whole) == false)
    }

    @Test func whereTooLittleIsToBeSeenNothingIsSaid() {
        let whole = picture(640, 480, seed: 1)
        let small = whole.downscaled(width: 160, height: 120)
        let flat = Pixels(width: 640, height: 480, bytes: [UInt8](repeating: 90, count: 3 * 640 * 480))
        #expect(matches(jpeg(small), flat) == nil)
        #expect(matches(encodePNG(small), whole) == nil)
        #expect(matches(Array(jpeg(small).dropLast(300)), whole) == nil)
        #expect(matches([], whole) == nil)
        // Larger than the picture.
        #expect(showsTheSame(jpeg(whole), parts(small, side: 100), width: 160, height: 120) == nil)
    }
}
