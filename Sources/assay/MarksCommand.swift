// `assay marks`: which machine-readable marks of origin pictures bear, for audits and for continuous integration.

import Files
internal import Glibc
import Scanning

/// Tells marks of origin; looks at no pixel.
enum MarksCommand {
    static let require = Option(
        "require", value: "what", choices: MarkDemand.allCases.map(\.rawValue),
        "End with status 1 unless every picture bears any mark, marks in two places (C2PA, XMP, other text), or a signed C2PA manifest."
    )
    static let command = Command(
        "marks", "Tell which machine-readable marks of origin images bear.",
        discussion: [
            "One JSON line for each picture on standard output, and a table of the shares of each folder on standard error. "
                + "Only metadata are read; no pixel is looked at, and nothing is fetched from a network.",
            "The exit status is 0 if every picture was read and meets --require, 1 if one does not meet it, 2 if one could not be "
                + "read, 64 if the command line is wrong.",
        ],
        arguments: [ScanOptions.paths],
        options: [
            require, ScanOptions.trustAnchors, ScanOptions.filesFrom, ScanOptions.null, ScanOptions.include,
            ScanOptions.exclude,
            ScanOptions.follow, ScanOptions.maxDepth, ScanOptions.oneFileSystem, ScanOptions.jobs,
            ScanOptions.maxFileSize, ScanOptions.timeout, ScanOptions.isolation, ScanOptions.sort, ScanOptions.quiet,
        ],
        manual: MarksManual.sections, run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let isQuiet = line.flag(ScanOptions.quiet)
        let demand = line.text(require).flatMap(MarkDemand.init)
        let plan = try ScanPlan(declaring: line)
        _ = try confine(line, plan.confinement, isQuiet: isQuiet)
        let session: ScanSession
        do throws(FileError) {
            session = try ScanSession(showsProgress: false)
        } catch {
            throw .failure("the pictures can't be read: \(error.message)")
        }
        let isOrdered = line.text(ScanOptions.sort) == "path"
        let sink = MarkSink(RecordSink(descriptor: STDOUT_FILENO, window: isOrdered ? 64 * plan.jobs : nil))
        let signal = session.run(Scanner(plan, sink: sink), sink.lines)
        let table = MarkTable(sink.tallies)
        if !isQuiet && sink.lines.end != .closedPipe { Console.error(table.text) }
        if let signal { SignalPipe.end(by: signal) }
        if case .failed(let error) = sink.lines.end { throw .failure("standard output: \(error.message)") }
        return status(table.total, demand)
    }

    static func status(_ total: MarkTally, _ demand: MarkDemand?) -> Int32 {
        if let demand, total.meeting[demand] ?? 0 < total.files { return 1 }
        return total.unread > 0 ? 2 : 0
    }
}
