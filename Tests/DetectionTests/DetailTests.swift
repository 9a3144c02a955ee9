// Whether a picture is accused depends on its detail: it must be what is said, and move thresholds as is said.

import Glibc
import Imaging
import Testing

@testable import Detection

@Suite struct DetailTests {
    private static func noise(_ width: Int, _ height: Int) -> Pixels {
        var state: UInt32 = 1
        return Pixels(
            width: width, height: height,
            bytes: (0..<(3 * width * height)).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return UInt8(state >> 24)
            })
    }

    /// As the definition has it, edges repeated.
    private func naive(_ pixels: Pixels, _ region: Region) -> Double {
        func luminance(_ x: Int, _ y: Int) -> Double {
            let (x, y) = (
                min(max(x, region.x), region.x + region.width - 1), min(max(y, region.y), region.y + region.height - 1)
            )
            let place = 3 * (y * pixels.width + x)
            return 0.299 * Double(pixels.bytes[place]) + 0.587 * Double(pixels.bytes[place + 1])
                + 0.114 * Double(pixels.bytes[place + 2])
        }
        var sum = 0.0
        for y in region.y..<(region.y + region.height) {
            for x in region.x..<(region.x + region.width) {
                var around = 0.0
                for dy in -1...1 { for dx in -1...1 { around += luminance(x + dx, y + dy) } }
                sum += abs(luminance(x, y) - around / 9)
            }
        }
        return sum / Double(region.width * region.height)
    }

    @Test(arguments: [Region(x: 0, y: 0, width: 61, height: 47), Region(x: 7, y: 3, width: 33, height: 1)])
    func `detail is the mean distance from the neighbourhood`(_ region: Region) {
        let pixels = Self.noise(61, 47)
        var meter = DetailMeter()
        #expect(meter.detail == 0)
        meter.add(pixels, region)
        #expect(abs(meter.detail - naive(pixels, region)) < 1e-3)
    }

    @Test func `windows are weighted by their pixels and cut at the edges`() {
        let (pixels, flat) = (
            Self.noise(40, 20), Pixels(width: 40, height: 20, bytes: .init(repeating: 9, count: 2400))
        )
        var meter = DetailMeter()
        meter.add(pixels, Region(x: 20, y: 0, width: 40, height: 20))
        let busy = meter.detail
        #expect(abs(busy - naive(pixels, Region(x: 20, y: 0, width: 20, height: 20))) < 1e-3)
        meter.add(flat, Region(x: 0, y: 0, width: 40, height: 20))
        #expect(abs(meter.detail - busy / 3) < 1e-6)
        meter.add(flat, Region(x: 50, y: 0, width: 9, height: 9))
        #expect(abs(meter.detail - busy / 3) < 1e-6)
        meter.reset()
        #expect(meter.detail == 0)
    }

    @Test func `thresholds for fake move with detail and the one for real does not`() {
        var thresholds = Thresholds(fake: 0.8, real: 0.2, falseAlarmRate: 0.01, missRate: 0.05, suspect: 0.6)
        #expect(thresholds.at(detail: 9) == thresholds)
        thresholds.detail = DetailSlope(slope: log(2), usual: 3)
        let same = thresholds.at(detail: 3)
        #expect(abs(same.fake - 0.8) < 1e-12 && abs(same.suspect! - 0.6) < 1e-12 && same.real == 0.2)
        // Odds of 4 and 1.5 to 1, twice as high.
        let busy = thresholds.at(detail: 4)
        #expect(abs(busy.fake - 8 / 9.0) < 1e-12 && abs(busy.suspect! - 0.75) < 1e-12 && busy.real == 0.2)
        // Never below one half, and in order.
        let blank = thresholds.at(detail: 0)
        #expect(blank.fake == 0.5 && blank.suspect! < 0.5 && blank.real == min(0.2, blank.suspect!))
        #expect(thresholds.at(detail: 1000).fake <= 1)
        // What nothing reaches stays so.
        thresholds.fake = 1.0.nextUp
        #expect(thresholds.at(detail: 0).fake > 1)
    }
}
