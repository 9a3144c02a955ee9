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

    private struct State {
        var tally = Tally()
        var end: End?
        /// The sequence number whose line is written next; used in ordered output only.
        var next = 0
        var waiting: [Int: [UInt8]] = [:]
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

    /// Counts an outcome and writes its line (empty for none); false when nothing more can be written.  Every sequence
    /// number from 0 on must be delivered exactly once.
    func deliver(_ sequence: Int, _ line: [UInt8], _ count: (inout Tally) -> Void) -> Bool {
        state.with { state in
            count(&state.tally)
            if window == nil {
                write(line, &state)
            } else {
                state.waiting[sequence] = line
                while let line = state.waiting.removeValue(forKey: state.next) {
                    write(line, &state)
                    state.next += 1
                }
            }
            return state.end == nil
        }
    }

    private func write(_ line: [UInt8], _ state: inout State) {
        if line.isEmpty || state.end != nil { return }
        do throws(FileError) {
            try writeLine(line, to: descriptor)
            state.tally.written += 1
        } catch {
            state.end = error == .system(EPIPE) ? .closedPipe : .failed(error)
        }
    }
}
