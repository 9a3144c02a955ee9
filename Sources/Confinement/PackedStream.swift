// What was packed as one stream of bytes: for the process that may do nothing else, and for tests.

internal import CUnpack

/// What unpacks the bytes of one packing.
@safe final class Decompressor {
    enum Status {
        case goesOn
        /// Behind the last byte of what was packed in one go.
        case ends
        case fails(PackedFault)
    }

    private let stream: OpaquePointer

    /// Loads what unpacks; false where it is missing.
    static func load(_ packing: unpack_packing) -> Bool { unpack_stream_load(packing) == 1 }

    init(_ packing: unpack_packing) throws(PackedFault) {
        guard Decompressor.load(packing) else {
            throw PackedFault(kind: .unsupported, message: "whose library is missing", isOver: true)
        }
        guard let opened = unsafe unpack_stream_open(packing) else {
            throw PackedFault(kind: .noMemory, message: "", isOver: true)
        }
        unsafe stream = opened
    }

    deinit { unsafe unpack_stream_close(stream) }

    /// Before anything is unpacked, and before what was packed for itself and put behind something else.
    func begin() throws(PackedFault) {
        if case .fails(let fault) = status(unsafe unpack_stream_begin(stream)) { throw fault }
    }

    /// Takes some of `input` and gives some bytes, which count whatever the status says. It wants more if it does neither.
    func step(_ input: ArraySlice<UInt8>, into room: inout [UInt8]) -> (status: Status, taken: Int, given: Int) {
        var step = unsafe unpack_step()
        let result = unsafe input.withUnsafeBufferPointer { input in
            unsafe room.withUnsafeMutableBufferPointer { room in
                unsafe (step.input, step.available) = (input.baseAddress, input.count)
                unsafe (step.output, step.room) = (room.baseAddress, room.count)
                return unsafe unpack_stream_step(stream, &step)
            }
        }
        return unsafe (status(result), step.taken, step.given)
    }

    private func status(_ result: unpack_status) -> Status {
        let kind: PackedFault.Kind
        switch result {
        case UNPACK_OK: return .goesOn
        case UNPACK_END: return .ends
        case UNPACK_NO_MEMORY: kind = .noMemory
        case UNPACK_UNSUPPORTED: kind = .unsupported
        default: kind = .corrupt
        }
        return .fails(
            PackedFault(kind: kind, message: unsafe String(cString: unpack_stream_message(stream)), isOver: true))
    }
}

/// A cursor over the bytes that were packed, of one part or of several that were put one behind the other.
///
/// Every byte comes out that was unpacked before what stands against more, and only then that is told.
final class PackedStream {
    let input: PackedInput
    private let packing: unpack_packing
    private let decompressor: Decompressor
    private var room = [UInt8](repeating: 0, count: 1 << 16)
    private var parts = 0
    /// Bytes that the present part has given.
    private var given = 0
    private var isBetweenParts = true
    private var fault: PackedFault?

    init(_ packing: unpack_packing, _ input: PackedInput) throws(PackedFault) {
        (self.packing, self.input) = (packing, input)
        decompressor = try Decompressor(packing)
    }

    /// The next bytes; none at the end.
    func read() throws(PackedFault) -> [UInt8] {
        if let fault { throw fault }
        while true {
            let hasMore = try input.refill()
            if isBetweenParts {
                guard try beginsAnother(hasMore) else { return [] }
            }
            let (status, taken, count) = decompressor.step(input.rest, into: &room)
            input.use(taken)
            given += count
            switch status {
            case .goesOn:
                if taken == 0 && count == 0 {
                    fault = PackedFault(kind: hasMore ? .corrupt : .truncated, message: "", isOver: true)
                }
            case .ends: isBetweenParts = true
            case .fails(let failure):
                fault = failure
                if parts > 1 && given == 0, case .corrupt = failure.kind {
                    fault = PackedStream.somethingBehind
                }
            }
            if count > 0 { return Array(room[..<count]) }
            if let fault { throw fault }
        }
    }

    private static let somethingBehind = PackedFault.corruptArchive("something behind the end of the packed data")

    /// Begins a part, if there is one. Zeros fill a tape; between and behind parts of an xz stand four or a multiple (xz-file-format.txt, 2.2).
    private func beginsAnother(_ hasMore: Bool) throws(PackedFault) -> Bool {
        var (more, padding) = (hasMore, 0)
        while more {
            let zeros = parts == 0 ? 0 : input.rest.prefix { $0 == 0 }.count
            let isAll = zeros == input.rest.count
            input.use(zeros)
            padding += zeros
            if !isAll {
                if parts > 0 && packing == UNPACK_LZMA { throw PackedStream.somethingBehind }
                try checkPadding(padding)
                try decompressor.begin()
                (parts, given, isBetweenParts) = (parts + 1, 0, false)
                return true
            }
            more = try input.refill()
        }
        try checkPadding(padding)
        return false
    }

    private func checkPadding(_ count: Int) throws(PackedFault) {
        guard packing == UNPACK_XZ && count % 4 != 0 else { return }
        throw .corruptArchive("\(count) zeros behind xz data, which is no multiple of four")
    }
}
