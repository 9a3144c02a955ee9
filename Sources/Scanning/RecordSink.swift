// Where records go: whole lines, in the order asked for, until the reader is gone.

package import Files
internal import Glibc
internal import Threads

/// Counts outcomes and writes their lines to a descriptor.
package final class RecordSink: Sendable {
    /// Why nothing more can be written.
    package enum End: Sendable, Equatable {
        /// The reader closed the pipe: the run ends quietly.
        case closedPipe
        case failed(FileError)
    }

    /// Whole lines, and how many.
    private struct Lines {
        let bytes: [UInt8]
        let count: Int
    }

    private struct State {
        var tally = Tally()
        var end: End?
        /// The sequence number whose line is written next; used in ordered output only.
        var next = 0
        var waiting: [Int: Lines] = [:]
    }

    private let descriptor: Int32
    let format: RecordFormat
    /// Whether records that are no `ok` are also reported on standard error, for output that shows only paths.
    let warnsOfErrors: Bool
    /// How far ahead of the next line ordered output may run; nil for output in any order.
    private let window: Int?
    private let state: Monitor<State>
    /// What an earlier run has recorded in the same place.
    let resume: ResumeIndex

    package init(
        descriptor: Int32, _ format: RecordFormat = RecordFormat(), window: Int? = nil, warnsOfErrors: Bool = false,
        resume: ResumeIndex = ResumeIndex()
    ) {
        (self.descriptor, self.format, self.window) = (descriptor, format, window)
        (self.warnsOfErrors, self.resume) = (warnsOfErrors, resume)
        var tally = Tally()
        tally.earlier = resume.tally
        state = Monitor(State(tally: tally))
    }

    package var tally: Tally { state.with { $0.tally } }
    package var end: End? { state.with { $0.end } }

    /// In ordered output, waits until the line of `sequence` would not be too far ahead.  Whoever holds the next line
    /// never waits, so lines that wait are never more than the window.
    package func awaitTurn(_ sequence: Int) {
        guard let window else { return }
        _ = state.wait { $0.next + window > sequence ? true : nil }
    }

    /// Whether `awaitTurn` would return at once.
    package func hasTurn(_ sequence: Int) -> Bool {
        guard let window else { return true }
        return state.with { $0.next + window > sequence }
    }

    /// Counts an outcome and writes its lines, of which there are `number`; false when nothing more can be written.  Every sequence
    /// number from 0 on must be delivered exactly once.
    func deliver(_ sequence: Int, _ lines: [UInt8], _ number: Int = 1, _ count: (inout Tally) -> Void) -> Bool {
        let lines = Lines(bytes: lines, count: number)
        return state.with { state in
            count(&state.tally)
            if window == nil {
                write(lines, &state)
            } else {
                state.waiting[sequence] = lines
                while let lines = state.waiting.removeValue(forKey: state.next) {
                    write(lines, &state)
                    state.next += 1
                }
            }
            return state.end == nil
        }
    }

    private func write(_ lines: Lines, _ state: inout State) {
        if lines.bytes.isEmpty || state.end != nil { return }
        do throws(FileError) {
            try writeLine(lines.bytes, to: descriptor)
            state.tally.written += lines.count
        } catch {
            state.end = error == .system(EPIPE) ? .closedPipe : .failed(error)
        }
    }
}
