// `assay scan`: from what was typed to a plan, and from a finished scan to an exit status.

import Detection
import Files
internal import Glibc
import Scanning

/// Scans files and directories.
enum ScanCommand {
    static let command = Command(
        "scan", "Score images and write one JSON line for each.",
        discussion: [
            "Directories are walked with hidden files. Files are told apart by content; what is no picture is only counted, "
                + "unless it was named. Records go to standard output, everything else to standard error.",
            "The exit status is 0 if all was scanned and nothing is fake, 1 if anything is fake, 2 if nothing is fake but "
                + "something could not be scanned, 64 if the command line is wrong.",
        ],
        arguments: [ScanOptions.paths], options: ScanOptions.all, manual: ScanManual.sections, run: run)

    typealias Options = ScanOptions

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let isQuiet = line.flag(Options.quiet)
        let failing = try kinds(line, Options.failOn) ?? [.fake]
        let modelPath = line.path(Options.model)
        let modelBytes = try ModelFile.read(modelPath)
        let model = try ModelFile.load(modelPath, modelBytes)
        var plan = try ScanPlan(line, model.detector)
        let isolation = try isolate(line, plan.decoder, isQuiet)
        let session: ScanSession
        do throws(FileError) {
            if modelPath != nil { plan.decoder.model = SharedModel(modelBytes) }
            // Before anything else is read: what this process holds now, the decoders hold too.
            plan.earlyDecoders = EarlyDecoders(plan.decoder, model.detector, count: plan.likelyDecoders)
            session = try ScanSession(showsProgress: showsProgress(line, isQuiet))
        } catch {
            throw .failure("the scan can't be prepared: \(error.message)")
        }
        let output = try openOutput(line, &plan)
        let summaryFile = try line.path(Options.summary).map(SummaryFile.init)

        let started = Timestamp.now
        let sink = RecordSink(descriptor: output, window: line.text(Options.sort) == "path" ? 64 * plan.jobs : nil)
        let signal = session.run(Scanner(plan, sink: sink), sink)
        let tally = sink.tally
        let summary = Summary(
            tally, started: started, finished: .now, signal: signal.map(SignalPipe.name),
            isComplete: signal == nil && sink.end == nil, version: Assay.versionText,
            model: (model.detector.identity, model.detector.digest),
            isolation: isolation, binary: summaryFile == nil ? nil : SummaryFile.programDigest(),
            arguments: Assay.arguments.map(\.lossy))

        if !isQuiet && sink.end != .closedPipe {
            Console.error(Console.highlighting(fakes: tally, in: summary.line) + "\n")
        }
        try summaryFile?.write(summary.json)
        if let signal { SignalPipe.end(by: signal) }
        if case .failed(let number) = sink.end {
            throw .failure(
                "\(line.path(Options.output)?.escaped ?? "standard output"): \(FileError.system(number).message)")
        }
        return line.flag(Options.exitZero) ? 0 : status(tally, failing)
    }

    /// Hides this process, and says what confines the decoders: all that there is, or no scan.
    private static func isolate(
        _ line: Invocation, _ settings: DecoderSettings, _ isQuiet: Bool
    ) throws(CommandFailure) -> (demand: Isolation.Demand, inForce: Isolation) {
        Isolation.hideThisProcess()
        let demand = line.text(Options.isolation).flatMap(Isolation.Demand.init) ?? .strict
        let inForce = settings.isolation
        if !inForce.contains(.filtersCalls) {
            let problem = "this system refuses the filter of system calls (seccomp) that confines what decodes"
            guard demand == .weak else {
                throw .failure(
                    "\(problem), so that a hostile image might change files or this scan.\n"
                        + "Nothing was scanned. '--isolation weak' scans all the same; see assay-scan(1).")
            }
            if !isQuiet {
                Console.error("Warning: \(problem); a hostile image might change files or this scan\n")
            }
        }
        return (demand, inForce)
    }

    /// The exit status: 1 if anything of `failing` was recorded, else 2 if anything was not scanned, else 0.
    static func status(_ tally: Tally, _ failing: Set<RecordFormat.Kind>) -> Int32 {
        let fails = failing.contains {
            switch $0 {
            case .fake: tally.verdicts[.fake] ?? 0 > 0
            case .real: tally.verdicts[.real] ?? 0 > 0
            case .uncertain: tally.verdicts[.uncertain] ?? 0 > 0
            case .ok: tally.ok > 0
            case .skipped: tally.skipped > 0
            case .error: tally.error > 0
            }
        }
        return fails ? 1 : tally.unscanned > 0 ? 2 : 0
    }

    /// The kinds that an option lists, nil when it was not given.
    static func kinds(_ line: Invocation, _ option: Option) throws(CommandFailure) -> Set<RecordFormat.Kind>? {
        let words = try line.words(option, of: RecordFormat.Kind.allCases.map(\.rawValue))
        return words.map { Set($0.compactMap { RecordFormat.Kind(rawValue: $0) }) }
    }

    private static func openOutput(_ line: Invocation, _ plan: inout ScanPlan) throws(CommandFailure) -> Int32 {
        guard let path = line.path(Options.output) else { return STDOUT_FILENO }
        do throws(FileError) {
            let file = try RecordFile(path, repairing: line.flag(Options.resume))
            if line.flag(Options.resume) { plan.resume = try ResumeIndex(file) }
            return file.descriptor
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
    }

    private static func showsProgress(_ line: Invocation, _ isQuiet: Bool) -> Bool {
        switch line.text(Options.progress) {
        case "always": true
        case "never": false
        default:
            !isQuiet && isatty(STDERR_FILENO) == 1 && (line.path(Options.output) != nil || isatty(STDOUT_FILENO) == 0)
        }
    }
}
