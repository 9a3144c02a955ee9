// Where what became of files goes: lines of records, and whatever else may want to know.

package import Files
internal import Glibc
internal import Inspection

/// What became of one thing that was found.
package enum Outcome: Sendable {
    case record(Record)
    /// Of the frames of one file, in their order; at least one.
    case frames([Record])
    /// No picture by its content, and not named by anyone.
    case notImage(PathBytes, origin: ArchivePlace? = nil)
    /// Recorded by an earlier run, in so many records.
    case resumed(PathBytes, records: Int)
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
        case .record(let record): return deliver(sequence, [record], &json)
        case .frames(let records): return deliver(sequence, records, &json)
        case .notImage(let path, let origin):
            return deliver(sequence, format.lineOfNoImage(path, origin, &json)) { $0.notImages += 1 }
        case .resumed(_, let records):
            return deliver(sequence, []) {
                $0.resumed += 1
                $0.resumedRecords += records
            }
        }
    }

    /// The records of one file, whose lines are written together.
    private func deliver(_ sequence: Int, _ records: [Record], _ json: inout JSONText) -> Bool {
        var (lines, written, kept) = ([UInt8](), 0, 0)
        var changes: [(inout Tally) -> Void] = []
        for record in records {
            if warnsOfErrors, let refusal = record.finding.refusal {
                let line = "assay: \(record.path.escaped): \(refusal.message.escapingControls)\n"
                // Nobody is left to be told of a failure.
                try? writeAll(Array(line.utf8), to: STDERR_FILENO)
            }
            guard let record = resume.newer(record) else {
                kept += 1
                continue
            }
            let earlier = resume.record(of: record.path, record.frame, size: record.size, modified: record.modified)
            // Tried again with the same outcome, it has its record.
            if let earlier, earlier.isSame && earlier.outcome == RecordedOutcome(record) {
                kept += 1
                continue
            }
            // A file's path is told once.
            if format.style == .json || written == 0 {
                let line = format.line(record, &json)
                lines += line
                written += line.isEmpty ? 0 : 1
            }
            changes.append {
                $0.count(record)
                if let earlier { $0.replace(earlier.outcome) }
            }
        }
        return deliver(sequence, lines, written) { tally in
            for change in changes { change(&tally) }
            tally.resumedRecords += kept
            if changes.isEmpty { tally.resumed += 1 }
        }
    }
}
