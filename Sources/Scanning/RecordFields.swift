// How much a record says: a billion records of a kilobyte are a terabyte, and most of what they say is never asked.

internal import Inspection

/// The rows that are written.
package enum RecordFields: String, Sendable, CaseIterable {
    /// Which file, what came of it, and by which digest it is known.
    case minimal
    case standard
    /// Everything, also what is only made when it is asked for.
    case full

    /// What every minimal record may have, by name. Rows that are there only on request are wanted whenever they are there.
    private static let least: Set<String> = [
        "record_version", "path", "path_bytes", "id", "archive", "member", "frame", "shard", "status", "verdict",
        "code",
        "fused",
        "md5", "sha1", "sha256", "pdq", "pdq_quality",
    ]

    private static let minimalRows = Record.table.filter { least.contains($0.row.name) }

    /// In the order in which they are written.
    package var rows: [Record.Entry] { self == .minimal ? RecordFields.minimalRows : Record.table }
}
