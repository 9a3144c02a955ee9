// A scan decodes only what it looks at; these show that nothing else can be told from it: not a pixel, not a complaint.

import Testing

@testable import Imaging

@Suite struct RegionTests {
    /// Samplings by their usual names, and what else the format allows.
    private static let samplings: [(name: String, sampling: [(h: Int, v: Int)])] = [
        ("grey", [(1, 1)]), ("grey, 2×2", [(2, 2)]), ("4:4:4", [(1, 1), (1, 1), (1, 1)]),
        ("4:2:2", [(2, 1), (1, 1), (1, 1)]), ("4:2:0", [(2, 2), (1, 1), (1, 1)]), ("4:4:0", [(1, 2), (1, 1), (1, 1)]),
        ("4:1:1", [(4, 1), (1, 1), (1, 1)]), ("4:1:0", [(4, 2), (1, 1), (1, 1)]), ("1×4", [(1, 4), (1, 1), (1, 1)]),
        ("1×4, chroma 1×2", [(1, 4), (1, 2), (1, 2)]), ("2×4", [(2, 4), (1, 1), (1, 1)]),
        ("1×3", [(1, 3), (1, 1), (1, 1)]),
        ("chroma finer than luma", [(1, 1), (2, 2), (1, 2)]), ("mixed", [(2, 2), (2, 1), (1, 2)]),
        ("inks", [(1, 1), (1, 1), (1, 1), (1, 1)]), ("inks, 2×2", [(2, 2), (1, 1), (1, 1), (2, 2)]),
    ]

    private static func files(width: Int, height: Int, of names: [String]? = nil) -> [(name: String, bytes: [UInt8])] {
        samplings.filter { names?.contains($0.name) ?? true }.flatMap { name, sampling in
            RandomJPEG.Layout.allCases.flatMap { layout in
                [0, 3].map { interval in
                    var jpeg = RandomJPEG(width: width, height: height, sampling: sampling, layout: layout)
                    jpeg.restartInterval = interval
                    // With an Adobe marker four components are YCCK or inverted CMYK, three YCbCr as without.
                    if interval > 0 && sampling.count > 1 { jpeg.adobeTransform = sampling.count == 4 ? 2 : 1 }
                    return ("\(name) \(layout) \(interval) \(width)×\(height)", jpeg.bytes)
                }
            }
        }
    }

    /// Band by band, from every row and of every height modulo the rows of an MCU.
    @Test(arguments: [(21, 101), (33, 64), (16, 97), (3, 80), (1, 70), (5, 15)])
    func bandsOfJPEGEqualTheWhole(_ width: Int, _ height: Int) throws {
        for file in Self.files(width: width, height: height) {
            let whole = try decode(file.bytes)
            for top in 0..<height {
                let rows = min([1, 2, 7, 16, 31, 40, height][top % 7], height - top)
                let band = Region(x: 0, y: top, width: width, height: rows)
                try expectEqual(file.bytes, whole, [band], "\(file.name), rows \(top)..<\(top + rows)")
            }
        }
    }

    /// Several regions: overlapping, adjacent, apart, at the edges, in any order.
    @Test(arguments: [(40, 150), (67, 90), (230, 70)])
    func anyRegionsOfJPEGEqualTheWhole(_ width: Int, _ height: Int) throws {
        var random = Random(seed: 3)
        for file in Self.files(width: width, height: height) {
            let whole = try decode(file.bytes)
            for _ in 0..<25 {
                let regions = Self.regions(width, height, &random)
                try expectEqual(file.bytes, whole, regions, "\(file.name), \(regions)")
            }
        }
    }

    @Test(arguments: Fixture.names("jpg", "png"))
    func regionsOfEveryVariantEqualTheWhole(_ name: String) throws {
        let file = try Fixture.bytes(name)
        let whole = try decode(file)
        for top in 0..<Fixture.height {
            for bottom in top + 1...Fixture.height {
                let left = (top + bottom) % Fixture.width
                let regions = [
                    Region(x: left, y: top, width: Fixture.width - left, height: bottom - top),
                    Region(x: 0, y: bottom - 1, width: left + 1, height: 1),
                ]
                try expectEqual(file, whole, Array(regions[..<(1 + bottom % 2)]), "\(name), \(regions)")
            }
        }
    }

    @Test func aFileCutAnywhereIsRefusedInTheSameWords() throws {
        var random = Random(seed: 9)
        for file in Self.files(width: 24, height: 56, of: ["4:2:0", "4:4:4", "inks"]) {
            for length in stride(from: 0, to: file.bytes.count, by: 5) {
                expectSame(Array(file.bytes[..<length]), &random, "\(file.name) of \(length) bytes")
            }
        }
    }

    /// Also behind the last region, where nothing is decoded but the codes.
    @Test func damageAnywhereIsNoticedInTheSameWords() throws {
        var random = Random(seed: 4)
        var refused = 0
        for file in Self.files(width: 24, height: 56) {
            var bytes = file.bytes
            for place in stride(from: random.below(20), to: bytes.count, by: 20) {
                let old = bytes[place]
                bytes[place] = [old ^ UInt8(1 << random.below(8)), 0xFF, UInt8(random.below(256))][random.below(3)]
                if expectSame(bytes, &random, "\(file.name) at \(place)") { refused += 1 }
                bytes[place] = old
            }
        }
        #expect(refused > 500)
    }

    @Test(arguments: Fixture.names("jpg", "png"))
    func aDamagedVariantIsRefusedInTheSameWords(_ name: String) throws {
        let file = try Fixture.bytes(name)
        var random = Random(seed: 6)
        for place in file.indices {
            var damaged = file
            damaged[place] ^= UInt8(1 << random.below(8))
            expectSame(damaged, &random, "\(name), byte \(place)")
        }
    }

    @Test func codesThatAreMissingBehindTheLastRegionAreNoticed() throws {
        var parts = JPEGParts(encodeJPEG(noise(width: 40, height: 160), quality: 90, subsampling: .s420))
        parts.scans[0].removeLast(300)
        let whole = try #require(decodeError(parts.file))
        #expect(whole.code == "corrupt")
        #expect(throws: whole) {
            try decode(parts.file.span, limits: DecodeLimits()) { _, _ in [Region(x: 0, y: 0, width: 8, height: 8)] }
        }
    }

    @Test func regionsAreAskedForOnceTheLimitsAreKept() throws {
        let file = try Fixture.bytes("rgb-8.png")
        #expect(throws: DecodeError.tooManyPixels(width: 20, height: 13, limit: 259)) {
            try decode(file.span, limits: DecodeLimits(maxPixels: 259)) { _, _ in
                Issue.record("the picture is too large")
                return []
            }
        }
        let image = try decode(file.span, limits: DecodeLimits(maxPixels: 260)) { width, height in
            #expect(width == 20 && height == 13)
            return [Region(x: -5, y: 10, width: 10, height: 10).clipped(toWidth: width, height: height)]
        }
        #expect(image.parts.map { [$0.x, $0.y, $0.pixels.width, $0.pixels.height] } == [[0, 10, 5, 3]])
        #expect(image.facts == (try decode(file).facts))
    }

    private static func regions(_ width: Int, _ height: Int, _ random: inout Random) -> [Region] {
        (0...random.below(4)).map { _ in
            let (x, y) = (random.below(width), random.below(height))
            return Region(x: x, y: y, width: 1 + random.below(width - x), height: 1 + random.below(height - y))
        }
    }

    private func expectEqual(
        _ file: [UInt8], _ whole: DecodedImage, _ regions: [Region], _ place: @autoclosure () -> String
    ) throws {
        let found = try decode(file.span, limits: DecodeLimits()) { _, _ in regions }
        let isSame = found == Self.cut(whole, regions)
        #expect(isSame, "\(place())")
    }

    /// Decodes some regions and the whole: the outcome is the same, be it pixels or an error. Whether it is an error.
    @discardableResult
    private func expectSame(_ file: [UInt8], _ random: inout Random, _ place: @autoclosure () -> String) -> Bool {
        let limits = DecodeLimits(maxPixels: 20_000, maxScans: 20, maxTextBytes: 1000)
        let whole = Result { () throws(DecodeError) in try decode(file, limits: limits) }
        var regions: [Region] = []
        let found = Result { () throws(DecodeError) in
            try decode(file.span, limits: limits) { width, height in
                regions = Self.regions(width, height, &random)
                return regions
            }
        }
        let isSame = found == whole.map { Self.cut($0, regions) }
        #expect(isSame, "\(place()), \(regions)")
        if case .failure = whole { return true }
        return false
    }

    private static func cut(_ image: DecodedImage, _ regions: [Region]) -> DecodedParts {
        let parts = regions.map { region in
            let pixels = image.pixels.cropped(x: region.x, y: region.y, width: region.width, height: region.height)
            return Part(x: region.x, y: region.y, pixels: pixels)
        }
        return DecodedParts(parts: parts, facts: image.facts, warning: image.warning)
    }
}
