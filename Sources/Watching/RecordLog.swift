// Where the records of a watch go: a file that may be rotated, deleted or full, or a pipe that may be slow or closed.

package import Files
internal import Glibc
internal import Scanning
internal import Threads

/// Writes whole lines, and waits rather than losing one.
package final class RecordLog: Sendable {
    package enum End: Sendable, Equatable {
        case closedPipe
        case failed(Int32)
    }

    private struct Output {
        var descriptor: Int32
        /// Nil for what is not to be opened again: a pipe, a terminal.
        let path: PathBytes?
        var end: End?
    }

    private struct Wishes {
        var isStopping = false
        var reopens = false
        var problem: String?
    }

    private let output: Monitor<Output>
    /// What has a reader that may go away; nil for a file.
    private let readDescriptor: Int32?
    /// Apart from the output, which is locked while a line waits for room.
    private let wishes = Monitor(Wishes())
    private let own: OwnFiles
    /// Ends each path where paths are written and no records.
    private let separator: UInt8?
    private let syncs: Bool
    private let warn: @Sendable (String) -> Void

    /// Another process writes to the file.
    package static let inUse = FileError.system(EWOULDBLOCK)

    /// Opens `path` for appending and mends its last line, or takes the standard output.
    package init(
        _ path: PathBytes?, separator: UInt8? = nil, own: OwnFiles, syncs: Bool,
        warn: @escaping @Sendable (String) -> Void
    ) throws(FileError) {
        (self.separator, self.own, self.syncs, self.warn) = (separator, own, syncs, warn)
        let descriptor = if let path { try RecordLog.open(path, separator) } else { STDOUT_FILENO }
        let isFile = (try? FileState(descriptor: descriptor))?.kind == .regular
        own.open(descriptor)
        output = Monitor(Output(descriptor: descriptor, path: isFile ? path : nil))
        readDescriptor = isFile ? nil : descriptor
    }

    private static func open(_ path: PathBytes, _ separator: UInt8?) throws(FileError) -> Int32 {
        let form = separator.map { OutputForm.paths(separator: $0) } ?? .records
        // A second writer would mend the line that the first is writing.
        let lock = try openOutput(path, form, .appending)
        guard (try? FileState(descriptor: lock))?.kind == .regular else { return lock }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let failure = FileError.last
            close(lock)
            throw failure
        }
        do throws(FileError) {
            close(try RecordFile(path, form, repairing: separator == nil, terminator: separator ?? 10).descriptor)
        } catch {
            close(lock)
            throw error
        }
        return lock
    }

    /// Whether what was written can be read again.
    package var isFile: Bool { output.with { $0.path != nil } }

    /// Why nothing more can be written.
    package var end: End? { output.with { $0.end } }

    /// Whether the reader of the output has closed it, which else would show with the next line only, and that may be long in coming.
    package func noticesClosedReader() -> Bool {
        guard let readDescriptor else { return false }
        var reader = pollfd(fd: readDescriptor, events: 0, revents: 0)
        guard unsafe poll(&reader, 1, 0) > 0, reader.revents & Int16(POLLERR | POLLHUP) != 0 else { return false }
        // No line holds the output for long now: there is nothing that it could wait for.
        output.with { $0.end = $0.end ?? .closedPipe }
        return true
    }

    /// Why a line waits at the moment.
    package var problem: String? { wishes.with { $0.problem } }

    /// Has lines that wait be given up; their pictures have no record then, and the next start scans them.
    package func stop() { wishes.with { $0.isStopping = true } }

    /// Opens the file anew before the next line, as after a rotation.
    package func reopen() {
        wishes.with { $0.reopens = true }
        // While a line waits, the thread that holds it sees the wish by itself.
        if wishes.with({ $0.problem }) == nil { output.with { reopen(&$0) } }
    }

    /// Writes a line; false when it could not be written and none will be.
    package func write(_ line: [UInt8]) -> Bool {
        if line.isEmpty { return end == nil }
        return output.with { output in
            while output.end == nil {
                if wishes.with({ $0.reopens }) || isDeleted(output) { reopen(&output) }
                if isDeleted(output) {
                    if !waits(for: "deleted, and can't be made again") { return false }
                    continue
                }
                switch append(line, output) {
                case nil:
                    // A file that was deleted in between has taken the line with it.
                    if isDeleted(output) { continue }
                    solved()
                    return true
                case let failure? where output.path != nil:
                    if !waits(for: FileError.system(failure).message) { return false }
                case EPIPE?: output.end = .closedPipe
                case let failure?: output.end = .failed(failure)
                }
            }
            return false
        }
    }

    /// Writes all of `line`, or nothing; returns why nothing.
    private func append(_ line: [UInt8], _ output: Output) -> Int32? {
        let start = output.path == nil ? 0 : (try? FileState(descriptor: output.descriptor))?.size ?? 0
        var rest = line[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(output.descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
                continue
            }
            let failure = errno
            if failure == EINTR { continue }
            if failure == EAGAIN {
                var waiting = pollfd(fd: output.descriptor, events: Int16(POLLOUT), revents: 0)
                unsafe poll(&waiting, 1, 1000)
                if wishes.with({ $0.isStopping }) { return EINTR }
                continue
            }
            if output.path != nil { ftruncate(output.descriptor, start) }
            return failure
        }
        if syncs && fdatasync(output.descriptor) != 0 && errno != EINVAL && errno != EROFS { return errno }
        return nil
    }

    private func isDeleted(_ output: Output) -> Bool {
        guard output.path != nil else { return false }
        var status = stat()
        return unsafe fstat(output.descriptor, &status) == 0 && status.st_nlink == 0
    }

    private func reopen(_ output: inout Output) {
        guard let path = output.path else { return wishes.with { $0.reopens = false } }
        do throws(FileError) {
            // Where nothing was rotated the file is locked by ourselves.
            let new = try FileState(path, followingLinks: true).identity
            if new == (try FileState(descriptor: output.descriptor)).identity {
                return wishes.with { $0.reopens = false }
            }
        } catch {}
        do throws(FileError) {
            let descriptor = try RecordLog.open(path, separator)
            own.close(output.descriptor)
            close(output.descriptor)
            output.descriptor = descriptor
            own.open(descriptor)
        } catch  where isDeleted(output) {
            // Then a line waits, and that is said.
        } catch {
            warn("\(path.escaped): can't be opened anew, so the old file is kept: \(error.message)")
        }
        wishes.with { $0.reopens = false }
    }

    /// Says once what is wrong and waits a second; false when that is to end.
    private func waits(for problem: String) -> Bool {
        let isNew = wishes.with { wishes in
            defer { wishes.problem = problem }
            return wishes.problem != problem
        }
        if isNew { warn("the output can't be written: \(problem); waiting") }
        for _ in 0..<10 {
            if wishes.with({ $0.isStopping || $0.reopens }) { break }
            usleep(100_000)
        }
        return !wishes.with { $0.isStopping }
    }

    private func solved() {
        let wasProblem = wishes.with { wishes in
            defer { wishes.problem = nil }
            return wishes.problem != nil
        }
        if wasProblem { warn("the output is written again") }
    }
}
