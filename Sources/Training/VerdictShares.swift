// What a detector says aloud: how often each verdict is given, and how often rightly.

package import Detection

/// How many pictures each verdict is given, and how often rightly.
package struct VerdictShares: Sendable, Equatable {
    /// Verdicts on real pictures.
    package let reals: VerdictCounts
    /// Verdicts on fakes.
    package let fakes: VerdictCounts

    init(_ samples: [LabelledScore], _ thresholds: Thresholds) {
        var (reals, fakes) = (VerdictCounts(), VerdictCounts())
        for sample in samples {
            let verdict = sample.isOutside ? .uncertain : thresholds.at(detail: sample.detail).verdict(sample.score)
            if sample.isFake { fakes[verdict] += 1 } else { reals[verdict] += 1 }
        }
        (self.reals, self.fakes) = (reals, fakes)
    }

    /// Real pictures called fake, of all real ones; nil without real ones.
    package var falseAlarmRate: Double? { share(reals.fake, of: reals.total) }
    /// Fakes called real, of all fakes; nil without fakes.
    package var missRate: Double? { share(fakes.real, of: fakes.total) }
    /// Fakes called fake, of all fakes; nil without fakes.
    package var detectionRate: Double? { share(fakes.fake, of: fakes.total) }
    /// Pictures called uncertain, of all.
    package var uncertainShare: Double? { share(reals.uncertain + fakes.uncertain, of: reals.total + fakes.total) }
    /// Share of right verdicts among the pictures not called uncertain; nil when all are.
    package var certainAccuracy: Double? {
        share(reals.real + fakes.fake, of: reals.real + reals.fake + fakes.real + fakes.fake)
    }

    /// Where the false-alarm rate lies with 95 % confidence.
    package var falseAlarmInterval: BinomialInterval? { BinomialInterval(hits: reals.fake, of: reals.total) }
    /// Where the detection rate lies with 95 % confidence.
    package var detectionInterval: BinomialInterval? { BinomialInterval(hits: fakes.fake, of: fakes.total) }

    private func share(_ part: Int, of whole: Int) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }
}
