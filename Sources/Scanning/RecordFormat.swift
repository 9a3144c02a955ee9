// Which records are written, and whether as JSON lines or as bare paths.

internal import Detection
package import Files
internal import Imaging
internal import Inspection

/// Selects and formats records.
package struct RecordFormat: Sendable {
    /// One thing that a record can be asked for.
    package enum Kind: String, Sendable, CaseIterable {
        case fake, real, uncertain, ok, skipped, error
        /// No picture by its content. Where nobody named the file there is a record only if this is asked for.
        case notImage = "notimage"
    }

    /// How a record is written.
    package enum Style: Sendable, Equatable {
        case json
        /// The path alone, followed by this byte; control characters escaped when a terminal reads it.
        case path(terminator: UInt8, escaped: Bool)
    }

    /// The kinds to write; nil for all.
    package var kinds: Set<Kind>?
    package var style = Style.json
    package var fields = RecordFields.standard
    /// The detector's identity, for records of files that no process has seen.
    package var model = ""

    package init() {}

    package func wants(_ record: Record) -> Bool { kinds.map { record.isOf($0) } ?? true }

    /// The line for a file that is no picture and was not named, empty when such are only counted.
    func lineOfNoImage(_ path: PathBytes, _ origin: ArchivePlace?, _ json: inout JSONText) -> [UInt8] {
        guard let kinds, kinds.contains(.notImage) else { return [] }
        var record = Record(path, Finding(Refusal(.notAnImage)), model: model)
        record.origin = origin
        return line(record, &json)
    }

    /// The record's line, empty when it is not wanted.  `json` is scratch space.
    package func line(_ record: Record, _ json: inout JSONText) -> [UInt8] {
        guard wants(record) else { return [] }
        switch style {
        case .json:
            json.clear()
            record.write(fields, to: &json)
            return json.bytes
        case .path(let terminator, let escaped):
            return (escaped ? Array(record.path.escaped.utf8) : record.path.bytes) + [terminator]
        }
    }
}

extension Record {
    /// Whether the record is of any of `kinds`.
    package func isOf(_ kinds: Set<RecordFormat.Kind>) -> Bool {
        if isNoImage && kinds.contains(.notImage) { return true }
        if let kind = RecordFormat.Kind(rawValue: status.rawValue), kinds.contains(kind) { return true }
        if let verdict, let kind = RecordFormat.Kind(rawValue: verdict.rawValue) { return kinds.contains(kind) }
        return false
    }
}
