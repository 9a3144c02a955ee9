// What the recipes are made of: one change to a picture each, at random.

internal import Imaging

extension Augmentation {
    func hits(_ probability: Double, _ stream: inout RandomStream) -> Bool {
        stream.chance(probability * strength)
    }

    /// The place for a window at a share, in [0, 1), of the room that there is; a window larger than the picture covers the picture.
    func offset(of window: Int, in extent: Int, at share: Double) -> Int {
        let room = extent - window
        return min(0, room) + Int(share * Double(abs(room) + 1))
    }

    func scaled(_ extent: Int, _ factor: Double) -> Int { max(1, Int((Double(extent) * factor).rounded())) }

    func rescaled(_ pixels: Pixels, width: Int, height: Int, byArea: Bool) -> Pixels {
        let shrinks = width < pixels.width && height < pixels.height
        return shrinks && byArea
            ? pixels.downscaled(width: width, height: height) : pixels.resized(width: width, height: height)
    }

    func straightening(_ stream: inout RandomStream) -> Straightening {
        let filters = Straightening.Filter.allCases
        return Straightening(
            angle: stream.uniform(in: table.straighteningDegrees) * .pi / 180,
            factor: stream.logUniform(in: table.straighteningFactors),
            filter: filters[stream.integer(in: 0...filters.count - 1)], isSupersampled: stream.chance(0.25))
    }

    func turned(_ pixels: Pixels, _ stream: inout RandomStream) -> Pixels {
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
    func recoloured(_ pixels: Pixels, _ stream: inout RandomStream) -> Pixels {
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

    func degraded(_ pixels: Pixels, _ stream: inout RandomStream) -> Pixels {
        var pixels = pixels
        if hits(table.blur, &stream) {
            for _ in 0..<stream.integer(in: 1...table.blurPasses) { pixels = pixels.blurred() }
        }
        if hits(table.noise, &stream) {
            let deviation = stream.uniform(in: table.noiseDeviation)
            pixels = pixels.noisy(deviation: deviation, using: &stream)
        }
        if hits(table.cutOut, &stream) { pixels = pixels.cutOut(using: &stream) }
        return pixels
    }

    /// The range to draw the quality of a recompression of the article's whole pictures from; nil when there is none.
    func recompressionQuality(_ stream: inout RandomStream) -> ClosedRange<Int>? {
        hits(table.recompression, &stream) ? table.recompressionQuality : nil
    }

    func recompressed(
        _ pixels: Pixels, _ quality: ClosedRange<Int>, mayBeOther: Bool = false, _ stream: inout RandomStream
    ) -> Pixels {
        if mayBeOther, let format = table.otherFormat(using: &stream) {
            return pixels.recompressed(as: format, quality: stream.integer(in: quality))
        }
        let subsamplings: [ChromaSubsampling] = [.s444, .s422, .s420]
        let subsampling = subsamplings[stream.integer(in: 0...2)]
        return pixels.recompressed(quality: stream.integer(in: quality), subsampling: subsampling)
    }
}
