// When a file that was seen to change may be looked at: not while it is being written, and not later than needed.

package import Files

/// What goes before what.
package enum Lane: Int, CaseIterable, Sendable {
    /// Something just happened to it.
    case arrivals
    /// It was found on a walk over everything and may have been there for long.
    case backlog
}

/// Paths of files that something happened to, each until nothing has happened to it for a while.
///
/// It holds no more than `capacity` paths, a quarter of them as backlog.  What finds no room is not kept; the caller has to look at
/// the directories again once there is room (`isFull`).
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
        var lane: Lane
        var due: Instant
        var since: Instant
        /// What it was when it was last found unfinished.
        var seen: FileState?
        var needsSecondLook: Bool
        /// The turn that counts.
        var turn: Int
    }

    /// How long nothing must happen to a file.
    package let settle: Duration
    /// How long nothing must happen to a file that somebody wrote to and has not closed.
    package let quiet: Duration
    package let capacity: Int

    private var waiting: [PathBytes: Waiting] = [:]
    private var backlog = 0
    /// For each lane.  A path has one turn that counts, at the latest when it is due.
    private var timetables = [Timetable](repeating: Timetable(), count: Lane.allCases.count)
    private var turnCount = 0

    package init(settle: Duration, quiet: Duration = .seconds(60), capacity: Int) {
        (self.settle, self.quiet, self.capacity) = (settle, max(quiet, settle), capacity)
    }

    package var count: Int { waiting.count }

    /// Whether there is no room in this lane: a backlog leaves room for what arrives meanwhile.
    package func isFull(_ lane: Lane) -> Bool {
        waiting.count >= capacity || lane == .backlog && backlog >= max(1, capacity / 4)
    }

    package func contains(_ path: PathBytes) -> Bool { waiting[path] != nil }

    /// Notes what happened to a file; false when there is no room for it.
    package mutating func note(
        _ path: PathBytes, _ sign: Sign, in lane: Lane, at now: Instant, state: FileState? = nil
    ) -> Bool {
        if var known = waiting[path] {
            let before = known
            switch sign {
            case .finished:
                known.needsSecondLook = false
                known.since = now
                known.due = now + settle
            case .written: known.due = now + quiet
            // It waits already; if this counted, a file that is found often would never be due.
            case .found: break
            }
            if lane == .arrivals { known.lane = lane }
            if known.lane != before.lane { backlog -= 1 }
            // A later time is found out when the old turn comes; an earlier one needs a turn of its own.
            if known.due < before.due || known.lane != before.lane {
                known.turn = addTurn(path, known.lane, at: known.due)
            }
            waiting[path] = known
            return true
        }
        if isFull(lane) { return false }
        if lane == .backlog { backlog += 1 }
        let due = now + (sign == .written ? quiet : settle)
        waiting[path] = Waiting(
            lane: lane, due: due, since: now, seen: state, needsSecondLook: sign != .finished,
            turn: addTurn(path, lane, at: due))
        return true
    }

    /// The file is gone.
    package mutating func remove(_ path: PathBytes) {
        if let known = waiting.removeValue(forKey: path), known.lane == .backlog { backlog -= 1 }
    }

    /// When the next path of a lane may be due; nil when none waits.
    package func nextDue(_ lane: Lane) -> Instant? { timetables[lane.rawValue].first?.due }

    /// A path of a lane that is due at `now`.  It stays in the queue until `decide` or `remove`, but is due no second time before
    /// `settle` has passed.
    package mutating func nextDue(_ lane: Lane, at now: Instant) -> PathBytes? {
        while let first = timetables[lane.rawValue].first, first.due <= now {
            timetables[lane.rawValue].removeFirst()
            guard var known = waiting[first.path], known.turn == first.number else { continue }
            let isDue = known.due <= now
            if isDue { known.due = now + settle }
            known.turn = addTurn(first.path, lane, at: known.due)
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
        remove(path)
        return .take(since: known.since)
    }

    /// Adds a turn and returns its number.
    private mutating func addTurn(_ path: PathBytes, _ lane: Lane, at due: Instant) -> Int {
        // Turns that no longer count must not pile up.
        if timetables[lane.rawValue].count > 2 * waiting.count + 1024 {
            let counting = waiting
            timetables[lane.rawValue].keep { counting[$0.path]?.turn == $0.number }
        }
        turnCount += 1
        timetables[lane.rawValue].insert(Timetable.Turn(due: due, path: path, number: turnCount))
        return turnCount
    }
}
