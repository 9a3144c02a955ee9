// Finds out which facts a rule asks for, which the compiled form does not tell, so that an explanation can show their values.

/// The identifiers in a text of rules, told by rule.
///
/// No second compiler: the text has been compiled, so that it is enough to tell names from strings, comments and patterns.
package struct RuleText {
    /// For each rule the names between its braces, each once, in the order of their first use.
    package private(set) var names: [String: [String]] = [:]
    private var rest: ArraySlice<UInt8>
    /// The last byte that is no space, and whether the last name was `matches`, which a pattern follows.
    private var last: UInt8 = 0
    private var isAfterMatches = false

    package init(_ text: [UInt8]) {
        rest = text[...]
        var rule: String?
        var depth = 0
        var isNamed = false
        while let token = next() {
            switch token {
            case .name("rule") where depth == 0: isNamed = true
            case .name(let name) where depth == 0 && isNamed:
                (rule, isNamed) = (name, false)
                names[name] = []
            case .name(let name):
                if depth > 0, let rule, names[rule]?.contains(name) == false { names[rule]?.append(name) }
            case .other(UInt8(ascii: "{")): depth += 1
            case .other(UInt8(ascii: "}")): depth -= 1
            case .other: break
            }
        }
    }

    private enum Token: Equatable {
        case name(String)
        case other(UInt8)
    }

    private mutating func next() -> Token? {
        while let byte = rest.popFirst() {
            defer { if byte > 0x20 { last = byte } }
            switch byte {
            case UInt8(ascii: "\""): skip(to: byte)
            case UInt8(ascii: "/") where rest.first == byte: rest = rest.drop { $0 != UInt8(ascii: "\n") }
            case UInt8(ascii: "/") where rest.first == UInt8(ascii: "*"): skipComment()
            // A division has a value before it.
            case UInt8(ascii: "/") where isAfterMatches || !RuleText.endsValue(last):
                isAfterMatches = false
                skip(to: byte)
            // The bytes of a hexadecimal string.
            case UInt8(ascii: "{") where last == UInt8(ascii: "="):
                rest = rest.drop { $0 != UInt8(ascii: "}") }.dropFirst()
            // Strings of the rule, their counts, offsets and lengths.
            case UInt8(ascii: "$"), UInt8(ascii: "#"), UInt8(ascii: "@"):
                rest = rest.drop { RuleText.isLetter($0) }
            case UInt8(ascii: "0")...UInt8(ascii: "9"): rest = rest.drop { RuleText.isLetter($0) }
            default:
                guard RuleText.isLetter(byte) else { return .other(byte) }
                let name = [byte] + rest.prefix { RuleText.isLetter($0) }
                rest = rest.dropFirst(name.count - 1)
                isAfterMatches = name.elementsEqual("matches".utf8)
                return .name(String(decoding: name, as: UTF8.self))
            }
        }
        return nil
    }

    private mutating func skip(to end: UInt8) {
        while let byte = rest.popFirst(), byte != end {
            if byte == UInt8(ascii: "\\") { _ = rest.popFirst() }
        }
    }

    private mutating func skipComment() {
        var before: UInt8 = 0
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "/") && before == UInt8(ascii: "*") { return }
            before = byte
        }
    }

    private static func endsValue(_ byte: UInt8) -> Bool {
        isLetter(byte) || byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x5F
    }
}
