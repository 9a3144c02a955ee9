// Shows that every variant of the formats beside JPEG and PNG decodes to an independent decoder's pixels, whole or in parts.

import Testing

@testable import Imaging

@Suite struct FormatDecodingTests {
    @Test(arguments: FormatFixture.names())
    func everyVariantDecodesToTheReferencePixels(_ name: String) throws {
        let image = try decode(try FormatFixture.bytes(name))
        let expected = try FormatFixture.expected(name)
        #expect([image.facts.width, image.facts.height] == [expected.width, expected.height])
        #expect([image.pixels.width, image.pixels.height] == [expected.width, expected.height])
        let distance = zip(image.pixels.bytes, expected.bytes).map { abs(Int($0) - Int($1)) }.max() ?? 255
        #expect(distance <= FormatFixture.tolerance(name))
        #expect(image.warning == nil)
    }

    /// A format whose library is missing has no fixtures here; on a machine with all of them there is one for every variant.
    @Test(arguments: [("webp", 7), ("gif", 7), ("bmp", 15), ("tiff", 29), ("heic", 7), ("avif", 11), ("jxl", 5)])
    func thereIsAFixtureForEveryVariant(_ ending: String, _ count: Int) {
        let found = FormatFixture.names(ending).count
        #expect(found == 0 || found == count)
    }

    @Test(arguments: FormatFixture.names())
    func regionsOfEveryVariantEqualTheWhole(_ name: String) throws {
        let file = try FormatFixture.bytes(name)
        let whole = try decode(file)
        let (width, height) = (whole.pixels.width, whole.pixels.height)
        var random = Random(seed: 5)
        for _ in 0..<12 {
            let regions = (0...random.below(3)).map { _ in
                let (x, y) = (random.below(width), random.below(height))
                return Region(x: x, y: y, width: 1 + random.below(width - x), height: 1 + random.below(height - y))
            }
            let found = try decode(file.span, limits: DecodeLimits()) { _, _ in regions }
            #expect(found.facts == whole.facts)
            for part in found.parts {
                let (width, height) = (part.pixels.width, part.pixels.height)
                #expect(part.pixels == whole.pixels.cropped(x: part.x, y: part.y, width: width, height: height))
            }
        }
    }

    @Test(arguments: FormatFixture.names())
    func limitsApplyBeforeAPixelIsDecoded(_ name: String) throws {
        let file = try FormatFixture.bytes(name)
        let expected = try FormatFixture.expected(name)
        let (width, height) = (expected.width, expected.height)
        #expect(throws: DecodeError.tooManyPixels(width: width, height: height, limit: width * height - 1)) {
            try decode(file.span, limits: DecodeLimits(maxPixels: width * height - 1)) { _, _ in
                Issue.record("the picture is too large")
                return []
            }
        }
    }

    @Test func theFactsAreThoseOfTheFile() throws {
        func facts(_ name: String) throws -> ImageFacts? {
            FormatFixture.names().contains(name) ? try decode(FormatFixture.bytes(name)).facts : nil
        }
        for name in FormatFixture.names() {
            let facts = try decode(FormatFixture.bytes(name)).facts
            let isAnimated = ["animated", "pages", "several"].contains { name.hasPrefix($0) }
            #expect(facts.isAnimated == isAnimated, "\(name)")
            #expect(facts.hasAlpha == (name.contains("alpha") || name == "transparent.gif"), "\(name)")
            #expect(facts.isInterlaced == (name == "interlaced.gif"), "\(name)")
            let orientation = ["orientation.webp": 6, "orientation.tiff": 6, "turned.avif": 5][name]
            #expect(facts.orientation == orientation, "\(name)")
        }
        if let facts = try facts("lossy.webp") {
            #expect(facts.format == .webp && facts.colour == .ycbcr && facts.subsampling == "4:2:0")
        }
        if let facts = try facts("deep.avif") { #expect(facts.format == .avif && facts.bitsPerChannel == 10) }
        if let facts = try facts("deepest.avif") { #expect(facts.bitsPerChannel == 12) }
        if let facts = try facts("deep.heic") { #expect(facts.format == .heif && facts.bitsPerChannel == 10) }
        if let facts = try facts("rgb-16.tiff") { #expect(facts.bitsPerChannel == 16 && facts.colour == .rgb) }
        if let facts = try facts("cmyk.tiff") { #expect(facts.format == .tiff && facts.colour == .cmyk) }
        if let facts = try facts("plain.gif") { #expect(facts.format == .gif && facts.colour == .palette) }
        if let facts = try facts("grey.jxl") { #expect(facts.format == .jxl && facts.colour == .grey) }
        if let facts = try facts("palette-4.bmp") { #expect(facts.format == .bmp && facts.bitsPerChannel == 4) }
    }

    @Test func everyLibraryThatIsBuiltInSaysItsNameAndVersion() throws {
        for library in ImageFormat.Library.allCases where library.load() {
            let title = try #require(library.title)
            #expect(title.hasPrefix("lib\(library.rawValue) ") && title.contains("."))
        }
    }
}
