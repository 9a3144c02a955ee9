// When a file may be looked at, with a clock that only the test moves.

import Files
import Testing

@testable import Watching

/// Calls that change a value can't stand inside an expectation.
private final class Subject {
    private var queue: SettleQueue

    init(_ queue: SettleQueue) { self.queue = queue }

    var count: Int { queue.count }
    var isFull: Bool { queue.isFull }
    var nextDue: SettleQueue.Instant? { queue.nextDue }

    func note(
        _ path: PathBytes, _ sign: SettleQueue.Sign, at now: SettleQueue.Instant, state: FileState? = nil
    ) -> Bool { queue.note(path, sign, at: now, state: state) }
    func nextDue(at now: SettleQueue.Instant) -> PathBytes? { queue.nextDue(at: now) }
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

    /// Against a model that looks at every path at every moment.
    @Test func randomSignsAreDueWhenTheModelSays() {
        var random = SystemRandomNumberGenerator()
        let queue = Subject(SettleQueue(settle: .milliseconds(5), quiet: .milliseconds(40), capacity: 50))
        var due: [PathBytes: Int] = [:]
        for time in 0..<20_000 {
            let path = PathBytes("\(Int.random(in: 0..<80, using: &random))")
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let isKept = queue.note(path, .finished, at: at(time))
                #expect(isKept == (due[path] != nil || due.count < 50))
                if isKept { due[path] = time + 5 }
            case 1: if queue.note(path, .written, at: at(time)) { due[path] = time + 40 }
            case 2: if queue.note(path, .found, at: at(time)) { due[path] = due[path] ?? time + 5 }
            default:
                queue.remove(path)
                due[path] = nil
            }
            var found: Set<PathBytes> = []
            while let path = queue.nextDue(at: at(time)) {
                #expect(found.insert(path).inserted)
                queue.remove(path)
            }
            #expect(found == Set(due.filter { $0.value <= time }.keys))
            for path in found { due[path] = nil }
            #expect(queue.count == due.count)
        }
    }
}
