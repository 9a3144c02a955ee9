// When a file may be looked at, with a clock that only the test moves.

import Files
import Testing

@testable import Watching

/// Calls that change a value can't stand inside an expectation.
private final class Subject {
    private var queue: SettleQueue

    init(_ queue: SettleQueue) { self.queue = queue }

    var count: Int { queue.count }
    var isFull: Bool { queue.isFull(.arrivals) }
    var nextDue: SettleQueue.Instant? { queue.nextDue(.arrivals) }

    func isFull(_ lane: Lane) -> Bool { queue.isFull(lane) }
    func note(
        _ path: PathBytes, _ sign: SettleQueue.Sign, in lane: Lane = .arrivals, at now: SettleQueue.Instant,
        state: FileState? = nil
    ) -> Bool { queue.note(path, sign, in: lane, at: now, state: state) }
    func nextDue(_ lane: Lane = .arrivals, at now: SettleQueue.Instant) -> PathBytes? { queue.nextDue(lane, at: now) }
    func decide(_ path: PathBytes, _ state: FileState) -> SettleQueue.Decision { queue.decide(path, state) }
    func remove(_ path: PathBytes) { queue.remove(path) }
}

struct SettleQueueTests {
    private let start = ContinuousClock().now
    private let path = PathBytes("a.jpg")

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    private func queue(capacity: Int = 10) -> Subject {
        Subject(SettleQueue(settle: .milliseconds(200), quiet: .seconds(60), capacity: capacity))
    }

    private func state(_ size: Int) -> FileState {
        FileState(
            identity: FileIdentity(device: 1, inode: 2), kind: .regular, size: size, modified: Timestamp(seconds: 5),
            changed: Timestamp(seconds: 5))
    }

    @Test func aClosedFileIsTakenWhenItHasSettled() {
        let queue = queue()
        #expect(queue.note(path, .finished, at: at(0)))
        #expect(queue.nextDue(at: at(199)) == nil)
        #expect(queue.nextDue == at(200))
        #expect(queue.nextDue(at: at(200)) == path)
        #expect(queue.decide(path, state(1)) == .take(since: at(0)))
        #expect(queue.count == 0)
        #expect(queue.nextDue(at: at(10_000)) == nil)
    }

    @Test func whatIsWrittenWaitsForItsClose() {
        let queue = queue()
        _ = queue.note(path, .found, at: at(0))
        for time in stride(from: 10, to: 5000, by: 100) { _ = queue.note(path, .written, at: at(time)) }
        #expect(queue.nextDue(at: at(5000)) == nil)
        _ = queue.note(path, .finished, at: at(5000))
        #expect(queue.nextDue(at: at(5199)) == nil)
        #expect(queue.nextDue(at: at(5200)) == path)
        #expect(queue.decide(path, state(1)) == .take(since: at(5000)))
    }

    @Test func whatIsWrittenAndNeverClosedIsTakenAfterAQuietMinute() {
        let queue = queue()
        _ = queue.note(path, .written, at: at(0))
        #expect(queue.nextDue(at: at(59_999)) == nil)
        #expect(queue.nextDue(at: at(60_000)) == path)
        // Nobody said that it is whole, so it is looked at twice.
        #expect(queue.decide(path, state(1)) == .wait)
        #expect(queue.nextDue(at: at(60_200)) == path)
        #expect(queue.decide(path, state(1)) == .take(since: at(0)))
    }

    @Test func aFileThatGrowsForeverIsNeverTaken() {
        let queue = queue()
        _ = queue.note(path, .found, at: at(0), state: state(0))
        for step in 1...500 {
            #expect(queue.nextDue(at: at(200 * step)) == path)
            #expect(queue.decide(path, state(step)) == .wait)
            // Being found again changes nothing.
            _ = queue.note(path, .found, at: at(200 * step + 1), state: state(step))
        }
        #expect(queue.count == 1)
    }

    @Test func whatIsGoneIsNotDue() {
        let queue = queue()
        _ = queue.note(path, .finished, at: at(0))
        queue.remove(path)
        #expect(queue.nextDue(at: at(1000)) == nil)
        // Its old turn is not the new file's.
        _ = queue.note(path, .finished, at: at(1000))
        queue.remove(path)
        _ = queue.note(path, .finished, at: at(1100))
        #expect(queue.nextDue(at: at(1250)) == nil)
        #expect(queue.nextDue(at: at(1300)) == path)
    }

    @Test func aFullQueueTakesNoFurtherPathButHearsOfThoseItHas() {
        let queue = queue(capacity: 2)
        #expect(queue.note(PathBytes("1"), .written, at: at(0)))
        #expect(queue.note(PathBytes("2"), .finished, at: at(0)))
        #expect(queue.isFull)
        #expect(!queue.note(PathBytes("3"), .finished, at: at(0)))
        #expect(queue.note(PathBytes("1"), .finished, at: at(100)))
        #expect(queue.nextDue(at: at(300)) == PathBytes("2"))
        #expect(queue.nextDue(at: at(300)) == PathBytes("1"))
    }

    @Test func whatHappensToAFileOfTheBacklogMakesItAnArrival() {
        let queue = queue()
        #expect(queue.note(PathBytes("1"), .found, in: .backlog, at: at(0), state: state(1)))
        #expect(queue.note(PathBytes("2"), .found, in: .backlog, at: at(0), state: state(1)))
        #expect(queue.note(PathBytes("1"), .finished, at: at(100)))
        #expect(queue.nextDue(.arrivals, at: at(250)) == nil)
        #expect(queue.nextDue(.backlog, at: at(250)) == PathBytes("2"))
        #expect(queue.nextDue(.backlog, at: at(10_000)) == PathBytes("2"))
        #expect(queue.nextDue(.arrivals, at: at(300)) == PathBytes("1"))
        #expect(queue.decide(PathBytes("1"), state(1)) == .take(since: at(100)))
        // Being found again on a walk makes no arrival part of the backlog.
        #expect(queue.note(PathBytes("3"), .written, at: at(0)))
        #expect(queue.note(PathBytes("3"), .found, in: .backlog, at: at(0)))
        #expect(queue.nextDue(.arrivals, at: at(60_000)) == PathBytes("3"))
    }

    @Test func aBacklogLeavesRoomForWhatArrives() {
        let queue = queue(capacity: 8)
        for number in 1...2 { #expect(queue.note(PathBytes("\(number)"), .found, in: .backlog, at: at(0))) }
        #expect(queue.isFull(.backlog))
        #expect(!queue.note(PathBytes("3"), .found, in: .backlog, at: at(0)))
        for number in 4...9 { #expect(queue.note(PathBytes("\(number)"), .finished, at: at(0))) }
        #expect(queue.isFull(.arrivals))
        queue.remove(PathBytes("9"))
        #expect(queue.isFull(.backlog))
        #expect(!queue.isFull(.arrivals))
        queue.remove(PathBytes("1"))
        #expect(queue.note(PathBytes("3"), .found, in: .backlog, at: at(0)))
    }

    /// Against a model that looks at every path at every moment.
    @Test func randomSignsAreDueWhenTheModelSays() {
        var random = SystemRandomNumberGenerator()
        let queue = Subject(SettleQueue(settle: .milliseconds(5), quiet: .milliseconds(40), capacity: 50))
        var due: [PathBytes: (time: Int, lane: Lane)] = [:]
        for time in 0..<20_000 {
            let path = PathBytes("\(Int.random(in: 0..<80, using: &random))")
            let lane: Lane = Int.random(in: 0..<3, using: &random) == 0 ? .backlog : .arrivals
            let hasRoom =
                due.count < 50 && (lane == .arrivals || due.values.count(where: { $0.lane == .backlog }) < 12)
            let known = due[path]
            let sign = Int.random(in: 0..<4, using: &random)
            if sign == 3 {
                queue.remove(path)
                due[path] = nil
            } else {
                let isKept = queue.note(path, [.finished, .written, .found][sign], in: lane, at: at(time))
                #expect(isKept == (known != nil || hasRoom))
                if isKept {
                    let own = [time + 5, time + 40, known?.time ?? time + 5][sign]
                    due[path] = (own, known?.lane == .arrivals ? .arrivals : lane)
                }
            }
            for lane in Lane.allCases {
                var found: Set<PathBytes> = []
                while let path = queue.nextDue(lane, at: at(time)) {
                    #expect(found.insert(path).inserted)
                    queue.remove(path)
                }
                #expect(found == Set(due.filter { $0.value.time <= time && $0.value.lane == lane }.keys))
                for path in found { due[path] = nil }
            }
            #expect(queue.count == due.count)
        }
    }
}
