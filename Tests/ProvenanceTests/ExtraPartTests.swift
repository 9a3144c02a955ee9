// What stands behind a JPEG's picture is named: other views, gain maps, videos, and nothing that is none.

import Imaging
import Testing

@testable import Provenance

@Suite struct ExtraPartTests {
    private func parts(_ file: [UInt8]) throws -> [ExtraPart] {
        try declared(file).container.extra
    }

    private func box(_ type: String, _ count: Int) -> [UInt8] {
        Sample.big(8 + count, 4) + type.utf8 + [UInt8](repeating: 1, count: count)
    }

    private var video: [UInt8] { box("ftyp", 16) + box("mdat", 300) + box("moov", 100) }

    /// A picture with an index of two (CIPA DC-007), the second at `offset` of the file, and called `kind`.
    private func indexed(_ kind: Int, isBig: Bool = true, _ rest: (_ end: Int) -> (offset: Int, bytes: [UInt8])) throws
        -> [UInt8]
    {
        func number(_ value: Int, _ size: Int) -> [UInt8] {
            isBig ? Sample.big(value, size) : Sample.big(value, size).reversed()
        }
        func index(_ offset: Int) -> [UInt8] {
            let entries =
                number(0x2003_0000, 4) + number(1000, 4) + number(0, 4) + number(0, 4) + number(kind, 4)
                + number(12_345_678, 4) + number(offset, 4) + number(0, 4)
            var index = Array((isBig ? "MM" : "II").utf8) + number(42, 2) + number(8, 4) + number(3, 2)
            index += number(0xB000, 2) + number(7, 2) + number(4, 4) + Array("0100".utf8)
            index += number(0xB001, 2) + number(4, 2) + number(1, 4) + number(2, 4)
            index += number(0xB002, 2) + number(7, 2) + number(32, 4) + number(8 + 2 + 36 + 4, 4)
            return Array("MPF\0".utf8) + index + number(0, 4) + entries
        }
        // Behind the start marker, the marker, the length and the name.
        let start = 2 + 4 + 4
        let end = try Sample.jpeg([(0xE2, index(0))]).count
        let (offset, bytes) = rest(end)
        return try Sample.jpeg([(0xE2, index(offset - start))]) + bytes
    }

    @Test(arguments: [true, false]) func otherViewsArePartsOfTheirOwnLength(isBig: Bool) throws {
        let second = try Sample.picture("progressive.jpg")
        var end = 0
        let file = try indexed(0x02_0002, isBig: isBig) {
            end = $0
            return ($0, second)
        }
        // The index says that it is longer than the file.
        #expect(try parts(file) == [ExtraPart(kind: .view, offset: end, bytes: second.count)])
        let preview = try indexed(0x4001_0002, isBig: isBig) { ($0 + 100, [UInt8](repeating: 7, count: 100) + second) }
        #expect(try parts(preview) == [ExtraPart(kind: .preview, offset: end + 100, bytes: second.count)])
    }

    @Test func gainMapsAreKnownByWhatTheySayOfThemselves() throws {
        let primary = try Sample.picture("grey.jpg")
        let xmp = Array("http://ns.adobe.com/xap/1.0/\0<x xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\"/>".utf8)
        let iso = Array("urn:iso:std:iso:ts:21496:-1\0".utf8)
        for segment in [(marker: UInt8(0xE1), body: xmp), (marker: UInt8(0xE2), body: iso)] {
            let map = try Sample.jpeg([segment])
            let padding = [UInt8](repeating: 0, count: 5)
            #expect(
                try parts(primary + padding + map + video) == [
                    ExtraPart(kind: .gainMap, offset: primary.count + 5, bytes: map.count),
                    ExtraPart(kind: .video, offset: primary.count + 5 + map.count, bytes: video.count),
                ])
            // In the primary picture the same means that there is one, not that this is one.
            #expect(try parts(Sample.jpeg([segment])).isEmpty)
        }
    }

    @Test func videosAreFoundAsPhonesAppendThem() throws {
        let primary = try Sample.picture("grey.jpg")
        #expect(
            try parts(primary + video) == [ExtraPart(kind: .video, offset: primary.count, bytes: video.count)])
        let name = "MotionPhoto_Data"
        let block: [UInt8] = [0, 0, 0x30, 0x0A, 16, 0, 0, 0] + name.utf8 + video
        let directory: [UInt8] =
            Array("SEFH".utf8) + [107, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x30, 0x0A]
            + [UInt8(block.count & 255), UInt8(block.count >> 8), 0, 0]
            + [UInt8(block.count & 255), UInt8(block.count >> 8), 0, 0]
        let samsung = primary + block + directory + [24, 0, 0, 0] + Array("SEFT".utf8)
        #expect(
            try parts(samsung).first.map { [$0.offset, $0.kind == .video ? 1 : 0] } == [primary.count + 24, 1])
        // A box that is cut off ends with the file.
        let cut = primary + video.dropLast(50)
        #expect(try parts(cut) == [ExtraPart(kind: .video, offset: primary.count, bytes: video.count - 50)])
    }

    @Test func otherTrailingBytesAreNoPart() throws {
        let primary = try Sample.picture("grey.jpg")
        for tail in [[], Array("hello".utf8), [0, 0, 0], [0xFF, 0xD8], Array("ftyp".utf8)] as [[UInt8]] {
            #expect(try parts(primary + tail).isEmpty)
        }
    }

    @Test func noMoreThanTheLimitAreNamedAndDamageEndsTheWalk() throws {
        let primary = try Sample.picture("grey.jpg")
        let many = Array(repeating: primary, count: 40).flatMap { $0 }
        #expect(try parts(many).count == ExtraPart.most)
        let second = try Sample.picture("progressive.jpg")
        let whole = try indexed(0x02_0002) { ($0, second) }
        for length in stride(from: 2, to: whole.count, by: 3) {
            let found = try parts(Array(whole[..<length]))
            #expect(found.allSatisfy { $0.offset + $0.bytes <= length })
        }
        for place in whole.indices.prefix(200) {
            for value: UInt8 in [0, 1, 0x7F, 0xFF] {
                var bad = whole
                bad[place] = value
                guard ImageFormat.sniff(bad) == .jpeg else { continue }
                #expect(try parts(bad).allSatisfy { $0.offset + $0.bytes <= bad.count && $0.bytes > 0 })
            }
        }
    }
}
