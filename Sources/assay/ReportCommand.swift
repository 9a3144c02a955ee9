// `assay report`: from records to something that can be handed to a colleague.

import Detection
import Files
internal import Glibc
import Reporting
import Scanning

/// Makes a report of records.
enum ReportCommand {
    static let records = Argument(
        "records", repeats: true, "Files of records, as 'assay scan' writes them; - is standard input.")
    static let output = Option(
        "output", short: "o", value: "file",
        "Write the report to <file> instead of standard output. A file that is no report is not replaced.")
    static let text = Option("text", "Write a summary for a terminal instead of HTML.")
    static let top = Option("top", value: "n", default: .integer(50), "Show the first <n> flagged files in detail.")
    static let model = Option(
        "model", value: "file",
        "The model that made the records, where it is not the built-in one: for its thresholds and bounds.")
    static let errorRates = Option(
        "error-rates", value: "file",
        "Estimate the share of synthetic pictures by the error rates in <file>, written by 'assay evaluate --json'.")
    static let tier = Option(
        "tier", value: "name", choices: ["clean", "web", "hard"], default: .word("clean"),
        "Take the error rates of this tier of the evaluation.")

    static let pictures = Option(
        "pictures", negatable: true, default: .set,
        "Show the flagged files that are shown in detail, if they are still the ones that were judged; --no-pictures for material that "
            + "must not be copied.")
    static let maps = Option(
        "maps", value: "n", default: "10",
        "Of the first <n> flagged files also show where their scores come from, and their spectra.")

    static let command = Command(
        "report", "Make a report of records, to read or to hand on.",
        discussion: [
            "One HTML file that needs nothing else: counts with intervals, scores, all files in a table that can be sorted and searched, the "
                + "flagged ones in detail, duplicates, what was not looked at, and digests of everything. It loads nothing and sends "
                + "nothing. The same records give the same bytes."
        ],
        arguments: [records],
        options: [output, text, top, model, errorRates, tier, pictures, maps] + EvidenceRun.options,
        manual: ReportManual.sections,
        run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let top = try line.integer(top, within: 0...10_000)
        let file = try ModelFile.load(line.path(model))
        let isText = line.flag(text)
        let output = try line.path(output).map { path throws(CommandFailure) in
            try TextFile(path, isText ? .reportText : .report)
        }
        var context = ReportContext(
            card: file.detector.card, model: (file.detector.identity, file.detector.digest),
            program: (Assay.versionText, programDigest()))
        context.top = top
        if let path = line.path(errorRates) {
            let bytes = try wholeFile(path, limit: 256 << 20)
            guard let rates = ErrorRates(evaluation: bytes, tier: line.text(tier)) else {
                throw .failure("\(path.escaped): not what 'assay evaluate --json' writes, or without this tier")
            }
            (context.rates, context.ratesName) = (rates, path.escaped)
        } else if line.text(tier) != nil {
            throw .usage("'--tier' chooses among error rates; give them with '--error-rates'")
        }
        let set = RecordSet(try read(line.operands))
        let content: [UInt8]
        if isText {
            content = Array(textReport(set, context).utf8)
        } else {
            let maps = try line.integer(maps, 0...1000) ?? 10
            let shown = line.flag(pictures) && set.flagged > 0
            content = HTMLReport.page(
                set, context,
                pictures: shown ? pictures(set, context, file.detector, maps: maps, try EvidenceRun(line)) : [:])
        }
        if let output { try output.write(content) } else { try Console.out(String(decoding: content, as: UTF8.self)) }
        if set.entries.isEmpty { throw .failure("not one record could be read") }
        return 0
    }

    private static func read(_ paths: [PathBytes]) throws(CommandFailure) -> RecordReader {
        var reader = RecordReader(threads: availableProcessors())
        for path in paths {
            do throws(FileError) {
                if path == PathBytes("-") {
                    try unsafe reader.add("standard input") { target throws(FileError) in
                        while true {
                            let count = unsafe Glibc.read(STDIN_FILENO, target.baseAddress, target.count)
                            if count >= 0 { return count }
                            if errno != EINTR { throw .last }
                        }
                    }
                } else {
                    let file = try OpenFile.open(path, in: nil, followingLinks: true)
                    try unsafe reader.add(path.escaped) { target throws(FileError) in try unsafe file.read(into: target)
                    }
                }
            } catch {
                throw .failure("\(path.escaped): \(error.message)")
            }
            if reader.hasMinimal {
                throw .failure(
                    "\(path.escaped): records of '--fields minimal' say neither why nor by which model; a report needs those of 'standard'"
                )
            }
        }
        return reader
    }

    private static func wholeFile(_ path: PathBytes, limit: Int) throws(CommandFailure) -> [UInt8] {
        do throws(FileError) {
            return try OpenFile.open(path, in: nil, followingLinks: true).readAll(limit: limit)
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
    }
}

extension OutputForm {
    /// What `assay report` writes, as a page and as a text.
    static let report = OutputForm("report", beginning: "<!DOCTYPE html>\n<html lang=\"en\">")
    static let reportText = OutputForm("report as text") { head in
        String(decoding: head, as: UTF8.self).prefix { $0 != "\n" }.contains(", judged by ")
    }
}

/// Sections of `assay-report(1)`.
enum ReportManual {
    static let sections: [(title: String, paragraphs: [String])] = [
        (
            "Contents",
            [
                "Flagged is what is called fake, what scores above the model's threshold for suspects, and what a rule sends to review. Where several "
                    + "records have the same path, the last counts. Lines that are no records are counted and left out.",
                "Counts, shares and intervals are of files. A file whose frames have a record each (--frames all of a scan or watch) is called fake "
                    + "if one of its frames is, uncertain if none is fake but one is uncertain, and otherwise real: as a scan's exit status is that of "
                    + "its worst record. Scores, rows of the table and duplicates are of frames; of each flagged file one frame is shown in detail. Each "
                    + "frame is a further chance to be called fake; where there are such files, the estimate of how many are synthetic warns of it. A scan "
                    + "itself counts records.",
                "The first 100 files stand in the page as they are; a script in it sorts, filters and pages through all of them. Without the "
                    + "script nothing else is missing. The page forbids itself to load or run anything but its own script, so no file name "
                    + "can do harm in it; what can't be seen in names or turns the direction of reading is spelt out.",
                "Pictures are made of the files themselves, found by the paths of the records from the working directory and decoded in a "
                    + "confined process; a file that is gone, or whose SHA-256 is another, has none. Thumbnails have at most 320 pixels "
                    + "a side. Maps and spectra are those of assay-explain(1) and, for the residual, assay-spectrum(1).",
                "Duplicates are files with the same SHA-256 and, where the records have perceptual hashes (assay scan --pdq), pictures whose PDQ differ in "
                    + "at most 31 of 256 bits.",
            ]
        ),
        (
            "How many are synthetic",
            [
                "A detector errs, so the number of files called fake is not the number of fakes. With --error-rates the share of synthetic "
                    + "pictures is estimated from all verdicts, as the mixture of the verdicts that photographs and synthetic pictures "
                    + "were given in the evaluation that is most likely; its 95 % interval (profile likelihood) covers the chance in "
                    + "both. With two verdicts this is the estimate of Rogan and Gladen. It holds as far as the files are like those of the "
                    + "evaluation; a report says so where no such mixture could have given these verdicts.",
                "Without it only bounds are given, from what the model promises of its thresholds: they are wide, and mean it.",
                "Files outside the model's envelope are left out of both, with a warning.",
            ]
        ),
        (
            "Exit status",
            ["0 if the report was written; 2 if not, or if there was not one record; 64 if the command line is wrong."]
        ),
        (
            "Examples",
            [
                "assay scan -o records.jsonl /evidence; assay report records.jsonl -o report.html",
                "assay evaluate --json labelled > rates.json; assay report --error-rates rates.json --text records.jsonl",
            ]
        ),
    ]
}
