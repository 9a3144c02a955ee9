// Shows that each frame, page and further picture of a file is that of an independent decoder, in whatever order they are asked for, and
// that damage to one is told apart from damage to others.

import Foundation
import Testing

@testable import Imaging

/// Files of several pictures that `Tests/Reference/make_format_fixtures.py` writes, with the pixels of each.
private enum FrameFixture {
    private static let folder = Fixture.package.appendingPathComponent("Tests/Fixtures/frames")

    static func names() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { name in
            !name.hasSuffix(".rgb") && ((try? bytes(name)).flatMap { ImageFormat.sniff($0) }?.isDecodable ?? true)
        }.sorted()
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    static func expected(_ name: String) throws -> [Pixels] {
        var rest = try bytes(name + ".rgb")[...]
        func number() -> Int { (0..<4).reduce(0) { $0 | Int(rest.removeFirst()) << (8 * $1) } }
        var frames: [Pixels] = []
        while !rest.isEmpty {
            let (width, height) = (number(), number())
            frames.append(Pixels(width: width, height: height, bytes: Array(rest.prefix(3 * width * height))))
            rest = rest.dropFirst(3 * width * height)
        }
        return frames
    }
}

@Suite struct FrameTests {
    private func count(_ file: [UInt8]) throws -> Int {
        let count = file.withUnsafeBytes { countFrames($0) }
        if let fault = count.fault { throw fault }
        return count.certain
    }

    private func frame(
        _ file: [UInt8], _ index: Int, _ canvas: FrameCanvas, limits: DecodeLimits = DecodeLimits()
    ) throws -> Pixels {
        try file.withUnsafeBytes { bytes in
            try decode(bytes, frame: index, on: canvas, limits: limits) { [Region(x: 0, y: 0, width: $0, height: $1)] }
                .parts[0].pixels
        }
    }

    private func message(_ file: [UInt8], _ index: Int, _ canvas: FrameCanvas = FrameCanvas()) -> String {
        do {
            _ = try frame(file, index, canvas)
            return "decoded"
        } catch let error as DecodeError {
            return error.message
        } catch {
            return "\(error)"
        }
    }

    @Test func thereIsAFixtureForEveryWay() {
        #expect(FrameFixture.names().count == 17)
    }

    @Test(arguments: FrameFixture.names())
    func everyFrameIsThatOfTheReference(_ name: String) throws {
        let file = try FrameFixture.bytes(name)
        let expected = try FrameFixture.expected(name)
        #expect(try count(file) == expected.count && expected.count > 1)
        let canvas = FrameCanvas()
        // In their order; again from the end, when each takes all before it; and some of them twice.
        let order: [Int] = Array(expected.indices) + Array(expected.indices.reversed()) + [1, 1, 0, 1]
        for index in order {
            let found = try frame(file, index, canvas)
            #expect(found.width == expected[index].width && found.height == expected[index].height, "\(index)")
            let distance = zip(found.bytes, expected[index].bytes).map { abs(Int($0) - Int($1)) }.max() ?? 255
            #expect(distance <= (name.hasSuffix(".heic") ? 1 : 0), "frame \(index)")
        }
        #expect(try decode(file).pixels == frame(file, 0, canvas))
        #expect(throws: DecodeError.self) { try frame(file, expected.count, canvas) }
    }

    @Test(arguments: FrameFixture.names())
    func partsOfAFrameEqualTheWhole(_ name: String) throws {
        let file = try FrameFixture.bytes(name)
        var random = Random(seed: 11)
        for index in try FrameFixture.expected(name).indices {
            let whole = try frame(file, index, FrameCanvas())
            let (x, y) = (random.below(whole.width), random.below(whole.height))
            let region = Region(
                x: x, y: y, width: 1 + random.below(whole.width - x), height: 1 + random.below(whole.height - y))
            let found = try file.withUnsafeBytes { bytes in
                try decode(bytes, frame: index, on: FrameCanvas(), limits: DecodeLimits()) { _, _ in [region] }
            }
            #expect(
                found.parts[0].pixels
                    == whole.cropped(x: region.x, y: region.y, width: region.width, height: region.height))
        }
    }

    /// The canvas knows a file by its place in memory; the first frame that is painted begins anew whatever lies there.
    @Test func anotherFileAtTheSamePlaceIsNotPaintedOverTheOneBefore() throws {
        let one = try FrameFixture.bytes("disposals.gif")
        var other = one
        // Another ground: the colours of the file's own table, inverted.
        for place in 13..<(13 + 3 * 256) { other[place] ^= 0xFF }
        let canvas = FrameCanvas()
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: one.count, alignment: 16)
        defer { memory.deallocate() }
        func ask(_ file: [UInt8], _ index: Int) throws -> Pixels {
            memory.copyBytes(from: file)
            return try decode(UnsafeRawBufferPointer(memory), frame: index, on: canvas, limits: DecodeLimits()) {
                [Region(x: 0, y: 0, width: $0, height: $1)]
            }.parts[0].pixels
        }
        for index in 1...3 { _ = try ask(one, index) }
        for index in 1...3 { #expect(try ask(other, index) == frame(other, index, FrameCanvas())) }
    }

    @Test func theCanvasHasTheLimitsOfAPicture() throws {
        var file = try FrameFixture.bytes("changes.gif")
        let size = 37 * 26
        #expect(throws: DecodeError.tooManyPixels(width: 37, height: 26, limit: size - 1)) {
            try frame(file, 3, FrameCanvas(), limits: DecodeLimits(maxPixels: size - 1))
        }
        // A screen of 4 thousand million pixels around the same frames.
        file.replaceSubrange(6..<10, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(try frame(file, 0, FrameCanvas()).width == 37)
        #expect(throws: DecodeError.tooManyPixels(width: 65535, height: 65535, limit: 100_000_000)) {
            try frame(file, 1, FrameCanvas())
        }
    }

    @Test func aDamagedFrameOfAnAnimationHidesThoseBehindIt() throws {
        let file = try FrameFixture.bytes("disposals.gif")
        // The third frame's code size; a place in the first's table shows whether frames before it are left alone.
        let images = file.indices.filter {
            $0 > 780 && file[$0] == 0x2C && file[$0 - 8] == 0x21 && file[$0 - 7] == 0xF9
        }
        var damaged = file
        damaged[images[2] + 10] = 12
        let canvas = FrameCanvas()
        let expected = try FrameFixture.expected("disposals.gif")
        #expect(try count(damaged) == 7)
        #expect(try frame(damaged, 1, canvas) == expected[1])
        for index in 2...6 { #expect(message(damaged, index, canvas) == "the file is damaged (codes of 12 bits)") }
        #expect(try frame(damaged, 1, canvas) == expected[1])
        // Its place: beyond the canvas.
        damaged = file
        damaged[images[2] + 1] = 23
        #expect(
            message(damaged, 2, canvas) == "the file is damaged (a frame that does not lie on the canvas)")
    }

    @Test func aDamagedPageHidesNoOther() throws {
        let file = try FrameFixture.bytes("pages.tiff")
        let expected = try FrameFixture.expected("pages.tiff")
        // Pages' directories lie one behind the other: where each says that the next is.
        func number(_ place: Int, _ size: Int) -> Int {
            (0..<size).reduce(0) { $0 | Int(file[place + $1]) << (8 * $1) }
        }
        var directories = [number(4, 4)]
        func link(_ directory: Int) -> Int { directory + 2 + 12 * number(directory, 2) }
        while number(link(directories[directories.count - 1]), 4) != 0 {
            directories.append(number(link(directories[directories.count - 1]), 4))
        }
        #expect(directories.count == 4)
        func set(_ place: Int, _ value: Int) -> [UInt8] {
            var changed = file
            for byte in 0..<4 { changed[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
            return changed
        }
        // The second page has no samples of a kind that is known: its photometric interpretation.
        let entry = try #require(
            (0..<number(directories[1], 2)).map { directories[1] + 2 + 12 * $0 }.first { number($0, 2) == 262 })
        var damaged = set(entry + 8, 0x7777)
        #expect(try count(damaged) == 4)
        #expect(message(damaged, 1) == "tiff variant is not decoded: photometric interpretation 30583")
        for index in [0, 2, 3] { #expect(try frame(damaged, index, FrameCanvas()) == expected[index]) }
        // The last says that there is one more, which is not in the file.
        damaged = set(link(directories[3]), file.count + 100)
        #expect(try count(damaged) == 5)
        #expect(message(damaged, 4) == "the file ends too early (premature end of TIFF file)")
        #expect(try frame(damaged, 3, FrameCanvas()) == expected[3])
        // The last leads back, to any of them.
        for directory in directories {
            damaged = set(link(directories[3]), directory)
            #expect(throws: DecodeError.corrupt(reason: "its pages go in a circle")) { try count(damaged) }
            #expect(try frame(damaged, 3, FrameCanvas()) == expected[3])
        }
    }

    @Test(arguments: ["changes.gif", "sheer.webp"])
    func anAnimationThatIsCutHasNoFrames(_ name: String) throws {
        let file = try FrameFixture.bytes(name)
        for length in stride(from: 40, to: file.count, by: 17) {
            #expect(throws: DecodeError.self) { try count(Array(file[..<length])) }
        }
    }

    /// Whatever the bytes: frames that are counted are decoded or refused, by one canvas in any order.
    @Test(arguments: FrameFixture.names())
    func framesOfMutatedFilesAreDecodedOrRefused(_ name: String) throws {
        let file = try FrameFixture.bytes(name)
        let limits = DecodeLimits(maxPixels: 100_000)
        var random = Random(seed: name.utf8.reduce(3) { $0 &* 31 &+ UInt64($1) })
        let canvas = FrameCanvas()
        for _ in 0..<40 {
            var mutant = file
            for _ in 0...random.below(4) {
                let place = random.below(random.below(2) == 0 ? min(128, file.count) : file.count)
                mutant[place] = [mutant[place] ^ UInt8(1 << random.below(8)), 0xFF, 0, 1][random.below(4)]
            }
            guard let found = try? count(mutant) else { continue }
            for _ in 0..<min(found, 6) {
                let index = random.below(found)
                if let pixels = try? frame(mutant, index, canvas, limits: limits) {
                    #expect(pixels.bytes.count == 3 * pixels.width * pixels.height)
                }
            }
        }
    }
}
