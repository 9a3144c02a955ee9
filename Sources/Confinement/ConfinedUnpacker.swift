// The parent's side of a process that unpacks one archive: what comes out of its pipe, and what became of it.

internal import CProcess
package import Files
internal import Glibc
internal import Inspection

/// The tar stream that an archive of another kind is made into by a process of its own, which is confined as decoders are. Used by one
/// thread; the process ends with it, or when nothing refers to this any more.
package final class ConfinedUnpacker {
    private let kind: ArchiveKind
    private let settings: UnpackingSettings
    private let clock = ContinuousClock()
    private var process: pid_t = 0
    /// The archive, which is only asked whether there is something to read.
    private var archive: Int32 = -1
    private var unpacked: Int32 = -1
    private var socket: Int32 = -1
    private var report: UnpackingReport?
    private var talksNonsense = false

    /// Starts the process.
    ///
    /// - Parameters:
    ///   - descriptor: what the archive is read from. A file is read anew from where `beginning` was read.
    ///   - beginning: what was read of it already.
    package init(
        _ kind: ArchiveKind, _ descriptor: Int32, beginning: ArraySlice<UInt8>, _ settings: UnpackingSettings
    ) throws(FileError) {
        (self.kind, self.settings) = (kind, settings)
        guard !kind.isKnownByNameAlone else { throw .unsupportedArchive(kind, reason: "which is not read") }
        guard kind.isBuiltIn else {
            throw .unsupportedArchive(kind, reason: "which this program was built without")
        }
        let start = try ConfinedUnpacker.windBack(descriptor, beginning.count)
        guard start != nil || kind != .sevenZip else {
            throw .unsupportedArchive(kind, reason: "which is read from files only, not from a stream")
        }
        archive = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard archive >= 0 else { throw .last }
        try begin(start, start == nil ? Array(beginning) : [])
    }

    deinit {
        end()
        for descriptor in [archive, unpacked, socket] where descriptor >= 0 { close(descriptor) }
    }

    /// Where `count` bytes ago was in a file, which is read from there on; nil for what is no file.
    private static func windBack(_ descriptor: Int32, _ count: Int) throws(FileError) -> Int? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .last }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        let start = lseek(descriptor, 0, SEEK_CUR) - count
        guard start >= 0, lseek(descriptor, start, SEEK_SET) == start else { throw .last }
        return start
    }

    /// Whether a file ends as a zip does: as one that unpacks itself, or has been put behind something else.
    package static func endsAsZip(_ descriptor: Int32) -> Bool {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        // The last record, which is followed by a comment whose length is its last number.
        var tail = [UInt8](repeating: 0, count: min(Int(status.st_size), 22 + 65535))
        let count = unsafe pread(descriptor, &tail, tail.count, Int(status.st_size) - tail.count)
        guard count == tail.count, count >= 22 else { return false }
        return (0...count - 22).contains { place in
            tail[place...].starts(with: [0x50, 0x4B, 5, 6])
                && Int(tail[place + 20]) | Int(tail[place + 21]) << 8 == count - place - 22
        }
    }

    private func begin(_ start: Int?, _ beginning: [UInt8]) throws(FileError) {
        var pair: [Int32] = [-1, -1]
        let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &pair) == 0 else { throw .last }
        socket = pair[0]
        defer { close(pair[1]) }
        var ends: [Int32] = [-1, -1]
        let refusal = unsafe process_pipe(&ends)
        guard refusal == 0 else { throw .system(refusal) }
        unpacked = ends[0]
        defer { close(ends[1]) }
        let message = UnpackingMessage(self.kind, start: start, beginning: beginning.count, settings).encoded
        for part in [message, beginning] where !part.isEmpty {
            guard unsafe Glibc.send(socket, part, part.count, Int32(MSG_NOSIGNAL)) == part.count else { throw .last }
        }
        let words = ["assay", UnpackingSettings.subcommand]
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { for index in words.indices { unsafe free(arguments[index]) } }
        let failure = unsafe process_spawn(
            settings.executable, &arguments, [pair[1], archive, ends[1]], 3, &process)
        if failure != 0 {
            process = 0
            throw .system(failure)
        }
    }

    /// Fills `bytes` from `start` on with what comes next of the tar stream, at least one byte; 0 at its end.
    package func read(into bytes: inout [UInt8], from start: Int) throws(FileError) -> Int {
        if bytes.count == start { return 0 }
        if process == 0 { return 0 }
        try awaitBytes()
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { target in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[start...])
                return unsafe Glibc.read(unpacked, rest.baseAddress, rest.count)
            }
            if count > 0 { return count }
            if count == 0 { break }
            if errno != EINTR { throw .last }
        }
        try finish()
        return 0
    }

    /// Waits for the pipe: as long as the process gives signs of life, or waits itself for an archive that comes slowly.
    private func awaitBytes() throws(FileError) {
        var begun = clock.now
        while true {
            var waiting = [
                pollfd(fd: unpacked, events: Int16(POLLIN), revents: 0),
                // What was said last is there for `finish`.
                pollfd(fd: report == nil ? socket : -1, events: Int16(POLLIN), revents: 0),
            ]
            let count = unsafe poll(&waiting, 2, 200)
            if count < 0 && errno != EINTR { throw .last }
            if waiting[0].revents != 0 { return }
            if waiting[1].revents != 0 {
                guard hear() else { continue }
                begun = clock.now
            }
            if !hasInput { begun = clock.now }
            if let timeout = settings.timeout, begun.duration(to: clock.now).seconds > timeout {
                end()
                throw .unpackingFailed("gave no sign of life for \(timeout) s")
            }
        }
    }

    /// Whether there is something of the archive to be read; a file always has.
    private var hasInput: Bool {
        var input = pollfd(fd: archive, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&input, 1, 0) != 0
    }

    /// Takes a message; true for a sign of life. What no such process says ends it, and so does its going away, which the pipe tells.
    private func hear() -> Bool {
        var message = [UInt8](repeating: 0, count: UnpackingReport.largest)
        let count = unsafe recv(socket, &message, message.count, Int32(MSG_DONTWAIT))
        if count > 0 && Array(message[..<count]) == UnpackingReport.sign { return true }
        if count > 0, let report = try? UnpackingReport(decoding: Array(message[..<count])) {
            self.report = report
        } else {
            if count > 0 { talksNonsense = true }
            Glibc.kill(process, SIGKILL)
        }
        return false
    }

    /// Collects the process after the end of its stream, and says why that is not the end of the archive's, if it is not.
    private func finish() throws(FileError) {
        while report == nil && hear() {}
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
        process = 0
        if talksNonsense { throw .unpackingFailed("said what no such process says") }
        let limit = "needed more than \(settings.memory >> 20) MiB"
        switch report {
        case .done: return
        // Whether that matters is for the reader of the tar to say.
        case .truncated(let offset) where kind.packsTar:
            throw .truncatedPacking(offset: offset, lacking: "the end of the \(kind.rawValue) data")
        case .truncated(let offset): throw .truncatedArchive(offset: offset)
        case .corrupt(let offset, let reason): throw .corruptArchive(offset: offset, reason: reason)
        case .unsupported(let reason): throw .unsupportedArchive(kind, reason: reason)
        case .unreadable(let errno): throw .system(errno)
        case .noMemory: throw .unpackingFailed(limit)
        case .stalled:
            throw .unpackingFailed("took longer than \(settings.timeout ?? 0) s for a mebibyte of the archive")
        case nil: break
        }
        let signal = status & 0x7f
        if signal != 0 { throw .unpackingFailed("was ended by \(unsafe String(cString: process_signal_name(signal)))") }
        switch status >> 8 & 0xff {
        case Int32(PROCESS_OUT_OF_MEMORY): throw .unpackingFailed(limit)
        case Int32(PROCESS_NOT_CONFINED): throw .unpackingFailed("could not be confined")
        case let code: throw .unpackingFailed("ended with status \(code)")
        }
    }

    private func end() {
        guard process != 0 else { return }
        Glibc.kill(process, SIGKILL)
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
        process = 0
    }
}
