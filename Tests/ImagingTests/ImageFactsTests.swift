// Shows that what a file says about its picture is reported as stored.

import Testing

@testable import Imaging

@Suite struct ImageFactsTests {
    private func facts(_ name: String) throws -> ImageFacts { try decode(try Fixture.bytes(name)).facts }

    @Test(arguments: [
        ("grey.jpg", ImageFacts.Colour.grey), ("rgb.jpg", .rgb), ("sampling-2x2.jpg", .ycbcr),
        ("cmyk-plain.jpg", .cmyk),
        ("cmyk-adobe.jpg", .cmyk), ("ycck-adobe.jpg", .ycck), ("grey-1.png", .grey), ("grey-alpha-16.png", .grey),
        ("rgb-16.png", .rgb), ("palette-4.png", .palette),
    ])
    func colourIsReportedAsStored(_ name: String, _ colour: ImageFacts.Colour) throws {
        #expect(try facts(name).colour == colour)
    }

    @Test(arguments: [
        ("sampling-1x1.jpg", "4:4:4"), ("sampling-2x1.jpg", "4:2:2"), ("sampling-2x2.jpg", "4:2:0"),
        ("sampling-1x2.jpg", "4:4:0"), ("sampling-4x1.jpg", "4:1:1"), ("sampling-4x2.jpg", "4:1:0"), ("grey.jpg", nil),
        ("rgb.jpg", nil), ("rgb-8.png", nil),
    ])
    func subsamplingIsReported(_ name: String, _ subsampling: String?) throws {
        #expect(try facts(name).subsampling == subsampling)
    }

    @Test(arguments: [
        ("orientation-big-endian.jpg", 6), ("orientation-little-endian.jpg", 8), ("orientation.png", 5),
        ("grey.jpg", nil),
        ("rgb-8.png", nil),
    ])
    func exifOrientationIsReported(_ name: String, _ orientation: Int?) throws {
        #expect(try facts(name).orientation == orientation)
    }

    @Test func markersOfTheStructureAreReported() throws {
        #expect(try facts("progressive.jpg").isProgressive)
        #expect(try facts("arithmetic-progressive.jpg").isProgressive)
        #expect(try !facts("one-scan-each.jpg").isProgressive)
        #expect(try facts("cmyk-adobe.jpg").hasAdobeMarker)
        #expect(try !facts("cmyk-plain.jpg").hasAdobeMarker)
        #expect(try facts("palette-2-interlaced.png").isInterlaced)
        #expect(try !facts("palette-2.png").isInterlaced)
        #expect(try facts("animated.png").isAnimated)
        #expect(try !facts("rgb-8.png").isAnimated)
    }

    @Test(arguments: [
        ("grey-alpha-8.png", true), ("rgb-alpha-16-interlaced.png", true), ("grey-transparent.png", true),
        ("rgb-transparent.png", true), ("palette-4.png", true), ("palette-8.png", false), ("rgb-16.png", false),
        ("grey.jpg", false),
    ])
    func alphaAndTransparentColoursAreReported(_ name: String, _ hasAlpha: Bool) throws {
        #expect(try facts(name).hasAlpha == hasAlpha)
    }

    @Test(arguments: [
        ("grey-1.png", 1), ("palette-2.png", 2), ("grey-4.png", 4), ("rgb-8.png", 8), ("rgb-alpha-16.png", 16),
        ("grey.jpg", 8),
    ])
    func bitsPerChannelAreReported(_ name: String, _ bits: Int) throws {
        #expect(try facts(name).bitsPerChannel == bits)
    }

    @Test func qualityIsRecoveredFromTheQuantisationTable() throws {
        let picture = noise(width: 8, height: 8)
        for quality in 1...100 {
            let facts = try decode(encodeJPEG(picture, quality: quality, subsampling: .s444)).facts
            let estimate = try #require(facts.jpegQuality)
            // The lowest qualities saturate at 255 and share tables.
            #expect(quality < 5 ? estimate <= 5 : estimate == quality)
        }
    }

    @Test func qualityIsUnknownForTablesOfAnotherFamily() throws {
        var file = try Fixture.bytes("sampling-2x2.jpg")
        let table = try #require(file.indices.first { file[$0] == 0xFF && file[$0 + 1] == 0xDB })
        for index in 0..<64 { file[table + 5 + index] = index % 2 == 0 ? 3 : 60 }
        #expect(try decode(file).facts.jpegQuality == nil)
    }

    @Test func brokenExifHasNoOrientationAndDoesNoHarm() throws {
        let file = try Fixture.bytes("orientation-big-endian.jpg")
        let plain = try decode(file).pixels
        let start = 2 + 4 + 6
        var random = Random(seed: 4)
        for _ in 0..<2000 {
            var damaged = file
            for _ in 0...random.below(4) { damaged[start + random.below(26)] = UInt8(random.below(256)) }
            let image = try decode(damaged)
            #expect(image.pixels == plain)
            #expect(image.facts.orientation.map { (1...8).contains($0) } ?? true)
        }
    }
}
