// Every probability and range of the augmentations stands in one table, so that a recipe can be read at a glance.

package import Imaging

/// How likely each augmentation is and how far it goes. Probabilities are for strength 1.
package struct AugmentationTable: Sendable, Equatable {
    // Geometry.
    package var horizontalFlip = 0.5
    package var verticalFlip = 0.0
    /// A quarter turn, either way.
    package var rotation = 0.0
    /// Enlarging the central half of each side to the whole.
    package var centralCrop = 0.0
    /// Rescaling by a factor whose logarithm is uniform over `rescaleFactors`; below 1 by area average or bilinearly
    /// with equal chance, above 1 bilinearly.
    package var rescale = 0.0
    package var rescaleFactors = 0.5...2.0
    /// Of native crops, in place of rescaling: a turn by any angle of the range with a factor whose logarithm is uniform over
    /// `straighteningFactors`, by any of the filters, one in four supersampled.
    package var straightening = 0.0
    package var straighteningDegrees = -25.0...25.0
    package var straighteningFactors = 0.6...2.0

    // Colour; amounts on the scale [0, 1] of pixel values.
    /// Adding one number to all values.
    package var brightness = 0.0
    package var brightnessShift = -32.0 / 255...32.0 / 255
    /// Multiplying the distance from each channel's mean.
    package var contrast = 0.0
    package var contrastFactors = 0.8...1.2
    /// Multiplying the saturation of the HSV model.
    package var saturation = 0.0
    package var saturationFactors = 0.5...1.5
    package var inversion = 0.0

    // Detail.
    /// The 3×3 binomial blur, once and up to `blurPasses` times in a row.
    package var blur = 0.0
    package var blurPasses = 1
    /// Independent Gaussian noise on every value; the standard deviation is uniform over the range.
    package var noise = 0.0
    package var noiseDeviation = 0.0...3.0 / 255
    /// A rectangle of one colour, its sides at most a third of the crop's.
    package var cutOut = 0.0
    /// Compression as JPEG, at a uniform quality and with equally likely chroma subsampling 4:4:4, 4:2:2, 4:2:0.
    package var recompression = 0.0
    package var recompressionQuality = 50...100
    /// Another compression after that one, its 8 × 8 grid elsewhere.
    package var secondRecompression = 0.0

    /// The shares of these that are made as WebP or AVIF in place of JPEG, at the same quality on the scale of each one's library. 0 where
    /// what encodes them is missing.
    package var webp = 0.0
    package var avif = 0.0

    /// The share of crops that rescaling, straightening, blur, noise, cut-out and recompression are tried on at all; the others are compressed at most,
    /// where formats are equalised, so that the network goes on seeing traces that little has happened to.
    package var degradation = 1.0

    // Recompression of both classes alike, whatever the strength, when a run equalises formats.
    package var equalization = 1.0
    package var equalizationQuality = 65...98
    /// The share of equalisations at `gentleQuality` instead: it covers the format's own marks, but leaves a picture's
    /// finest traces as they are, so that pictures which were never recompressed are not strange to the network.
    package var gentleEqualization = 0.0
    package var gentleQuality = 96...100

    package init() {}

    /// The augmentations of the article "Cross-Domain Deep Learning Model for Detecting Deep Fakes Images", all of them.
    package static let seed: AugmentationTable = {
        var table = AugmentationTable()
        table.verticalFlip = 0.5
        table.rotation = 0.25
        table.centralCrop = 0.25
        table.brightness = 0.5
        table.saturation = 0.5
        table.inversion = 0.1
        table.blur = 0.1
        table.equalizationQuality = 70...98
        return table
    }()

    /// For native crops. Half of them are turned and at most compressed once, to equalise formats; the rest meet what pictures meet on their way through the web: made
    /// smaller, turned level, compressed, compressed again. Places and turns are free, colours hardly touched: detectors lose by it (SPAI,
    /// Karageorgiou and others 2025).
    package static let crossdomain: AugmentationTable = {
        var table = AugmentationTable()
        table.verticalFlip = 0.5
        table.rotation = 0.5
        table.degradation = 0.5
        table.rescale = 0.6
        table.rescaleFactors = 0.4...1.3
        table.straightening = 0.25
        table.brightness = 0.05
        table.contrast = 0.05
        table.saturation = 0.05
        table.saturationFactors = 0.7...1.3
        table.blur = 0.1
        table.blurPasses = 4
        table.noise = 0.1
        table.cutOut = 0.1
        table.recompression = 0.7
        table.recompressionQuality = 40...98
        table.secondRecompression = 0.3
        table.webp = 0.2
        table.avif = 0.05
        table.equalization = 0.5
        table.equalizationQuality = 75...98
        table.gentleEqualization = 0.6
        return table
    }()
}

extension AugmentationTable {
    /// Formats that it wants and that can't be made here, for want of a library.
    package var missing: [LossyFormat] {
        [(LossyFormat.webp, webp), (.avif, avif)].filter { $0.1 > 0 && !$0.0.isEncodable }.map(\.0)
    }

    /// The table with JPEG in place of what can't be made here.
    var available: AugmentationTable {
        var table = self
        for format in missing {
            if format == .webp { table.webp = 0 } else { table.avif = 0 }
        }
        return table
    }

    /// What a recompression is made with; nil for JPEG. Draws a number only where there is a choice.
    func otherFormat(using stream: inout RandomStream) -> LossyFormat? {
        guard webp + avif > 0 else { return nil }
        let draw = stream.uniform()
        return draw < webp ? .webp : draw < webp + avif ? .avif : nil
    }
}
