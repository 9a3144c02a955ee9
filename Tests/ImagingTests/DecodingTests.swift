// Shows that every variant of JPEG and PNG decodes to the right pixels and that the encoders undo it.

import Testing

@testable import Imaging

@Suite struct DecodingTests {
    /// PNG is exact. JPEG is too with the same library; others may round differently by a step.
    @Test(arguments: Fixture.names("jpg", "png"))
    func everyVariantDecodesToTheReferencePixels(_ name: String) throws {
        let image = try decode(try Fixture.bytes(name))
        let expected = try Fixture.expected(name)
        #expect(image.pixels.width == Fixture.width && image.pixels.height == Fixture.height)
        let distance = zip(image.pixels.bytes, expected.bytes).map { abs(Int($0) - Int($1)) }.max() ?? 0
        #expect(distance <= (name.hasSuffix("png") ? 0 : 2))
        #expect(image.warning == nil)
        #expect(image.facts.width == Fixture.width && image.facts.height == Fixture.height)
    }

    @Test func thereIsAFixtureForEveryVariant() {
        #expect(Fixture.names("jpg").count == 19)
        #expect(Fixture.names("png").count == 25)
    }

    @Test func bytesBehindAPointerDecodeLikeAnArray() throws {
        let file = try Fixture.bytes("progressive.jpg")
        func corner(_: Int, _: Int) -> [Region] { [Region(x: 1, y: 2, width: 3, height: 4)] }
        let throughPointer = try file.withUnsafeBytes { try decode($0, limits: DecodeLimits(), regions: corner) }
        #expect(throughPointer == (try decode(file.span, limits: DecodeLimits(), regions: corner)))
    }

    @Test(arguments: ChromaSubsampling.allCases)
    func encodedJPEGIsNearThePictureAndSaysHowItWasMade(_ subsampling: ChromaSubsampling) throws {
        var bytes: [UInt8] = []
        for y in 0..<17 {
            for x in 0..<33 { bytes += [UInt8(x * 6), UInt8(y * 13), 90] }
        }
        let picture = Pixels(width: 33, height: 17, bytes: bytes)
        let image = try decode(encodeJPEG(picture, quality: 95, subsampling: subsampling))
        let differences: [Int] = zip(image.pixels.bytes, bytes).map { abs(Int($0) - Int($1)) }
        #expect(differences.reduce(0, +) <= 2 * differences.count)
        #expect(image.facts.subsampling == subsampling.rawValue)
        #expect(image.facts.jpegQuality == 95)
        #expect(image.facts.format == .jpeg && image.facts.colour == .ycbcr && !image.facts.isProgressive)
    }

    @Test func encodedPNGIsThePicture() throws {
        let picture = noise(width: 31, height: 14)
        let image = try decode(encodePNG(picture))
        #expect(image.pixels == picture)
        #expect(image.facts.format == .png && image.facts.colour == .rgb && image.facts.bitsPerChannel == 8)
    }

    @Test func aLowerQualityMakesASmallerFile() {
        let picture = noise(width: 64, height: 64)
        let sizes = [95, 70, 40, 10].map { encodeJPEG(picture, quality: $0, subsampling: .s420).count }
        #expect(sizes == sizes.sorted(by: >))
        #expect(
            encodeJPEG(picture, quality: 0, subsampling: .s444) == encodeJPEG(picture, quality: 1, subsampling: .s444))
    }
}
