// The process that touches hostile bytes: it looks at the files it is handed, and can do nothing else.

internal import CProcess
internal import Detection
internal import Glibc
internal import Imaging
internal import Inspection

/// The child's side of a confined process.
package struct InspectionService {
    /// Descriptors that `process_spawn` hands on.
    private static let socket: Int32 = 3
    private static let files: Int32 = 4
    /// The memory for results if there is any; then the model if it is a file, then the rules if there are any.
    private static let first: Int32 = 5

    package init() {}

    /// Serves as `serve` does, with the model that the settings name; nil if no parent has sent settings.
    package func run() -> Int32? {
        guard let settings = settings() else { return nil }
        var next = InspectionService.first + (settings.results > 0 ? 1 : 0)
        var detector: Detector?
        switch settings.scoring {
        case .none: break
        case .shipped: detector = try? Detector.load(Detector.shippedBytes(), digest: Detector.shippedDigest)
        case .file: detector = file(&next).flatMap { try? Detector.load($0, digest: "") }
        }
        if settings.scoring != .none && detector == nil { return 1 }
        let rules = settings.hasRules ? file(&next).flatMap { try? RuleSettings(decoding: $0) } : nil
        if settings.hasRules && rules == nil { return 1 }
        return serve(settings, with: detector, rules)
    }

    /// Serves requests with `detector` and `rules` until the parent closes its end; the result is the exit status.
    func serve(with detector: Detector, _ rules: RuleSettings?) -> Int32 {
        guard let settings = settings() else { return 1 }
        return serve(settings, with: detector, rules)
    }

    private func serve(_ settings: SettingsMessage, with detector: Detector?, _ rules: RuleSettings?) -> Int32 {
        process_keep_memory()
        guard let results = unsafe mapResults(settings.results) else { return 1 }
        var inspector = unsafe Inspector(settings.limits, detector, settings.reading, rules: rules, results: results)
        for library in settings.libraries { library.load() }
        stopLoadingLibraries()
        guard process_confine(settings.memory, settings.isolation.rawValue, PROCESS_DECODES) == 0 else {
            return Int32(PROCESS_NOT_CONFINED)
        }
        var view = SharedView(InspectionService.files)
        while let first = nextRequest(waits: true) {
            var next: RequestMessage? = first
            while let message = next {
                guard let bytes = unsafe view.bytes(message.place) else { return 1 }
                #if DEBUG
                    unsafe Misbehaviour.show(bytes, socket: InspectionService.socket)
                #endif
                unsafe inspector.add(bytes, message.request)
                next = inspector.isFull ? nil : nextRequest(waits: false)
            }
            for finding in inspector.findings() {
                guard InspectionService.answer(AnswerMessage.encode(finding)) else { return 0 }
            }
        }
        return 0
    }

    static func answer(_ message: [UInt8]) -> Bool {
        var rest = message[...]
        while !rest.isEmpty {
            let part = rest.prefix(AnswerMessage.fragment)
            let sent = unsafe part.withUnsafeBytes {
                unsafe send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent == part.count else { return false }
            rest = rest.dropFirst(part.count)
        }
        return true
    }

    private func settings() -> SettingsMessage? {
        guard let message = InspectionService.receive(SettingsMessage.largest, waits: true) else { return nil }
        return try? SettingsMessage(decoding: message[...])
    }

    /// Before the filter: nothing that can be written is mapped afterwards.
    private func mapResults(_ size: Int) -> UnsafeMutableRawBufferPointer? {
        if size == 0 { return unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        let address = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, InspectionService.first, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else { return nil }
        close(InspectionService.first)
        return unsafe UnsafeMutableRawBufferPointer(start: address, count: size)
    }

    /// The bytes of the file that was handed on next.
    private func file(_ next: inout Int32) -> [UInt8]? {
        var status = stat()
        guard unsafe fstat(next, &status) == 0 else { return nil }
        let size = Int(status.st_size)
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = max(0, unsafe pread(next, buffer.baseAddress, size, 0))
        }
        close(next)
        next += 1
        return bytes
    }

    /// The next question; nil when the parent is gone, or has sent none and is not waited for.
    private func nextRequest(waits: Bool) -> RequestMessage? {
        guard let message = InspectionService.receive(RequestMessage.largest, waits: waits) else { return nil }
        return try? RequestMessage(decoding: message[...])
    }

    private static func receive(_ limit: Int, waits: Bool) -> [UInt8]? {
        let message = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            while true {
                let received = unsafe recv(socket, buffer.baseAddress, limit, waits ? 0 : Int32(MSG_DONTWAIT))
                if received < 0 && errno == EINTR { continue }
                count = max(0, received)
                return
            }
        }
        return message.isEmpty ? nil : message
    }
}

/// The read-only mapping of a buffer of files, renewed when the buffer has grown.
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
