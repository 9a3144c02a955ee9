// Shows that formats are recognised by content and that nothing else is taken for an image.

import Testing

@testable import Imaging

@Suite struct ImageFormatTests {
    private static func iso(_ brand: String, _ others: String = "") -> [UInt8] {
        bigEndian(16 + others.utf8.count) + Array("ftyp\(brand)\0\0\0\0\(others)".utf8)
    }

    private static let heads: [(ImageFormat, [UInt8])] = [
        (.jpeg, [0xFF, 0xD8, 0xFF, 0xE0]), (.jpeg, [0xFF, 0xD8, 0, 0xFF, 0xE0]),
        (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        (.gif, Array("GIF89a".utf8)), (.gif, Array("GIF87a".utf8)), (.webp, Array("RIFF\u{1}\0\0\0WEBPVP8 ".utf8)),
        (.tiff, [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0]), (.tiff, [0x4D, 0x4D, 0, 0x2A]),
        (.tiff, [0x49, 0x49, 0x2B, 0, 8, 0]),
        (.raw, Array("II*\0\u{10}\0\0\0CR\u{2}\0".utf8)), (.heif, iso("heic")), (.heif, iso("mif1", "mif1heic")),
        (.avif, iso("avif")), (.avif, iso("mif1", "miafavif")), (.raw, iso("crx ")),
        (.jxl, [0xFF, 0x0A]), (.jxl, [0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A]),
        (.jp2, [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]), (.jp2, [0xFF, 0x4F, 0xFF, 0x51]),
        (.psd, Array("8BPS\0\u{1}".utf8)), (.exr, [0x76, 0x2F, 0x31, 0x01]), (.dds, Array("DDS |\0\0\0".utf8)),
        (.qoi, Array("qoif\0\0\0\u{1}\0\0\0\u{1}\u{3}\0".utf8)), (.pnm, Array("P6\n2 2 255\n".utf8)),
        (.pnm, Array("P4\n# made by hand\n".utf8)), (.pnm, Array("P7\nWIDTH 2\n".utf8)),
        (.hdr, Array("#?RADIANCE\n".utf8)),
        (.ico, [0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 0, 4, 0, 0, 22, 0, 0, 0]),
        (.bmp, Array("BM".utf8) + [70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0]),
    ]

    @Test func formatsAreToldApartByContent() {
        for (format, head) in Self.heads {
            #expect(ImageFormat.sniff(head + [UInt8](repeating: 0, count: 40)) == format)
        }
    }

    @Test func aDamagedSignatureIsNoSignature() {
        for damage in 0..<8 {
            var png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
            png[damage] ^= 0x20
            #expect(ImageFormat.sniff(png) == nil)
        }
        #expect(ImageFormat.sniff([0xFF]) == nil && ImageFormat.sniff([0xFF, 0xD7, 0xFF]) == nil)
    }

    @Test(arguments: [
        "", "P", "P1", "P5 is a path", "BM", "BMW is a car maker, and this a sentence about it", "GIF88a",
        "RIFF\0\0\0\0WAVE",
        "DDS of the first row", "qoiffeur", "#!/bin/sh\n", "<svg/>", "II", "hello", "icns",
        "\0\0\0\u{18}ftypmp42\0\0\0\0isommp42",
    ])
    func textsAndOtherFilesAreNoImages(_ text: String) {
        #expect(ImageFormat.sniff(Array(text.utf8)) == nil)
        #expect(decodeError(Array(text.utf8)) == .notAnImage)
    }

    @Test func formatsThatAreNotReadAreUnsupportedRatherThanCorrupt() {
        for (format, head) in Self.heads where !format.isDecodable {
            #expect(decodeError(head) == .unsupportedFormat(format))
        }
        // Those that take no library, whatever this program was built with.
        let (read, unread): ([ImageFormat], [ImageFormat]) = ([.jpeg, .png, .gif, .bmp], [.psd, .raw, .jp2, .exr])
        #expect(read.allSatisfy(\.isDecodable) && !unread.contains(where: \.isDecodable))
    }

    @Test func everyPrefixOfEveryHeadIsSurvived() {
        for (_, head) in Self.heads {
            for length in 0...head.count { _ = ImageFormat.sniff(Array(head[..<length])) }
        }
    }
}
