// JSON text to values in one pass: a program that reads its own model at every start can't wait for a general decoder to warm up.

extension JSONTree {
    /// Reads a whole text of UTF-8 (RFC 8259); nil if it is anything else, has a key twice in one object or one of more
    /// than 512 bytes, or is nested too deeply.
    package init?(_ bytes: [UInt8]) { self.init(bytes[...]) }

    package init?(_ bytes: ArraySlice<UInt8>) {
        var reader = JSONReader(bytes)
        guard let tree = reader.value(depth: 0), reader.isAtEnd else { return nil }
        self = tree
    }
}

/// A place in a JSON text.  Whatever reads there moves on to what follows, or says nil where the text is not JSON.
private struct JSONReader {
    /// No text of this program's comes near; who nests deeper wants the stack.
    private static let deepest = 100
    /// Bytes of a key. Tables put the combining marks of a key into order, at the square of their number.
    private static let longestKey = 512

    private let bytes: ArraySlice<UInt8>
    private var place: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        place = bytes.startIndex
    }

    /// Whether nothing is left but white space.
    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return place == bytes.endIndex
        }
    }

    mutating func value(depth: Int) -> JSONTree? {
        guard depth < JSONReader.deepest else { return nil }
        skipSpace()
        guard place < bytes.endIndex else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "{"): return object(depth)
        case UInt8(ascii: "["): return list(depth)
        case UInt8(ascii: "\""): return text().map { .text($0) }
        case UInt8(ascii: "t"): return word("true") ? .truth(true) : nil
        case UInt8(ascii: "f"): return word("false") ? .truth(false) : nil
        case UInt8(ascii: "n"): return word("null") ? .null : nil
        default: return number()
        }
    }

    // MARK: containers

    private mutating func object(_ depth: Int) -> JSONTree? {
        place += 1
        var members: [String: JSONTree] = [:]
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard place < bytes.endIndex, bytes[place] == UInt8(ascii: "\""), let key = text(),
                key.utf8.count <= JSONReader.longestKey, take(":"),
                let value = value(depth: depth + 1), members.updateValue(value, forKey: key) == nil
            else { return nil }
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func list(_ depth: Int) -> JSONTree? {
        place += 1
        var values: [JSONTree] = []
        if take("]") { return .list(values) }
        repeat {
            guard let value = value(depth: depth + 1) else { return nil }
            values.append(value)
        } while take(",")
        return take("]") ? .list(values) : nil
    }

    private mutating func skipSpace() {
        while place < bytes.endIndex, bytes[place] <= 0x20 {
            guard [0x20, 0x0A, 0x0D, 0x09].contains(bytes[place]) else { return }
            place += 1
        }
    }

    /// Moves past white space and `sign`, if that is what comes.
    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        skipSpace()
        guard place < bytes.endIndex, bytes[place] == UInt8(ascii: sign) else { return false }
        place += 1
        return true
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let end = place + word.utf8CodeUnitCount
        guard end <= bytes.endIndex else { return false }
        let isThere = unsafe bytes[place..<end].elementsEqual(
            UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        place = end
        return isThere
    }

    // MARK: numbers

    /// A whole number if it is written as one and fits, else the nearest number of 64 bits; nil beyond the largest.
    private mutating func number() -> JSONTree? {
        let start = place
        if place < bytes.endIndex, bytes[place] == UInt8(ascii: "-") { place += 1 }
        let first = place
        guard digits() else { return nil }
        guard bytes[first] != UInt8(ascii: "0") || place == first + 1 else { return nil }
        var isWhole = true
        if place < bytes.endIndex, bytes[place] == UInt8(ascii: ".") {
            place += 1
            isWhole = false
            guard digits() else { return nil }
        }
        if place < bytes.endIndex, bytes[place] | 0x20 == UInt8(ascii: "e") {
            place += 1
            isWhole = false
            if place < bytes.endIndex, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[place]) { place += 1 }
            guard digits() else { return nil }
        }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        if isWhole, let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { return nil }
        return .number(number)
    }

    private mutating func digits() -> Bool {
        let start = place
        while place < bytes.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) { place += 1 }
        return place > start
    }

    // MARK: texts

    private mutating func text() -> String? {
        place += 1
        let start = place
        while place < bytes.endIndex, bytes[place] >= 0x20 {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                defer { place += 1 }
                return String(validating: bytes[start..<place], as: UTF8.self)
            case UInt8(ascii: "\\"): return escapedText(after: bytes[start..<place])
            default: place += 1
            }
        }
        return nil
    }

    /// The text that begins with `head` and goes on with the escape that comes next.
    private mutating func escapedText(after head: ArraySlice<UInt8>) -> String? {
        var text = Array(head)
        while place < bytes.endIndex {
            let start = place
            while place < bytes.endIndex, bytes[place] >= 0x20, bytes[place] != UInt8(ascii: "\""),
                bytes[place] != UInt8(ascii: "\\")
            { place += 1 }
            text.append(contentsOf: bytes[start..<place])
            guard place < bytes.endIndex, bytes[place] >= 0x20 else { return nil }
            place += 1
            if bytes[place - 1] == UInt8(ascii: "\"") { return String(validating: text, as: UTF8.self) }
            guard let scalar = escape() else { return nil }
            text.append(contentsOf: String(Character(scalar)).utf8)
        }
        return nil
    }

    /// What stands after a backslash, for the character that it means.
    private mutating func escape() -> Unicode.Scalar? {
        guard place < bytes.endIndex else { return nil }
        defer { place += 1 }
        switch bytes[place] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return codePoint()
        default: return nil
        }
    }

    /// The code point whose four digits follow the `u` here, and those of its other half where it has two.  Ends on the last digit.
    private mutating func codePoint() -> Unicode.Scalar? {
        guard let unit = hexadecimal() else { return nil }
        guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) }
        guard place + 2 < bytes.endIndex, bytes[place + 1] == UInt8(ascii: "\\"), bytes[place + 2] == UInt8(ascii: "u")
        else { return nil }
        place += 2
        guard let trail = hexadecimal(), UTF16.isTrailSurrogate(trail) else { return nil }
        return Unicode.Scalar(0x10000 + (UInt32(unit) & 0x3FF) << 10 + UInt32(trail) & 0x3FF)
    }

    private mutating func hexadecimal() -> UInt16? {
        guard place + 4 < bytes.endIndex else { return nil }
        var unit: UInt16 = 0
        for digit in bytes[(place + 1)...(place + 4)] {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(value)
        }
        place += 4
        return unit
    }
}
