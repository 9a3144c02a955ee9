// `assay evaluate`: how well a detector does on labelled pictures, and where it fails.

import Detection
import Files
internal import Glibc
import Scanning
import Training

/// Measures a detector on a data set.
enum EvaluateCommand {
    static let data = Argument(
        "data", "A folder with directories named real and fake in it, or a manifest (CSV or JSON lines).")
    static let model = Option("model", value: "file", "Judge by this model instead of the built-in one.")
    static let split = Option("split", value: "name", "Use only the pictures of this split of the data.")
    static let perturb = Option(
        "perturb", "Repeat everything under JPEG 90, 70 and 50, at half size, and blurred.")
    static let json = Option("json", "Write one JSON object instead of tables.")
    static let scores = Option("scores", value: "file", "Write one JSON line with the scores of each picture.")
    static let jobs = Option(
        "jobs", short: "j", value: "n", default: "the CPUs this process may use", "Use <n> threads.")

    static let command = Command(
        "evaluate", "Measure a detector on labelled pictures.",
        discussion: [
            "For each head: loss, accuracy, ROC AUC, average precision, equal error rate, fakes found at 1 % and 5 % "
                + "false alarms, calibration error, and what the model's thresholds make of the scores. Then false "
                + "alarms, misses and AUC for every source and every generator.",
            "Pictures that cannot be read are listed and left out of the figures.",
        ],
        arguments: [data], options: [model, split, perturb, json, scores, jobs], run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let path = line.operands[0].lossy
        let split = line.text(split)
        let jobs = try line.integer(jobs, 1...1024) ?? availableProcessors()
        let detector = try ModelFile.load(line.path(model)).detector
        let dataset = try loadDataset(path, split: split)
        if dataset.unlabelled > 0 {
            Console.error("note: left out, below neither real nor fake: \(dataset.unlabelled) file(s)\n")
        }
        if split == nil, dataset.splits.count > 1 {
            let names = dataset.splits.joined(separator: ", ").escapingControls
            Console.error("note: these are figures of several splits together (\(names)); --split takes one\n")
        }
        let showsProgress = isatty(STDERR_FILENO) == 1
        let evaluation = Evaluation(
            of: dataset.samples, by: detector, jobs: jobs,
            perturbations: line.flag(perturb) ? Perturbation.allCases : []
        ) { done in
            if showsProgress { Console.error("\r\u{1B}[K\(done) of \(dataset.samples.count) pictures") }
        }
        if showsProgress { Console.error("\r\u{1B}[K") }
        if let file = line.path(scores) {
            try writeText(evaluation.scoreLines(thresholds: detector.thresholds), to: file)
        }
        let report = EvaluationReport(evaluation, thresholds: detector.thresholds)
        if line.flag(json) {
            Console.out(report.json(model: detector.identity, data: path, split: split, digest: dataset.digest))
        } else {
            let place = path + (split.map { ", split \($0)" } ?? "") + ", digest \(dataset.digest.prefix(12))"
            Console.out(report.text(model: detector.identity, data: place))
        }
        if evaluation.pictures.isEmpty { throw .failure("\(path): not one picture could be read") }
        return 0
    }
}

/// Reads a data set for a command; the message of a failure explains the forms there are.
func loadDataset(_ path: String, split: String?) throws(CommandFailure) -> Dataset {
    do throws(DatasetError) {
        return try Dataset.load(path, split: split)
    } catch {
        throw .failure(error.message)
    }
}

/// Replaces the content of a file.
func writeText(_ text: String, to path: PathBytes) throws(CommandFailure) {
    let descriptor = unsafe path.withCString { unsafe open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw .failure("\(path.escaped): \(FileError.last.message)") }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let written = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { throw .failure("\(path.escaped): \(FileError.last.message)") }
        rest = rest.dropFirst(written)
    }
}
