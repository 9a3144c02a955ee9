// A few threads that share one loop, so that a layer can work on many images at once and wait for all of them.

internal import Synchronization

/// Runs the iterations of a loop on a fixed number of threads, the caller's among them. With one thread it is a plain loop.
///
/// Which thread runs which iteration is left to chance; results must depend on the iteration only.
package final class ThreadTeam {
    package let threads: Int
    private let shared: Shared
    private let helpers: [Thread]

    package init(threads: Int) {
        let (threads, shared) = (max(1, threads), Shared())
        (self.threads, self.shared) = (threads, shared)
        helpers = (1..<threads).map { index in Thread { shared.work(thread: index) } }
    }

    deinit {
        shared.turn.with { $0.isOver = true }
        for helper in helpers { helper.join() }
    }

    /// Calls `body(iteration, thread)` for every iteration in 0..<count and returns when all are done.
    package func forEach(_ count: Int, _ body: (_ iteration: Int, _ thread: Int) -> Void) {
        if helpers.isEmpty || count < 2 {
            for iteration in 0..<count { body(iteration, 0) }
            return
        }
        withoutActuallyEscaping(body) { shared.run(Loop(count: count, body: $0), helpers: helpers.count) }
    }

    private struct Loop {
        let count: Int
        let body: (Int, Int) -> Void
    }

    /// The loop that all take part in, and which one it is.
    private struct Turn {
        var number = 0
        var loop: Loop?
        var isOver = false
    }

    /// What the threads share. A helper takes each turn exactly once, and a turn ends when all have.
    private final class Shared: Sendable {
        let turn = Monitor(Turn())
        /// The next iteration that no thread has taken.
        private let next = Atomic<Int>(0)
        /// Helpers that have not finished the turn.
        private let busy = Atomic<Int>(0)

        func run(_ loop: Loop, helpers: Int) {
            next.store(0, ordering: .relaxed)
            busy.store(helpers, ordering: .relaxed)
            turn.with {
                $0.loop = loop
                $0.number += 1
            }
            drain(loop, thread: 0)
            turn.wait { turn -> Void? in
                guard busy.load(ordering: .acquiring) == 0 else { return nil }
                turn.loop = nil
                return ()
            }
        }

        func work(thread: Int) {
            var seen = 0
            while takePart(thread, after: &seen) {
                // Only the last has anything to tell.
                if busy.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 { turn.with { _ in } }
            }
        }

        /// Does what it can of the next turn, and lets go of its loop; false when there will be none.
        private func takePart(_ thread: Int, after seen: inout Int) -> Bool {
            guard let loop = nextLoop(after: &seen) else { return false }
            drain(loop, thread: thread)
            return true
        }

        /// Waits for the next turn; nil when there will be none.
        private func nextLoop(after seen: inout Int) -> Loop? {
            turn.wait { turn -> Loop?? in
                if turn.isOver { return .some(nil) }
                guard turn.number != seen, let loop = turn.loop else { return nil }
                seen = turn.number
                return loop
            }
        }

        private func drain(_ loop: Loop, thread: Int) {
            while true {
                let iteration = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if iteration >= loop.count { return }
                loop.body(iteration, thread)
            }
        }
    }
}
