// The scanner's side of a decoder process: started when first needed, killed when it hangs, replaced when it dies.

internal import CProcess
package import Detection
internal import Files
internal import Glibc
package import Imaging
internal import Inspection

/// What every decoder process of a scan is started with.
package struct DecoderSettings: Sendable {
    package var limits = DecodeLimits()
    /// Seconds that one picture may take; nil for as long as it likes.
    package var timeout: Double? = 30
    /// The model that they use, nil for the shipped one.
    package var model: SharedModel?
    /// The card of that model.
    package var card: ModelCard
    /// What confines them; one that can't have all of it does nothing.
    package var isolation = Isolation.offered
    /// Name of the subcommand that runs `DecoderService`.
    package static let subcommand = "decoder"

    package init(_ card: ModelCard) { self.card = card }

    /// How many pictures a process may judge together.
    var batch: Int { card.blueprint.batch }

    /// Address space for decoding: 16 bytes a pixel, which covers a progressive JPEG in CMYK, and room for the network.
    package var memory: Int { limits.maxPixels.multipliedReportingOverflow(by: 16).partialValue &+ (512 << 20) }
}

/// One decoder process and the memory shared with it.  Used by one thread at a time; the process ends with the one that
/// started it.
///
/// A few files are handed over at once, so that the process can judge a batch together and finds the next one waiting.  Findings come
/// in the order of the requests.
final class DecoderProcess {
    /// A file that was handed over.
    private struct HandedOver {
        enum State {
            /// No process has it yet.
            case held
            /// The process has it before it.
            case waiting
            /// The process is through with it alone and goes on with the next before it judges both.
            case seen
            case done(Finding)
        }

        let place: Range<Int>
        let format: ImageFormat
        var state = State.held
        /// A process that it was with together with others failed; it goes to the next one alone.
        var isSuspect = false

        var isHeld: Bool { if case .held = state { true } else { false } }
        var isWaiting: Bool { if case .waiting = state { true } else { false } }
        var isSeen: Bool { if case .seen = state { true } else { false } }
        var isWithProcess: Bool { isWaiting || isSeen }
        var isDone: Bool { if case .done = state { true } else { false } }
    }

    let buffer: SharedBuffer
    private let settings: DecoderSettings
    private let expectation: Expectation
    private let clock = ContinuousClock()
    private var running: (process: pid_t, socket: Int32)?
    /// Oldest first.
    private var requests: [HandedOver] = []
    /// When the process began with what it works on, if it works on anything.
    private var begun: ContinuousClock.Instant
    private var reply = [UInt8](repeating: 0, count: 8192)

    init(_ settings: DecoderSettings) throws(FileError) {
        self.settings = settings
        expectation = Expectation(settings.card, settings.limits)
        buffer = try SharedBuffer()
        begun = clock.now
    }

    // It has nothing to finish, and ending in order takes it longer than a small picture.
    deinit { end() }

    /// Starts the process ahead of the first request, as a copy of this process with its `detector` where that can be: before
    /// there are other threads, and before anything was mapped that a decoder must not reach.  What fails here is tried
    /// again by `submit`, which can say so.
    func start(with detector: Detector) {
        precondition(buffer.capacity == 0, "the copy would have the images writable")
        do throws(FileError) {
            _ = try connect { descriptors, process in
                let failure = unsafe process_split(descriptors, Int32(descriptors.count), &process)
                if failure == 0 && process == 0 {
                    let service = DecoderService(settings.limits, memory: settings.memory, settings.isolation)
                    _exit(service.serve(with: detector))
                }
                return failure
            }
        } catch {
            _ = try? connect()
        }
    }

    /// Hands over the bytes of a file of `format` at `place` in the buffer, which must not be touched until `receive` has returned the finding.
    func submit(_ place: Range<Int>, _ format: ImageFormat) {
        if requests.allSatisfy(\.isDone) { begun = clock.now }
        let mustWait = requests.contains { $0.isHeld || $0.isSuspect && $0.isWithProcess }
        requests.append(HandedOver(place: place, format: format))
        if !mustWait { send(requests.count - 1) }
    }

    /// Waits for the finding on the oldest request.  Whatever becomes of the process costs the one request that causes it; the
    /// others are handed to the next process.
    func receive() -> Finding {
        while true {
            if case .done(let finding) = requests[0].state {
                requests.removeFirst()
                return finding
            }
            advance()
        }
    }

    private func send(_ index: Int) {
        do throws(FileError) {
            let socket = try connect()
            // A process that is gone takes nothing; `receive` finds that out, after the answers that it left.
            let words = [UInt64(requests[index].place.lowerBound), UInt64(requests[index].place.count)]
            requests[index].state = .waiting
            _ = unsafe Glibc.send(socket, words, 16, Int32(MSG_NOSIGNAL))
        } catch {
            let message = "no decoder process: \(error.message)"
            requests[index].state = .done(Finding(Refusal(.error, code: "no-decoder", message: message)))
        }
    }

    /// Waits for one message of the process, or its end, and notes what that means to the requests.
    private func advance() {
        guard let oldest = requests.firstIndex(where: \.isWithProcess) else { return }
        switch answer() {
        case .finding(let finding):
            do throws(Contradiction) {
                try expectation.check(finding, on: .judge, format: requests[oldest].format)
                requests[oldest].state = .done(finding)
            } catch {
                end()
                requests[oldest].state = .done(Finding(.contradiction(error)))
                for index in requests.indices where requests[index].isWithProcess { requests[index].state = .held }
            }
        case .seen:
            if let current = requests.firstIndex(where: \.isWaiting) {
                requests[current].state = .seen
            } else {
                end()
                fail(.nonsense)
            }
        case .failure(let refusal): fail(refusal)
        }
        if !requests.contains(where: \.isWithProcess) { sendHeld() }
        begun = clock.now
    }

    /// Gives up the request that the process failed at, if it had begun with one only.  Which of several it was, a process that failed
    /// is not asked: each is tried alone.
    private func fail(_ refusal: Refusal) {
        let tried =
            requests.indices.filter { requests[$0].isSeen }
            + requests.indices.filter { requests[$0].isWaiting }.prefix(1)
        for index in requests.indices where !requests[index].isDone { requests[index].state = .held }
        if tried.count == 1 {
            requests[tried[0]].state = .done(Finding(refusal))
        } else {
            for index in tried { requests[index].isSuspect = true }
        }
    }

    /// Hands over what is held: a suspect alone, all others together.
    private func sendHeld() {
        for index in requests.indices where requests[index].isHeld {
            let isAlone = requests[index].isSuspect
            if isAlone && requests.contains(where: \.isWithProcess) { return }
            send(index)
            if isAlone && requests[index].isWithProcess { return }
        }
    }

    private enum Answer {
        case finding(Finding)
        case seen
        case failure(Refusal)
    }

    /// Reads one message of the running process, for as long as one file may take; after a failure there is none running.
    private func answer() -> Answer {
        guard let socket = running?.socket else { return .failure(died()) }
        var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        let deadline = settings.timeout.map { begun.advanced(by: .seconds($0)) }
        while true {
            let left = deadline.map { max(0, clock.now.duration(to: $0).seconds) }
            let count = unsafe poll(&waiting, 1, left.map { Int32(min($0 * 1000, 1e9).rounded(.up)) } ?? -1)
            if count < 0 && errno == EINTR { continue }
            if count == 0 {
                if let left, left > 0 { continue }
                end()
                let limit = settings.timeout ?? 0
                return .failure(Refusal(.error, code: "timeout", message: "not done within \(limit) s"))
            }
            let received = unsafe recv(socket, &reply, reply.count, 0)
            // A process that died with requests unread resets the connection; the answers that it left are still there.
            if received < 0 && (errno == EINTR || errno == ECONNRESET) { continue }
            guard received > 0 else { return .failure(died()) }
            if reply[..<received] == DecoderService.seen[...] { return .seen }
            do throws(WireError) {
                return .finding(try Finding(decoding: reply[..<received]))
            } catch {
                end()
                return .failure(.nonsense)
            }
        }
    }

    /// The socket of the running process, started if there is none.
    private func connect() throws(FileError) -> Int32 {
        if let running { return running.socket }
        let words = [
            "assay", DecoderSettings.subcommand, String(settings.limits.maxPixels), String(settings.limits.maxScans),
            String(settings.limits.maxTextBytes), String(settings.memory),
            String(settings.isolation.rawValue), settings.model == nil ? "0" : "1",
        ]
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { for index in words.indices { unsafe free(arguments[index]) } }
        let model = if let model = settings.model { [try model.readOnlyDescriptor()] } else { [Int32]() }
        return try connect { descriptors, process in
            let descriptors = descriptors + model
            // The file may have another name by now, or be another.
            return unsafe process_spawn(
                "/proc/self/exe", &arguments, descriptors, Int32(descriptors.count), &process)
        }
    }

    /// Has `start` make a process that gets a socket and the images, and returns the other end of the socket.
    private func connect(_ start: ([Int32], inout pid_t) -> Int32) throws(FileError) -> Int32 {
        var pair: [Int32] = [-1, -1]
        let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &pair) == 0 else { throw .last }
        var handedOn = [pair[1]]
        defer { for descriptor in handedOn { close(descriptor) } }
        var process: pid_t = 0
        do throws(FileError) {
            handedOn.append(try buffer.openReadOnly())
            let failure = start(handedOn, &process)
            if failure != 0 { throw .system(failure) }
        } catch {
            close(pair[0])
            throw error
        }
        running = (process, pair[0])
        return pair[0]
    }

    /// Collects a process that closed its end, and says how it ended.
    private func died() -> Refusal {
        // One that ended by itself has its status by now; one that only closed the socket is not waited for.
        let status = end()
        let signal = status & 0x7f
        if signal == 0 {
            let code = status >> 8 & 0xff
            if code == Int32(PROCESS_OUT_OF_MEMORY) {
                let limit = settings.memory >> 20
                return Refusal(.error, code: "out-of-memory", message: "the decoder needed more than \(limit) MiB")
            }
            if code == Int32(PROCESS_NOT_CONFINED) {
                return Refusal(.error, code: "no-decoder", message: "the decoder could not be confined")
            }
            return Refusal(.error, code: "crashed", message: "the decoder ended with status \(code)")
        }
        let name = unsafe String(cString: process_signal_name(signal))
        return Refusal(.error, code: "crashed", message: "the decoder was ended by \(name)")
    }

    @discardableResult private func end() -> Int32 {
        guard let (process, socket) = running else { return 0 }
        running = nil
        close(socket)
        kill(process, SIGKILL)
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status
    }
}

extension Refusal {
    fileprivate static let nonsense = Refusal(.error, code: "crashed", message: "the decoder answered nonsense")

    fileprivate static func contradiction(_ contradiction: Contradiction) -> Refusal {
        Refusal(.error, code: "crashed", message: "the decoder answered nonsense: \(contradiction.message)")
    }
}
