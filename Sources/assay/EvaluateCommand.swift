// `assay evaluate`: how well a detector does on labelled pictures, and where it fails.

import Confinement
import Detection
import Files
import Scanning
import Training

/// Measures a detector on a data set.
enum EvaluateCommand {
    static let data = Argument(
        "data", "A folder with directories named real and fake in it, or a manifest (CSV or JSON lines).")
    static let model = Option("model", value: "file", "Judge by this model instead of the built-in one.")
    static let split = Option("split", value: "name", "Use only the pictures of this split of the data.")
    static let perturb = Option(
        "perturb",
        "Repeat everything under JPEG 90, 70 and 50, WebP 80 and 50, AVIF 60 and HEIC 60, at half size, and blurred. A format whose "
            + "library is missing is left out, and said.")
    static let tiers = Option(
        "tiers",
        "Repeat everything for the tiers web (long side at most 768 pixels, JPEG 60) and hard (512 pixels, JPEG 40).")
    static let tier = Option(
        "tier", value: "name", choices: Tier.allCases.map(\.rawValue), repeats: true,
        "Repeat everything for this tier: clean (the files as they are), web or hard. May be repeated.")
    static let json = Option("json", "Write one JSON object instead of tables.")
    static let scores = Option("scores", value: "file", "Write one JSON line with the scores of each picture.")
    static let jobs = Option(
        "jobs", short: "j", value: "n", default: "the CPUs this process may use", "Use <n> threads.")

    static let command = Command(
        "evaluate", "Measure a detector on labelled pictures.",
        discussion: [
            "For each head: loss, Brier scores, accuracy, ROC AUC, average precision, equal error rate, fakes found at "
                + "1 % and 5 % false alarms, calibration error, what the model's thresholds make of the scores, and the "
                + "errors among the surest pictures. Then for every real source and every generator the verdicts, their "
                + "rate with its 95 % confidence interval, and AUC; how often a fake scores above its own photograph; and "
                + "how far the size and format of the files alone give the label away.",
            "Pictures that cannot be read are listed and left out of the figures; the exit status is 2 then, otherwise 0.",
        ],
        arguments: [data], options: [model, split, perturb, tiers, tier, json, scores, jobs, ScanOptions.isolation],
        manual: EvaluateManual.sections, run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let path = line.operands[0].lossy
        let split = line.text(split)
        let jobs = try line.integer(jobs, 1...1024) ?? availableProcessors()
        let detector = try ModelFile.load(line.path(model)).detector
        let pictures = ConfinementSettings.pictures()
        _ = try confine(line, pictures, isQuiet: false)
        let dataset = try loadDataset(path, split: split)
        if dataset.unlabelled > 0 {
            Console.error("note: left out, below neither real nor fake: \(dataset.unlabelled) file(s)\n")
        }
        if split == nil, dataset.splits.count > 1 {
            let names = dataset.splits.joined(separator: ", ").escapingControls
            Console.error("note: these are figures of several splits together (\(names)); --split takes one\n")
        }
        let names = Set(line.all(tier).map(\.lossy))
        let chosen = Tier.allCases.filter { line.flag(tiers) || names.contains($0.rawValue) }
        let steps = line.flag(perturb) ? Perturbation.steps : []
        let missing = steps.filter { !$0.isAvailable }.map(\.title)
        if !missing.isEmpty {
            Console.error("note: left out for want of a library: \(missing.joined(separator: ", "))\n")
        }
        let showsProgress = Console.isTerminal
        var status = StatusLine()
        // Opened before the work, so that a wrong path is known at once.
        let scoresFile = try line.path(scores).map { path throws(CommandFailure) in try TextFile(path, .scores) }
        let evaluation = Evaluation(
            of: dataset.samples, by: detector, jobs: jobs, pictures: pictures,
            perturbations: steps.filter(\.isAvailable) + chosen.compactMap(\.perturbation)
        ) { done in
            if showsProgress { status.draw("\(done) of \(dataset.samples.count) pictures") }
        }
        status.clear()
        try scoresFile?.write(Array(evaluation.scoreLines(thresholds: detector.thresholds).utf8))
        let report = EvaluationReport(evaluation, thresholds: detector.thresholds, tiers: chosen)
        if line.flag(json) {
            try Console.out(report.json(model: detector.identity, data: path, split: split, digest: dataset.digest))
        } else {
            let place = path + (split.map { ", split \($0)" } ?? "") + ", digest \(dataset.digest.prefix(12))"
            try Console.out(report.text(model: detector.identity, data: place))
        }
        if evaluation.pictures.isEmpty { throw .failure("\(path): not one picture could be read") }
        return evaluation.unreadable.isEmpty ? 0 : 2
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
