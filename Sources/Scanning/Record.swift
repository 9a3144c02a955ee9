// Everything that is said of one file, and the line of output that says it.

package import Detection
package import Files
package import Inspection

/// What a record is made from.
package struct Record: Sendable {
    package var path: PathBytes
    package var finding: Finding
    /// What the finding means; nil unless there are scores.
    package var judgement: Judgement?
    /// The archive that the path is a name in.
    package var origin: ArchivePlace?
    /// Which of the file's frames it speaks of; nil where frames are not told apart.
    package var frame: FramePlace?
    package var size: Int?
    package var modified: Timestamp?
    /// Of exactly the bytes that were handed to the confined process; nil when not all were read.
    package var sha256: String?
    /// What else the file is known by; never `sha256`.
    package var digests: [FileDigest: String] = [:]
    /// The array of its spectrum.
    package var spectrum: PathBytes?
    /// The share of the files that was scanned.
    package var shard: Shard?
    /// `Detector.identity`.
    package var model: String

    /// What is the same for two records that say the same of the same file; of a watch only.
    package var id: String?
    /// Where a watch has moved the file.
    package var quarantined: PathBytes?

    package init(_ path: PathBytes, _ finding: Finding, _ judgement: Judgement? = nil, model: String) {
        (self.path, self.finding, self.judgement, self.model) = (path, finding, judgement, model)
    }

    package var status: Status { finding.status }

    package var verdict: Verdict? { judgement?.verdict }

    /// Why there is no score, as a word for machines.
    package var code: String? { finding.refusal?.code }

    /// Whether the file is no picture at all; such records exist only for files that were named.
    package var isNoImage: Bool { code == "not-an-image" || code == FileError.notRegular.code }

    /// Appends the record as one line: those rows of the table that have a value, objects where rows that follow each other share
    /// keys.
    ///
    /// Scores are written with as many digits as it takes to read back the same number, so that they can be compared bit
    /// for bit; times and the spread with a fixed number of digits.
    package func write(_ fields: RecordFields = .standard, to json: inout JSONText) {
        json.beginObject()
        var open: [String] = []
        for entry in fields.rows {
            let value = entry.value(self)
            let row = entry.row
            if value == nil, row.presence != .alwaysOrNull { continue }
            var shared = 0
            while shared < min(open.count, row.groups.count), open[shared] == row.groups[shared] { shared += 1 }
            for _ in shared..<open.count { json.endObject() }
            for group in shared..<row.groups.count { json.beginObject(row.groups[group]) }
            open = row.groups
            json.key(row.key)
            if let value { json.value(value, as: row.type) } else { json.null() }
        }
        for _ in open { json.endObject() }
        json.endObject()
        json.endLine()
    }
}
