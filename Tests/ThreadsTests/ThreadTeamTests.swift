// A team does every iteration of every loop exactly once, whoever does it, and waits for all.

import Synchronization
import Testing
import Threads

struct ThreadTeamTests {
    private final class Counts: Sendable {
        let counts: [Counter]
        init(_ count: Int) { counts = (0..<count).map { _ in Counter() } }

        final class Counter: Sendable {
            let value = Atomic<Int>(0)
        }
    }

    @Test(arguments: [1, 2, 3, 8]) func everyIterationOfEveryLoopIsDoneOnce(threads: Int) {
        let team = ThreadTeam(threads: threads)
        for turn in 0..<400 {
            let count = turn % 23
            let done = Counts(count)
            team.forEach(count) { iteration, thread in
                if (0..<threads).contains(thread) {
                    _ = done.counts[iteration].value.wrappingAdd(1, ordering: .relaxed)
                }
            }
            #expect(done.counts.allSatisfy { $0.value.load(ordering: .relaxed) == 1 }, "loop \(turn)")
        }
    }

    @Test func aTeamOfNoneIsTheCaller() {
        var order: [Int] = []
        ThreadTeam(threads: 0).forEach(5) { iteration, thread in order.append(10 * iteration + thread) }
        #expect(order == [0, 10, 20, 30, 40])
    }

    /// Two threads can only meet if each has one of the two iterations at the same time.
    @Test func iterationsRunBesideEachOther() {
        let team = ThreadTeam(threads: 2)
        let here = Monitor(0)
        for turn in 1...50 {
            team.forEach(2) { _, _ in
                here.with { $0 += 1 }
                here.wait { $0 >= 2 * turn ? () : nil }
            }
        }
        #expect(here.with { $0 } == 100)
    }
}
