// How a decoder process writes down what it found: plain bytes that the scanner can check before it believes them.

/// Appends values to a message, integers and floating-point bits little-endian.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ value: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }

    mutating func add(_ value: Int) { add(UInt64(bitPattern: Int64(value))) }
    mutating func add(_ value: Double) { add(value.bitPattern) }
    mutating func add(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// At most 512 bytes of UTF-8; longer texts are cut.
    mutating func add(_ text: String) {
        let cut = Array(text.utf8.prefix(512))
        add(cut.count)
        bytes.append(contentsOf: cut)
    }

    mutating func add(_ value: Int?) {
        add(value != nil)
        add(value ?? 0)
    }

    mutating func add(_ text: String?) {
        add(text != nil)
        add(text ?? "")
    }
}

/// A message that ends too early or holds what no decoder writes.
struct WireError: Error {}

/// Reads values back; the bytes may come from a process that hostile bytes have taken over.
struct WireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() throws(WireError) -> UInt8 {
        guard let byte = rest.popFirst() else { throw WireError() }
        return byte
    }

    mutating func word() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 8) { value |= UInt64(try byte()) << UInt64(shift) }
        return value
    }

    mutating func integer() throws(WireError) -> Int { Int(Int64(bitPattern: try word())) }

    /// Never NaN or infinite.
    mutating func number() throws(WireError) -> Double {
        let value = Double(bitPattern: try word())
        guard value.isFinite else { throw WireError() }
        return value
    }

    mutating func boolean() throws(WireError) -> Bool {
        switch try byte() {
        case 0: false
        case 1: true
        default: throw WireError()
        }
    }

    mutating func text() throws(WireError) -> String {
        let count = try integer()
        guard (0...512).contains(count), count <= rest.count else { throw WireError() }
        defer { rest = rest.dropFirst(count) }
        return String(decoding: rest.prefix(count), as: UTF8.self)
    }

    mutating func optionalInteger() throws(WireError) -> Int? {
        let isPresent = try boolean()
        let value = try integer()
        return isPresent ? value : nil
    }

    mutating func optionalText() throws(WireError) -> String? {
        let isPresent = try boolean()
        let value = try text()
        return isPresent ? value : nil
    }
}
