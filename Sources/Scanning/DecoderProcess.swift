// The scanner's side of a decoder process: started when first needed, killed when it hangs, replaced when it dies.

internal import CProcess
package import Files
internal import Glibc
package import Imaging

/// What every decoder process of a scan is started with.
package struct DecoderSettings: Sendable {
    package var limits = DecodeLimits()
    /// Seconds that one picture may take; nil for as long as it likes.
    package var timeout: Double? = 30
    /// Descriptor of a memory file with the model, nil for the shipped one.
    package private(set) var modelDescriptor: Int32?
    /// Name of the subcommand that runs `DecoderService`.
    package var subcommand = "decoder"

    package init() {}

    /// Has the decoders use the model file `bytes` instead of the shipped one.
    package mutating func useModel(_ bytes: [UInt8]) throws(FileError) {
        let descriptor = unsafe process_memory_file("assay-model")
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { throw .last }
            rest = rest.dropFirst(written)
        }
        modelDescriptor = process_reopen_read_only(descriptor)
    }

    /// Address space for decoding: 16 bytes a pixel, which covers a progressive JPEG in CMYK, and room for the network.
    package var memory: Int { limits.maxPixels.multipliedReportingOverflow(by: 16).partialValue &+ (512 << 20) }
}

/// One decoder process and the memory shared with it.  Used by one thread, which must outlive it.
final class DecoderProcess {
    let buffer: SharedBuffer
    private let settings: DecoderSettings
    private var running: (process: pid_t, socket: Int32)?
    private var reply = [UInt8](repeating: 0, count: 8192)

    init(_ settings: DecoderSettings) throws(FileError) {
        self.settings = settings
        buffer = try SharedBuffer()
    }

    // It has nothing to finish, and ending in order takes it longer than a small picture.
    deinit { end(killing: true) }

    /// Starts the process ahead of the first request; what fails here is tried again by `examine`, which can say so.
    func start() { _ = try? connect() }

    /// Hands over the first `length` bytes of `buffer`, does `meanwhile` here, and waits for the finding.
    func examine(_ length: Int, meanwhile: () -> Void) -> Finding {
        do throws(FileError) {
            let socket = try connect()
            var request = UInt64(length)
            let sent = unsafe send(socket, &request, 8, Int32(MSG_NOSIGNAL))
            meanwhile()
            if sent != 8 { return .refused(died()) }
            return receive(socket)
        } catch {
            meanwhile()
            return .refused(Refusal(.error, code: "no-decoder", message: "no decoder process: \(error.message)"))
        }
    }

    private func receive(_ socket: Int32) -> Finding {
        var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        let clock = ContinuousClock()
        let deadline = settings.timeout.map { clock.now.advanced(by: .seconds($0)) }
        while true {
            let left = deadline.map { max(0, clock.now.duration(to: $0).seconds) }
            let count = unsafe poll(&waiting, 1, left.map { Int32(min($0 * 1000, 1e9).rounded(.up)) } ?? -1)
            if count < 0 && errno == EINTR { continue }
            if count == 0 {
                if let left, left > 0 { continue }
                end(killing: true)
                let limit = settings.timeout ?? 0
                return .refused(Refusal(.error, code: "timeout", message: "not done within \(limit) s"))
            }
            let received = unsafe recv(socket, &reply, reply.count, 0)
            if received < 0 && errno == EINTR { continue }
            guard received > 0 else { return .refused(died()) }
            do throws(WireError) {
                return try Finding(decoding: reply[..<received])
            } catch {
                end(killing: true)
                return .refused(Refusal(.error, code: "crashed", message: "the decoder answered nonsense"))
            }
        }
    }

    /// The socket of the running process, started if there is none.
    private func connect() throws(FileError) -> Int32 {
        if let running { return running.socket }
        var pair: [Int32] = [-1, -1]
        let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &pair) == 0 else { throw .last }
        defer { close(pair[1]) }
        let words = [
            "assay", settings.subcommand, String(settings.limits.maxPixels), String(settings.limits.maxScans),
            String(settings.limits.maxTextBytes), String(settings.memory), settings.modelDescriptor == nil ? "0" : "1",
        ]
        let descriptors = [pair[1], buffer.readOnlyDescriptor] + (settings.modelDescriptor.map { [$0] } ?? [])
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { for index in words.indices { unsafe free(arguments[index]) } }
        var process: pid_t = 0
        let failure = unsafe process_spawn(
            "/proc/self/exe", &arguments, descriptors, Int32(descriptors.count), &process)
        guard failure == 0 else {
            close(pair[0])
            throw .system(failure)
        }
        running = (process, pair[0])
        return pair[0]
    }

    /// Collects a process that closed its end, and says how it ended.
    private func died() -> Refusal {
        let status = end(killing: false)
        let signal = status & 0x7f
        if signal == 0 {
            let code = status >> 8 & 0xff
            if code == Int32(PROCESS_OUT_OF_MEMORY) {
                let limit = settings.memory >> 20
                return Refusal(.error, code: "out-of-memory", message: "the decoder needed more than \(limit) MiB")
            }
            return Refusal(.error, code: "crashed", message: "the decoder ended with status \(code)")
        }
        let name = unsafe String(cString: process_signal_name(signal))
        return Refusal(.error, code: "crashed", message: "the decoder was ended by \(name)")
    }

    @discardableResult private func end(killing: Bool) -> Int32 {
        guard let (process, socket) = running else { return 0 }
        running = nil
        close(socket)
        if killing { kill(process, SIGKILL) }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status
    }
}
