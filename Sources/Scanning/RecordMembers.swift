// Records are read back by their keys alone: what is inside a value need not be understood to be skipped.

/// Steps over the members of one JSON object without reading what is inside their values.
package struct RecordMembers {
    private var rest: ArraySlice<UInt8>
    /// Whether the object was seen to its end.
    package private(set) var isWhole = false

    package init(_ line: ArraySlice<UInt8>) {
        rest = line
        if rest.popFirst() != UInt8(ascii: "{") { rest = [] }
    }

    /// The next key and the text of its value, nil at the end or where the text is no JSON object without spaces. A key that is longer than
    /// any of a record is empty: whoever looks it up would put its combining marks into order.
    package mutating func next() -> (key: String, value: ArraySlice<UInt8>)? {
        if rest.first == UInt8(ascii: ",") { rest = rest.dropFirst() }
        if rest.first == UInt8(ascii: "}") {
            isWhole = rest.count == 1
            return nil
        }
        guard let key = value(), key.first == UInt8(ascii: "\""), rest.popFirst() == UInt8(ascii: ":"),
            let value = value(), !value.isEmpty
        else { return nil }
        return (key.count > 100 ? "" : String(decoding: key.dropFirst().dropLast(), as: UTF8.self), value)
    }

    /// Everything up to the comma, colon or bracket that ends a value.
    private mutating func value() -> ArraySlice<UInt8>? {
        var depth = 0
        var isText = false
        var isEscaped = false
        for (index, byte) in zip(rest.indices, rest) {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: ":"):
                if depth == 0 {
                    defer { rest = rest[index...] }
                    return rest[..<index]
                }
                if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
            default: break
            }
        }
        return nil
    }
}
