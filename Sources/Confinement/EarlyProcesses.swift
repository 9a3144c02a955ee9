// Starting confined processes as programs takes longer than looking at small pictures, so those that a scan begins with are split
// off from this process while that is still possible, and get ready while the scan is prepared.

package import Detection
internal import Files
internal import Synchronization

/// Confined processes that get ready on their own, one for each of the first that ask.
///
/// They read the model's weights in the memory of this process, so that large ones are in the machine's cache once and not
/// once for each.
package final class EarlyProcesses: Sendable {
    /// Whoever takes one has it alone.
    private struct Waiting: @unchecked Sendable {
        var processes: [ConfinedProcess]
    }

    private let waiting: Mutex<Waiting>

    /// Starts `count` processes, which score with `detector`.  To be made before the program has other threads, and before it
    /// has read or mapped anything that a confined process must not see; the processes end with the calling thread, which must
    /// therefore outlive them.  A failure is left to whoever tries again: it has a record to tell it in.
    package init(_ settings: ConfinementSettings, _ detector: Detector, count: Int) {
        var started: [ConfinedProcess] = []
        for _ in 0..<count {
            guard let process = try? ConfinedProcess(settings) else { break }
            process.start(with: detector)
            started.append(process)
        }
        waiting = Mutex(Waiting(processes: started.reversed()))
    }

    /// A process, for those who ask first; nil for all others.
    package func take() -> ConfinedProcess? {
        waiting.withLock { Waiting(processes: $0.processes.popLast().map { [$0] } ?? []) }.processes.first
    }
}
