// What a training run shows: a progress line on a terminal, a line an epoch, and a log for machines.

import Detection
import Files
import Glibc
import Training

/// Prints the events of a training run.
final class TrainPrinter {
    private let isQuiet: Bool
    private let isTerminal = Console.isTerminal
    private let log: Int32?
    private var progress = StatusLine()
    /// Why the log has not all epochs.
    private(set) var logFailure: FileError?

    /// Opens the log for appending.
    init(log path: PathBytes?, isQuiet: Bool) throws(CommandFailure) {
        self.isQuiet = isQuiet
        guard let path else {
            log = nil
            return
        }
        do throws(FileError) {
            log = try openOutput(path, .log, .appending)
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
    }

    deinit { if let log { close(log) } }

    /// A line on standard error.
    func say(_ text: String) {
        if isQuiet { return }
        progress.clear()
        Console.error(text.escapingControls + "\n")
    }

    func show(_ event: TrainerEvent) {
        switch event {
        case .started(let training, let validation, let leftOut):
            // Without training, the next line says how many there are.
            if training > 0 {
                say("\(training) pictures to train on, \(validation) to validate, \(leftOut) left out")
            }
        case .resumed(let stage, let epoch): say("going on after epoch \(epoch) of stage \(stage)")
        case .noCheckpoint(let path): say("nothing to go on from at \(path): training begins anew")
        case .replacing(let checkpoint):
            say("warning: \(checkpoint) is that of an earlier run and will be replaced; --resume would go on from it")
        case .finishedBefore(let output): say("\(output) is that of this very run, which has ended: nothing to do")
        case .unreadable(let path, let reason): say("skipped: \(path): \(reason)")
        case .calibrating(let pictures): say("calibrating on \(pictures) pictures")
        case .step(let stage, let epoch, let images, let total, let loss, let speed):
            guard isTerminal && !isQuiet else { return }
            let left = Int(Double(total - images) / max(speed, 0.001))
            progress.draw(
                "\(stage) epoch \(epoch)  \(images)/\(total)  loss \(fixed(loss, 4))  \(Int(speed)) images/s  "
                    + "\(left / 60):\(left % 60 < 10 ? "0" : "")\(left % 60) left")
        case .epoch(let report): show(report)
        }
    }

    private func show(_ report: EpochReport) {
        let losses = report.losses.map {
            "\($0.head.rawValue) \(fixed($0.training, 4))/\(fixed($0.validation, 4))"
        }
        say(
            "\(report.stage) epoch \(report.epoch): training/validation loss \(losses.joined(separator: ", "))"
                + "\(report.isBest ? " (best)" : ""), \(Int(report.imagesPerSecond)) images/s, "
                + "\(Int(report.seconds)) s")
        if let unseen = report.unseen {
            let areas = Head.allCases.compactMap { head in
                unseen.rocAUC[head].map { "\(head.rawValue) \(fixed($0, 4))" }
            }
            say(
                "    unseen: ROC AUC \(areas.joined(separator: ", ")); least \(fixed(unseen.worstGenerator.rocAUC, 3)) for "
                    + "\(unseen.worstGenerator.name); at 5 % false alarms \(fixed(100 * unseen.worstSource.falseAlarms, 1)) % of "
                    + unseen.worstSource.name)
        }
        if let log { write(report, to: log) }
    }

    private func write(_ report: EpochReport, to log: Int32) {
        var json = JSONText()
        json.object {
            $0.member("stage", report.stage)
            $0.member("epoch", report.epoch)
            $0.member("learningRate", report.learningRate)
            for loss in report.losses {
                $0.member(loss.head.rawValue) { json in
                    json.member("trainingLoss", loss.training)
                    json.member("validationLoss", loss.validation)
                }
            }
            $0.member("validationLoss", report.validationLoss)
            $0.member("best", report.isBest)
            if let unseen = report.unseen {
                $0.member("unseen") { json in
                    for head in Head.allCases {
                        if let area = unseen.rocAUC[head] { json.member(head.rawValue, area) }
                    }
                    json.member("worstGenerator", unseen.worstGenerator.name)
                    json.member("worstGeneratorAUC", unseen.worstGenerator.rocAUC)
                    json.member("worstSource", unseen.worstSource.name)
                    json.member("worstSourceFalseAlarms", unseen.worstSource.falseAlarms)
                }
            }
            $0.member("imagesPerSecond", report.imagesPerSecond, decimals: 1)
            $0.member("seconds", report.seconds, decimals: 1)
        }
        json.endLine()
        do throws(FileError) {
            try writeLine(json.bytes, to: log)
        } catch {
            // The training is worth more than its log; the exit status will tell.
            if logFailure == nil { say("the log can't be written: \(error.message)") }
            logFailure = error
        }
    }

    /// The last lines of a run.
    func finish(_ detector: Detector, unreadable: Int, output: String) {
        let thresholds = detector.card.thresholds
        for head in Head.allCases {
            if let area = detector.card.metrics["validation.\(head.rawValue).auc"],
                let accuracy = detector.card.metrics["validation.\(head.rawValue).balancedAccuracy"]
            {
                say("validation, \(head.rawValue): ROC AUC \(fixed(area, 4)), balanced accuracy \(fixed(accuracy, 4))")
            }
        }
        say("thresholds: fake from \(fixed(thresholds.fake, 4)), real up to \(fixed(thresholds.real, 4))")
        if let detail = thresholds.detail {
            say(
                "fake from there at a detail of \(fixed(detail.usual, 2)) levels, \(fixed(detail.slope, 2)) log-odds higher with each more"
            )
        }
        if unreadable > 0 { say("\(unreadable) pictures could not be read and were skipped") }
        say("wrote \(output)")
    }

    private func fixed(_ value: Double, _ decimals: Int) -> String {
        var json = JSONText()
        json.value(value, decimals: decimals)
        return json.text
    }
}
