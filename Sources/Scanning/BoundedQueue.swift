// The walk runs ahead of the workers, but only so far: memory must not grow with the number of files.

internal import Threads

/// A queue between one producer and several consumers that makes the producer wait when it is full.
package final class BoundedQueue<Element: Sendable>: Sendable {
    private struct State {
        var ring: [Element?]
        var head = 0
        var count = 0
        var isClosed = false

        mutating func removeFirst() -> Element? {
            defer {
                ring[head] = nil
                head = (head + 1) % ring.count
                count -= 1
            }
            return ring[head]
        }
    }

    private let monitor: Monitor<State>

    package init(capacity: Int) { monitor = Monitor(State(ring: Array(repeating: nil, count: capacity))) }

    /// Adds an element, waiting for room; false when the queue is closed.
    package func push(_ element: Element) -> Bool {
        monitor.wait { state in
            if state.isClosed { return false }
            if state.count == state.ring.count { return nil }
            state.ring[(state.head + state.count) % state.ring.count] = element
            state.count += 1
            return true
        }
    }

    /// The oldest element, waiting for one; nil when the queue is closed and empty.
    package func pop() -> Element? {
        monitor.wait { state -> Element?? in
            if state.count == 0 { return state.isClosed ? .some(nil) : nil }
            return .some(state.removeFirst())
        }
    }

    /// The oldest element, without waiting, and only if there are at least `minimum`.
    package func pop(fromAtLeast minimum: Int) -> Element? {
        monitor.with { $0.count >= max(1, minimum) ? $0.removeFirst() : nil }
    }

    /// No more elements: consumers finish what is there.
    package func close() { monitor.with { $0.isClosed = true } }

    /// No more elements, and what is there is dropped.
    package func stop() {
        monitor.with { state in
            state.isClosed = true
            state.count = 0
            for index in state.ring.indices { state.ring[index] = nil }
        }
    }
}
