// Signals become bytes in a pipe: a handler may run on any thread, while `sigwait` misses what arrives on one that blocks none.

internal import CProcess
package import Files
internal import Glibc

/// Reports SIGINT, SIGQUIT, SIGTERM, SIGHUP and, if wanted, SIGUSR1 to one thread.  Only one may exist in a process at a time.
package final class SignalPipe: Sendable {
    /// What `wait` came back with.
    package enum Event: Sendable, Equatable {
        case signal(Int32)
        case finished
        case timeout
    }

    private let readEnd: Int32
    private let writeEnd: Int32

    /// Catches the signals from now on (`sigaction`).
    package init(reportsUserSignal: Bool = false) throws(FileError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw .last }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        readEnd = ends[0]
        writeEnd = ends[1]
        process_report_signals(writeEnd, reportsUserSignal ? 1 : 0)
    }

    /// Waits for a signal or for `finish`.
    package func wait(milliseconds: Int32) -> Event {
        var waiting = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&waiting, 1, milliseconds) == 1 else { return .timeout }
        var number: UInt8 = 0
        guard unsafe read(readEnd, &number, 1) == 1 else { return .timeout }
        return number == 0 ? .finished : .signal(Int32(number))
    }

    /// Makes `wait` return `.finished`.
    package func finish() { unsafe write(writeEnd, "\0", 1) }

    /// E.g. `SIGINT`.
    package static func name(_ signal: Int32) -> String { unsafe String(cString: process_signal_name(signal)) }

    /// Ends the process by `signal`, as if it had never been caught.
    package static func end(by signal: Int32) { process_end_by_signal(signal) }
}
