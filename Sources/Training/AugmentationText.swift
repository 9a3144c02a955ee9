// A recipe that people can read before they train with it, and compare with the one that a model was trained with.

extension AugmentationTable {
    /// One line for each step: its probability, and how far it goes.
    ///
    /// - Parameters:
    ///   - strength: the run's factor on the probabilities; what only chooses between formats does not depend on it.
    ///   - equalize: whether both classes are recompressed alike.
    package func text(strength: Double = 1, equalize: Bool = true) -> String {
        var table = TextTable(["step", "probability", "how far"])
        func add(_ name: String, _ probability: Double, by factor: Double? = nil, _ extent: String = "") {
            let shown = (min(1, probability * (factor ?? strength)) * 1e4).rounded() / 1e4
            table.add([name, "\(shown)", extent])
        }
        let equalizing = equalize ? 1.0 : 0
        add("horizontal flip", horizontalFlip)
        add("vertical flip", verticalFlip)
        add("quarter turn", rotation, "either way")
        add("central crop", centralCrop, "the middle half, enlarged")
        add("brightness", brightness, "\(brightnessShift.lowerBound) to \(brightnessShift.upperBound)")
        add("contrast", contrast, "times \(contrastFactors.lowerBound) to \(contrastFactors.upperBound)")
        add("saturation", saturation, "times \(saturationFactors.lowerBound) to \(saturationFactors.upperBound)")
        add("inversion", inversion)
        add("degradation", degradation, "of these crops, with the probabilities below:")
        add("  rescaling", rescale, "by \(rescaleFactors.lowerBound) to \(rescaleFactors.upperBound)")
        add(
            "  straightening", straightening,
            "in place of it: by \(straighteningDegrees.lowerBound) to \(straighteningDegrees.upperBound) degrees, "
                + "by \(straighteningFactors.lowerBound) to \(straighteningFactors.upperBound)")
        add("  blur", blur, "3x3, up to \(blurPasses) times")
        add("  noise", noise, "deviation \(noiseDeviation.lowerBound) to \(noiseDeviation.upperBound)")
        add("  cut-out", cutOut, "up to a third of each side")
        add("  JPEG", recompression, "quality \(recompressionQuality.lowerBound) to \(recompressionQuality.upperBound)")
        add("  JPEG again", secondRecompression, "the same")
        add("    WebP", webp, by: 1, "of both, in place of JPEG, at the same quality")
        add("    AVIF", avif, by: 1, "the same")
        add(
            "equalisation", equalization, by: equalizing,
            "JPEG quality \(equalizationQuality.lowerBound) to \(equalizationQuality.upperBound)")
        add(
            "  gentle", gentleEqualization, by: equalizing,
            "of these, at quality \(gentleQuality.lowerBound) to \(gentleQuality.upperBound)")
        return table.text
    }
}
