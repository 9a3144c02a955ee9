// Where what became of files goes: lines of records, and whatever else may want to know.

package import Files
internal import Glibc
internal import Inspection

/// What became of one thing that was found.
package enum Outcome: Sendable {
    case record(Record)
    /// No picture by its content, and not named by anyone.
    case notImage(PathBytes)
    /// Recorded by an earlier run.
    case resumed(PathBytes)
}

/// Takes outcomes, from several threads.
package protocol Sink: Sendable {
    /// Takes the outcome of thing number `sequence`; false when nothing more can be taken.  Every number from 0 on comes exactly once.
    ///
    /// - Parameter json: scratch space.
    func deliver(_ sequence: Int, _ outcome: Outcome, _ json: inout JSONText) -> Bool

    /// Waits, in ordered output, until the outcome of `sequence` would not be too far ahead.
    func awaitTurn(_ sequence: Int)

    /// Whether `awaitTurn` would return at once.
    func hasTurn(_ sequence: Int) -> Bool
}

extension Sink {
    package func awaitTurn(_ sequence: Int) {}
    package func hasTurn(_ sequence: Int) -> Bool { true }
}

extension RecordSink: Sink {
    package func deliver(_ sequence: Int, _ outcome: Outcome, _ json: inout JSONText) -> Bool {
        switch outcome {
        case .record(let record):
            if warnsOfErrors, let refusal = record.finding.refusal {
                let line = "assay: \(record.path.escaped): \(refusal.message.escapingControls)\n"
                // Nobody is left to be told of a failure.
                try? writeAll(Array(line.utf8), to: STDERR_FILENO)
            }
            guard let earlier = resume.record(of: record.path, size: record.size, modified: record.modified) else {
                return deliver(sequence, format.line(record, &json)) { $0.count(record) }
            }
            // Tried again with the same outcome, it has its record.
            if earlier.isSame && earlier.outcome == RecordedOutcome(record) {
                return deliver(sequence, []) { $0.resumed += 1 }
            }
            return deliver(sequence, format.line(record, &json)) {
                $0.count(record)
                $0.replace(earlier.outcome)
            }
        case .notImage(let path): return deliver(sequence, format.lineOfNoImage(path, &json)) { $0.notImages += 1 }
        case .resumed: return deliver(sequence, []) { $0.resumed += 1 }
        }
    }
}
