// Pictures are varied afresh each time they are shown, so that what the network learns is not their size, their
// compression or their colours.

package import Imaging

/// A recipe of random changes to a picture.
///
/// `apply` draws all its numbers from the stream it is given: with `RandomStream(seed: seed, Purpose.augmentation, epoch,
/// index)` the picture shown depends on seed, epoch and sample alone.
package struct Augmentation: Sendable {
    package enum Recipe: String, CaseIterable, Sendable {
        /// Whole pictures of any size, as the article has it.
        case seed
        /// Square native crops of `cropSide` pixels.
        case crossdomain
    }

    package let recipe: Recipe
    package let table: AugmentationTable
    /// Multiplies every probability but that of equalisation; 0 leaves only the crop.
    package let strength: Double
    package let equalize: Bool
    package let cropSide: Int

    /// - Parameters:
    ///   - strength: 0 or more.
    ///   - equalize: recompress pictures of both classes alike, so that the format they came in says nothing.
    ///   - table: the recipe's own when nil.
    package init(
        recipe: Recipe, strength: Double, equalize: Bool, table: AugmentationTable? = nil, cropSide: Int = 128
    ) {
        self.recipe = recipe
        self.strength = strength
        self.equalize = equalize
        self.table = table ?? (recipe == .seed ? .seed : .crossdomain)
        self.cropSide = cropSide
    }

    /// A random variation of the picture: of the same size (or turned) for `seed`, `cropSide` × `cropSide` for
    /// `crossdomain`.
    package func apply(_ pixels: Pixels, using stream: inout RandomStream) -> Pixels {
        switch recipe {
        case .seed: return applySeed(pixels, &stream)
        case .crossdomain: return applyCrossdomain(pixels, &stream)
        }
    }

    /// The picture recompressed as training pictures are when formats are equalised, and unchanged when they are not:
    /// for validation pictures, whose format must not give them away either.
    package func equalized(_ pixels: Pixels, using stream: inout RandomStream) -> Pixels {
        guard equalize, stream.chance(table.equalization) else { return pixels }
        return recompressed(pixels, table.equalizationQuality, &stream)
    }

    // MARK: - Recipes

    /// The article works on pictures already resized to 224 × 224; here they are changed before, at their own size, so
    /// that training pictures pass the very resize that scanned ones do, without a rounding to 8 bits after it.
    private func applySeed(_ pixels: Pixels, _ stream: inout RandomStream) -> Pixels {
        var pixels = equalized(pixels, using: &stream)
        pixels = turned(pixels, &stream)
        if hits(table.centralCrop, &stream) { pixels = pixels.centralHalfEnlarged() }
        if hits(table.rescale, &stream) {
            let factor = stream.logUniform(in: table.rescaleFactors)
            let (width, height) = (scaled(pixels.width, factor), scaled(pixels.height, factor))
            pixels = rescaled(pixels, width: width, height: height, byArea: stream.chance(0.5))
        }
        pixels = recoloured(pixels, &stream)
        pixels = degraded(pixels, &stream)
        if let quality = recompressionQuality(&stream) { pixels = recompressed(pixels, quality, &stream) }
        return pixels
    }

    private func applyCrossdomain(_ pixels: Pixels, _ stream: inout RandomStream) -> Pixels {
        let isRescaled = hits(table.rescale, &stream)
        let factor = isRescaled ? stream.logUniform(in: table.rescaleFactors) : 1
        let byArea = stream.chance(0.5)
        let quality = recompressionQuality(&stream)
        // Recompressed patches are cut out of a larger one, so that the 8 × 8 (with halved chroma 16 × 16) grid lies
        // anywhere, as it does in crops of scanned pictures.
        let margin = quality == nil ? 0 : 16
        let side = cropSide + margin
        // The region that becomes the patch once rescaled: no more of the picture is worked on than is seen.
        let region = max(1, Int((Double(side) / factor).rounded()))
        let x = offset(of: region, in: pixels.width, &stream)
        let y = offset(of: region, in: pixels.height, &stream)
        var patch = pixels.cropped(x: x, y: y, width: region, height: region)
        if isRescaled { patch = rescaled(patch, width: side, height: side, byArea: byArea) }
        if hits(table.centralCrop, &stream) { patch = patch.centralHalfEnlarged() }
        patch = recoloured(patch, &stream)
        patch = degraded(patch, &stream)
        if let quality {
            patch = recompressed(patch, quality, &stream)
            let (x, y) = (stream.integer(in: 0...margin), stream.integer(in: 0...margin))
            patch = patch.cropped(x: x, y: y, width: cropSide, height: cropSide)
        }
        return turned(patch, &stream)
    }

    // MARK: - Steps

    private func hits(_ probability: Double, _ stream: inout RandomStream) -> Bool {
        stream.chance(probability * strength)
    }

    /// A random place for a window; a window larger than the picture is laid so that it covers the picture.
    private func offset(of window: Int, in extent: Int, _ stream: inout RandomStream) -> Int {
        stream.integer(in: min(0, extent - window)...max(0, extent - window))
    }

    private func scaled(_ extent: Int, _ factor: Double) -> Int { max(1, Int((Double(extent) * factor).rounded())) }

    private func rescaled(_ pixels: Pixels, width: Int, height: Int, byArea: Bool) -> Pixels {
        let shrinks = width < pixels.width && height < pixels.height
        return shrinks && byArea
            ? pixels.downscaled(width: width, height: height) : pixels.resized(width: width, height: height)
    }

    private func turned(_ pixels: Pixels, _ stream: inout RandomStream) -> Pixels {
        var pixels = pixels
        if hits(table.horizontalFlip, &stream) { pixels = pixels.flippedHorizontally() }
        if hits(table.verticalFlip, &stream) { pixels = pixels.flippedVertically() }
        if hits(table.rotation, &stream) {
            pixels = pixels.rotated90()
            if stream.chance(0.5) { pixels = pixels.flippedHorizontally().flippedVertically() }
        }
        return pixels
    }

    /// Brightness, contrast, saturation and inversion, each clipped to the range of pixel values.
    private func recoloured(_ pixels: Pixels, _ stream: inout RandomStream) -> Pixels {
        var pixels = pixels
        if hits(table.brightness, &stream) {
            pixels = pixels.brightened(by: stream.uniform(in: table.brightnessShift))
        }
        if hits(table.contrast, &stream) {
            pixels = pixels.contrasted(by: stream.uniform(in: table.contrastFactors))
        }
        if hits(table.saturation, &stream) {
            pixels = pixels.saturated(by: stream.uniform(in: table.saturationFactors))
        }
        if hits(table.inversion, &stream) { pixels = pixels.inverted() }
        return pixels
    }

    private func degraded(_ pixels: Pixels, _ stream: inout RandomStream) -> Pixels {
        var pixels = pixels
        if hits(table.blur, &stream) { pixels = pixels.blurred() }
        if hits(table.noise, &stream) {
            let deviation = stream.uniform(in: table.noiseDeviation)
            pixels = pixels.noisy(deviation: deviation, using: &stream)
        }
        return pixels
    }

    /// The range to draw the quality of a recompression from; nil when there is none. A crop is recompressed once at
    /// most: equalisation goes before the augmentation. The article's whole pictures are equalised on their own.
    private func recompressionQuality(_ stream: inout RandomStream) -> ClosedRange<Int>? {
        let isEqualized = recipe == .crossdomain && equalize && stream.chance(table.equalization)
        let isRecompressed = hits(table.recompression, &stream)
        let isGentle = stream.chance(table.gentleEqualization)
        if isRecompressed { return table.recompressionQuality }
        return isEqualized ? (isGentle ? table.gentleQuality : table.equalizationQuality) : nil
    }

    private func recompressed(_ pixels: Pixels, _ quality: ClosedRange<Int>, _ stream: inout RandomStream) -> Pixels {
        let subsamplings: [ChromaSubsampling] = [.s444, .s422, .s420]
        let subsampling = subsamplings[stream.integer(in: 0...2)]
        return pixels.recompressed(quality: stream.integer(in: quality), subsampling: subsampling)
    }
}
