// The end of a training run: from raw logits to a model file whose scores and verdicts mean something.

import Confinement
import Detection
internal import Files
import Network

/// Scores all validation pictures just as a scan would, and once more as a web site leaves them, and fits calibration and thresholds
/// to both.
struct TrainerCalibration {
    private let options: TrainerOptions
    private let dataset: Dataset
    private let pictures: ConfinementSettings

    init(_ options: TrainerOptions, _ dataset: Dataset, _ pictures: ConfinementSettings) {
        (self.options, self.dataset, self.pictures) = (options, dataset, pictures)
    }

    /// The finished detector, and the pictures that could not be read. Sources that were left out of training only serve
    /// the choice of the thresholds.
    ///
    /// - Throws: ``TrainerError/nothingToChoose(of:)`` where not one photograph, or not one fake, of the validation could be read.
    func finish(
        _ parameters: [Parameter], training: [Sample], validation: [Sample], leftOut: [Sample]
    ) throws(TrainerError) -> (detector: Detector, missed: [(path: String, reason: String)]) {
        var card = ModelCard(options.blueprint)
        let raw = Detector(card: card, parameters: parameters)
        let (seen, unseen) = (assess(validation, raw), assess(leftOut, raw))
        // Each picture as it is and as a web site leaves it: people meet both.
        let pictures = seen.pictures + seen.perturbed.flatMap(\.pictures)
        let fakes = seen.pictures.count { $0.sample.isFake }
        if fakes == seen.pictures.count { throw .nothingToChoose(of: "photographs") }
        if fakes == 0 { throw .nothingToChoose(of: "fakes") }
        for head in Head.allCases {
            card.calibration[head.rawValue] = fitCalibration(
                logits: pictures.map { $0.scores[head] }, labels: pictures.map(\.sample.isFake))
        }
        func sourced(_ pictures: [ScoredPicture]) -> [SourcedScore] {
            pictures.map {
                SourcedScore(
                    score: card.calibration(.fused).probability(logit: $0.scores.fused), isFake: $0.sample.isFake,
                    source: $0.sample.source, detail: $0.detail)
            }
        }
        // What is promised holds for either, not for their mean.
        let conditions =
            [(seen.pictures, unseen.pictures)]
            + zip(seen.perturbed, unseen.perturbed).map { ($0.pictures, $1.pictures) }
        card.thresholds = chooseThresholds(
            conditions.map { SourcedScores(validation: sourced($0.0), heldOut: sourced($0.1)) })
        let others = unseen.pictures.count { $0.sample.isFake }
        card.thresholds = card.thresholds.promising(
            photographs: seen.pictures.count - fakes + unseen.pictures.count - others, fakes: fakes + others)
        if case .cropped = options.blueprint.picture { card.envelope = Envelope(smallestSide: options.blueprint.side) }
        measure(seen.pictures, &card)
        // What only chose the thresholds was not fitted to.
        card.data =
            options.epochs > 0 ? describe(training) : options.initial.count == 1 ? options.initial[0].card.data : nil
        card.licence = options.licence
        card.recipe = options.fingerprint
        if !leftOut.isEmpty { card.recipe? += Self.keptOut + "\(leftOut.count)" }
        return (
            Detector(card: card, parameters: parameters),
            (seen.unreadable + unseen.unreadable).map { ($0.path, $0.message) }
        )
    }

    /// The model of a run with these options and data that has ended; nil where it has not.
    static func finished(_ options: TrainerOptions, _ dataset: Dataset) -> Detector? {
        guard let bytes = try? readWhole(options.output),
            let detector = try? Detector.load(bytes, digest: SHA256.hexadecimal(of: bytes)),
            let recipe = detector.card.recipe, detector.card.data?.digest == dataset.digest,
            recipe == options.fingerprint || recipe.hasPrefix(options.fingerprint + keptOut)
        else { return nil }
        return detector
    }

    /// Goes before the number of pictures, in the recipe.
    private static let keptOut = " kept-out="

    private func measure(_ scored: [ScoredPicture], _ card: inout ModelCard) {
        for head in Head.allCases {
            let scores = scored.map {
                LabelledScore(
                    score: card.calibration(head).probability(logit: $0.scores[head]), isFake: $0.sample.isFake,
                    detail: $0.detail)
            }
            let metrics = BinaryMetrics(scores, thresholds: card.thresholds)
            card.metrics["validation.\(head.rawValue).auc"] = metrics.rocAUC
            card.metrics["validation.\(head.rawValue).balancedAccuracy"] = metrics.balancedAccuracy
            card.metrics["validation.\(head.rawValue).loss"] = metrics.loss
        }
    }

    private func describe(_ training: [Sample]) -> ModelCard.TrainingData {
        var sources: [String: Int] = [:]
        for sample in training { sources["\(sample.isFake ? "fake" : "real")/\(sample.source)", default: 0] += 1 }
        return ModelCard.TrainingData(
            digest: dataset.digest, real: training.count(where: { !$0.isFake }), fake: training.count(where: \.isFake),
            sources: sources)
    }

    /// Raw logits, in the place where scores usually are.
    private func assess(_ samples: [Sample], _ detector: Detector) -> Evaluation {
        Evaluation(of: samples, jobs: options.jobs, pictures: pictures, perturbations: [.web]) {
            let examiner = detector.makeExaminer()
            return { PixelScores(examiner.examine($0), isRaw: true) }
        }
    }
}
