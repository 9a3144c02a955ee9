// Shows that a picture doesn't pass unseen because its first bytes are damaged, and that other files aren't taken for one.

import Testing

@testable import Imaging

@Suite struct DamagedSignatureTests {
    private func found(_ bytes: [UInt8]) -> ImageFormat? {
        let isKnown = ImageFormat.sniff(bytes) != nil
        let format = ImageFormat.sniffDamaged(bytes.span)
        if let format, !isKnown { #expect(decodeError(bytes) == .damagedSignature(format)) }
        return isKnown ? nil : format
    }

    @Test(arguments: ["rgb-8.png", "grey-1-interlaced.png"])
    func aPNGWithConvertedLineEndsIsOne(_ name: String) throws {
        let file = try Fixture.bytes(name)
        func converted(_ change: ([UInt8]) -> [UInt8]) -> [UInt8] { change(file) }
        let unix = converted { bytes in
            bytes.indices.filter { bytes[$0] != 13 || $0 + 1 == bytes.count || bytes[$0 + 1] != 10 }.map { bytes[$0] }
        }
        let windows = converted { $0.flatMap { $0 == 10 ? [13, 10] : [$0] } }
        let mac = converted { $0.map { $0 == 10 ? 13 : $0 } }
        let stripped = converted { $0.filter { $0 != 13 } }
        let sevenBits = converted { $0.map { $0 & 0x7F } }
        let latin = converted { Array(String(decoding: $0, as: UTF8.self).utf8) }
        for bytes in [unix, windows, mac, stripped, sevenBits, latin] { #expect(found(bytes) == .png) }
    }

    @Test func aSignatureWithOneWrongByteIsDamaged() throws {
        let png = try Fixture.bytes("rgb-8.png")
        for index in 0..<8 {
            var damaged = png
            damaged[index] ^= 0x20
            #expect(found(damaged) == .png)
        }
        for name in ["sampling-2x2.jpg", "orientation.jpg", "progressive.jpg"] where Fixture.names("jpg").contains(name)
        {
            for index in 0..<2 {
                var damaged = try Fixture.bytes(name)
                damaged[index] ^= 0x20
                #expect(found(damaged) == .jpeg)
            }
        }
        let others: [(ImageFormat, [UInt8])] = [
            (.gif, Array("GIF89a".utf8) + [0x40, 1, 0xF0, 0, 0xF7, 0, 0]),
            (.webp, Array("RIFF".utf8) + [0, 9, 0, 0] + Array("WEBPVP8X".utf8)),
            (.tiff, [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0]),
            (.jp2, [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]),
            (.heif, [0, 0, 0, 24] + Array("ftypheic".utf8)), (.psd, Array("8BPS\0\u{1}\0\0\0\0\0\0\0\u{3}".utf8)),
        ]
        for (format, head) in others {
            var damaged = head
            damaged[1] ^= 0x40
            if format == .heif { (damaged[1], damaged[5]) = (0, head[5] ^ 0x40) }
            #expect(found(damaged + [UInt8](repeating: 0, count: 20)) == format, "\(format)")
        }
    }

    @Test func aJPEGWithoutItsBeginningIsDamaged() throws {
        let small = try Fixture.bytes("sampling-2x2.jpg")
        #expect(found(Array(small.dropFirst(1))) == .jpeg)
        #expect(found(Array(small.dropFirst(2))) == .jpeg)
        let file = encodeJPEG(noise(width: 200, height: 200), quality: 75, subsampling: .s420)
        for start in [700, 1024, 4096] { #expect(found(Array(file.dropFirst(start))) == .jpeg) }
        let large = encodeJPEG(noise(width: 600, height: 600), quality: 75, subsampling: .s420)
        #expect(large.count > 2 * ImageFormat.damageReach)
        #expect(found(Array(large.dropFirst(5000))) == .jpeg)
    }

    @Test func otherFilesAreNotTakenForDamagedPictures() throws {
        let picture = encodeJPEG(noise(width: 200, height: 200), quality: 75, subsampling: .s420)
        var random = Random(seed: 8)
        let noise = (0..<70_000).map { _ in UInt8(random.below(256)) }
        let song = (0..<200).flatMap { [0xFF, 0xFB, 0x90, 0x64] + noise[$0 * 100..<$0 * 100 + 413] }
        let others: [[UInt8]] = [
            Array("%PDF-1.4\n".utf8) + picture, Array("PK\u{3}\u{4}".utf8) + noise + picture,
            Array("ID3\u{3}\0\0\0\0\u{f}".utf8) + picture + song, song, noise, [UInt8](repeating: 0, count: 70_000),
            [UInt8](repeating: 0xFF, count: 70_000),
            Array(String(repeating: "PNG and IHDR in a text\n", count: 900).utf8),
            (0..<9000).flatMap { [UInt8($0 % 100) + 1, 0] },
            [0xFF, 0xFE] + (0..<9000).flatMap { [UInt8($0 % 90), 0] },
            Array("GIF88a".utf8), Array("GIF90a is no format".utf8), Array("gimp xcg".utf8), [0x50], [],
            (0..<20_000).flatMap { [UInt8($0 % 251), 0xFF, 0, 0] },
        ]
        for bytes in others { #expect(found(bytes) == nil && decodeError(bytes) == .notAnImage) }
        for _ in 0..<3000 {
            let start = random.below(60_000)
            #expect(found(Array(noise[start..<start + 40])) == nil)
        }
    }
}
