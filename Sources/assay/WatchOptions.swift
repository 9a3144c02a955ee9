// The rows of `assay watch`: those of a scan that mean the same here, and its own.

import Scanning

/// Every option of `assay watch`.
enum WatchOptions {
    static let directories = Argument("dir", repeats: true, "Directories to watch, with all below them.")

    static let settle = Option(
        "settle", value: "seconds", default: .number(0.2),
        "Look at a file when nothing has happened to it for this time.")
    static let ignore = Option(
        "ignore", value: "glob", repeats: true,
        "Leave files alone that match until they are renamed, as is done with *.part, *.crdownload, *.tmp and *~.")
    static let newOnly = Option(
        "new-only", "Take files that are there at the start, and that no ledger knows otherwise, as dealt with.")
    static let poll = Option(
        "poll", value: "seconds", default: .number(5),
        "Walk directories whose changes raise no events (network file systems, no watches left) this often.")
    static let rescan = Option(
        "rescan", value: "seconds", default: .number(600), "Walk everything this often, whatever events say.")
    static let exitOnUnmount = Option(
        "exit-on-unmount",
        "End with status 2 when a watched directory goes away, instead of waiting for it to come back.")

    static let state = Option(
        "state", value: "dir",
        "Keep in <dir> what has been dealt with, for restarts: needed where records go into a pipe or not all are written."
    )
    static let fsync = Option("fsync", "Write each record through to the disk before going on.")
    static let metrics = Option(
        "metrics", value: "file", "Write counters to <file> every five seconds, in the text format of Prometheus.")
    static let grace = Option(
        "grace", value: "seconds", default: .number(10), "On SIGTERM wait at most this time for pictures in work.")

    static let flag = Option(
        "flag", value: "kinds", repeats: true, default: .word("fake"),
        "What --exec and --quarantine are for: fake, real, uncertain, ok, skipped, error, separated by commas.")
    static let exec = Option(
        "exec", value: "program",
        "Run <program> for each flagged file, with its record on standard input and without a shell. Needs --state.")
    static let execJobs = Option("exec-jobs", value: "n", default: .integer(2), "Run at most <n> programs at a time.")
    static let execTimeout = Option(
        "exec-timeout", value: "seconds", default: .number(60), "Kill a program after this time.")
    static let quarantine = Option(
        "quarantine", value: "dir",
        "Move flagged files to <dir>, which is made if need be, where their records lie beside them.")

    static let model = Option(
        "model", value: "file", default: "the shipped model", "Use the model in <file>; SIGHUP reads it again.")
    static let output = Option(
        "output", short: "o", value: "file", default: "standard output",
        "Append to <file>, whole lines only; SIGHUP opens it anew. What it and its rotated predecessors hold is not scanned "
            + "again.")
    static let quiet = Option("quiet", short: "q", "Print no warnings.")

    static let all =
        RuleOptions.choice + RuleOptions.matching + [
            output, state, fsync, ScanOptions.include, ScanOptions.exclude, ScanOptions.follow, ScanOptions.maxDepth,
            ScanOptions.oneFileSystem, ignore, settle, newOnly, poll, rescan, exitOnUnmount, model, ScanOptions.jobs,
            ScanOptions.maxFileSize, ScanOptions.maxPixels, ScanOptions.frames, ScanOptions.maxFrames,
            ScanOptions.timeout, ScanOptions.isolation,
            ScanOptions.only,
            ScanOptions.list, ScanOptions.null, flag, exec, execJobs, execTimeout, quarantine, ScanOptions.spectra,
            metrics, grace, quiet,
        ]
}
