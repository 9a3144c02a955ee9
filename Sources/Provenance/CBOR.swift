// Reads CBOR by libcbor's streaming decoder, one head at a time, so that depth, number and size are ours to bound.

internal import CCBOR

/// A CBOR item (RFC 8949).
indirect enum CBOR: Equatable, Sendable {
    case integer(Int)
    case bytes([UInt8])
    case text(String)
    case array([CBOR])
    /// Pairs as they stand; keys of manifests are texts or small numbers.
    case map([Pair])
    case tagged(Int, CBOR)
    case boolean(Bool)
    case number(Double)
    case null

    struct Pair: Equatable, Sendable {
        var key: CBOR
        var value: CBOR
    }

    /// The item that `bytes` is, with nothing behind it.
    init(_ bytes: [UInt8], _ limits: ReadLimits) throws(ReadError) {
        var reader = CBORReader(bytes, limits)
        self = try reader.item(depth: 0)
        guard reader.isAtEnd else { throw .invalid("bytes behind a CBOR item") }
    }

    subscript(_ key: String) -> CBOR? { member(.text(key)) }
    subscript(_ key: Int) -> CBOR? { member(.integer(key)) }

    private func member(_ key: CBOR) -> CBOR? {
        guard case .map(let pairs) = self else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    var text: String? { if case .text(let value) = self { value } else { nil } }
    var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    var bytes: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }
    var array: [CBOR]? { if case .array(let value) = self { value } else { nil } }
}

/// What libcbor's decoder says of one head.
private enum CBORHead {
    case item(CBOR)
    case array(Int?), map(Int?), tag(Int)
    case byteChunks, textChunks, end
    case tooLarge
}

/// Builds items from heads.
private struct CBORReader {
    private let bytes: [UInt8]
    private let limits: ReadLimits
    private var offset = 0
    private var nodes = 0
    private let callbacks = unsafe CBORReader.makeCallbacks()

    init(_ bytes: [UInt8], _ limits: ReadLimits) { (self.bytes, self.limits) = (bytes, limits) }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func item(depth: Int) throws(ReadError) -> CBOR {
        guard let item = try itemOrEnd(depth: depth) else { throw .invalid("a CBOR item ends where none began") }
        return item
    }

    /// Nil at the end of a container of unknown length.
    private mutating func itemOrEnd(depth: Int) throws(ReadError) -> CBOR? {
        guard depth < limits.maxDepth else { throw .limit("CBOR nested deeper than the limit") }
        switch try head() {
        case .item(let item): return item
        case .end: return nil
        case .tooLarge: throw .invalid("a CBOR number that no manifest has")
        case .tag(let number): return .tagged(number, try item(depth: depth + 1))
        case .byteChunks:
            var whole: [UInt8] = []
            while let part = try itemOrEnd(depth: depth + 1) {
                guard case .bytes(let bytes) = part else { throw .invalid("a CBOR string of mixed pieces") }
                whole += bytes
            }
            return .bytes(whole)
        case .textChunks:
            var whole = ""
            while let part = try itemOrEnd(depth: depth + 1) {
                guard case .text(let text) = part else { throw .invalid("a CBOR string of mixed pieces") }
                whole += text
            }
            return .text(whole)
        case .array(let count):
            var items: [CBOR] = []
            while items.count != count, let item = try itemOrEnd(depth: depth + 1) { items.append(item) }
            guard count == nil || items.count == count else { throw .invalid("a CBOR array is cut off") }
            return .array(items)
        case .map(let count):
            var pairs: [CBOR.Pair] = []
            while pairs.count != count, let key = try itemOrEnd(depth: depth + 1) {
                pairs.append(CBOR.Pair(key: key, value: try item(depth: depth + 1)))
            }
            guard count == nil || pairs.count == count else { throw .invalid("a CBOR map is cut off") }
            return .map(pairs)
        }
    }

    /// The next head; a string comes with its bytes.
    private mutating func head() throws(ReadError) -> CBORHead {
        nodes += 1
        guard nodes <= limits.maxNodes else { throw .limit("more CBOR items than the limit") }
        // libcbor before 0.10 refuses the one-byte tags that had no meaning when it was written, that of COSE among them.
        if offset < bytes.count, (0xC0...0xD7).contains(bytes[offset]) {
            offset += 1
            return .tag(Int(bytes[offset - 1] & 0x1F))
        }
        var head: CBORHead?
        let place = offset
        let result = unsafe withUnsafeMutablePointer(to: &head) { head in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe withUnsafePointer(to: callbacks) { callbacks in
                    guard let base = bytes.baseAddress else { return cbor_decoder_result() }
                    return unsafe cbor_stream_decode(base + place, bytes.count - place, callbacks, head)
                }
            }
        }
        guard result.status == CBOR_DECODER_FINISHED, result.read > 0, let head else {
            throw .invalid(result.status == CBOR_DECODER_NEDATA ? "CBOR is cut off" : "no CBOR")
        }
        offset += Int(result.read)
        return head
    }

    @unsafe private static func makeCallbacks() -> cbor_callbacks {
        unsafe cbor_callbacks(
            uint8: { unsafe deliver($0, integer(UInt64($1))) },
            uint16: { unsafe deliver($0, integer(UInt64($1))) },
            uint32: { unsafe deliver($0, integer(UInt64($1))) },
            uint64: { unsafe deliver($0, integer($1)) },
            negint64: { unsafe deliver($0, negative($1)) },
            negint32: { unsafe deliver($0, negative(UInt64($1))) },
            negint16: { unsafe deliver($0, negative(UInt64($1))) },
            negint8: { unsafe deliver($0, negative(UInt64($1))) },
            byte_string_start: { unsafe deliver($0, .byteChunks) },
            byte_string: { unsafe deliver($0, .item(.bytes(Array(UnsafeBufferPointer(start: $1, count: Int($2)))))) },
            string: {
                let text = unsafe UnsafeBufferPointer(start: $1, count: Int($2))
                unsafe deliver($0, .item(.text(String(decoding: text, as: UTF8.self))))
            },
            string_start: { unsafe deliver($0, .textChunks) },
            indef_array_start: { unsafe deliver($0, .array(nil)) },
            array_start: { unsafe deliver($0, Int(exactly: $1).map { .array($0) } ?? .tooLarge) },
            indef_map_start: { unsafe deliver($0, .map(nil)) },
            map_start: { unsafe deliver($0, Int(exactly: $1).map { .map($0) } ?? .tooLarge) },
            tag: { unsafe deliver($0, Int(exactly: $1).map { .tag($0) } ?? .tooLarge) },
            float2: { unsafe deliver($0, .item(.number(Double($1)))) },
            float4: { unsafe deliver($0, .item(.number(Double($1)))) },
            float8: { unsafe deliver($0, .item(.number($1))) },
            undefined: { unsafe deliver($0, .item(.null)) },
            null: { unsafe deliver($0, .item(.null)) },
            boolean: { unsafe deliver($0, .item(.boolean($1))) },
            indef_break: { unsafe deliver($0, .end) })
    }
}

// What callbacks call: C functions, which carry nothing with them but the place of the head.

@unsafe private func deliver(_ head: UnsafeMutableRawPointer?, _ value: CBORHead) {
    unsafe head!.assumingMemoryBound(to: CBORHead?.self).pointee = value
}

private func integer(_ value: UInt64) -> CBORHead { Int(exactly: value).map { .item(.integer($0)) } ?? .tooLarge }

private func negative(_ value: UInt64) -> CBORHead { Int(exactly: value).map { .item(.integer(-1 - $0)) } ?? .tooLarge }
