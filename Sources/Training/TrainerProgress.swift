// What a training run tells the outside while it goes on.
package import Detection

/// The figures of one finished epoch.
package struct EpochReport: Sendable, Equatable {
    package let stage: String
    /// Counted from 1 within the stage.
    package let epoch: Int
    package let learningRate: Double
    /// Mean training loss per head, in the order of the stage's heads.
    package let losses: [(head: Head, training: Double, validation: Double)]
    /// Sum over the heads; what early stopping and the plateau look at.
    package let validationLoss: Double
    package let isBest: Bool
    /// How pictures of generators and sources outside the training are ranked; nil where there are none.
    package let unseen: UnseenRanking?
    package let imagesPerSecond: Double
    package let seconds: Double

    package static func == (left: EpochReport, right: EpochReport) -> Bool {
        left.stage == right.stage && left.epoch == right.epoch && left.validationLoss == right.validationLoss
    }
}

/// Events of a training run, in the order in which they happen.
package enum TrainerEvent: Sendable {
    case started(training: Int, validation: Int, leftOut: Int)
    case resumed(stage: String, epoch: Int)
    /// There is nothing to resume.
    case noCheckpoint(path: String)
    /// After each batch.
    case step(stage: String, epoch: Int, images: Int, of: Int, loss: Double, imagesPerSecond: Double)
    case epoch(EpochReport)
    case unreadable(path: String, reason: String)
    case calibrating(pictures: Int)
    /// A checkpoint of another run lies there, and nobody asked for it to be gone on from.
    case replacing(checkpoint: String)
    /// The run to resume had ended: the model is there.
    case finishedBefore(output: String)
}

/// Why a run could not be made or finished.
package enum TrainerError: Error, Equatable {
    /// What is missing, and for what.
    case oneClass(missing: String)
    /// Photographs, or fakes.
    case nothingToChoose(of: String)
    case nothingReadable(of: String)
    case noValidation
    case diverged(stage: String)
    case checkpoint(String)
    case output(String)

    package var message: String {
        switch self {
        case .oneClass(let missing): "there are no \(missing)"
        case .nothingToChoose(let kind): "not one of the \(kind) that choose the thresholds could be read"
        case .nothingReadable(let kind): "not one of the \(kind) to train on could be read"
        case .noValidation: "not one of the validation pictures could be read"
        case .diverged(let stage): "no epoch of stage '\(stage)' had a finite validation loss; lower the learning rate"
        case .checkpoint(let reason): "the checkpoint cannot be used: \(reason)"
        case .output(let reason): "cannot write the model: \(reason)"
        }
    }
}
