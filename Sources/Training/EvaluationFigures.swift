// The figures of one pass over a data set, the same for the files as they are and for every tier.

package import Detection

/// Metrics of the three heads over one part of the data.
package struct HeadMetrics: Sendable, Equatable {
    package let fused: BinaryMetrics
    package let spatial: BinaryMetrics
    package let frequency: BinaryMetrics

    package subscript(_ head: Head) -> BinaryMetrics {
        switch head {
        case .fused: fused
        case .spatial: spatial
        case .frequency: frequency
        }
    }

    package init(_ pictures: [ScoredPicture], thresholds: Thresholds) {
        func metrics(_ head: Head) -> BinaryMetrics {
            BinaryMetrics(pictures.labelled(head), thresholds: thresholds)
        }
        (fused, spatial, frequency) = (metrics(.fused), metrics(.spatial), metrics(.frequency))
    }
}

extension [ScoredPicture] {
    /// The scores of one head.
    func labelled(_ head: Head) -> [LabelledScore] {
        map {
            LabelledScore(
                score: $0.scores[head], isFake: $0.sample.isFake, isOutside: $0.isOutside, detail: $0.detail)
        }
    }
}

/// What a detector makes of the pictures of a data set.
package struct EvaluationFigures: Sendable {
    /// One source or one generator.
    package struct Part: Sendable {
        /// Empty for pictures of which it is not stated.
        package let name: String
        package let metrics: HeadMetrics
        /// Area under the ROC curve of this part's own pictures where it has both classes; of its pictures against all
        /// of the other class where it has one; nil where the data set has one.
        package let rocAUC: [Head: Double]
        package let isAgainstAll: Bool
        /// Area under the ROC curve of this part's fakes against all real pictures; nil where there are none of either.
        package let areaAgainstReals: [Head: Double]
    }

    /// The areas of several generators, each one's fakes against all real pictures.
    package struct AreaSpread: Sendable, Equatable {
        package let mean: Double
        /// Root of the squared distances from the mean over the number of generators less one; nil for a single generator.
        package let deviation: Double?
        package let minimum: Double
        /// The generator that has the minimum; the first by name of several.
        package let worst: String
    }

    package let all: HeadMetrics
    package let sources: [Part]
    package let generators: [Part]
    /// Nil where there is no real picture or no fake.
    package let generatorAreas: [Head: AreaSpread]
    /// The real source with the highest false-alarm rate; of several the one with most pictures, then the first by name.
    package let worstSource: Part?
    package let riskCoverage: [Head: RiskCoverage]
    package let pairs: PairRanking

    init(_ pictures: [ScoredPicture], thresholds: Thresholds) {
        all = HeadMetrics(pictures, thresholds: thresholds)
        sources = Self.parts(pictures, thresholds, by: \.source)
        generators = Self.parts(pictures, thresholds, by: \.generator)
        worstSource = sources.filter { $0.metrics.fused.real > 0 }.min { first, second in
            let (one, other) = (first.metrics.fused, second.metrics.fused)
            let (rate, otherRate) = (one.verdicts.falseAlarmRate ?? 0, other.verdicts.falseAlarmRate ?? 0)
            return (otherRate, other.real, first.name) < (rate, one.real, second.name)
        }
        pairs = PairRanking(pictures)
        var (spreads, curves) = ([Head: AreaSpread](), [Head: RiskCoverage]())
        for head in Head.allCases {
            spreads[head] = Self.spread(generators, head)
            curves[head] = RiskCoverage(pictures.labelled(head))
        }
        (generatorAreas, riskCoverage) = (spreads, curves)
    }

    private static func parts(
        _ pictures: [ScoredPicture], _ thresholds: Thresholds, by key: (Sample) -> String
    ) -> [Part] {
        let (reals, fakes) = (pictures.filter { !$0.sample.isFake }, pictures.filter(\.sample.isFake))
        return Dictionary(grouping: pictures) { key($0.sample) }.sorted { $0.key < $1.key }.map { name, members in
            let metrics = HeadMetrics(members, thresholds: thresholds)
            let isAgainstAll = metrics.fused.real == 0 || metrics.fused.fake == 0
            let againstReals = areas(members.filter(\.sample.isFake) + reals)
            let compared: [Head: Double]
            switch (metrics.fused.real, metrics.fused.fake) {
            case (0, _): compared = againstReals
            case (_, 0): compared = areas(members + fakes)
            default: compared = areas(members)
            }
            return Part(
                name: name, metrics: metrics, rocAUC: compared, isAgainstAll: isAgainstAll,
                areaAgainstReals: metrics.fused.fake == 0 ? [:] : againstReals)
        }
    }

    /// The area of each head; none without both classes.
    private static func areas(_ pictures: [ScoredPicture]) -> [Head: Double] {
        let fakes = pictures.count { $0.sample.isFake }
        guard fakes > 0, fakes < pictures.count else { return [:] }
        return Dictionary(uniqueKeysWithValues: Head.allCases.map { ($0, ROCCurve(pictures.labelled($0)).area) })
    }

    private static func spread(_ generators: [Part], _ head: Head) -> AreaSpread? {
        let areas = generators.compactMap { part in part.areaAgainstReals[head].map { (part.name, $0) } }
        guard let worst = areas.min(by: { $0.1 < $1.1 }) else { return nil }
        let mean = areas.reduce(0) { $0 + $1.1 } / Double(areas.count)
        let squares = areas.reduce(0) { $0 + ($1.1 - mean) * ($1.1 - mean) }
        return AreaSpread(
            mean: mean, deviation: areas.count < 2 ? nil : (squares / Double(areas.count - 1)).squareRoot(),
            minimum: worst.1, worst: worst.0)
    }
}
