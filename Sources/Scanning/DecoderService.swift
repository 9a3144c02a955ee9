// The process that touches hostile bytes: it decodes and scores what it is handed, and can do nothing else.

internal import CProcess
package import Detection
internal import Files
internal import Glibc
package import Imaging

/// Bytes to finding: sniff → decode → crops → features → network → scores.  The one line that all judging goes through.
package func examine(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits, with examiner: Examiner) -> Finding {
    do throws(DecodeError) {
        let clock = ContinuousClock()
        let start = clock.now
        let image = try unsafe decode(bytes, limits: limits, regions: examiner.regions)
        let decodeTime = start.duration(to: clock.now).seconds
        let assessment = examiner.examine(image.parts, width: image.facts.width, height: image.facts.height)
        return .judged(Judgement(image, assessment, decodeSeconds: decodeTime))
    } catch {
        return .refused(Refusal(error))
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// The child's side of a decoder process.
package enum DecoderService {
    /// Descriptors that `process_spawn` hands on.
    static let socket: Int32 = 3
    static let images: [Int32] = [4, 5]
    static let model: Int32 = 6

    /// Serves as `serve` does with the model at `model`, or the shipped one.
    package static func run(limits: DecodeLimits, memory: Int, hasModel: Bool) -> Int32 {
        guard let detector = loadDetector(hasModel: hasModel) else { return 1 }
        return serve(limits, memory: memory, with: detector)
    }

    /// Serves requests until the scanner closes its end; the result is the exit status.
    ///
    /// - Parameter memory: bytes of address space the process may take beyond what it has when it begins to serve.
    static func serve(_ limits: DecodeLimits, memory: Int, with detector: Detector) -> Int32 {
        process_keep_memory()
        let examiner = detector.makeExaminer()
        guard process_confine(memory) == 0 else { return 1 }
        var views = images.map { SharedView($0) }
        while let (slot, length) = nextRequest() {
            guard let bytes = unsafe views[slot].bytes(length) else { return 1 }
            #if DEBUG
                unsafe misbehaveIfAsked(bytes)
            #endif
            let finding = unsafe examine(bytes, limits: limits, with: examiner)
            let reply = finding.encoded
            guard unsafe send(socket, reply, reply.count, Int32(MSG_NOSIGNAL)) == reply.count else { return 0 }
        }
        return 0
    }

    private static func loadDetector(hasModel: Bool) -> Detector? {
        var bytes = Detector.shippedBytes()
        if hasModel {
            var status = stat()
            guard unsafe fstat(model, &status) == 0 else { return nil }
            let size = Int(status.st_size)
            bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                count = max(0, unsafe pread(model, buffer.baseAddress, size, 0))
            }
            close(model)
        }
        return try? Detector.load(bytes, digest: "")
    }

    /// Which buffer the next file is in, and its length; nil when the scanner is gone.
    private static func nextRequest() -> (slot: Int, length: Int)? {
        var words: (slot: UInt64, length: UInt64) = (0, 0)
        while true {
            let count = unsafe recv(socket, &words, 16, 0)
            if count < 0 && errno == EINTR { continue }
            guard count == 16, words.slot < images.count, let length = Int(exactly: words.length) else { return nil }
            return (Int(words.slot), length)
        }
    }

    #if DEBUG
        /// Lets tests see what becomes of a decoder that crashes, hangs or eats memory: a file ending in one of these words
        /// does that.  Debug builds only.
        private static func misbehaveIfAsked(_ bytes: UnsafeRawBufferPointer) {
            func ends(_ word: String) -> Bool { unsafe bytes.suffix(word.utf8.count).elementsEqual(word.utf8) }
            if ends("assay-test:crash") { kill(getpid(), SIGSEGV) }
            if ends("assay-test:hang") { while true { pause() } }
            if ends("assay-test:memory") {
                var hoard: [[UInt8]] = []
                while true { hoard.append([UInt8](repeating: 1, count: 64 << 20)) }
            }
        }
    #endif
}

/// The read-only mapping of an image buffer, renewed when the buffer has grown.
@safe private struct SharedView {
    private let descriptor: Int32
    private var mapping = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
        if count > (unsafe mapping.count) {
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0, Int(status.st_size) >= count else { return nil }
            if let base = unsafe mapping.baseAddress {
                unsafe munmap(UnsafeMutableRawPointer(mutating: base), mapping.count)
            }
            let size = Int(status.st_size)
            let address = unsafe mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0)
            guard let address = unsafe address, unsafe address != MAP_FAILED else { return nil }
            unsafe mapping = UnsafeRawBufferPointer(start: address, count: size)
        }
        return unsafe UnsafeRawBufferPointer(rebasing: mapping[0..<count])
    }
}
