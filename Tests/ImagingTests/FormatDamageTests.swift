// Shows that a picture of any format is whole or refused, whatever happened to its file.

import Testing

@testable import Imaging

@Suite struct FormatDamageTests {
    /// Bytes at the end that hold no pixel: the padding of the last row of a BMP, which some programs leave out, and the second
    /// page of a TIFF, which is not looked at.
    private func spare(_ name: String) -> Int {
        name == "pages.tiff" ? 3100 : name.hasSuffix(".bmp") && !name.hasPrefix("runs") ? 3 : 0
    }

    @Test(arguments: FormatFixture.names())
    func aFileCutAnywhereIsTruncated(_ name: String) throws {
        let file = try FormatFixture.bytes(name)
        let pixels = try decode(file).pixels
        let step = file.count > 2500 ? 13 : 1
        for length in stride(from: 0, to: file.count, by: step) {
            let cut = Array(file[..<length])
            do {
                let image = try decode(cut)
                #expect(length >= file.count - spare(name) && image.pixels == pixels, "\(length) of \(file.count)")
            } catch {
                let isRecognised = ImageFormat.sniff(cut) != nil
                #expect(
                    error.code == (isRecognised ? "truncated" : "not-an-image"), "\(length) of \(file.count): \(error)")
            }
        }
    }

    /// A bounded share of what `Tests/Fuzz` does: whatever the bytes, the outcome is a picture of the size that the header tells
    /// or an error with a reason, and the same for a part as for the whole.
    @Test(arguments: FormatFixture.names())
    func mutatedFilesAreDecodedOrRefusedAlikeWholeOrInParts(_ name: String) throws {
        let file = try FormatFixture.bytes(name)
        let limits = DecodeLimits(maxPixels: 1_000_000)
        var random = Random(seed: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        var refused = 0
        for _ in 0..<60 {
            var mutant = file
            for _ in 0...random.below(4) {
                // Half of the changes go where the headers are.
                let place = random.below(random.below(2) == 0 ? min(128, file.count) : file.count)
                mutant[place] =
                    [mutant[place] ^ UInt8(1 << random.below(8)), 0xFF, 0, UInt8(random.below(256))][random.below(4)]
            }
            let whole = Result { () throws(DecodeError) in
                try decode(mutant.span, limits: limits) { [Region(x: 0, y: 0, width: $0, height: $1)] }
            }
            let row = Result { () throws(DecodeError) in
                try decode(mutant.span, limits: limits) { [Region(x: 0, y: $1 / 2, width: $0, height: 1)] }
            }
            switch (whole, row) {
            case (.success(let whole), .success(let row)):
                let pixels = whole.parts[0].pixels
                #expect(row.facts == whole.facts)
                #expect(
                    row.parts[0].pixels == pixels.cropped(x: 0, y: pixels.height / 2, width: pixels.width, height: 1))
            case (.failure(let whole), .failure(let row)):
                refused += 1
                #expect(whole == row && !whole.message.isEmpty)
            default: Issue.record("only one of them failed")
            }
        }
        #expect(refused > 0)
    }

    /// The walk of a GIF knows more frames and blocks than are decoded; damage in the codes is damage.
    @Test func aGIFWithoutItsLastCodesIsCorrupt() throws {
        var file = try FormatFixture.bytes("plain.gif")
        // The last sub-block shortened by ten bytes, with everything behind it in place.
        let end = file.count - 2
        var block = 13 + 3 * 64 + 10 + 1
        if file[13 + 3 * 64] == 0x21 { block += 8 }
        while block + 1 + Int(file[block]) < end { block += 1 + Int(file[block]) }
        let length = Int(file[block])
        try #require(length > 10 && block + 1 + length == end)
        file[block] = UInt8(length - 10)
        file.removeSubrange(end - 10..<end)
        #expect(decodeError(file) == .corrupt(reason: "the picture ends before its last pixel"))
    }

    /// What a header announces is what is allowed for: the coded picture may not be larger.
    @Test(arguments: FormatFixture.names("heic", "avif").filter { $0.hasPrefix("chroma") || $0.hasPrefix("lossless") })
    func aHEIFWhoseSizeIsALieIsRefused(_ name: String) throws {
        var file = try FormatFixture.bytes(name)
        let property = try #require(file.indices.dropLast(16).first { file[$0...].starts(with: Array("ispe".utf8)) })
        file[property + 11] = 5
        file[property + 15] = 4
        #expect(decodeError(file)?.code == "corrupt")
        file[property + 8...property + 15] = [0, 1, 0, 0, 0, 1, 0, 0]
        // What is cropped to a small part has that part's size, and is refused when it comes to decoding the whole.
        let isCropped = file.indices.dropLast(4).contains { file[$0...].starts(with: Array("clap".utf8)) }
        let wanted = isCropped ? "unsupported-format" : "too-many-pixels"
        #expect(decodeError(file)?.code == wanted)
    }

    /// What is no box costs no picture, and is told; a box that is cut does.
    @Test(arguments: FormatFixture.names("heic", "avif").filter { $0.hasPrefix("chroma") || $0.hasPrefix("lossless") })
    func whatStandsBehindTheBoxesOfAHEIFIsOnlyWarnedOf(_ name: String) throws {
        let file = try FormatFixture.bytes(name)
        let pixels = try decode(file).pixels
        let zeros = String(repeating: "\0", count: 8)
        for tail in [
            "x", "\n", "junk", "PK\u{3}\u{4}and more", String(repeating: "junk of any kind ", count: 20),
            "\0\0\0", zeros, zeros + "junk", "\0\0\0\0none",
        ] {
            let image = try decode(file + Array(tail.utf8))
            #expect(image.pixels == pixels)
            #expect(
                image.warning?.hasSuffix("\(tail.utf8.count) bytes behind the last box") == true,
                "\(image.warning ?? "-")")
        }
        let cut: [UInt8] = [0, 0, 1, 0] + Array("mdat".utf8) + [1, 2, 3]
        #expect(decodeError(file + cut)?.code == "truncated")
        // One that is all the rest is a box.
        let rest: [UInt8] = [0, 0, 0, 0] + Array("free".utf8) + [1, 2, 3]
        #expect(try decode(file + rest).warning?.contains("behind the last box") != true)
    }

    /// As other programs pass over it.
    @Test func zerosBetweenTheBlocksOfAGIFCostNoPicture() throws {
        let file = try FormatFixture.bytes("plain.gif")
        let (open, pixels) = (Array(file.dropLast()), try decode(file).pixels)
        for count in [1, 2, 300] {
            let zeros = [UInt8](repeating: 0, count: count)
            #expect(try decode(open + zeros + [0x3B]).pixels == pixels, "\(count)")
            #expect(decodeError(open + zeros)?.code == "truncated", "\(count)")
        }
        #expect(decodeError(open + [1, 0x3B])?.code == "corrupt")
    }

    @Test func aBMPOfImpossibleSizeTakesNoMemory() throws {
        var file = try FormatFixture.bytes("rgb-24.bmp")
        file[18...25] = [0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F]
        #expect(decodeError(file)?.code == "too-many-pixels")
        file[18...25] = [0, 0, 0, 0, 1, 0, 0, 0]
        #expect(decodeError(file)?.code == "corrupt")
    }
}
