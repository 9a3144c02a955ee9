// The program that is run for each flagged file: outside of the scan's time, and not lost by a crash or its own failure.

internal import CProcess
package import Files
internal import Glibc
internal import Inspection
internal import Scanning
internal import Threads

/// Runs a program with the record on its standard input, without a shell.
///
/// Each order is a file in `spool` from before the record is written until the program has ended with status 0.  What is there at the
/// start is run again.
package final class FlagProgram: Sendable {
    package struct Order: Sendable {
        fileprivate let file: PathBytes
    }

    private let program: PathBytes
    private let timeout: Duration
    private let spool: PathBytes
    private let orders = BoundedQueue<Order>(capacity: 1024)
    private let threads: Monitor<[Thread]>
    private let statistics: WatchStatistics
    private let warn: @Sendable (String) -> Void

    package init(
        _ program: PathBytes, jobs: Int, timeout: Duration, spool: PathBytes, _ statistics: WatchStatistics,
        warn: @escaping @Sendable (String) -> Void
    ) throws(FileError) {
        (self.program, self.timeout, self.spool) = (program, timeout, spool)
        (self.statistics, self.warn) = (statistics, warn)
        let status = unsafe spool.withCString { unsafe mkdir($0, 0o700) }
        if status != 0 && errno != EEXIST { throw .last }
        threads = Monitor([])
        let directory = try Directory(spool, in: nil, followingLinks: true)
        var left: [Order] = []
        while let name = try directory.nextName() {
            if name.bytes.suffix(5).elementsEqual(".json".utf8) {
                left.append(Order(file: spool.appending(name.bytes)))
            }
        }
        let started = (0..<jobs).map { _ in Thread { [self] in while let order = orders.pop() { carryOut(order) } } }
        threads.with { $0 = started }
        _ = Thread { [orders, left] in for order in left { _ = orders.push(order) } }
    }

    /// Writes the order down; nil when that fails, which is said.
    func prepare(_ line: [UInt8], _ id: Digest128) -> Order? {
        let file = spool.appending(Array("\(id.text).json".utf8))
        do throws(FileError) {
            try replaceFile(file, with: line, .records)
            return Order(file: file)
        } catch {
            statistics.change { $0.failedPrograms += 1 }
            warn("\(file.escaped): \(error.message); \(program.escaped) is not run for it")
            return nil
        }
    }

    /// Has the order carried out, waiting while there are too many.
    func run(_ order: Order) { _ = orders.push(order) }

    /// Begins no more orders and waits for those that run.
    package func finish() {
        orders.stop()
        for thread in threads.with({ $0 }) { thread.join() }
    }

    private func carryOut(_ order: Order) {
        let input = unsafe order.file.withCString { unsafe open($0, O_RDONLY | O_CLOEXEC) }
        guard input >= 0 else {
            let failure = FileError.last
            // Somebody has taken it away.
            if failure == .system(ENOENT) { return }
            statistics.change { $0.failedPrograms += 1 }
            warn(
                "\(order.file.escaped): \(failure.message); \(program.escaped) is not run for it before the next start"
            )
            return
        }
        defer { close(input) }
        var status: Int32 = 0
        let milliseconds = Int32(min(timeout.seconds * 1000, 1e9))
        let failure = unsafe program.withCString { unsafe process_run($0, input, milliseconds, &status) }
        let isDone = failure == 0 && status == 0
        statistics.change { counts in
            counts.programs += 1
            if !isDone { counts.failedPrograms += 1 }
        }
        if isDone {
            _ = unsafe order.file.withCString { unsafe unlink($0) }
            return
        }
        let reason =
            if failure == ETIMEDOUT {
                "not done within \(timeout.seconds) s"
            } else if failure != 0 {
                FileError.system(failure).message
            } else if status & 0x7f != 0 {
                "ended by signal \(status & 0x7f)"
            } else {
                "status \(status >> 8 & 0xff)"
            }
        warn(
            "\(program.escaped): \(reason); the record is kept in \(order.file.escaped) and tried again by the next start"
        )
    }
}
