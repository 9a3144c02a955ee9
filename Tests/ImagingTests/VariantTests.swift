// Shows that a variant that is not decoded is called by its name, and that one that nearly is gets decoded.

import Testing

@testable import Imaging

@Suite struct VariantTests {
    private func frame(of file: [UInt8]) throws -> Int {
        try #require(file.indices.first { file[$0] == 0xFF && (0xC0...0xC2).contains(file[$0 + 1]) })
    }

    /// A file whose header leaves the height to a segment behind the first scan (DNL).
    private func late(_ name: String, rows: Int) throws -> [UInt8] {
        var parts = JPEGParts(try Fixture.bytes(name))
        let frame = try frame(of: parts.head)
        parts.head.replaceSubrange(frame + 5...frame + 6, with: [0, 0])
        parts.scans[0] += [0xFF, 0xDC, 0, 4] + bigEndian(rows, size: 2)
        return parts.file
    }

    @Test(arguments: ["sampling-2x2.jpg", "restart.jpg", "progressive.jpg", "one-scan-each.jpg"])
    func aHeightDefinedBehindTheFirstScanIsUsed(_ name: String) throws {
        let image = try decode(try late(name, rows: Fixture.height))
        let expected = try decode(try Fixture.bytes(name))
        #expect(image == expected)
        #expect(decodeError(try late(name, rows: 0))?.code == "corrupt")
        #expect(decodeError(try late(name, rows: 40)) != nil)
        let limits = DecodeLimits(maxPixels: 1000)
        #expect(decodeError(try late(name, rows: 60_000), limits: limits)?.code == "too-many-pixels")
    }

    @Test func aHeightThatNothingDefinesIsCorrupt() throws {
        var file = try Fixture.bytes("sampling-2x2.jpg")
        let frame = try frame(of: file)
        file.replaceSubrange(frame + 5...frame + 6, with: [0, 0])
        for length in [file.count, file.count - 2, frame + 12] {
            #expect(decodeError(Array(file[..<length])) != nil)
        }
        #expect(decodeError(file)?.code == "corrupt")
    }

    @Test(arguments: [
        (UInt8(0xF7), "JPEG-LS"), (0xC3, "lossless JPEG"), (0xCB, "lossless JPEG"), (0xC5, "hierarchical JPEG"),
        (0xDE, "hierarchical JPEG"),
    ])
    func variantsOfJPEGAreCalledByTheirNames(_ marker: UInt8, _ name: String) throws {
        var file = try Fixture.bytes("sampling-1x1.jpg")
        file[try frame(of: file) + 1] = marker
        let error = try #require(decodeError(file))
        #expect(error == .unsupportedVariant(.jpeg, reason: name))
        #expect(error.code == "unsupported-format" && error.isUnsupported)
    }

    @Test func aDamagedJPEGLSIsStillCalledByItsName() {
        let file: [UInt8] = [0xFF, 0xD8, 0xFF, 0xF7, 0x4E, 0x4A] + [UInt8](repeating: 0xAC, count: 200)
        #expect(decodeError(file) == .unsupportedVariant(.jpeg, reason: "JPEG-LS"))
    }

    @Test func theVariantOfPNGMadeForIOSIsCalledByItsName() throws {
        let file = try Fixture.bytes("rgb-8.png")
        let variant = file[..<8] + pngChunk("CgBI", [0x50, 0, 0x20, 6]) + file[8...]
        let error = try #require(decodeError(Array(variant)))
        #expect(error.code == "unsupported-format" && error.message.contains("CgBI"))
    }

    /// A palette picture whose palette has been cut to `colours`.
    private func palette(_ name: String, colours: Int) throws -> [UInt8] {
        let file = try Fixture.bytes(name)
        let start = try #require(file.indices.first { file[$0...].starts(with: Array("PLTE".utf8)) })
        let length = file[start - 4..<start].reduce(0) { $0 << 8 | Int($1) }
        return file[..<(start - 4)] + pngChunk("PLTE", Array(file[start + 4..<start + 4 + 3 * colours]))
            + file[(start + length + 8)...]
    }

    @Test(arguments: ["palette-1.png", "palette-2.png", "palette-4.png", "palette-8.png", "palette-8-interlaced.png"])
    func anIndexBeyondThePaletteIsDamage(_ name: String) throws {
        let file = try palette(name, colours: 1)
        let error = try #require(decodeError(file))
        #expect(error.code == "corrupt" && error.message.contains("of a palette of 1"))
        // Where nobody looks at the pixel, too.
        #expect(throws: DecodeError.self) {
            try decode(file.span, limits: DecodeLimits()) { _, _ in [Region(x: 0, y: 0, width: 1, height: 1)] }
        }
    }

    @Test func manyRowsOfFewPixelsAreRefused() throws {
        let file = encodePNG(Pixels(width: 1, height: 70, bytes: [UInt8](repeating: 9, count: 210)))
        #expect(decodeError(file, limits: DecodeLimits(maxRows: 70)) == nil)
        let error = try #require(decodeError(file, limits: DecodeLimits(maxRows: 69)))
        #expect(error == .tooManyRows(70, limit: 69) && error.isLimit && error.code == "too-many-rows")
        let header = bigEndian(1) + bigEndian(100_000_000) + file[24..<29]
        let endless = file[..<8] + pngChunk("IHDR", Array(header)) + file[33...]
        #expect(decodeError(Array(endless))?.code == "too-many-rows")
    }

    @Test func peopleReadTheirOwnWordsFirst() throws {
        let file = try Fixture.bytes("sampling-2x2.jpg")
        #expect(
            decodeError(Array(file.prefix(file.count / 2)))?.message
                == "the file ends too early (libjpeg: Premature end of JPEG file)")
        var png = try Fixture.bytes("rgb-8.png")
        png[50] ^= 1
        #expect(decodeError(png)?.message.hasPrefix("the file is damaged (libpng: ") == true)
    }
}
