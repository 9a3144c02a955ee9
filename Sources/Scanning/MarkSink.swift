// Turns records into lines that say which marks of origin files bear, and counts them folder by folder.

package import Files
internal import Inspection
internal import Threads

/// How many files bear which marks.
package struct MarkTally: Sendable, Equatable {
    /// Files that were read.
    package var files = 0
    /// Files that meet each demand.
    package var meeting: [MarkDemand: Int] = [:]
    package var marked: [Mark: Int] = [:]
    /// Files that could not be read, which may bear any mark.
    package var unread = 0

    package init() {}

    mutating func count(_ marks: Marks) {
        files += 1
        for demand in MarkDemand.allCases where demand.isMet(by: marks) { meeting[demand, default: 0] += 1 }
        for mark in marks.kinds { marked[mark, default: 0] += 1 }
    }
}

/// The sink of `assay marks`.
package final class MarkSink: Sink {
    /// Where the lines go.
    package let lines: RecordSink
    private let folders = Monitor([String: MarkTally]())

    package init(_ lines: RecordSink) { self.lines = lines }

    /// By folder as it is written in paths.
    package var tallies: [String: MarkTally] { folders.with { $0 } }

    package func awaitTurn(_ sequence: Int) { lines.awaitTurn(sequence) }
    package func hasTurn(_ sequence: Int) -> Bool { lines.hasTurn(sequence) }

    package func deliver(_ sequence: Int, _ outcome: Outcome, _ json: inout JSONText) -> Bool {
        guard case .record(let record) = outcome else { return lines.deliver(sequence, outcome, &json) }
        let marks = Marks(record)
        let isRead = MarkSink.isRead(record)
        folders.with {
            if isRead {
                $0[MarkSink.folder(record.path), default: MarkTally()].count(marks)
            } else {
                $0[MarkSink.folder(record.path), default: MarkTally()].unread += 1
            }
        }
        json.clear()
        MarkSink.write(record, marks, to: &json)
        return lines.deliver(sequence, json.bytes) { $0.count(record) }
    }

    /// Whether all that could bear a mark was read.
    static func isRead(_ record: Record) -> Bool {
        guard record.finding.refusal == nil, let state = record.finding.facts.text("declared_state") else {
            return false
        }
        return state == "absent" || state == "present"
    }

    private static func folder(_ path: PathBytes) -> String {
        let text = path.lossy
        guard let slash = text.lastIndex(of: "/") else { return "." }
        return slash == text.startIndex ? "/" : String(text[..<slash])
    }

    private static func write(_ record: Record, _ marks: Marks, to json: inout JSONText) {
        let facts = record.finding.facts
        json.object {
            $0.member("assay", 1)
            $0.member("path", record.path.lossy)
            if !record.path.isText { $0.member("pathBytes", record.path.bytes.base64) }
            $0.member("status", record.status.rawValue)
            if let refusal = record.finding.refusal {
                $0.member("code", refusal.code)
                $0.member("message", refusal.message)
            }
            if let state = facts.text("declared_state") { $0.member("state", state) }
            $0.list("marks") { list in for mark in marks.kinds { list.value(mark.rawValue) } }
            for (key, name) in [
                ("origin", "declared_origin"), ("generator", "declared_generator"), ("signer", "c2pa_signer"),
            ] {
                if let text = facts.text(name) { $0.member(key, text) }
            }
            if let isTrusted = facts.boolean("c2pa_trusted") { $0.member("trusted", isTrusted) }
            $0.member("size", record.size)
            $0.member("sha256", record.sha256)
        }
        json.endLine()
    }
}
