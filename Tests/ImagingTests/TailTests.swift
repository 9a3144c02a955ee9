// Shows that what stands behind the last sample costs no picture, and that codes which no sample came of do.

import Testing

@testable import Imaging

@Suite struct TailTests {
    private static let layouts = ["sampling-2x2.jpg", "restart.jpg", "progressive.jpg", "one-scan-each.jpg"]

    /// What a Samsung camera appends: a block, and a directory that says where it begins.
    private func trailer(_ block: [UInt8], offset: Int? = nil) -> [UInt8] {
        func little(_ value: Int) -> [UInt8] { bigEndian(value).reversed() }
        let directory =
            Array("SEFH".utf8) + little(101) + little(1) + [0, 0, 0x30, 0x0A] + little(offset ?? block.count)
            + little(block.count)
        return block + directory + little(directory.count) + Array("SEFT".utf8)
    }

    private let block: [UInt8] = [0, 0, 0x30, 0x0A, 14, 0, 0, 0] + Array("Image_UTC_Data1500000000000".utf8)

    @Test(arguments: layouts)
    func aPictureWithoutAnEndMarkerIsWhole(_ name: String) throws {
        let file = try Fixture.bytes(name)
        let open = Array(file.dropLast(2))
        // The second block contains a picture's first bytes, as panoramas do.
        for tail in [[], trailer(block), trailer(block + [0xFF, 0xD8, 0xFF, 0xE1, 0, 9, 1, 2, 3])] {
            let image = try decode(open + tail)
            #expect(image.pixels == (try decode(file).pixels))
            #expect(image.facts.warnings == [.noEnd])
            #expect(image.warning == "libjpeg: Premature end of JPEG file")
        }
        #expect(decodeError(open.dropLast(2) + trailer(block)) != nil)
        #expect(decodeError(open + trailer(block, offset: block.count - 20)) != nil)
        #expect(decodeError(open + trailer(block, offset: 1 << 30)) != nil)
        #expect(decodeError(open + block) != nil)
    }

    @Test(arguments: layouts)
    func segmentsThatNobodyKnowsMayFollowThePicture(_ name: String) throws {
        let file = try Fixture.bytes(name)
        let open = Array(file.dropLast(2))
        let pixels = try decode(file).pixels
        for tail: [UInt8] in [[0xFF, 0x9A], [0xFF, 0x9A, 0, 4, 7, 7], [0xFF, 0xC4, 0, 5, 1, 2, 3, 0xFF, 0xFF, 0xB0]] {
            let image = try decode(open + tail + [0xFF, 0xD9])
            #expect(image.pixels == pixels)
            #expect(image.facts.warnings == [.damagedTail])
            #expect(image.warning?.hasPrefix("libjpeg: ") == true)
        }
        // Codes that look like a marker, with further codes behind them.
        for tail: [UInt8] in [[0xFF, 0x9A, 0x17, 0x25], [0xFF, 0x9A, 0, 9, 7, 7], [0xFF, 0x9A, 0xFF, 0, 0x34]] {
            #expect(decodeError(open + tail + [0xFF, 0xD9])?.code == "corrupt", "\(tail)")
        }
    }

    @Test(arguments: ["rgb-8.png", "palette-4.png", "grey-1-interlaced.png"])
    func aPNGIsWholeWithItsLastDataChunk(_ name: String) throws {
        let file = try Fixture.bytes(name)
        let open = Array(file.dropLast(12))
        let pixels = try decode(file).pixels
        for (tail, warning) in [
            ([], DecodeWarning.noEnd), (Array(file.suffix(12).prefix(7)), .noEnd),
            (pngChunk("\0\0bc", [1, 2]) + file.suffix(12), .damagedTail),
        ] {
            let image = try decode(open + tail)
            #expect(image.pixels == pixels && image.facts.warnings == [warning] && image.warning != nil)
        }
        // The checksum of the samples is no tail.
        var damaged = open
        damaged[open.count - 1] ^= 1
        #expect(decodeError(damaged)?.code == "corrupt")
        #expect(decodeError(open.dropLast())?.code == "truncated")
    }

    @Test(arguments: layouts)
    func codesThatNoSampleCameOfAreDamage(_ name: String) throws {
        var parts = JPEGParts(try Fixture.bytes(name))
        let codes = parts.scans[0].suffix(40).filter { $0 != 0xFF }
        parts.scans[0] += codes
        let error = try #require(decodeError(parts.file))
        #expect(error.code == "corrupt" && error.message.contains("bytes of its picture data belong to no pixel"))
    }

    /// Blocks of a disk that stand there twice. Where one replaces another, the codes fall into step again; only where they make
    /// exactly as many samples as before does nothing show it.
    @Test func exchangedBlocksAreDamage() throws {
        let file = encodeJPEG(noise(width: 200, height: 200), quality: 75, subsampling: .s420)
        let pixels = try decode(file).pixels
        var random = Random(seed: 12)
        var unnoticed = 0
        for _ in 0..<60 {
            let (first, second) = (2 + random.below(file.count / 512 - 4), 2 + random.below(file.count / 512 - 4))
            let block = file[512 * first..<512 * first + 512]
            var twice = file
            twice.insert(contentsOf: block, at: 512 * first)
            #expect(decodeError(twice)?.code == "corrupt")
            var copied = file
            copied.replaceSubrange(512 * second..<512 * second + 512, with: block)
            if let image = try? decode(copied), image.pixels != pixels {
                unnoticed += 1
                #expect(image.facts.warnings == [])
            }
        }
        #expect(unnoticed < 60 / 8)
    }

    @Test func aPictureHigherThanItsHeaderSaysIsToldOf() throws {
        var file = encodeJPEG(noise(width: 64, height: 64), quality: 75, subsampling: .s420)
        let frame = try #require(file.indices.first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
        file[frame + 6] = 40
        #expect(decodeError(file)?.message.contains("belong to no pixel") == true)
    }

    @Test func aScanMayBeFilledUp() throws {
        let file = encodeJPEG(noise(width: 64, height: 64), quality: 75, subsampling: .s420)
        let whole = try decode(file)
        let long = [UInt8](repeating: 0, count: 700)
        for fill in [long, [UInt8](repeating: 0, count: 12), [0xFF, 0, 0, 0, 0xFF, 0xFF, 0] + long] {
            let image = try decode(file.dropLast(2) + fill + [0xFF, 0xD9])
            #expect(image.pixels == whole.pixels && image.facts.warnings == [.paddedScan])
        }
        // Fewer are read ahead, and not seen to be too many.
        #expect(try decode(file.dropLast(2) + [0, 0, 0xFF, 0xD9]).pixels == whole.pixels)
        #expect(try decode(file.dropLast(2) + [0xFF, 0xFF, 0xFF, 0xFF, 0xD9]) == whole)
    }

    /// Zeros are valid codes, of which few bytes make many samples.
    @Test(arguments: [0, 2])
    func zerosInPlaceOfCodesAreNoFilling(_ end: Int) throws {
        var file = encodeJPEG(noise(width: 200, height: 200), quality: 75, subsampling: .s420)
        for index in file.count / 2..<file.count - 2 { file[index] = 0 }
        #expect(decodeError(file.dropLast(2 - end)) != nil)
    }

    @Test(arguments: layouts)
    func bytesBetweenSegmentsAreOnlyWarnedOf(_ name: String) throws {
        let file = try Fixture.bytes(name)
        let image = try decode(file[..<2] + [0, 1, 2] + file[2...])
        #expect(image.pixels == (try decode(file).pixels) && image.facts.warnings == [.strayBytes])
    }
}

extension Array where Element == UInt8 {
    fileprivate static func + (tail: ArraySlice<UInt8>, rest: [UInt8]) -> [UInt8] { Array(tail) + rest }
}
