// All ranking figures are read off one curve: the counts of fakes and reals above every distinct score.

/// The receiver operating characteristic of a score, fakes being positive.
struct ROCCurve {
    /// Real and fake samples at or above each distinct score, from the highest score down, starting with none.
    private let points: [(falsePositives: Int, truePositives: Int)]
    private let real: Double
    private let fake: Double

    /// Both classes must be present.
    init(_ samples: [LabelledScore]) {
        var points = [(falsePositives: 0, truePositives: 0)]
        var (falsePositives, truePositives) = (0, 0)
        let sorted = samples.sorted { $0.score > $1.score }
        for (index, sample) in sorted.enumerated() {
            if sample.isFake { truePositives += 1 } else { falsePositives += 1 }
            let isLastOfItsScore = index + 1 == sorted.count || sorted[index + 1].score != sample.score
            if isLastOfItsScore { points.append((falsePositives, truePositives)) }
        }
        self.points = points
        real = Double(falsePositives)
        fake = Double(truePositives)
    }

    /// By trapezia, which counts ties half.
    var area: Double {
        let doubled = zip(points, points.dropFirst()).reduce(0) { sum, step in
            let width = step.1.falsePositives - step.0.falsePositives
            return sum + width * (step.1.truePositives + step.0.truePositives)
        }
        return Double(doubled) / (2 * real * fake)
    }

    var averagePrecision: Double {
        zip(points, points.dropFirst()).reduce(0) { sum, step in
            let recall = Double(step.1.truePositives - step.0.truePositives) / fake
            return sum + recall * Double(step.1.truePositives) / Double(step.1.truePositives + step.1.falsePositives)
        }
    }

    var equalErrorRate: Double {
        for (before, after) in zip(points, points.dropFirst()) {
            let missed = 1 - Double(after.truePositives) / fake
            let alarms = Double(after.falsePositives) / real
            guard alarms >= missed else { continue }
            // On the line between both points, alarms and misses are linear in t; they meet where their difference is 0.
            let alarmsBefore = Double(before.falsePositives) / real
            let gapBefore = 1 - Double(before.truePositives) / fake - alarmsBefore
            let t = gapBefore / (gapBefore + alarms - missed)
            return alarmsBefore + t * (alarms - alarmsBefore)
        }
        return 1
    }

    /// The largest share of fakes found at a threshold that gives no more than this share of false alarms.
    func truePositiveRate(atFalsePositiveRate limit: Double) -> Double {
        let allowed = points.last { Double($0.falsePositives) / real <= limit }
        return Double(allowed?.truePositives ?? 0) / fake
    }
}
