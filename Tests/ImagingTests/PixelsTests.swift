// Shows that crops, turns and resampling compute what they promise.

import Testing

@testable import Imaging

@Suite struct PixelsTests {
    /// A picture whose red channel holds the column and whose green channel holds the row.
    private func coordinates(_ width: Int, _ height: Int) -> Pixels {
        Pixels(
            width: width, height: height,
            bytes: (0..<width * height).flatMap { [UInt8($0 % width), UInt8($0 / width), 7] })
    }

    private func columns(_ pixels: Pixels, row: Int = 0) -> [Int] {
        (0..<pixels.width).map { Int(pixels.bytes[3 * (row * pixels.width + $0)]) }
    }

    private func rows(_ pixels: Pixels, column: Int = 0) -> [Int] {
        (0..<pixels.height).map { Int(pixels.bytes[3 * ($0 * pixels.width + column) + 1]) }
    }

    @Test func aCropInsideThePictureIsItsWindow() {
        let crop = coordinates(10, 8).cropped(x: 3, y: 2, width: 4, height: 5)
        #expect(columns(crop, row: 4) == [3, 4, 5, 6])
        #expect(rows(crop, column: 3) == [2, 3, 4, 5, 6])
    }

    @Test func aCropBeyondTheEdgesShowsTheReflection() {
        let crop = coordinates(4, 3).cropped(x: -3, y: -5, width: 12, height: 14)
        #expect(columns(crop) == [3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2])
        #expect(
            rows(crop) == [1, 2, 1, 0, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0].enumerated().map { reflected($0.offset - 5, 3) })
    }

    private func reflected(_ index: Int, _ size: Int) -> Int {
        var index = index
        while index < 0 || index >= size { index = index < 0 ? -index : 2 * (size - 1) - index }
        return index
    }

    @Test(arguments: [(-20, 7), (-9, 3), (5, 2), (6, 10), (40, 3)])
    func aCropWhollyOutsideIsAllReflection(_ x: Int, _ width: Int) {
        let crop = coordinates(5, 2).cropped(x: x, y: 0, width: width, height: 1)
        #expect(columns(crop) == (x..<x + width).map { reflected($0, 5) })
    }

    @Test func aSinglePixelFillsAnyCrop() {
        let crop = Pixels(width: 1, height: 1, bytes: [9, 8, 7]).cropped(x: -5, y: 3, width: 3, height: 2)
        #expect(crop.bytes == Array(repeating: [9, 8, 7], count: 6).flatMap { $0 })
    }

    @Test func turnsAndFlipsMovePixelsAsNamed() {
        let picture = coordinates(3, 2)
        #expect(columns(picture.flippedHorizontally()) == [2, 1, 0])
        #expect(rows(picture.flippedHorizontally()) == [0, 1])
        #expect(columns(picture.flippedVertically()) == [0, 1, 2])
        #expect(rows(picture.flippedVertically()) == [1, 0])
        let turned = picture.rotated90()
        #expect(turned.width == 2 && turned.height == 3)
        #expect(columns(turned) == [2, 2], "the right column is on top")
        #expect((0..<2).map { Int(turned.bytes[3 * $0 + 1]) } == [0, 1])
        #expect(picture.rotated90().rotated90() == picture.flippedHorizontally().flippedVertically())
        #expect(picture.rotated90().rotated90().rotated90().rotated90() == picture)
    }

    @Test(arguments: [(31, 5), (7, 17)])
    func planesEqualTensorFlow(_ width: Int, _ height: Int) throws {
        let expected = try Fixture.bytes("resized-\(width)x\(height).f32").withUnsafeBytes {
            Array($0.bindMemory(to: Float.self))
        }
        var planes = [Float](repeating: -1, count: 3 * width * height)
        try planes.withUnsafeMutableBufferPointer {
            bilinearPlanes(try Fixture.picture(), width: width, height: height, into: $0.baseAddress!)
        }
        #expect(expected.count == planes.count)
        #expect((zip(planes, expected).map { abs($0 - $1) }.max() ?? 1) < 1e-6)
    }

    @Test(arguments: [(1, 1), (2, 3), (3, 2), (5, 1), (23, 19), (64, 7), (300, 2)])
    func planesFollowTheirDefinition(_ width: Int, _ height: Int) {
        let picture = noise(width: width, height: height)
        // Half-pixel centres; beyond the middle of the last pixel nothing changes any more.
        func samples(_ index: Int, _ size: Int, _ outSize: Int) -> (lower: Int, upper: Int, share: Double) {
            let position = (Double(index) + 0.5) * Double(size) / Double(outSize) - 0.5
            let lower = Int(position.rounded(.down))
            return (max(lower, 0), min(Int(position.rounded(.up)), size - 1), position - Double(lower))
        }
        for (outWidth, outHeight) in [(17, 9), (4, 30), (1, 1), (height, width)] {
            var planes = [Float](repeating: -1, count: 3 * outWidth * outHeight)
            planes.withUnsafeMutableBufferPointer {
                bilinearPlanes(picture, width: outWidth, height: outHeight, into: $0.baseAddress!)
            }
            for index in planes.indices {
                let (channel, place) = (index / (outWidth * outHeight), index % (outWidth * outHeight))
                let (x, y) = (
                    samples(place % outWidth, width, outWidth), samples(place / outWidth, height, outHeight)
                )
                func row(_ y: Int) -> Double {
                    let (left, right) = (
                        Double(picture.bytes[3 * (y * width + min(x.lower, x.upper)) + channel]),
                        Double(picture.bytes[3 * (y * width + x.upper) + channel])
                    )
                    return left + (right - left) * x.share
                }
                let (above, below) = (row(min(y.lower, y.upper)), row(y.upper))
                #expect(abs(Double(planes[index]) - (above + (below - above) * y.share) / 255) < 5e-5)
            }
        }
    }

    @Test func resizingRoundsTheSameValues() throws {
        let picture = noise(width: 23, height: 19)
        for (width, height) in [(40, 7), (23, 19), (1, 1), (9, 50)] {
            var planes = [Float](repeating: -1, count: 3 * width * height)
            planes.withUnsafeMutableBufferPointer {
                bilinearPlanes(picture, width: width, height: height, into: $0.baseAddress!)
            }
            let resized = picture.resized(width: width, height: height)
            for index in resized.bytes.indices {
                let value = planes[index % 3 * width * height + index / 3] * 255
                #expect(abs(value - Float(resized.bytes[index])) <= 0.501)
            }
        }
        #expect(picture.resized(width: 23, height: 19) == picture)
    }

    @Test(arguments: [(23, 19, 7, 5), (20, 10, 10, 5), (5, 4, 1, 1), (30, 3, 29, 2), (640, 2, 213, 1), (6, 6, 6, 6)])
    func downscalingTakesTheMeanOfTheCoveredArea(_ width: Int, _ height: Int, _ outWidth: Int, _ outHeight: Int) {
        let picture = noise(width: width, height: height)
        let scaled = picture.downscaled(width: outWidth, height: outHeight)
        let columns = (0..<outWidth).map { shares($0, width, outWidth) }
        for y in 0..<outHeight {
            let rows = shares(y, height, outHeight)
            for x in 0..<outWidth {
                for channel in 0..<3 {
                    var mean = 0.0
                    for (row, rowShare) in rows {
                        for (column, share) in columns[x] {
                            mean += rowShare * share * Double(picture.bytes[3 * (row * width + column) + channel])
                        }
                    }
                    let found = Double(scaled.bytes[3 * (y * outWidth + x) + channel])
                    #expect(abs(found - mean) <= 0.501)
                }
            }
        }
    }

    /// Which samples output `index` covers, and by how much of itself.
    private func shares(_ index: Int, _ size: Int, _ outSize: Int) -> [(Int, Double)] {
        let scale = Double(size) / Double(outSize)
        return (0..<size).compactMap { sample in
            let share = min(Double(sample + 1), Double(index + 1) * scale) - max(Double(sample), Double(index) * scale)
            return share > 0 ? (sample, share / scale) : nil
        }
    }
}
