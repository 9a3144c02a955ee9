// `assay scan`: from what was typed to a plan, and from a finished scan to an exit status.

import Confinement
import Detection
import Files
internal import Glibc
import Inspection
import Rules
import Scanning
import Threads

/// Scans files and directories.
enum ScanCommand {
    static let command = Command(
        "scan", "Score images and write one JSON line for each.",
        discussion: [
            "Directories are walked with hidden files. Files are told apart by content; what is no picture is only counted, "
                + "unless it was named. Records go to standard output, everything else to standard error.",
            "The exit status is 0 if all was scanned and nothing is fake, 1 if anything is fake, 2 if nothing is fake but "
                + "something could not be scanned or --spectra not written, 64 if the command line is wrong.",
        ],
        arguments: [ScanOptions.paths], options: ScanOptions.all, manual: ScanManual.sections, run: run)

    typealias Options = ScanOptions

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let isQuiet = line.flag(Options.quiet)
        guard unsafe access("/proc/self/fd", X_OK) == 0 else {
            throw .failure("/proc is not mounted here, and no decoder process can be started without it")
        }
        let failing = try kinds(line, Options.failOn) ?? [.fake]
        let modelPath = line.path(Options.model)
        let modelBytes = try ModelFile.read(modelPath)
        let model = try ModelFile.load(modelPath, modelBytes)
        let rules = try RuleOptions.plan(line)
        if !isQuiet {
            for warning in rules.warnings { Console.error("Warning: \(warning.description.escapingControls)\n") }
        }
        let unwritten = Monitor(0)
        var plan = try ScanPlan(line, model.detector, modelPath.map { _ in SharedBytes(modelBytes) }, rules) {
            unwritten.with { $0 += 1 }
            if !isQuiet { Console.error("Warning: \($0.escapingControls)\n") }
        }
        plan.limit(descriptors: ScanSession.raiseDescriptorLimit())
        var format = try RecordFormat(line)
        format.model = model.detector.identity
        let isolation = try confine(line, plan.confinement, isQuiet: isQuiet)
        // Before signals are caught: opening a pipe waits for its reader, and whoever tires of it must be heard.
        let records = try openOutput(line)
        let summaryFile = try line.path(Options.summary).map { path throws(CommandFailure) in
            try TextFile(path, .summary)
        }
        let session: ScanSession
        do throws(FileError) {
            // Before anything else is read: what this process holds now, the confined processes hold too.
            plan.early = EarlyProcesses(plan.confinement, model.detector, count: plan.likelyProcesses)
            session = try ScanSession(showsProgress: showsProgress(line, isQuiet))
        } catch {
            throw .failure("the scan can't be prepared: \(error.message)")
        }
        if let records, line.flag(Options.resume) {
            plan.resume = try readRecords(records, line, model: plan.model)
        }

        let started = Timestamp.now
        let sink = RecordSink(
            descriptor: records?.descriptor ?? STDOUT_FILENO, format,
            window: line.text(Options.sort) == "path" || line.flag(Options.tar) ? 64 * plan.jobs : nil,
            warnsOfErrors: line.flag(Options.list) && !isQuiet, resume: plan.resume)
        let signal = session.run(Scanner(plan, sink: sink), sink)
        let tally = sink.tally
        var summary = Summary(
            tally, started: started, finished: .now, signal: signal.map(SignalPipe.name),
            isComplete: signal == nil && sink.end == nil && !tally.hasBrokenArchive
                && !(line.flag(Options.tar) && tally.lacksArchive), version: Assay.versionText,
            model: (model.detector.identity, model.detector.digest),
            rules: (rules.rules.count, rules.digest), isolation: isolation,
            binary: summaryFile == nil ? nil : programDigest(),
            arguments: Assay.arguments.map(\.lossy))
        summary.shard = plan.shard
        summary.scope = line.digest(of: Options.choosing)
        summary.unwrittenSpectra = unwritten.with { $0 }

        if !isQuiet && sink.end != .closedPipe {
            Console.error(Console.highlighting(fakes: tally, in: summary.line) + "\n")
        }
        try summaryFile?.write(summary.json)
        if let signal { SignalPipe.end(by: signal) }
        if case .failed(let error) = sink.end {
            throw .failure("\(records == nil ? "standard output" : outputName(line)): \(error.message)")
        }
        let status = status(tally, failing)
        return line.flag(Options.exitZero) ? 0 : status == 0 && summary.unwrittenSpectra > 0 ? 2 : status
    }

    /// The exit status: 1 if anything of `failing` was recorded, by an earlier run too, else 2 if anything was not scanned, else 0.
    static func status(_ tally: Tally, _ failing: Set<RecordFormat.Kind>) -> Int32 {
        func has(_ verdict: Verdict) -> Bool {
            tally.verdicts[verdict] ?? 0 > 0 || tally.earlier { $0.verdict == verdict } > 0
        }
        let fails = failing.contains {
            switch $0 {
            case .fake: has(.fake)
            case .real: has(.real)
            case .uncertain: has(.uncertain)
            case .ok: tally.ok > 0 || tally.earlier { $0.status == .ok } > 0
            case .skipped: tally.skipped > 0 || tally.earlier { $0.status == .skipped } > 0
            case .error: tally.error > 0 || tally.earlier { $0.status == .error } > 0
            case .notImage: tally.notImages > 0
            }
        }
        return fails ? 1 : tally.unscanned > 0 || tally.earlier { $0.status != .ok } > 0 ? 2 : 0
    }

    /// The kinds that an option lists, nil when it was not given.
    static func kinds(_ line: Invocation, _ option: Option) throws(CommandFailure) -> Set<RecordFormat.Kind>? {
        let words = try line.words(option, of: RecordFormat.Kind.allCases.map(\.rawValue))
        return words.map { Set($0.compactMap { RecordFormat.Kind(rawValue: $0) }) }
    }

    private static func outputName(_ line: Invocation) -> String { line.path(Options.output)?.escaped ?? "" }

    /// Nil for standard output.
    private static func openOutput(_ line: Invocation) throws(CommandFailure) -> RecordFile? {
        guard let path = line.output else { return nil }
        let terminator = line.flag(Options.null) ? 0 : UInt8(ascii: "\n")
        do throws(FileError) {
            guard line.flag(Options.list) else { return try RecordFile(path, repairing: line.flag(Options.resume)) }
            return try RecordFile(path, .paths(separator: terminator), repairing: false, terminator: terminator)
        } catch {
            throw .failure("\(outputName(line)): \(error.message)")
        }
    }

    private static func readRecords(_ file: RecordFile, _ line: Invocation, model: String) throws(CommandFailure)
        -> ResumeIndex
    {
        let index: ResumeIndex
        do throws(FileError) {
            index = try ResumeIndex(file)
        } catch {
            throw .failure("\(outputName(line)): \(error.message)")
        }
        if line.text(Options.resume) == nil, let other = index.models.subtracting([model]).sorted().first {
            throw .failure(
                "\(outputName(line)): it has records of another model, \(other); '--resume=any-model' goes on with \(model)"
            )
        }
        return index
    }

    private static func showsProgress(_ line: Invocation, _ isQuiet: Bool) -> Bool {
        switch line.text(Options.progress) {
        case "always": true
        case "never": false
        default:
            !isQuiet && Console.isTerminal && (line.output != nil || isatty(STDOUT_FILENO) == 0)
        }
    }
}
