// The process that touches hostile bytes: it decodes and scores what it is handed, and can do nothing else.

internal import CProcess
internal import Detection
internal import Files
internal import Glibc
package import Imaging
internal import Inspection

/// The child's side of a decoder process.
package struct DecoderService {
    /// Descriptors that `process_spawn` hands on.
    private static let socket: Int32 = 3
    private static let images: Int32 = 4
    private static let model: Int32 = 5

    /// What a process says when it has decoded a file and goes on with the next before it gives its finding.
    static let seen: [UInt8] = [0xff]

    private let limits: DecodeLimits
    private let memory: Int
    private let isolation: Isolation

    /// - Parameter memory: bytes of address space the process may take beyond what it has when it begins to serve.
    package init(_ limits: DecodeLimits, memory: Int, _ isolation: Isolation) {
        (self.limits, self.memory, self.isolation) = (limits, memory, isolation)
    }

    /// Serves as `serve` does with the model at `model`, or the shipped one.
    package func run(hasModel: Bool) -> Int32 {
        guard let detector = loadDetector(hasModel: hasModel) else { return 1 }
        return serve(with: detector)
    }

    /// Serves requests until the scanner closes its end; the result is the exit status.
    func serve(with detector: Detector) -> Int32 {
        process_keep_memory()
        var inspector = Inspector(limits, detector)
        guard process_confine(memory, isolation.rawValue) == 0 else { return Int32(PROCESS_NOT_CONFINED) }
        var view = SharedView(DecoderService.images)
        while let first = nextRequest(waits: true) {
            var request = first
            while true {
                guard let bytes = unsafe view.bytes(request) else { return 1 }
                #if DEBUG
                    unsafe DecoderService.misbehaveIfAsked(bytes)
                #endif
                unsafe inspector.add(bytes)
                guard !inspector.isFull, let next = nextRequest(waits: false) else { break }
                guard DecoderService.answer(DecoderService.seen) else { return 0 }
                request = next
            }
            for finding in inspector.findings() {
                guard DecoderService.answer(finding.encoded) else { return 0 }
            }
        }
        return 0
    }

    private static func answer(_ message: [UInt8]) -> Bool {
        unsafe send(socket, message, message.count, Int32(MSG_NOSIGNAL)) == message.count
    }

    private func loadDetector(hasModel: Bool) -> Detector? {
        var bytes = Detector.shippedBytes()
        if hasModel {
            var status = stat()
            guard unsafe fstat(DecoderService.model, &status) == 0 else { return nil }
            let size = Int(status.st_size)
            bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                count = max(0, unsafe pread(DecoderService.model, buffer.baseAddress, size, 0))
            }
            close(DecoderService.model)
        }
        return try? Detector.load(bytes, digest: "")
    }

    /// Where in the images' memory the next file lies; nil when the scanner is gone, or has sent none and is not waited for.
    private func nextRequest(waits: Bool) -> Range<Int>? {
        var words: (start: UInt64, length: UInt64) = (0, 0)
        while true {
            let count = unsafe recv(DecoderService.socket, &words, 16, waits ? 0 : Int32(MSG_DONTWAIT))
            if count < 0 && errno == EINTR { continue }
            guard count == 16, let start = Int(exactly: words.start), let length = Int(exactly: words.length),
                case let (end, overflows) = start.addingReportingOverflow(length), !overflows
            else { return nil }
            return start..<end
        }
    }

    #if DEBUG
        /// Lets tests see what becomes of a decoder that crashes, hangs, leaves without ending, eats memory, says that another file made
        /// it crash, or attempts what it must not: a file ending in one of these words does that.  Debug builds only.
        private static func misbehaveIfAsked(_ bytes: UnsafeRawBufferPointer) {
            func ends(_ word: String) -> Bool { unsafe bytes.suffix(word.utf8.count).elementsEqual(word.utf8) }
            if ends("assay-test:crash") { raise(SIGSEGV) }
            if ends("assay-test:hang") { hang() }
            if ends("assay-test:leave") {
                shutdown(socket, Int32(SHUT_RDWR))
                hang()
            }
            if ends("assay-test:lie") {
                _ = answer(seen)
                raise(SIGSEGV)
            }
            if ends("assay-test:memory") {
                var hoard: [[UInt8]] = []
                while true { hoard.append([UInt8](repeating: 1, count: 64 << 20)) }
            }
            var index: Int32 = 0
            while let name = unsafe process_attempt_name(index) {
                if unsafe ends("assay-test:attempt:" + String(cString: name)) { _ = unsafe process_attempt(name) }
                index += 1
            }
        }

        /// A lock that is taken twice waits for ever, with the calls that a decoder has.
        private static func hang() -> Never {
            let lock = Monitor(0)
            while true { lock.with { _ in lock.with { _ in } } }
        }
    #endif
}

/// The read-only mapping of an image buffer, renewed when the buffer has grown.
@safe private struct SharedView {
    private let descriptor: Int32
    private var mapping = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    mutating func bytes(_ place: Range<Int>) -> UnsafeRawBufferPointer? {
        if place.upperBound > (unsafe mapping.count) {
            // Not fstat, which takes a path on its way through some C libraries, and a filter can't look at paths.
            let size = lseek(descriptor, 0, SEEK_END)
            guard size >= place.upperBound else { return nil }
            if let base = unsafe mapping.baseAddress {
                unsafe munmap(UnsafeMutableRawPointer(mutating: base), mapping.count)
            }
            let address = unsafe mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0)
            guard let address = unsafe address, unsafe address != MAP_FAILED else { return nil }
            unsafe mapping = UnsafeRawBufferPointer(start: address, count: size)
        }
        return unsafe UnsafeRawBufferPointer(rebasing: mapping[place])
    }
}
