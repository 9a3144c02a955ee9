// Everything that an evaluation found, for the tables and for JSON.

package import Detection

/// The figures of an evaluation.
package struct EvaluationReport: Sendable {
    package let thresholds: Thresholds
    /// Of the files as they are.
    package let clean: EvaluationFigures
    package let perturbed: [(perturbation: Perturbation, metrics: HeadMetrics)]
    /// The tiers asked for, at the same thresholds.
    package let tiers: [(tier: Tier, figures: EvaluationFigures)]
    /// What is told by the files' format alone.
    package let format: FormatProbe
    package let unreadable: [UnreadablePicture]

    package var all: HeadMetrics { clean.all }
    package var sources: [EvaluationFigures.Part] { clean.sources }
    package var generators: [EvaluationFigures.Part] { clean.generators }

    /// - Parameter tiers: those to report; their perturbations have been evaluated and are then no rows of their own.
    package init(_ evaluation: Evaluation, thresholds: Thresholds, tiers: [Tier] = []) {
        self.thresholds = thresholds
        let clean = EvaluationFigures(evaluation.pictures, thresholds: thresholds)
        self.clean = clean
        let own = tiers.compactMap(\.perturbation)
        perturbed = evaluation.perturbed.filter { !own.contains($0.perturbation) }.map {
            ($0.perturbation, HeadMetrics($0.pictures, thresholds: thresholds))
        }
        self.tiers = tiers.map { tier in
            guard let perturbation = tier.perturbation else { return (tier, clean) }
            guard let changed = evaluation.perturbed.first(where: { $0.perturbation == perturbation }) else {
                preconditionFailure("the tier \(tier.rawValue) was not evaluated")
            }
            return (tier, EvaluationFigures(changed.pictures, thresholds: thresholds))
        }
        format = FormatProbe(samples: evaluation.pictures.map(\.sample), facts: evaluation.facts)
        unreadable = evaluation.unreadable
    }
}
