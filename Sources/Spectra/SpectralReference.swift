// What spectra of a collection are like, so that one spectrum can be said to be unlike them, in numbers.

/// Mean and deviation of the spectra of many pictures.
package struct SpectralReference: Sendable, Equatable {
    package let width: Int
    package let height: Int
    /// 1: luminance only; otherwise those of a spectrum.
    package let channels: Int
    /// [height][width][channels].
    package let mean: [Float]
    /// Standard deviation between pictures.
    package let deviation: [Float]
    /// Standard deviation between pictures of what a coefficient has more than its surroundings.
    package let excessDeviation: [Float]

    package init(width: Int, height: Int, channels: Int, mean: [Float], deviation: [Float], excessDeviation: [Float]) {
        (self.width, self.height, self.channels) = (width, height, channels)
        (self.mean, self.deviation, self.excessDeviation) = (mean, deviation, excessDeviation)
    }

    /// Reads an array [3][height][width][channels]: mean, deviation, deviation of the excess. Nil for another.
    package init?(_ array: NumPyArray) {
        let shape = array.shape
        guard shape.count == 4, shape[0] == 3, [1, Spectrum.channels.count].contains(shape[3]) else { return nil }
        let count = shape[1] * shape[2] * shape[3]
        let parts = (0..<3).map { Array(array.values[$0 * count..<($0 + 1) * count]) }
        // No picture has such logarithms: what is that far from all of them would find nothing unusual in any.
        guard parts.allSatisfy({ part in part.allSatisfy { abs($0) <= 100 } }), parts[1].allSatisfy({ $0 >= 0 }),
            parts[2].allSatisfy({ $0 >= 0 })
        else { return nil }
        self.init(
            width: shape[2], height: shape[1], channels: shape[3], mean: parts[0], deviation: parts[1],
            excessDeviation: parts[2])
    }

    package var array: NumPyArray {
        NumPyArray(shape: [3, height, width, channels], values: mean + deviation + excessDeviation)
    }

    /// The first channel alone.
    package var ofLuminance: SpectralReference {
        channels == 1
            ? self
            : SpectralReference(
                width: width, height: height, channels: 1, mean: luminance(mean), deviation: luminance(deviation),
                excessDeviation: luminance(excessDeviation))
    }

    /// The first channel of one of its planes.
    package func luminance(_ plane: [Float]) -> [Float] {
        stride(from: 0, to: plane.count, by: channels).map { plane[$0] }
    }

    /// How far a spectrum is from the mean, in standard deviations, [height][width][channels] of this reference.
    package func difference(_ spectrum: Spectrum) -> [Float] {
        precondition(spectrum.width == width && spectrum.height == height)
        return mean.indices.map { index in
            let value = spectrum.values[index / channels * Spectrum.channels.count + index % channels]
            return (value - mean[index]) / max(deviation[index], Self.leastDeviation)
        }
    }

    /// Below it a deviation is of too few or too equal pictures to divide by.
    static let leastDeviation: Float = 0.05

    /// What stands out of its surroundings more than in the reference: lone frequencies, as repeated patterns make them.
    ///
    /// The excess of a frequency is what it has beyond those around it, so that neither sharpness nor noise counts. Its distance from the reference's, over the reference's deviation, is divided by the spread of all such distances in this
    /// picture where that is above one (Efron 2004, an empirical null): one crop alone is noisier than a mean of many. What a strong
    /// pattern leaves all over the plane does not count there.
    package func peaks(_ spectrum: Spectrum, most: Int = 12) -> [SpectralPeak] {
        precondition(spectrum.width == width && spectrum.height == height)
        let own = Salience(spectrum.plane(0), width, height)
        let usual = Salience(luminance(mean), width, height)
        let deviations = luminance(excessDeviation)
        var scores = own.excess.indices.map { index in
            Double(own.excess[index] - usual.excess[index]) / Double(max(deviations[index], Self.leastDeviation))
        }
        let strong = own.summits().filter { scores[$0.v * width + $0.u] >= SpectralPeak.threshold }.prefix(64)
        let others = scores.indices.filter { index in
            !strong.contains { own.isFoot((index / width, index % width), of: $0) }
        }
        let sorted = (others.isEmpty ? Array(scores.indices) : others).map { abs(scores[$0]) }.sorted()
        // The median of the distances of a normal distribution is 0.6745 deviations.
        let spread = max(sorted[sorted.count / 2] / 0.6745, 1)
        for index in scores.indices { scores[index] /= spread }
        let found = strong.filter { scores[$0.v * width + $0.u] >= SpectralPeak.threshold }.map { place in
            SpectralPeak(
                v: place.v, u: place.u, score: scores[place.v * width + place.u], width: width, height: height)
        }
        return Array(
            found.sorted { ($1.score, $0.vertical, $0.horizontal) < ($0.score, $1.vertical, $1.horizontal) }.prefix(
                most))
    }
}
