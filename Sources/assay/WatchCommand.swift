// `assay watch`: from what was typed to a running watch.

import Confinement
import Detection
import Files
internal import Glibc
import Inspection
import Rules
import Scanning
import Threads
import Watching

/// Scans files as they arrive.
enum WatchCommand {
    static let command = Command(
        "watch", "Score images as they arrive in a directory.",
        discussion: [
            "Every file below the directories gets its record when its writer has closed it or it was moved there, and so does "
                + "every file that was there before. What has been recorded is known after a restart. Records are those of "
                + "assay-scan(1), with an id by which repeats can be told.",
            "SIGTERM ends the watch with status 0. The status is 2 if it could not run, or its output was closed, 64 if the "
                + "command line is wrong.",
        ],
        arguments: [WatchOptions.directories], options: WatchOptions.all, manual: WatchManual.sections, run: run)

    private typealias Options = WatchOptions

    private static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let isQuiet = line.flag(Options.quiet)
        let warn: @Sendable (String) -> Void = { if !isQuiet { Console.error("assay: \($0.escapingControls)\n") } }
        let basis = try WatchBasis(line)
        for warning in basis.rules.warnings { warn(warning.description) }
        let statistics = WatchStatistics()
        var plan = try ScanPlan(line, basis.model.detector, basis.sharedModel, basis.rules) {
            statistics.countUnwrittenSpectrum()
            warn($0)
        }
        plan.limit(descriptors: ScanSession.raiseDescriptorLimit())
        var watchPlan = try WatchPlan(line)
        if let path = line.path(ScanOptions.spectra) { watchPlan.own.insert(path) }
        var sinkPlan = try WatchSink.Plan(line)
        let stateDirectory = line.path(Options.state)
        let program = try programSettings(line)
        for path in line.operands { try requireDirectory(path) }

        _ = try confine(line, plan.confinement, isQuiet: isQuiet)
        // Before anything else is read: what this process holds now, the confined processes hold too.
        plan.early = EarlyProcesses(plan.confinement, basis.model.detector, count: min(plan.jobs, 8))

        plan.frameIsDone = { statistics.countFrame() }
        var index = RecordIndex(mostFrames: plan.frames?.most)
        let log = try openLog(line, watchPlan.own, &index, warn)
        let (ledger, isNew) = try openLedger(stateDirectory, watchPlan.own, &index, line)
        if let path = line.path(Options.quarantine) {
            _ = unsafe path.withCString { unsafe mkdir($0, 0o700) }
            try requireDirectory(path)
            try requireApart(path, line)
            watchPlan.own.insert(path)
            let quarantine = Quarantine(path)
            try recover(quarantine, path, log, index)
            sinkPlan.quarantine = quarantine
        }
        if ledger == nil && !log.isFile {
            warn(
                "without --state what has been recorded is forgotten at the end: the next start scans everything again")
        }
        let grace = try line.grace
        let session: WatchSession
        do throws(FileError) {
            if let program, let stateDirectory {
                sinkPlan.program = try FlagProgram(
                    program.path, jobs: program.jobs, timeout: program.timeout,
                    spool: stateDirectory.appending(Array("flagged".utf8)), statistics, warn: warn)
            }
            watchPlan.newOnly = watchPlan.newOnly && isNew
            session = try WatchSession(
                plan, watchPlan, sinkPlan, index, log, ledger, statistics, metrics: line.path(Options.metrics),
                grace: grace, line, warn: warn)
        } catch {
            throw .failure("the watch can't be prepared: \(error.message)")
        }
        return try session.run()
    }

    private static func requireDirectory(_ path: PathBytes) throws(CommandFailure) {
        do throws(FileError) {
            guard try FileState(path, followingLinks: true).kind == .directory else { throw .system(ENOTDIR) }
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
    }

    /// A watched directory that is the quarantine would not be watched; and what is flagged may have a spectrum's name.
    private static func requireApart(_ quarantine: PathBytes, _ line: Invocation) throws(CommandFailure) {
        func identity(_ path: PathBytes) -> FileIdentity? { (try? FileState(path, followingLinks: true))?.identity }
        let others = line.operands + (line.path(ScanOptions.spectra).map { [$0] } ?? [])
        if let same = others.first(where: { identity($0) == identity(quarantine) }) {
            throw .usage("'--quarantine' needs a directory of its own, not \(same.escaped) itself")
        }
    }

    private static func programSettings(
        _ line: Invocation
    ) throws(CommandFailure) -> (path: PathBytes, jobs: Int, timeout: Duration)? {
        let jobs = try line.integer(Options.execJobs, within: 1...64)
        let timeout = try line.number(Options.execTimeout, within: 0.1...1e6)
        guard let path = line.path(Options.exec) else { return nil }
        if line.path(Options.state) == nil {
            throw .usage("The option '--exec' needs '--state <dir>', where what is to be run is kept until it was")
        }
        // One without a slash is looked for along PATH when it is run.
        if path.bytes.contains(UInt8(ascii: "/")), unsafe path.withCString({ unsafe access($0, X_OK) }) != 0 {
            throw .failure("\(path.escaped): \(FileError.last.message)")
        }
        return (path, jobs, .seconds(timeout))
    }

    private static func openLog(
        _ line: Invocation, _ own: OwnFiles, _ index: inout RecordIndex, _ warn: @escaping @Sendable (String) -> Void
    ) throws(CommandFailure) -> RecordLog {
        let path = line.output
        let isList = line.flag(ScanOptions.list)
        let separator: UInt8? = isList ? (line.flag(ScanOptions.null) ? 0 : 10) : nil
        do throws(FileError) {
            let log = try RecordLog(path, separator: separator, own: own, syncs: line.flag(Options.fsync), warn: warn)
            guard let path, log.isFile, !isList else { return log }
            for file in RecordHistory.files(of: path) {
                do throws(FileError) {
                    try RecordHistory.read(file, into: &index)
                } catch {
                    warn("\(file.escaped): \(error.message); what it has recorded is not known")
                }
            }
            return log
        } catch {
            let name = path?.escaped ?? "standard output"
            throw .failure(
                error == RecordLog.inUse ? "\(name): another watch writes to it" : "\(name): \(error.message)")
        }
    }

    /// Also says whether nothing at all was known before.
    private static func openLedger(
        _ path: PathBytes?, _ own: OwnFiles, _ index: inout RecordIndex, _ line: Invocation
    ) throws(CommandFailure) -> (Monitor<Ledger>?, Bool) {
        guard let path else { return (nil, true) }
        do throws(FileError) {
            let status = unsafe path.withCString { unsafe mkdir($0, 0o700) }
            if status != 0 && errno != EEXIST { throw .last }
            own.insert(path)
            let ledger = try Ledger(in: path, into: &index, syncs: line.flag(Options.fsync))
            let isNew = ledger.isNew
            return (Monitor(ledger), isNew)
        } catch {
            throw .failure(
                error == Ledger.inUse
                    ? "\(path.escaped): another watch has its ledger open" : "\(path.escaped): \(error.message)")
        }
    }

    private static func recover(
        _ quarantine: Quarantine, _ path: PathBytes, _ log: RecordLog, _ index: RecordIndex
    ) throws(CommandFailure) {
        do throws(FileError) {
            try quarantine.recover { lines in index.contains(records: lines) || log.write(lines) }
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
    }
}

extension WatchPlan {
    fileprivate init(_ line: Invocation) throws(CommandFailure) {
        typealias Options = WatchOptions
        self.init()
        roots = line.operands
        walker = try Walker(line)
        do throws(GlobError) {
            for pattern in line.all(Options.ignore) { ignored.append(try Glob(pattern)) }
        } catch {
            throw .usage(error.message)
        }
        settle = .seconds(try line.number(Options.settle, within: 0...3600))
        poll = .seconds(try line.number(Options.poll, within: 0.05...86_400))
        rescan = .seconds(try line.number(Options.rescan, within: 0.1...1e7))
        newOnly = line.flag(Options.newOnly)
        exitOnUnmount = line.flag(Options.exitOnUnmount)
    }
}

extension WatchSink.Plan {
    fileprivate init(_ line: Invocation) throws(CommandFailure) {
        self.init()
        format = try RecordFormat(line)
        flagged = try ScanCommand.kinds(line, WatchOptions.flag) ?? flagged
    }
}

extension Invocation {
    fileprivate var grace: Duration {
        get throws(CommandFailure) { .seconds(try number(WatchOptions.grace, within: 0...86_400)) }
    }
}
