// The figures by which a detector is judged, for one head over one set of pictures.

package import Detection
import Glibc

/// A picture's score with its label: the calibrated probability of "fake", not clamped.
package struct LabelledScore: Sendable, Equatable {
    package let score: Double
    package let isFake: Bool
    /// Whether no verdict is given, whatever the score.
    package let isOutside: Bool
    /// Of the picture, in levels, as thresholds ask for it.
    package let detail: Double

    package init(score: Double, isFake: Bool, isOutside: Bool = false, detail: Double = 0) {
        (self.score, self.isFake, self.isOutside, self.detail) = (score, isFake, isOutside, detail)
    }
}

/// Figures of a two-class score. "Positive" is fake. A figure that needs a class that is absent is nil.
package struct BinaryMetrics: Sendable, Equatable {
    package let real: Int
    package let fake: Int
    /// Mean binary cross-entropy (natural logarithm), scores kept 1e-7 away from 0 and 1; nil without samples.
    package let loss: Double?
    /// Mean squared distance of the scores of real pictures from 0, and of those of fakes from 1 (Brier, "Verification of
    /// forecasts expressed in terms of probability", 1950); nil without such pictures.
    package let brierReal: Double?
    package let brierFake: Double?
    /// Share on the right side of 0.5; at 0.5 exactly counts as real.
    package let accuracy: Double?
    /// Mean of the accuracies of both classes.
    package let balancedAccuracy: Double?
    /// Area under the ROC curve: the chance that a fake scores above a real one, ties counting half.
    package let rocAUC: Double?
    /// Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct scores from the top, as scikit-learn's `average_precision_score`.
    package let averagePrecision: Double?
    /// Where false-alarm and miss rate are equal on the ROC curve, linearly between its points.
    package let equalErrorRate: Double?
    /// Share of fakes above a threshold that at most 1 % of real ones are above.
    package let truePositiveRateAt1: Double?
    /// The same at 5 %.
    package let truePositiveRateAt5: Double?
    /// Mean distance between score and frequency of fakes over 15 equal bins of the score, weighted by their samples
    /// (Guo et al., "On calibration of modern neural networks", 2017, for two classes).
    package let expectedCalibrationError: Double?
    /// What the stored thresholds make of the scores.
    package let verdicts: VerdictShares

    /// - Parameter thresholds: the detector's; made for the fused score, they are applied to any head's.
    package init(_ samples: [LabelledScore], thresholds: Thresholds) {
        fake = samples.count { $0.isFake }
        real = samples.count - fake
        verdicts = VerdictShares(samples, thresholds)
        let total = Double(samples.count)
        func brier(_ isFake: Bool, _ count: Int) -> Double? {
            if count == 0 { return nil }
            return samples.reduce(0) { sum, sample in
                let distance = sample.score - (isFake ? 1 : 0)
                return sample.isFake == isFake ? sum + distance * distance : sum
            } / Double(count)
        }
        (brierReal, brierFake) = (brier(false, real), brier(true, fake))
        guard !samples.isEmpty else {
            (loss, accuracy, balancedAccuracy, rocAUC, averagePrecision) = (nil, nil, nil, nil, nil)
            (equalErrorRate, truePositiveRateAt1, truePositiveRateAt5) = (nil, nil, nil)
            expectedCalibrationError = nil
            return
        }
        loss =
            samples.reduce(0) { sum, sample in
                let score = max(1e-7, min(1 - 1e-7, sample.score))
                return sum - log(sample.isFake ? score : 1 - score)
            } / total
        let rightFakes = Double(samples.count { $0.isFake && $0.score > 0.5 })
        let rightReals = Double(samples.count { !$0.isFake && $0.score <= 0.5 })
        accuracy = (rightFakes + rightReals) / total
        expectedCalibrationError = Self.calibrationError(samples)
        guard fake > 0, real > 0 else {
            (balancedAccuracy, rocAUC, averagePrecision) = (nil, nil, nil)
            (equalErrorRate, truePositiveRateAt1, truePositiveRateAt5) = (nil, nil, nil)
            return
        }
        balancedAccuracy = (rightFakes / Double(fake) + rightReals / Double(real)) / 2
        let curve = ROCCurve(samples)
        rocAUC = curve.area
        averagePrecision = curve.averagePrecision
        equalErrorRate = curve.equalErrorRate
        truePositiveRateAt1 = curve.truePositiveRate(atFalsePositiveRate: 0.01)
        truePositiveRateAt5 = curve.truePositiveRate(atFalsePositiveRate: 0.05)
    }

    private static func calibrationError(_ samples: [LabelledScore], bins: Int = 15) -> Double {
        var scores = [Double](repeating: 0, count: bins)
        var fakes = [Double](repeating: 0, count: bins)
        for sample in samples {
            let bin = max(0, min(bins - 1, Int(sample.score * Double(bins))))
            scores[bin] += sample.score
            fakes[bin] += sample.isFake ? 1 : 0
        }
        return zip(scores, fakes).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(samples.count)
    }
}
