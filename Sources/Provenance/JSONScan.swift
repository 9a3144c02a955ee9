// Passes over JSON that a generator has left, without building anything from it: key paths and texts are all that is asked for.

/// The scalar members of a JSON text, one after the other.
struct JSONScan {
    private let bytes: [UInt8]
    private let limits: ReadLimits
    private var offset = 0
    /// For each open container the key that it stands under; an empty one in an array.
    private(set) var keys: [String] = []
    private var isArray: [Bool] = []

    init(_ text: String, _ limits: ReadLimits) {
        bytes = Array(text.utf8)
        self.limits = limits
    }

    /// Whether the text is JSON of an object, told from its first character.
    static func isObject(_ text: String) -> Bool { text.utf8.first { $0 > 0x20 } == UInt8(ascii: "{") }

    /// Calls `body` with every member: depth (1 for the outermost object), its key (empty for elements of arrays), and its text,
    /// which is nil for containers and empty for numbers and the like. False: the text is no JSON, or too deep.
    mutating func forEach(_ body: (Int, String, String?) -> Void) -> Bool {
        var key = ""
        while true {
            skip(JSONScan.separators)
            guard offset < bytes.count else { return keys.isEmpty }
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard keys.count < limits.maxDepth else { return false }
                if !keys.isEmpty { body(keys.count, isArray.last == true ? "" : key, nil) }
                keys.append(key)
                isArray.append(byte == UInt8(ascii: "["))
                offset += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard let wasArray = isArray.popLast(), let outer = keys.popLast(),
                    wasArray == (byte == UInt8(ascii: "]"))
                else { return false }
                key = outer
                offset += 1
                if keys.isEmpty { return true }
            case UInt8(ascii: "\""):
                guard !keys.isEmpty, let text = string() else { return false }
                skip(JSONScan.spaces)
                if isArray.last == false, offset < bytes.count, bytes[offset] == UInt8(ascii: ":") {
                    // No known key is as long, and comparing takes the square of a key's length where it is all combining marks.
                    key = text.utf8.count <= 100 ? text : ""
                } else {
                    body(keys.count, isArray.last == true ? "" : key, text)
                }
            default:
                guard !keys.isEmpty else { return false }
                let start = offset
                while offset < bytes.count, !JSONScan.ends.contains(bytes[offset]) { offset += 1 }
                guard offset > start else { return false }
                body(keys.count, isArray.last == true ? "" : key, "")
            }
        }
    }

    private static let spaces: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
    private static let separators = spaces + ",:".utf8
    private static let ends = Set<UInt8>([0x20, 0x09, 0x0A, 0x0D] + Array(",]}{[\":".utf8))

    private mutating func skip(_ set: [UInt8]) {
        while offset < bytes.count, set.contains(bytes[offset]) { offset += 1 }
    }

    /// The text at the quotation mark where the scan stands; escapes of code points become a mark of their own.
    private mutating func string() -> String? {
        var text: [UInt8] = []
        offset += 1
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\") else {
                if text.count < limits.maxPromptBytes { text.append(byte) }
                continue
            }
            guard offset < bytes.count else { return nil }
            let escaped = bytes[offset]
            offset += 1
            switch escaped {
            case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): text.append(UInt8(ascii: " "))
            case UInt8(ascii: "u"):
                let digits = String(decoding: bytes[offset..<min(offset + 4, bytes.count)], as: UTF8.self)
                offset = min(offset + 4, bytes.count)
                let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"
                text.append(contentsOf: String(Character(scalar)).utf8)
            default: text.append(escaped)
            }
        }
        return nil
    }
}
