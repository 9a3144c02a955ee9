// `assay scan`: the options of a scan and how they become one.

/// Scans files and directories.
enum ScanCommand {
    static let command = Command("scan", "Score images and write one JSON line for each.", run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 { throw .failure("not built yet") }
}
