// How a confined process writes down what it found: plain bytes that its parent can check before it believes them.

/// Appends values to a message, integers and floating-point bits little-endian.
package struct WireWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func add(_ value: UInt64) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    package mutating func add(_ value: Int) { add(UInt64(bitPattern: Int64(value))) }
    package mutating func add(_ value: Double) { add(value.bitPattern) }
    package mutating func add(_ value: Bool) { bytes.append(value ? 1 : 0) }
    package mutating func add(byte: UInt8) { bytes.append(byte) }

    /// UTF-8; what is longer than `limit` bytes is cut between two characters.
    package mutating func add(_ text: String, limit: Int) {
        let cut = text.cut(toBytes: limit)
        add(cut.utf8.count)
        bytes.append(contentsOf: cut.utf8)
    }
}

/// A message that ends too early or holds what no confined process writes.
package struct WireError: Error {
    package init() {}
}

/// Reads values back; the bytes may come from a process that hostile bytes have taken over.
package struct WireReader {
    private let bytes: ArraySlice<UInt8>
    /// Of the next byte.
    private var place: Int

    package init(_ bytes: ArraySlice<UInt8>) { (self.bytes, place) = (bytes, bytes.startIndex) }

    package var isAtEnd: Bool { place == bytes.endIndex }

    /// What has not been read.
    var remainder: ArraySlice<UInt8> { bytes[place...] }

    package mutating func byte() throws(WireError) -> UInt8 {
        guard place < bytes.endIndex else { throw WireError() }
        defer { place += 1 }
        return bytes[place]
    }

    package mutating func word() throws(WireError) -> UInt64 {
        guard bytes.endIndex - place >= 8 else { throw WireError() }
        defer { place += 8 }
        var value: UInt64 = 0
        for offset in 0..<8 { value |= UInt64(bytes[place + offset]) << (8 * UInt64(offset)) }
        return value
    }

    package mutating func integer() throws(WireError) -> Int { Int(Int64(bitPattern: try word())) }

    /// A number of things that follow, each of at least one byte.
    package mutating func count(limit: Int) throws(WireError) -> Int {
        let count = try integer()
        guard count >= 0, count <= limit, count <= bytes.endIndex - place else { throw WireError() }
        return count
    }

    /// Never NaN or infinite.
    package mutating func number() throws(WireError) -> Double {
        let value = Double(bitPattern: try word())
        guard value.isFinite else { throw WireError() }
        return value
    }

    package mutating func boolean() throws(WireError) -> Bool {
        switch try byte() {
        case 0: false
        case 1: true
        default: throw WireError()
        }
    }

    /// At most `limit` bytes; what is no UTF-8 is repaired.
    package mutating func text(limit: Int) throws(WireError) -> String {
        let count = try count(limit: limit)
        defer { place += count }
        return String(decoding: bytes[place..<(place + count)], as: UTF8.self)
    }
}

extension String {
    /// The longest beginning of whole Unicode scalars that takes at most `limit` bytes as UTF-8.
    func cut(toBytes limit: Int) -> String {
        if utf8.count <= limit { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        while UTF8.isContinuation(utf8[end]) { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
