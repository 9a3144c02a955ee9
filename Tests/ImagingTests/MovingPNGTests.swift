// What can be wrong with an animated PNG beside its pixels: the order of its frames, their places, and what it says of them.

import Foundation
import Testing

@testable import Imaging

/// A PNG in parts, put together again with the checksums that these have.
private struct PNGParts {
    var chunks: [(name: String, body: [UInt8])] = []
    /// Places of chunks whose checksums are to be wrong.
    var damaged: Set<Int> = []

    init(_ name: String) throws {
        let path = Fixture.package.appendingPathComponent("Tests/Fixtures/frames/" + name)
        let file = [UInt8](try Data(contentsOf: path))
        var at = 8
        while at < file.count {
            let length = file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            chunks.append(
                (String(decoding: file[at + 4..<at + 8], as: UTF8.self), Array(file[at + 8..<at + 8 + length])))
            at += 12 + length
        }
    }

    var bytes: [UInt8] {
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        for (index, chunk) in chunks.enumerated() {
            let named = Array(chunk.name.utf8) + chunk.body
            file += Self.number(chunk.body.count) + named
            file += Self.number(Int(Self.checksum(named)) ^ (damaged.contains(index) ? 1 : 0))
        }
        return file
    }

    /// Places of chunks of one kind.
    func places(_ name: String) -> [Int] { chunks.indices.filter { chunks[$0].name == name } }

    mutating func set(_ chunk: Int, _ offset: Int, _ value: Int) {
        chunks[chunk].body.replaceSubrange(offset..<offset + 4, with: Self.number(value))
    }

    private static func number(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}

@Suite struct MovingPNGTests {
    private func count(_ parts: PNGParts) -> String {
        let count = parts.bytes.withUnsafeBytes { countFrames($0) }
        return count.fault?.message ?? "\(count.certain)"
    }

    private func outcome(_ parts: PNGParts, _ index: Int) -> String {
        let bytes = parts.bytes
        do {
            let found = try bytes.withUnsafeBytes { file in
                try decode(file, frame: index, on: FrameCanvas(), limits: DecodeLimits()) {
                    [Region(x: 0, y: 0, width: $0, height: $1)]
                }
            }
            return "\(found.parts[0].pixels.width)x\(found.parts[0].pixels.height)"
        } catch let error as DecodeError {
            return error.message
        } catch {
            return "\(error)"
        }
    }

    private func damage(_ reason: String) -> String { "the file is damaged (\(reason))" }

    @Test func whatIsUntouchedIsWhole() throws {
        let parts = try PNGParts("operations.png")
        #expect(count(parts) == "8" && outcome(parts, 7) == "24x20")
        #expect(outcome(parts, 8) == damage("there is no such frame"))
        #expect(try count(PNGParts("apart.png")) == "4")
    }

    @Test func framesAreInTheirOrder() throws {
        let whole = try PNGParts("operations.png")
        let (controls, pixels) = (whole.places("fcTL"), whole.places("fdAT"))
        for (place, number) in [(controls[0], 1), (controls[3], 4), (pixels[2], 5), (pixels[2], -1)] {
            var parts = whole
            parts.set(place, 0, number)
            #expect(count(parts) == damage("a frame out of its order"))
            // The picture itself is none of this.
            #expect(outcome(parts, 0) == "24x20")
        }
        var parts = whole
        parts.chunks.swapAt(pixels[1], pixels[4])
        #expect(count(parts) == damage("a frame out of its order"))
        parts = whole
        parts.chunks[pixels[0]].body = [0, 0, 2]
        #expect(count(parts) == damage("a frame out of its order"))
    }

    @Test func aFrameHasItsPixelsAndPixelsTheirFrame() throws {
        let whole = try PNGParts("operations.png")
        let (controls, pixels) = (whole.places("fcTL"), whole.places("fdAT"))
        var parts = whole
        // The second and third fcTL one behind the other.
        parts.chunks.remove(at: pixels[0])
        parts.set(controls[2] - 1, 0, 2)
        #expect(count(parts) == damage("a frame without pixels"))
        parts = whole
        parts.chunks.removeSubrange(pixels[6]..<parts.chunks.count - 1)
        #expect(count(parts) == damage("a frame without pixels"))
        // Pixels before any description that is not of the default image.
        parts = whole
        parts.chunks.remove(at: controls[1])
        parts.set(pixels[0] - 1, 0, 1)
        #expect(count(parts) == damage("pixels of no frame"))
        parts = whole
        parts.chunks.insert(("IDAT", [0]), at: pixels[1])
        #expect(count(parts) == damage("the picture goes on behind a frame"))
        parts = whole
        parts.chunks.insert(parts.chunks[controls[0]], at: controls[0] + 1)
        parts.set(controls[0] + 1, 0, 1)
        #expect(count(parts) == damage("a frame without pixels"))
    }

    @Test func whatIsSaidOfFramesIsTrue() throws {
        let whole = try PNGParts("operations.png")
        let (controls, animation) = (whole.places("fcTL"), whole.places("acTL")[0])
        for number in [1, 7, 9, 0xFFFF_FFFF] {
            var parts = whole
            parts.set(animation, 0, number)
            #expect(count(parts) == damage("an animation of \(number) frames has 8"))
        }
        // Without a valid word of it before the picture there is no animation.
        var parts = whole
        parts.set(animation, 0, 0)
        #expect(count(parts) == "1")
        parts = whole
        parts.chunks.remove(at: animation)
        #expect(count(parts) == "1" && outcome(parts, 0) == "24x20")
        parts = whole
        parts.chunks.append(parts.chunks.remove(at: animation))
        #expect(count(parts) == "1")
        parts = whole
        parts.damaged = [animation]
        #expect(count(parts) == damage("the animation's description is damaged"))
        parts.damaged = [controls[2]]
        #expect(count(parts) == damage("a frame's description is damaged"))
        parts = whole
        parts.chunks[controls[4]].body[24] = 3
        #expect(count(parts) == damage("a frame is to be painted in an unknown way"))
        parts = whole
        parts.set(controls[0], 4, 23)
        #expect(count(parts) == damage("the first frame has not the sizes of the picture"))
    }

    @Test func aFrameLiesOnTheCanvas() throws {
        let whole = try PNGParts("operations.png")
        let control = whole.places("fcTL")[3]
        // Width, height, x and y stand one behind the other.
        for (offset, value) in [
            (4, 0), (8, 0), (4, 0xFFFF_FFFF), (12, 19), (16, 9), (12, 0xFFFF_FFFA), (16, 0x8000_0000),
        ] {
            var parts = whole
            parts.set(control, offset, value)
            #expect(count(parts) == "8" && outcome(parts, 2) == "24x20")
            for index in [3, 5] {
                #expect(
                    outcome(parts, index) == damage("a frame that does not lie on the canvas"), "\(offset) \(value)")
            }
        }
        // One that is smaller than its pixels, and one that is larger.
        for value in [5, 7] {
            var parts = whole
            parts.set(control, 4, value)
            #expect(outcome(parts, 3).hasPrefix("the file is damaged") || outcome(parts, 3) == "24x20")
            #expect(value == 5 || outcome(parts, 3) != "24x20")
        }
    }

    @Test func damagedPixelsOfAFrameCostItAndWhatIsBehind() throws {
        let whole = try PNGParts("operations.png")
        let pixels = whole.places("fdAT")
        var parts = whole
        parts.damaged = [pixels[2]]
        #expect(count(parts) == "8" && outcome(parts, 2) == "24x20")
        #expect(outcome(parts, 3) == damage("pixels of a frame are damaged"))
        #expect(outcome(parts, 6) == damage("pixels of a frame are damaged"))
        parts = whole
        parts.chunks[pixels[2]].body[20] ^= 0xFF
        #expect(outcome(parts, 3).hasPrefix("the file is damaged (libpng: "))
        parts = whole
        parts.chunks[pixels[2]].body.removeLast(20)
        #expect(outcome(parts, 3).hasPrefix("the file") && outcome(parts, 2) == "24x20")
    }

    /// Of one that is cut, the frames that have ended before are there, and it is told that they are not all.
    @Test func anAnimationThatIsCutHasTheFramesThatAreWhole() throws {
        let parts = try PNGParts("palette.png")
        let (whole, all) = (parts.bytes, parts.bytes.withUnsafeBytes { countFrames($0) })
        #expect(all.fault == nil && all.certain > 3)
        // A frame has ended where the description of the next is whole.
        var (place, ends) = (8, [Int]())
        for chunk in parts.chunks {
            place += 12 + chunk.body.count
            if chunk.name == "fcTL" { ends.append(place) }
        }
        for length in stride(from: 60, to: whole.count, by: 23) {
            let part = Array(whole[..<length])
            let count = part.withUnsafeBytes { countFrames($0) }
            #expect(count.fault != nil && count.certain == max(1, ends.filter { $0 <= length }.count - 1), "\(length)")
            for frame in 1..<max(2, count.certain) where count.certain > 1 {
                #expect(picture(part, frame) == picture(whole, frame) && picture(whole, frame) != nil)
            }
            #expect(picture(part, count.certain) == nil)
        }
    }

    private func picture(_ file: [UInt8], _ frame: Int) -> [UInt8]? {
        try? file.withUnsafeBytes { bytes in
            try decode(bytes, frame: frame, on: FrameCanvas(), limits: DecodeLimits()) {
                [Region(x: 0, y: 0, width: $0, height: $1)]
            }.parts[0].pixels.bytes
        }
    }
}
