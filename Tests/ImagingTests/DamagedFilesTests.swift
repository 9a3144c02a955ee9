// Shows that a picture is whole or refused, whatever happened to its file.

import Testing

@testable import Imaging

@Suite struct DamagedFilesTests {
    @Test(arguments: Fixture.names("jpg", "png"))
    func aFileCutAnywhereIsTruncatedUnlessEverySampleIsThere(_ name: String) throws {
        let file = try Fixture.bytes(name)
        let pixels = try decode(file).pixels
        let signature = name.hasSuffix("png") ? 8 : 2
        var whole = 0
        for length in 0..<file.count {
            do {
                let image = try decode(Array(file[..<length]))
                #expect(image.pixels == pixels && image.facts.warnings == [.noEnd] && image.warning != nil)
                whole += 1
            } catch {
                #expect(error.code == (length < signature ? "not-an-image" : "truncated"))
            }
        }
        // The end marker has two bytes; of arithmetic codes nobody can tell whether the last ones are missing.
        #expect(name.hasSuffix("png") ? whole >= 12 : name.hasPrefix("arithmetic") ? whole <= 2 : whole == 2)
    }

    @Test(arguments: ["palette-4.png", "grey-1-interlaced.png", "rgb-transparent.png", "orientation.png"])
    func aFlippedBitAnywhereInAPNGIsNoticed(_ name: String) throws {
        var file = try Fixture.bytes(name)
        let pixels = try decode(file).pixels
        for index in file.indices {
            let bit = UInt8(1) << (index % 8)
            file[index] ^= bit
            // Damage to what is not the picture is warned of.
            if let image = try? decode(file) {
                #expect(image.warning != nil && !image.facts.warnings.isEmpty, "byte \(index)")
                #expect(image.pixels == pixels, "byte \(index)")
            }
            file[index] ^= bit
        }
    }

    /// Half the coded data and a proper end: libjpeg would fill the rest with grey.
    @Test(arguments: Fixture.names("jpg").filter { !$0.hasPrefix("arithmetic") })
    func aPictureWithoutItsLowerHalfIsCorrupt(_ name: String) throws {
        var parts = JPEGParts(try Fixture.bytes(name))
        parts.scans[0].removeLast(parts.scans[0].count / 3)
        #expect(decodeError(parts.file)?.code == "corrupt")
    }

    @Test func aPictureWithoutOneOfItsColourComponentsIsCorrupt() throws {
        var parts = JPEGParts(try Fixture.bytes("one-scan-each.jpg"))
        #expect(parts.scans.count == 3)
        parts.scans.removeLast()
        #expect(decodeError(parts.file) == .corrupt(reason: "a colour component is missing"))
        parts = JPEGParts(try Fixture.bytes("spectral.jpg"))
        parts.scans.removeFirst()
        #expect(decodeError(parts.file)?.code == "corrupt")
    }

    @Test func scansThatStopShortOfExactCoefficientsAreWarnedOf() throws {
        var parts = JPEGParts(try Fixture.bytes("progressive.jpg"))
        #expect(try decode(parts.file).warning == nil)
        parts.scans.removeLast()
        let image = try decode(parts.file)
        #expect(image.warning == "the scans end before every coefficient is exact")
        #expect(image.facts.warnings == [.unrefined])
        #expect(decodeError(parts.file.dropLast(2))?.code == "truncated")
    }

    @Test func aLostRestartMarkerIsCorrupt() throws {
        var file = try Fixture.bytes("restart.jpg")
        let marker = try #require(file.indices.dropLast().first { file[$0] == 0xFF && file[$0 + 1] == 0xD0 })
        file[marker + 1] = 0xD3
        #expect(decodeError(file)?.code == "corrupt")
    }

    @Test func harmlessBytesBeforeAMarkerAreOnlyWarnedOf() throws {
        let file = try Fixture.bytes("sampling-2x2.jpg")
        let padded = Array(file.dropLast(2)) + [0, 0, 0, 0xFF, 0xD9]
        let image = try decode(padded)
        #expect(image.warning?.contains("extraneous bytes") == true && image.facts.warnings == [.paddedScan])
        #expect(image.pixels == (try decode(file).pixels))
    }

    @Test func bytesBehindTheEndAreIgnored() throws {
        for name in ["sampling-2x2.jpg", "rgb-8.png"] {
            let file = try Fixture.bytes(name)
            let image = try decode(file + [1, 2, 3])
            #expect(image == (try decode(file)))
        }
    }

    @Test func aHundredWarningsAreFatal() throws {
        var file = try Fixture.bytes("sampling-2x2.jpg")
        let segment: [UInt8] = [0, 0xFF, 0xFE, 0, 2]  // a stray byte before an empty comment, behind the JFIF segment
        file.insert(contentsOf: Array(repeating: segment, count: 99).joined(), at: 20)
        #expect(try decode(file).warning != nil)
        file.insert(contentsOf: segment, at: 20)
        let error = try #require(decodeError(file))
        #expect(error.code == "corrupt" && error.message.contains("(100 warnings, the first: libjpeg: "))
    }

    /// Else anyone could hide a picture from the scanner by them and show it to everybody else.
    @Test(arguments: [1, 99, 100, 3000])
    func damagedChunksBesideThePictureAreOnlyWarnedOf(_ count: Int) throws {
        let file = try Fixture.bytes("rgb-8.png")
        let pixels = try decode(file).pixels
        var chunk = pngChunk("tIME", [7, 0xEA, 1, 2, 3, 4, 5])
        chunk[chunk.count - 1] ^= 1
        let chunks = Array(Array(repeating: chunk, count: count).joined())
        let files: [[UInt8]] = [inserting(chunks, into: file), Array(file.dropLast(12)) + chunks + file.suffix(12)]
        for damaged in files {
            let image = try decode(damaged)
            #expect(image.pixels == pixels && image.facts.warnings == [.other])
            #expect(image.warning == "libpng: tIME: CRC error")
        }
    }

    @Test func unsupportedVariantsAreNotCalledCorrupt() throws {
        let file = try Fixture.bytes("sampling-1x1.jpg")
        let frame = try #require(file.indices.first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
        var twelveBits = file
        twelveBits[frame + 4] = 12
        var lossless = file
        lossless[frame + 1] = 0xC3
        for (variant, name) in [(twelveBits, "JPEG of 12-bit samples"), (lossless, "lossless JPEG")] {
            let error = try #require(decodeError(variant))
            #expect(error == .unsupportedVariant(.jpeg, reason: name))
            #expect(error.code == "unsupported-format" && error.isUnsupported && !error.isLimit)
        }
    }

    /// Whatever happens to a file, it is a whole picture or an error: nothing crashes, hangs or takes memory beyond the limit.
    @Test func randomDamageIsSurvived() throws {
        let files = try Fixture.names("jpg", "png").map { try Fixture.bytes($0) }
        let limits = DecodeLimits(maxPixels: 20_000, maxScans: 20, maxTextBytes: 1000)
        var random = Random(seed: 7)
        var whole = 0
        for _ in 0..<6000 {
            let file = damaged(files[random.below(files.count)], &random)
            do {
                let image = try decode(file, limits: limits)
                #expect(image.pixels.width * image.pixels.height <= limits.maxPixels)
                whole += 1
            } catch {
                #expect(!error.code.isEmpty && !error.message.isEmpty)
            }
        }
        #expect(whole > 100)
    }

    private func damaged(_ original: [UInt8], _ random: inout Random) -> [UInt8] {
        var file = original
        for _ in 0...random.below(3) {
            let place = random.below(file.count)
            switch random.below(5) {
            case 0: file[place] ^= UInt8(1 << random.below(8))
            case 1: file[place] = [0, 0x7F, 0x80, 0xFF][random.below(4)]
            case 2: file.insert(contentsOf: file[place...].prefix(random.below(64)), at: random.below(file.count))
            case 3: file.removeSubrange(place..<min(file.count - 1, place + random.below(16)) + 1)
            default: file[place] = UInt8(random.below(256))
            }
            if file.isEmpty { return original }
        }
        return file
    }
}
