// Figures of an evaluation, over all pictures and by where they come from.

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
            let scores = pictures.map { LabelledScore(score: $0.scores[head], isFake: $0.sample.isFake) }
            return BinaryMetrics(scores, thresholds: thresholds)
        }
        (fused, spatial, frequency) = (metrics(.fused), metrics(.spatial), metrics(.frequency))
    }
}

/// The figures of an evaluation.
package struct EvaluationReport: Sendable {
    /// One source or one generator.
    package struct Part: Sendable {
        /// Empty for pictures of which it is not stated.
        package let name: String
        package let metrics: HeadMetrics
        /// Area under the ROC curve of this part's own pictures where it has both classes; of its pictures against all
        /// of the other class where it has one; nil where the data set has one.
        package let rocAUC: [Head: Double]
        package let isAgainstAll: Bool
    }

    package let thresholds: Thresholds
    package let all: HeadMetrics
    package let sources: [Part]
    package let generators: [Part]
    package let perturbed: [(perturbation: Perturbation, metrics: HeadMetrics)]
    package let unreadable: [UnreadablePicture]

    package init(_ evaluation: Evaluation, thresholds: Thresholds) {
        self.thresholds = thresholds
        let pictures = evaluation.pictures
        all = HeadMetrics(pictures, thresholds: thresholds)
        sources = Self.parts(pictures, thresholds, by: \.source)
        generators = Self.parts(pictures, thresholds, by: \.generator)
        perturbed = evaluation.perturbed.map { ($0.perturbation, HeadMetrics($0.pictures, thresholds: thresholds)) }
        unreadable = evaluation.unreadable
    }

    private static func parts(
        _ pictures: [ScoredPicture], _ thresholds: Thresholds, by key: (Sample) -> String
    ) -> [Part] {
        Dictionary(grouping: pictures) { key($0.sample) }.sorted { $0.key < $1.key }.map { name, members in
            let metrics = HeadMetrics(members, thresholds: thresholds)
            let isAgainstAll = metrics.fused.real == 0 || metrics.fused.fake == 0
            var compared = metrics
            if isAgainstAll {
                let others = pictures.filter { $0.sample.isFake == (metrics.fused.fake == 0) }
                compared = HeadMetrics(members + others, thresholds: thresholds)
            }
            var areas: [Head: Double] = [:]
            for head in Head.allCases { areas[head] = compared[head].rocAUC }
            return Part(name: name, metrics: metrics, rocAUC: areas, isAgainstAll: isAgainstAll)
        }
    }
}
