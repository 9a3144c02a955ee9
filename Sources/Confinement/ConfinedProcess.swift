// The parent's side of one confined process: started when first needed, and started anew after its end.

internal import CProcess
package import Detection
package import Files
internal import Glibc
internal import Imaging
internal import Inspection

/// A confined process and the memory shared with it.  Used by one thread at a time; the process ends with the thread that started
/// it.
package final class ConfinedProcess {
    /// What comes back from a process.
    enum Answer {
        case finding(Finding)
        /// Something that no confined process says.
        case nonsense
        case timeout
        /// It is gone; `isLoss` if something outside ended it.
        case ended(Refusal, isLoss: Bool)
    }

    /// The files.
    let buffer: SharedBuffer
    /// Large answers; nil where none are asked for.
    let results: SharedResults?
    private let settings: ConfinementSettings
    private let clock = ContinuousClock()
    private var running: (process: pid_t, socket: Int32)?
    /// Files that the running process was sent.
    private(set) var sent = 0
    /// What the running process has loaded, and every one that is started after it.
    private var libraries: Set<ImageFormat.Library> = []
    private var fragment = [UInt8](repeating: 0, count: AnswerMessage.fragment)

    package init(_ settings: ConfinementSettings) throws(FileError) {
        self.settings = settings
        buffer = try SharedBuffer()
        results = settings.results > 0 ? try SharedResults(settings.results) : nil
    }

    // It has nothing to finish, and ending in order takes it longer than a small picture.
    deinit { end() }

    /// Starts the process ahead of the first file, as a copy of this process with its `detector` where that can be: before
    /// there are other threads, and before anything was mapped that a confined process must not reach.  What fails here is tried
    /// again by `send`, which can say so.
    package func start(with detector: Detector) {
        precondition(buffer.capacity == 0, "the copy would have the files writable")
        do throws(FileError) {
            try connect { descriptors, process in
                let failure = unsafe process_split(descriptors, Int32(descriptors.count), &process)
                if failure == 0 && process == 0 {
                    _exit(InspectionService().serve(with: detector, settings.rules?.settings))
                }
                return failure
            }
        } catch {
            _ = try? connect()
        }
    }

    /// Whether the process, running or to be started, can decode files of `format`, as far as loading a library is what it takes.
    func isReady(for format: ImageFormat?) -> Bool { format?.library.map(libraries.contains) ?? true }

    /// Ends the process, so that the next one has what `format` takes: one that is confined can't load anything.
    func renew(for format: ImageFormat?) {
        end()
        if let library = format?.library { libraries.insert(library) }
    }

    /// Hands over the request on the bytes at `place` in the buffer.  A process that is gone takes nothing; `receive` finds that
    /// out, after the answers that it left.
    func send(_ place: Range<Int>, _ request: Request) throws(FileError) {
        let socket = try connect()
        let message = RequestMessage(place: place, request: request).encoded
        sent += 1
        _ = unsafe Glibc.send(socket, message, message.count, Int32(MSG_NOSIGNAL))
    }

    /// Waits for the next answer until `deadline`.  Whatever it is but a finding, there is no process running afterwards.
    func receive(until deadline: ContinuousClock.Instant?) -> Answer {
        guard let socket = running?.socket else { return died() }
        var (message, size) = ([UInt8](), 8)
        while message.count < size {
            switch receiveFragment(socket, until: deadline) {
            case .some(0):
                end()
                return .timeout
            case .some(let count): message.append(contentsOf: fragment[..<count])
            case nil: return died()
            }
            guard let whole = AnswerMessage.size(message), whole <= AnswerMessage.largest, message.count <= whole else {
                end()
                return .nonsense
            }
            size = whole
        }
        do throws(WireError) {
            return .finding(try Finding(decoding: message[8...]))
        } catch {
            end()
            return .nonsense
        }
    }

    /// Bytes of one message, 0 if none came in time, nil if none will come.
    private func receiveFragment(_ socket: Int32, until deadline: ContinuousClock.Instant?) -> Int? {
        var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        while true {
            let left = deadline.map { max(0, clock.now.duration(to: $0).seconds) }
            let count = unsafe poll(&waiting, 1, left.map { Int32(min($0 * 1000, 1e9).rounded(.up)) } ?? -1)
            if count < 0 && errno == EINTR { continue }
            if count == 0 {
                if let left, left > 0 { continue }
                return 0
            }
            let received = unsafe recv(socket, &fragment, fragment.count, 0)
            // A process that died with requests unread resets the connection; the answers that it left are still there.
            if received < 0 && (errno == EINTR || errno == ECONNRESET) { continue }
            return received > 0 ? received : nil
        }
    }

    /// The socket of the running process, started if there is none.
    @discardableResult private func connect() throws(FileError) -> Int32 {
        if let running { return running.socket }
        let words = ["assay", ConfinementSettings.subcommand]
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { for index in words.indices { unsafe free(arguments[index]) } }
        var files: [Int32] = []
        for file in [settings.model?.file, settings.rules?.file] {
            if let file { files.append(try file.readOnlyDescriptor()) }
        }
        return try connect { descriptors, process in
            let descriptors = descriptors + files
            // The file may have another name by now, or be another.
            return unsafe process_spawn(
                settings.executable, &arguments, descriptors, Int32(descriptors.count), &process)
        }
    }

    /// Has `start` make a process that gets a socket and the files, tells it the settings, and returns the other end of the socket.
    @discardableResult private func connect(
        _ start: ([Int32], inout pid_t) -> Int32
    ) throws(FileError) -> Int32 {
        var pair: [Int32] = [-1, -1]
        let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &pair) == 0 else { throw .last }
        var handedOn = [pair[1]]
        defer { for descriptor in handedOn { close(descriptor) } }
        var process: pid_t = 0
        do throws(FileError) {
            handedOn.append(try buffer.openReadOnly())
            let lent = results.map { [$0.descriptor] } ?? []
            let message = SettingsMessage(settings, libraries).encoded
            guard unsafe Glibc.send(pair[0], message, message.count, Int32(MSG_NOSIGNAL)) == message.count else {
                throw .last
            }
            let failure = start(handedOn + lent, &process)
            if failure != 0 { throw .system(failure) }
        } catch {
            close(pair[0])
            throw error
        }
        running = (process, pair[0])
        sent = 0
        return pair[0]
    }

    /// Collects a process that closed its end, and says how it ended.
    private func died() -> Answer {
        guard let (process, socket) = running else {
            return .ended(Refusal(.error, code: "crashed", message: "no decoder"), isLoss: true)
        }
        running = nil
        close(socket)
        var status: Int32 = 0
        // The socket of a process that ends is closed a moment before its status is there.  One that only closed it gets no more time.
        for _ in 0..<100 {
            if unsafe waitpid(process, &status, WNOHANG) == process { return ConfinedProcess.ending(status, settings) }
            usleep(1000)
        }
        ConfinedProcess.kill(process)
        return .ended(Refusal(.error, code: "crashed", message: "the decoder went away"), isLoss: false)
    }

    private static func ending(_ status: Int32, _ settings: ConfinementSettings) -> Answer {
        let signal = status & 0x7f
        if signal != 0 {
            let name = unsafe String(cString: process_signal_name(signal))
            let refusal = Refusal(.error, code: "crashed", message: "the decoder was ended by \(name)")
            // It has no means to send that one itself.
            return .ended(refusal, isLoss: signal == SIGKILL)
        }
        let code = status >> 8 & 0xff
        let refusal =
            switch code {
            case Int32(PROCESS_OUT_OF_MEMORY):
                Refusal(
                    .error, code: "out-of-memory",
                    message: "the decoder needed more than \(settings.memory >> 20) MiB")
            case Int32(PROCESS_NOT_CONFINED):
                Refusal(.error, code: "no-decoder", message: "the decoder could not be confined")
            default: Refusal(.error, code: "crashed", message: "the decoder ended with status \(code)")
            }
        return .ended(refusal, isLoss: false)
    }

    /// Ends the process, if one is running.
    func end() {
        guard let (process, socket) = running else { return }
        running = nil
        close(socket)
        ConfinedProcess.kill(process)
    }

    private static func kill(_ process: pid_t) {
        Glibc.kill(process, SIGKILL)
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
    }
}
