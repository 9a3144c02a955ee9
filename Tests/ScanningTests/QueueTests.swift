// The walk never runs further ahead than the queue allows, and stopping wakes everyone.

import Testing
import Threads

@testable import Scanning

struct QueueTests {
    @Test func everythingArrivesInOrderThroughASmallQueue() {
        let queue = BoundedQueue<Int>(capacity: 3)
        let sum = BackgroundTask {
            var last = -1
            while let value = queue.pop() {
                if value != last + 1 { return -1 }
                last = value
            }
            return last
        }
        for value in 0..<1000 { #expect(queue.push(value)) }
        queue.close()
        #expect(sum.result() == 999)
    }

    @Test func takingAheadLeavesEnoughForOthers() {
        let queue = BoundedQueue<Int>(capacity: 4)
        #expect(queue.pop(fromAtLeast: 1) == nil)
        for value in 0..<3 { #expect(queue.push(value)) }
        #expect(queue.pop(fromAtLeast: 3) == 0)
        #expect(queue.pop(fromAtLeast: 3) == nil)
        #expect(queue.pop() == 1)
    }

    @Test func stoppingDropsWhatWaitsAndWakesTheProducer() {
        let queue = BoundedQueue<Int>(capacity: 1)
        #expect(queue.push(1))
        let producer = BackgroundTask { queue.push(2) }
        queue.stop()
        #expect(!producer.result())
        #expect(queue.pop() == nil)
        #expect(!queue.push(3))
    }

    @Test func orderedOutputWaitsForItsTurn() {
        let sink = RecordSink(descriptor: -1, window: 2)
        let late = BackgroundTask {
            sink.awaitTurn(2)
            return sink.tally.ok
        }
        _ = sink.deliver(1, []) { $0.ok += 1 }
        _ = sink.deliver(0, []) { $0.ok += 1 }
        #expect(late.result() == 2)
    }
}
