// What a recipe draws, that it repeats, and that its probabilities mean what the table says.

import Imaging
import Testing

@testable import Training

@Suite struct AugmentationTests {
    private let picture: Pixels = {
        var stream = RandomStream(seed: 1)
        return Pixels(
            width: 200, height: 160, bytes: (0..<3 * 200 * 160).map { _ in UInt8(truncatingIfNeeded: stream.next()) })
    }()

    /// A table in which nothing happens.
    private var idle: AugmentationTable {
        var table = AugmentationTable()
        table.horizontalFlip = 0
        return table
    }

    private func shown(
        _ table: AugmentationTable, _ recipe: Augmentation.Recipe = .seed, strength: Double = 1, equalize: Bool = false,
        seed: UInt64 = 7, _ picture: Pixels? = nil
    ) -> Pixels {
        var stream = RandomStream(seed: seed)
        return Augmentation(recipe: recipe, strength: strength, equalize: equalize, table: table, cropSide: 64)
            .apply(picture ?? self.picture, using: &stream)
    }

    @Test(arguments: Augmentation.Recipe.allCases)
    func sameStreamGivesTheSamePictureAndAnotherAnother(recipe: Augmentation.Recipe) {
        let augmentation = Augmentation(recipe: recipe, strength: 1, equalize: true)
        var pictures: [Pixels] = []
        for index in 0..<6 {
            var first = RandomStream(seed: 3, UInt64(index))
            var second = first
            let shown = augmentation.apply(picture, using: &first)
            #expect(shown == augmentation.apply(picture, using: &second))
            #expect(!pictures.contains(shown))
            pictures.append(shown)
        }
    }

    @Test func strengthZeroLeavesThePictureOfTheSeedRecipeAlone() {
        #expect(shown(.seed, strength: 0) == picture)
        #expect(shown(idle) == picture)
    }

    @Test func strengthZeroLeavesOnlyANativeCropOfTheCrossdomainRecipe() {
        for seed in 0..<10 {
            let crop = shown(.crossdomain, .crossdomain, strength: 0, seed: UInt64(seed))
            #expect(crop.width == 64 && crop.height == 64)
            #expect(place(of: crop, in: picture) != nil)
        }
    }

    @Test func cropsLieEverywhere() {
        let places = (0..<40).compactMap { place(of: shown(idle, .crossdomain, seed: $0), in: picture) }
        #expect(places.count == 40)
        #expect(places.map(\.x).min()! < 20 && places.map(\.x).max()! > 116)
        #expect(places.map(\.y).min()! < 20 && places.map(\.y).max()! > 76)
    }

    /// Where the crop was cut from the picture.
    private func place(of crop: Pixels, in picture: Pixels) -> (x: Int, y: Int)? {
        for y in 0...picture.height - crop.height {
            for x in 0...picture.width - crop.width {
                let start = 3 * (y * picture.width + x)
                if picture.bytes[start..<start + 3].elementsEqual(crop.bytes[..<3]),
                    picture.cropped(x: x, y: y, width: crop.width, height: crop.height) == crop
                {
                    return (x, y)
                }
            }
        }
        return nil
    }

    @Test(arguments: [(1, 1), (30, 200), (64, 10), (63, 63)])
    func picturesSmallerThanTheCropAreContinuedByReflection(width: Int, height: Int) {
        let small = picture.cropped(x: 0, y: 0, width: width, height: height)
        for table in [idle, .crossdomain] {
            let crop = shown(table, .crossdomain, equalize: true, small)
            #expect(crop.width == 64 && crop.height == 64)
        }
        let crop = shown(idle, .crossdomain, small)
        let inside = width <= 64 && height <= 64
        if inside { #expect(place(of: small, in: crop) != nil) }
    }

    @Test func eachStepIsTakenWhenItsProbabilityIsOne() {
        func with(_ change: (inout AugmentationTable) -> Void) -> Pixels {
            var table = idle
            change(&table)
            return shown(table)
        }
        #expect(with { $0.horizontalFlip = 1 } == picture.flippedHorizontally())
        #expect(with { $0.verticalFlip = 1 } == picture.flippedVertically())
        let turned = with { $0.rotation = 1 }
        let quarter = picture.rotated90()
        #expect(turned == quarter || turned == quarter.flippedHorizontally().flippedVertically())
        #expect(with { $0.centralCrop = 1 } == picture.centralHalfEnlarged())
        #expect(with { ($0.brightness, $0.brightnessShift) = (1, 0.1...0.1) } == picture.brightened(by: 0.1))
        #expect(with { ($0.contrast, $0.contrastFactors) = (1, 0.8...0.8) } == picture.contrasted(by: 0.8))
        #expect(with { ($0.saturation, $0.saturationFactors) = (1, 0.5...0.5) } == picture.saturated(by: 0.5))
        #expect(with { $0.inversion = 1 } == picture.inverted())
        #expect(with { ($0.blur, $0.blurPasses) = (1, 1) } == picture.blurred())
        let cut = with { $0.cutOut = 1 }
        let changed = stride(from: 0, to: cut.bytes.count, by: 3).filter {
            cut.bytes[$0..<$0 + 3] != picture.bytes[$0..<$0 + 3]
        }
        #expect(!changed.isEmpty && changed.count <= (200 / 3) * (160 / 3))
        #expect(Set(changed.map { Array(cut.bytes[$0..<$0 + 3]) }).count == 1)
        #expect(with { ($0.noise, $0.noiseDeviation) = (1, 0...0) } == picture)
        #expect(with { ($0.noise, $0.noiseDeviation) = (1, 0.1...0.1) } != picture)
        let half = with { ($0.rescale, $0.rescaleFactors) = (1, 0.5...0.5) }
        #expect(
            half == picture.resized(width: 100, height: 80) || half == picture.downscaled(width: 100, height: 80))
        let double = with { ($0.rescale, $0.rescaleFactors) = (1, 2...2) }
        #expect(double == picture.resized(width: 400, height: 320))
        let compressed = with { ($0.recompression, $0.recompressionQuality) = (1, 60...60) }
        #expect(
            ChromaSubsampling.allCases.map { picture.recompressed(quality: 60, subsampling: $0) }.contains(compressed))
    }

    @Test func probabilitiesAreMetAndScaledByStrength() {
        var table = idle
        table.inversion = 0.4
        let small = picture.cropped(x: 0, y: 0, width: 4, height: 4)
        for (strength, expected) in [(1.0, 0.4), (0.5, 0.2), (2.0, 0.8), (3.0, 1.0)] {
            let share = Double((0..<2000).count { shown(table, strength: strength, seed: $0, small) != small }) / 2000
            #expect(abs(share - expected) < 0.04)
        }
    }

    @Test func equalisationRecompressesEveryPictureWhateverTheStrength() {
        var table = idle
        table.equalizationQuality = 60...60
        let choices = ChromaSubsampling.allCases.map { picture.recompressed(quality: 60, subsampling: $0) }
        for seed in 0..<10 {
            #expect(choices.contains(shown(table, strength: 0, equalize: true, seed: UInt64(seed))))
            #expect(
                place(of: shown(table, .crossdomain, strength: 0, equalize: true, seed: UInt64(seed)), in: picture)
                    == nil)
        }
        var stream = RandomStream(seed: 1)
        let augmentation = Augmentation(recipe: .crossdomain, strength: 1, equalize: true, table: table)
        #expect(choices.contains(augmentation.equalized(picture, using: &stream)))
        let plain = Augmentation(recipe: .crossdomain, strength: 1, equalize: false)
        #expect(plain.equalized(picture, using: &stream) == picture)
    }

    @Test func partnersOfOneSizeAreChangedAlike() {
        // The fake is the photograph's negative; whatever is done to places and turns must be the same for both.
        var table = AugmentationTable.crossdomain
        (table.recompression, table.equalization, table.noise, table.degradation) = (0, 0, 0, 1)
        (table.brightness, table.contrast, table.saturation, table.cutOut) = (0, 0, 0, 0)
        for seed in 0..<UInt64(20) {
            let real = shown(table, .crossdomain, seed: seed)
            let fake = shown(table, .crossdomain, seed: seed, picture.inverted())
            // Rounding of a resampled negative may differ by one.
            #expect(zip(real.bytes, fake.inverted().bytes).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
        }
    }

    @Test func aCleanViewIsAPieceOfThePictureAndADegradedOneIsNot() {
        var table = AugmentationTable.crossdomain
        (table.verticalFlip, table.horizontalFlip, table.rotation) = (0, 0, 0)
        (table.brightness, table.contrast, table.saturation) = (0, 0, 0)
        (table.recompression, table.recompressionQuality) = (1, 40...60)
        let augmentation = Augmentation(
            recipe: .crossdomain, strength: 1, equalize: false, table: table, cropSide: 64)
        for seed in 0..<10 {
            var stream = RandomStream(seed: UInt64(seed))
            var views: [Pixels] = []
            augmentation.apply(using: &stream, [.clean, .degraded]) { regions in
                regions(picture.width, picture.height).map {
                    picture.cropped(x: $0.x, y: $0.y, width: $0.width, height: $0.height)
                }
            } show: {
                views.append($0)
            }
            #expect(views.count == 2)
            #expect(place(of: views[0], in: picture) != nil)
            #expect(place(of: views[1], in: picture) == nil)
        }
    }

    @Test func degradationIsTriedOnItsShareOfTheCrops() {
        var table = idle
        (table.degradation, table.recompression, table.recompressionQuality) = (0.3, 1, 50...50)
        let clean = (0..<300).count { place(of: shown(table, .crossdomain, seed: $0), in: picture) != nil }
        #expect(abs(Double(clean) / 300 - 0.7) < 0.09)
    }

    @Test(arguments: [(LossyFormat.webp, 1.0, 0.0), (.avif, 0.0, 1.0)])
    func recompressionsMayBeOfOtherFormats(format: LossyFormat, webp: Double, avif: Double) throws {
        try #require(format.isEncodable)
        var table = idle
        (table.recompression, table.recompressionQuality, table.webp, table.avif) = (1, 60...60, webp, avif)
        #expect(shown(table, seed: 1) == picture.recompressed(as: format, quality: 60))
        // Formats are made equal by JPEG alone.
        (table.recompression, table.equalizationQuality) = (0, 60...60)
        let choices = ChromaSubsampling.allCases.map { picture.recompressed(quality: 60, subsampling: $0) }
        #expect(choices.contains(shown(table, equalize: true, seed: 1)))
    }

    @Test func otherFormatsHaveTheirShareOfRecompressions() throws {
        try #require(LossyFormat.webp.isEncodable)
        var table = idle
        (table.recompression, table.recompressionQuality, table.webp) = (1, 60...60, 0.2)
        let small = picture.cropped(x: 0, y: 0, width: 16, height: 16)
        let expected = small.recompressed(as: .webp, quality: 60)
        let share = Double((0..<1000).count { shown(table, seed: $0, small) == expected }) / 1000
        #expect(abs(share - 0.2) < 0.05)
        #expect(AugmentationTable.crossdomain.webp == 0.2 && AugmentationTable.crossdomain.avif > 0)
    }

    @Test func theRecipeIsPrintedWithItsProbabilities() {
        let text = AugmentationTable.crossdomain.text()
        #expect(text.contains("\(AugmentationTable.crossdomain.recompression)"))
        #expect(text.contains("quality 40 to 98"))
        #expect(text.contains("in place of it: by -25.0 to 25.0 degrees, by 0.6 to 2.0"))
    }

    @Test func articlesRecipeHasAllOfItsAugmentations() {
        let table = AugmentationTable.seed
        for probability in [
            table.horizontalFlip, table.verticalFlip, table.rotation, table.centralCrop, table.brightness,
            table.saturation, table.inversion, table.blur,
        ] {
            #expect(probability > 0)
        }
        #expect(table.brightnessShift == -32.0 / 255...32.0 / 255)
        #expect(table.saturationFactors == 0.5...1.5)
    }

    @Test func crossdomainRecipeScalesBothWaysAndRecompresses() {
        let table = AugmentationTable.crossdomain
        #expect(table.rescale > 0 && table.rescaleFactors.lowerBound < 1 && table.rescaleFactors.upperBound > 1)
        #expect(table.recompression > 0)
    }
}
