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

        /// What it does to pictures, unless another table is asked for.
        package var table: AugmentationTable { self == .seed ? .seed : .crossdomain }
    }

    package let recipe: Recipe
    package let table: AugmentationTable
    /// Multiplies every probability but that of equalisation; 0 leaves only the crop.
    package var strength: Double
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
        self.table = (table ?? recipe.table).available
        self.cropSide = cropSide
    }

    /// How much a crop may go through; `seed` knows only `varied`.
    package enum View: Sendable {
        /// As the table's `degradation` decides.
        case varied
        /// Never degraded; equalised, if the run is.
        case clean
        /// Always degraded.
        case degraded
    }

    /// A random variation of the picture: of the same size (or turned) for `seed`, `cropSide` × `cropSide` for
    /// `crossdomain`.
    package func apply(_ pixels: Pixels, using stream: inout RandomStream) -> Pixels {
        var result: Pixels?
        apply(using: &stream, [.varied]) { regions in
            let wanted = regions(pixels.width, pixels.height)
            return wanted.map { pixels.cropped(x: $0.x, y: $0.y, width: $0.width, height: $0.height) }
        } show: {
            result = $0
        }
        return result!
    }

    /// Shows random views of a picture, all of the same place, that is read no further than they need.
    ///
    /// - Parameters:
    ///   - views: what is shown, in this order.
    ///   - decode: is given the choice of regions, called with the picture's width and height, and returns their pixels.
    ///   - show: is called with each view.
    package func apply<Failure>(
        using stream: inout RandomStream, _ views: [View],
        decode: ((Int, Int) -> [Region]) throws(Failure) -> [Pixels], show: (Pixels) -> Void
    ) throws(Failure) {
        switch recipe {
        case .seed:
            let pixels = try decode { [Region(x: 0, y: 0, width: $0, height: $1)] }[0]
            for _ in views { show(applySeed(pixels, &stream)) }
        case .crossdomain:
            let plans = views.map { plan($0, &stream) }
            // Views of one place: drawn once, as a share of the room that there is.
            let (across, down) = (stream.uniform(), stream.uniform())
            var windows: [Region] = []
            let parts = try decode { width, height in
                windows = plans.map { plan in
                    let window = plan.window(cropSide)
                    return Region(
                        x: offset(of: window, in: width, at: across), y: offset(of: window, in: height, at: down),
                        width: window, height: window)
                }
                return windows.map { $0.clipped(toWidth: width, height: height) }
            }
            for ((plan, window), part) in zip(zip(plans, windows), parts) {
                // Where a window overhangs, the picture is narrower than it, and the reflection of the part is the picture's.
                let patch = part.cropped(
                    x: min(window.x, 0), y: min(window.y, 0), width: window.width, height: window.height)
                show(applyCrossdomain(patch, plan, &stream))
            }
        }
    }

    /// The picture recompressed as training pictures are when formats are equalised, and unchanged when they are not.
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
        if let quality = recompressionQuality(&stream) {
            pixels = recompressed(pixels, quality, mayBeOther: true, &stream)
        }
        return pixels
    }

    /// What is decided of a crop before its picture is read.
    private struct CropPlan {
        var isDegraded: Bool
        /// Nil where it is not rescaled.
        var factor: Double?
        var byArea: Bool
        /// In place of rescaling.
        var straightening: Straightening?
        /// Ranges of the qualities of its compressions.
        var qualities: [ClosedRange<Int>]
        /// Whether these may be other formats than JPEG.
        var mayBeOther = false

        /// Compressed crops are cut out of a larger one, so that the 8 × 8 (with halved chroma 16 × 16) grid lies anywhere, as it
        /// does in crops of scanned pictures.
        var margin: Int { 16 * qualities.count }

        /// Side of the square that becomes the crop: no more of the picture is worked on than is seen.
        func window(_ cropSide: Int) -> Int {
            straightening?.window(cropSide + margin)
                ?? max(1, Int((Double(cropSide + margin) / (factor ?? 1)).rounded()))
        }
    }

    private func plan(_ view: View, _ stream: inout RandomStream) -> CropPlan {
        let draw = hits(table.degradation, &stream)
        var plan = CropPlan(
            isDegraded: view == .varied ? draw : view == .degraded, factor: nil, byArea: stream.chance(0.5),
            straightening: nil, qualities: [])
        if hits(table.rescale, &stream), plan.isDegraded { plan.factor = stream.logUniform(in: table.rescaleFactors) }
        if hits(table.straightening, &stream), plan.isDegraded { plan.straightening = straightening(&stream) }
        if equalize, stream.chance(table.equalization) {
            let isGentle = stream.chance(table.gentleEqualization)
            plan.qualities = [isGentle ? table.gentleQuality : table.equalizationQuality]
        }
        // A crop is compressed once only, unless the table says twice: equalisation gives way.
        if hits(table.recompression, &stream), plan.isDegraded {
            plan.qualities = [table.recompressionQuality]
            plan.mayBeOther = true
            if hits(table.secondRecompression, &stream) { plan.qualities.append(table.recompressionQuality) }
        }
        return plan
    }

    private func applyCrossdomain(_ window: Pixels, _ plan: CropPlan, _ stream: inout RandomStream) -> Pixels {
        var patch = window
        var side = cropSide + plan.margin
        if let turn = plan.straightening {
            patch = patch.straightened(turn, side: side)
        } else if plan.factor != nil {
            patch = rescaled(patch, width: side, height: side, byArea: plan.byArea)
        }
        if hits(table.centralCrop, &stream) { patch = patch.centralHalfEnlarged() }
        patch = recoloured(patch, &stream)
        if plan.isDegraded { patch = degraded(patch, &stream) }
        for quality in plan.qualities {
            patch = recompressed(patch, quality, mayBeOther: plan.mayBeOther, &stream)
            side -= 16
            let (x, y) = (stream.integer(in: 0...16), stream.integer(in: 0...16))
            patch = patch.cropped(x: x, y: y, width: side, height: side)
        }
        return turned(patch, &stream)
    }
}
