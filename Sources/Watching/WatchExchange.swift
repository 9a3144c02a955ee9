// Between the thread that watches and the threads that scan: what is to be scanned, what is being scanned, what has been.

package import Files
internal import Glibc
internal import Scanning
internal import Threads

/// Paths on their way from the watch to the scanner, and what became of them.
///
/// A path is with the scanner at most once at a time: two scans of one file might be recorded in the wrong order.
package final class WatchExchange: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// Something that is handed to the scanner.
    package struct Flight: Sendable {
        package let path: PathBytes
        package let key: Digest128
        /// What the file was before it was opened, nil for what is no file: the scanner saw this state or a later one.
        package let state: FileState?
        package let lane: Lane
        /// When it was finished or found.
        package let since: Instant
        /// Why there is nothing to open.
        let failure: FileError?
    }

    package enum Offer: Sendable { case taken, known, busy, full }

    fileprivate struct State {
        /// For each lane.
        var ready = [Line](repeating: Line(), count: Lane.allCases.count)
        var flights: [PathBytes: Flight] = [:]
        var again: [PathBytes] = []
        var index: RecordIndex
        var isOpen = true
        var readyCount: Int { ready.reduce(0) { $0 + $1.count } }
    }

    private let state: Monitor<State>
    private let capacity: Int
    private let wake: WakePipe

    /// - Parameter capacity: how much may be ready in each lane.
    package init(_ index: sending RecordIndex, capacity: Int, wake: WakePipe) {
        state = Monitor(State(index: index))
        self.capacity = capacity
        self.wake = wake
    }

    // MARK: for the watch

    package func hasRoom(_ lane: Lane) -> Bool { state.with { $0.ready[lane.rawValue].count < capacity } }

    /// Hands over a file, unless it has been dealt with in this state.
    package func offer(_ path: PathBytes, _ file: FileState, _ lane: Lane, since: Instant) -> Offer {
        let key = RecordIndex.key(path)
        return state.with { state in
            if state.flights[path] != nil { return .busy }
            if state.index.contains(key, file) { return .known }
            if state.ready[lane.rawValue].count >= capacity { return .full }
            state.add(Flight(path: path, key: key, state: file, lane: lane, since: since, failure: nil))
            return .taken
        }
    }

    /// Hands over the failure to list a directory.
    package func offer(_ path: PathBytes, _ failure: FileError, _ lane: Lane, since: Instant) {
        let key = RecordIndex.key(path)
        state.with { state in
            guard state.flights[path] == nil, state.ready[lane.rawValue].count < capacity else { return }
            state.add(Flight(path: path, key: key, state: nil, lane: lane, since: since, failure: failure))
        }
    }

    /// Whether a file that was met on a walk has been dealt with in this state; it is kept through the sweep in any case.
    package func keeps(_ path: PathBytes, _ file: FileState) -> Bool {
        let key = RecordIndex.key(path)
        return state.with { state in
            state.index.keep(key)
            return state.index.contains(key, file)
        }
    }

    package func isUnread(_ path: PathBytes) -> Bool {
        let key = RecordIndex.key(path)
        return state.with { $0.index.isUnread(key) }
    }

    /// Takes a file as dealt with that never was.
    package func pass(_ path: PathBytes, _ file: FileState) -> Digest128 {
        let key = RecordIndex.key(path)
        state.with { $0.index.note(nil, of: key, file) }
        return key
    }

    /// Files that changed while they were read.
    package func takeAgain() -> [PathBytes] {
        state.with { state in
            defer { state.again = [] }
            return state.again
        }
    }

    package func changeIndex(_ body: (inout RecordIndex) -> Void) { state.with { body(&$0.index) } }

    package var counts: (ready: Int, inFlight: Int, known: Int) {
        state.with { ($0.readyCount, $0.flights.count - $0.readyCount, $0.index.count) }
    }

    // MARK: for the scanner

    /// The next flight, one that arrived before one of the backlog, waiting for one; nil when no more are to be begun for now.
    func next() -> Flight? {
        let flight: Flight? = state.wait { state -> Flight?? in
            guard state.isOpen else { return .some(nil) }
            guard let flight = state.removeFirst() else { return nil }
            return .some(flight)
        }
        wake.wake()
        return flight
    }

    /// Has `next` give nothing more until `open`.  What is ready stays.
    package func close() { state.with { $0.isOpen = false } }

    package func open() { state.with { $0.isOpen = true } }

    // MARK: for the sink

    func flight(_ path: PathBytes) -> Flight? { state.with { $0.flights[path] } }

    /// How many frames of the file need no further record, as it was handed over.
    func recordedFrames(of flight: Flight) -> Int {
        guard let file = flight.state else { return 0 }
        return state.with { $0.index.recordedFrames(of: flight.key, file) }
    }

    func lastRecord(of flight: Flight) -> Digest128? { state.with { $0.index.lastRecord(of: flight.key) } }

    /// The file has been dealt with, as far as `frames` goes.
    func finish(_ flight: Flight, _ id: Digest128?, _ frames: RecordedFrames, isUnread: Bool) {
        state.with { state in
            state.flights[flight.path] = nil
            if let file = flight.state {
                state.index.note(id, of: flight.key, file, frames: frames, isUnread: isUnread)
            } else {
                state.index.note(record: id, of: flight.key)
            }
        }
    }

    /// The file has its record, but what else was to be done with it could not be: the next walk finds it again.
    func leave(_ flight: Flight, _ id: Digest128) {
        state.with { state in
            state.flights[flight.path] = nil
            state.index.note(record: id, of: flight.key)
        }
    }

    /// The file is gone, or it changed meanwhile and has to be looked at again.
    func abandon(_ flight: Flight, again: Bool) {
        state.with { state in
            state.flights[flight.path] = nil
            if again { state.again.append(flight.path) }
        }
        if again { wake.wake() }
    }
}

extension WatchExchange.State {
    mutating func add(_ flight: WatchExchange.Flight) {
        flights[flight.path] = flight
        ready[flight.lane.rawValue].append(flight)
    }

    mutating func removeFirst() -> WatchExchange.Flight? {
        for lane in Lane.allCases {
            if let flight = ready[lane.rawValue].removeFirst() { return flight }
        }
        return nil
    }
}

/// Flights in their order.
private struct Line {
    private var flights: [WatchExchange.Flight?] = []
    private var head = 0

    var count: Int { flights.count - head }

    mutating func append(_ flight: WatchExchange.Flight) { flights.append(flight) }

    mutating func removeFirst() -> WatchExchange.Flight? {
        guard head < flights.count else { return nil }
        defer {
            flights[head] = nil
            head += 1
            if head > 1024 && head * 2 > flights.count {
                flights.removeFirst(head)
                head = 0
            }
        }
        return flights[head]
    }
}

/// Wakes a thread that waits in `poll`.
package final class WakePipe: Sendable {
    package let descriptor: Int32
    private let writeEnd: Int32

    package init() throws(FileError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw .last }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (descriptor, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        Glibc.close(descriptor)
        Glibc.close(writeEnd)
    }

    package func wake() { unsafe write(writeEnd, "\0", 1) }

    /// Takes back what `wake` has written.
    func clear() {
        var bytes = [UInt8](repeating: 0, count: 256)
        while unsafe read(descriptor, &bytes, bytes.count) == bytes.count {}
    }
}
