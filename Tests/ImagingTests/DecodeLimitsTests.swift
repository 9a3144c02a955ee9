// Shows that hostile files are refused before they cost memory or time.

import Testing

@testable import Imaging

@Suite struct DecodeLimitsTests {
    /// The header of a fixture with other sizes.
    private func jpeg(width: Int, height: Int) throws -> [UInt8] {
        var file = try Fixture.bytes("sampling-2x2.jpg")
        let frame = try #require(file.indices.first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
        file.replaceSubrange(frame + 5..<frame + 9, with: bigEndian(height, size: 2) + bigEndian(width, size: 2))
        return file
    }

    private func png(width: Int, height: Int) throws -> [UInt8] {
        let file = try Fixture.bytes("rgb-alpha-16.png")
        let header = bigEndian(width) + bigEndian(height) + file[24..<29]
        return file[..<8] + pngChunk("IHDR", Array(header)) + file[33...]
    }

    @Test func aPictureIsAllowedUpToThePixelLimit() throws {
        for name in ["sampling-2x2.jpg", "rgb-8.png"] {
            let file = try Fixture.bytes(name)
            #expect(decodeError(file, limits: DecodeLimits(maxPixels: 260)) == nil)
            let error = decodeError(file, limits: DecodeLimits(maxPixels: 259))
            #expect(error == .tooManyPixels(width: 20, height: 13, limit: 259))
            #expect(error?.isLimit == true && error?.code == "too-many-pixels")
        }
    }

    @Test func sizesThatNoMemoryHoldsAreRefusedFromTheHeader() throws {
        #expect(decodeError(try jpeg(width: 65_535, height: 65_535))?.code == "too-many-pixels")
        #expect(decodeError(try jpeg(width: 65_500, height: 65_500))?.code == "too-many-pixels")
        #expect(decodeError(try jpeg(width: 65_535, height: 1))?.code == "unsupported-format")
        #expect(decodeError(try png(width: 0x7FFF_FFFF, height: 0x7FFF_FFFF))?.code == "too-many-pixels")
        #expect(decodeError(try png(width: 0xFFFF_FFFF, height: 0xFFFF_FFFF))?.code == "too-many-pixels")
        let limitless = DecodeLimits(maxPixels: .max)
        #expect(
            decodeError(try png(width: 0xFFFF_FFFF, height: 0xFFFF_FFFF), limits: limitless)?.code == "too-many-pixels")
    }

    @Test func impossibleSizesAreCorrupt() throws {
        #expect(decodeError(try png(width: 0, height: 5))?.code == "corrupt")
        #expect(
            decodeError(try png(width: 0x8000_0001, height: 1), limits: DecodeLimits(maxPixels: 1 << 32))?.code != nil)
        #expect(decodeError(try jpeg(width: 0, height: 5))?.code == "corrupt")
        #expect(decodeError(try jpeg(width: 20, height: 0))?.code == "corrupt")
    }

    @Test func aLargerPictureThanTheDataIsNeverPadded() throws {
        #expect(decodeError(try jpeg(width: 40, height: 40)) != nil)
        #expect(decodeError(try png(width: 40, height: 40)) != nil)
    }

    @Test(arguments: ["spectral.jpg", "one-scan-each.jpg"])
    func aThousandScansAreRefused(_ name: String) throws {
        var parts = JPEGParts(try Fixture.bytes(name))
        let count = parts.scans.count
        #expect(decodeError(parts.file, limits: DecodeLimits(maxScans: count)) == nil)
        #expect(decodeError(parts.file, limits: DecodeLimits(maxScans: count - 1)) == .tooManyScans(limit: count - 1))
        parts.scans += Array(repeating: parts.scans[count - 1], count: 1000)
        let error = try #require(decodeError(parts.file))
        #expect(error == .tooManyScans(limit: 100) && error.isLimit)
    }

    @Test func textIsCountedAndLimited() throws {
        let file = try Fixture.bytes("rgb-8.png")
        let text = pngChunk("tEXt", Array("Comment\0".utf8) + [UInt8](repeating: 0x61, count: 992))
        let texts = inserting(text + text + text, into: file)
        #expect(decodeError(texts, limits: DecodeLimits(maxTextBytes: 3000)) == nil)
        #expect(decodeError(texts, limits: DecodeLimits(maxTextBytes: 2999)) == .tooMuchText(bytes: 3000, limit: 2999))
        let behind = file.dropLast(12) + text + file.suffix(12)
        #expect(decodeError(Array(behind), limits: DecodeLimits(maxTextBytes: 999))?.code == "too-much-text")
    }

    /// Streams that would inflate to a gigabyte, or to nothing at all, are skipped alike: their content is never looked at.
    @Test(arguments: ["zTXt", "iCCP", "iTXt"])
    func compressedTextsAndProfilesAreNotInflated(_ name: String) throws {
        let file = try Fixture.bytes("rgb-8.png")
        let expected = try decode(file)
        let prefix = Array("bomb\0".utf8) + (name == "iTXt" ? [1, 0, 0, 0] : [0])
        let black = encodePNG(Pixels(width: 1000, height: 1000, bytes: [UInt8](repeating: 0, count: 3_000_000)))
        for body in [Array(black[41...]), [UInt8](repeating: 0xAA, count: 2000)] {
            let image = try decode(inserting(pngChunk(name, prefix + body), into: file))
            #expect(image == expected)
        }
    }

    @Test func unknownChunksAreSkippedWhateverTheirLength() throws {
        let file = try Fixture.bytes("rgb-8.png")
        let long = pngChunk("caBX", [UInt8](repeating: 1, count: 9_000_000))
        let many = Array(repeating: pngChunk("prVt", [1]), count: 3000).joined()
        #expect(try decode(inserting(long + many, into: file)) == (try decode(file)))
    }
}
