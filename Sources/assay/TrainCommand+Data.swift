// Which pictures `assay train` trains on, and what their listing leaves in doubt.

import Detection
import Files
internal import Glibc
import Training

extension TrainCommand {
    /// Data that is divided into splits holds test pictures too, so only its split `train` is taken unless told otherwise.
    static func trainingData(
        _ whole: Dataset, _ path: String, split: String?
    ) throws(CommandFailure) -> Dataset {
        guard split == nil, whole.splits.contains("train") else { return whole }
        return try loadDataset(path, split: "train")
    }

    /// Says what becomes of the splits where their names leave a doubt.
    static func noteSplits(of data: Dataset, _ options: TrainerOptions, _ printer: TrainPrinter) {
        let list = data.splits.map { "'\($0)'" }.joined(separator: ", ")
        let others = data.splits.filter { $0 != options.devSplit }
        if !others.contains("train") {
            if !others.isEmpty {
                printer.say("warning: the data has the splits \(list) and none 'train': all is trained on")
            }
        } else if data.unusualSplits.contains(where: { $0 != options.devSplit }) {
            printer.say("warning: the data has the splits \(list), of which only 'train' is trained on")
        } else if others.count > 1 {
            printer.say("of the splits \(list) only 'train' is trained on")
        }
    }

    /// Says where so few pictures choose the thresholds that less is promised than is usual: 1 % of false alarms can be seen among a hundred.
    static func noteCalibration(
        _ detector: Detector, of samples: [Sample], _ unreadable: [String: String], _ printer: TrainPrinter
    ) {
        let (thresholds, usual) = (detector.card.thresholds, ThresholdPolicy())
        func say(_ kind: String, _ count: Int, _ rate: Double, of error: String, _ usual: Double) {
            guard rate > usual else { return }
            let shares = [rate, usual].map { share in "\((share * 1e4).rounded() / 100) %" }
            printer.say(
                "warning: only \(count) \(kind)\(count == 1 ? " chooses" : "s choose") the thresholds, so that up to \(shares[0]) of \(error) "
                    + "must be expected, not \(shares[1])")
        }
        let read = samples.filter { unreadable[$0.path] == nil }
        let fakes = read.count(where: \.isFake)
        say("photograph", read.count - fakes, thresholds.falseAlarmRate, of: "false alarms", usual.falseAlarmRate)
        say("fake", fakes, thresholds.missRate, of: "misses", usual.missRate)
    }

    /// Says where thresholds would be chosen by the very pictures that the weights were fitted to: on these a model errs less than on others.
    static func noteFitted(_ options: TrainerOptions, to data: Dataset, _ printer: TrainPrinter) {
        // A mean has the digests of all that went into it.
        let digests = options.initial.compactMap(\.card.data).flatMap {
            $0.digest.split(separator: "+").map(String.init)
        }
        if options.epochs == 0 && digests.contains(data.digest) {
            printer.say(
                "warning: the weights were fitted to pictures of this very data; thresholds that these choose promise too much: give others"
            )
        }
    }

    /// Refuses data that is not all there or contradicts itself, and says where validation sees what training has seen.
    static func examine(
        _ trainer: Trainer, _ samples: [Sample], _ printer: TrainPrinter
    ) throws(CommandFailure) {
        let missing = samples.filter { unsafe access($0.path, F_OK) != 0 }
        if let first = missing.first {
            throw .failure(
                "\(missing.count) of \(samples.count) pictures are not there, such as \(first.path.escapingControls)")
        }
        let duplicates = Duplicates(of: samples)
        let contradictions = duplicates.contradictions
        if !contradictions.isEmpty {
            let pairs = contradictions.prefix(10).map {
                "  \($0.real.escapingControls) and \($0.fake.escapingControls)"
            }
            let rest = contradictions.count > 10 ? "\n  and \(contradictions.count - 10) more" : ""
            throw .failure(
                "the data contradicts itself: the same bytes are a real and a fake picture\n"
                    + pairs.joined(separator: "\n") + rest)
        }
        let shared = duplicates.shared(trainer.training, trainer.validation)
        if let pair = shared.first {
            printer.say(
                "warning: the validation has \(shared.count) picture(s) that are trained on, such as \(pair.first) and "
                    + "\(pair.second); give them one group")
        }
    }
}
