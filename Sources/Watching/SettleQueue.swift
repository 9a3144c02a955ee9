// When a file that was seen to change may be looked at: not while it is being written, and not later than needed.

package import Files

/// Paths of files that something happened to, each until nothing has happened to it for a while.
///
/// It holds no more than `capacity` paths.  What finds no room is not kept; the caller has to look at the directories again once there
/// is room (`isFull`).
package struct SettleQueue {
    package typealias Instant = ContinuousClock.Instant

    /// What happened to a file.
    package enum Sign: Sendable {
        /// Its writer closed it, or it was moved here: it is whole.
        case finished
        /// It was written to by somebody who has it open and will close it.
        case written
        /// It appeared or was found in a directory, and nobody knows what it is in the middle of.
        case found
    }

    /// What to do with a path that is due.
    package enum Decision: Equatable, Sendable {
        /// It may be looked at; `since` is when it was finished or found.
        case take(since: Instant)
        /// It changed since it was last looked at and stays in the queue.
        case wait
    }

    private struct Waiting {
        var due: Instant
        var since: Instant
        /// What it was when it was last found unfinished.
        var seen: FileState?
        var needsSecondLook: Bool
        /// The turn that counts.
        var turn: Int
    }

    private struct Turn {
        var due: Instant
        var path: PathBytes
        var number: Int
    }

    /// How long nothing must happen to a file.
    package let settle: Duration
    /// How long nothing must happen to a file that somebody wrote to and has not closed.
    package let quiet: Duration
    package let capacity: Int

    private var waiting: [PathBytes: Waiting] = [:]
    /// A binary heap, earliest first.  A path has one turn that counts, at the latest when it is due.
    private var turns: [Turn] = []
    private var turnCount = 0

    package init(settle: Duration, quiet: Duration = .seconds(60), capacity: Int) {
        (self.settle, self.quiet, self.capacity) = (settle, max(quiet, settle), capacity)
    }

    package var count: Int { waiting.count }
    package var isFull: Bool { waiting.count >= capacity }

    package func contains(_ path: PathBytes) -> Bool { waiting[path] != nil }

    /// Notes what happened to a file; false when there is no room for it.
    package mutating func note(_ path: PathBytes, _ sign: Sign, at now: Instant, state: FileState? = nil) -> Bool {
        if var known = waiting[path] {
            switch sign {
            case .finished:
                known.needsSecondLook = false
                known.since = now
                known.due = now + settle
            case .written: known.due = now + quiet
            // It waits already; if this counted, a file that is found often would never be due.
            case .found: return true
            }
            // A later time is found out when the old turn comes; an earlier one needs a turn of its own.
            if known.due < waiting[path]?.due ?? now { known.turn = push(path, at: known.due) }
            waiting[path] = known
            return true
        }
        if isFull { return false }
        let due = now + (sign == .written ? quiet : settle)
        waiting[path] = Waiting(
            due: due, since: now, seen: state, needsSecondLook: sign != .finished, turn: push(path, at: due))
        return true
    }

    /// The file is gone.
    package mutating func remove(_ path: PathBytes) { waiting[path] = nil }

    package mutating func removeAll() {
        waiting.removeAll()
        turns.removeAll()
    }

    /// When the next path is due; nil when none waits.
    package var nextDue: Instant? { turns.first?.due }

    /// A path that is due at `now`.  It stays in the queue until `decide` or `remove`, but is due no second time before `settle` has passed.
    package mutating func nextDue(at now: Instant) -> PathBytes? {
        while let first = turns.first, first.due <= now {
            pop()
            guard var known = waiting[first.path], known.turn == first.number else { continue }
            let isDue = known.due <= now
            if isDue { known.due = now + settle }
            known.turn = push(first.path, at: known.due)
            waiting[first.path] = known
            if isDue { return first.path }
        }
        return nil
    }

    /// Whether a path that is due may be looked at, now that its state is known.
    package mutating func decide(_ path: PathBytes, _ state: FileState) -> Decision {
        guard var known = waiting[path] else { return .wait }
        if known.needsSecondLook && known.seen != state {
            known.seen = state
            waiting[path] = known
            return .wait
        }
        waiting[path] = nil
        return .take(since: known.since)
    }

    // MARK: heap

    /// Adds a turn and returns its number.
    private mutating func push(_ path: PathBytes, at due: Instant) -> Int {
        // Turns that no longer count must not pile up.
        if turns.count > 2 * waiting.count + 1024 { dropOldTurns() }
        turnCount += 1
        turns.append(Turn(due: due, path: path, number: turnCount))
        var index = turns.count - 1
        while index > 0, turns[index].due < turns[(index - 1) / 2].due {
            turns.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
        return turnCount
    }

    private mutating func dropOldTurns() {
        // A sorted array is a heap.
        turns = turns.filter { waiting[$0.path]?.turn == $0.number }.sorted { $0.due < $1.due }
    }

    private mutating func pop() {
        turns.swapAt(0, turns.count - 1)
        turns.removeLast()
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < turns.count && turns[child].due < turns[least].due
            {
                least = child
            }
            if least == index { return }
            turns.swapAt(index, least)
            index = least
        }
    }
}
