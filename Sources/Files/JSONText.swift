// Writes JSON straight into a byte buffer: no Foundation, no locale, no NaN, commas in the right places.

/// A growing JSON text.  Values are written in order; commas and colons come by themselves:
///
///     var json = JSONText()
///     json.object {
///         $0.member("path", "a.jpg")
///         $0.member("scores") { $0.member("fused", 0.98, decimals: 4) }
///         $0.list("reasons") { $0.value("rule:x") }
///     }
///     json.endLine()
package struct JSONText {
    /// The text so far, UTF-8.
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    /// Forgets the text but keeps the buffer.
    package mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// The text so far as a string.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    // MARK: containers

    package mutating func object(_ body: (inout JSONText) -> Void) { enclose("{", "}", body) }
    package mutating func array(_ body: (inout JSONText) -> Void) { enclose("[", "]", body) }

    /// A member whose value is an object.
    package mutating func member(_ key: String, _ body: (inout JSONText) -> Void) {
        name(key)
        object(body)
    }

    /// Begins an object that `endObject` ends, for writers that don't know at the beginning where that is.
    package mutating func beginObject(_ key: String? = nil) {
        if let key { name(key) }
        separate()
        append("{")
        needsComma = false
    }

    package mutating func endObject() {
        append("}")
        needsComma = true
    }

    /// The next value written is that of this member.
    package mutating func key(_ key: String) { name(key) }

    /// A member whose value is an array.
    package mutating func list(_ key: String, _ body: (inout JSONText) -> Void) {
        name(key)
        array(body)
    }

    // MARK: members

    package mutating func member(_ key: String, _ value: String?) { name(key); self.value(value) }
    package mutating func member(_ key: String, _ value: Int?) { name(key); self.value(value) }
    package mutating func member(_ key: String, _ value: Bool?) { name(key); self.value(value) }
    package mutating func member(_ key: String, _ value: Double?) { name(key); self.value(value) }
    package mutating func member(_ key: String, _ value: Double?, decimals: Int) {
        name(key)
        self.value(value, decimals: decimals)
    }

    // MARK: values

    package mutating func null() {
        separate()
        append("null")
        needsComma = true
    }

    package mutating func value(_ value: String?) {
        guard let value else { return null() }
        separate()
        quote(value)
        needsComma = true
    }

    package mutating func value(_ value: Int?) {
        guard let value else { return null() }
        separate()
        append(digits: value)
        needsComma = true
    }

    package mutating func value(_ value: Bool?) {
        guard let value else { return null() }
        separate()
        append(value ? "true" : "false")
        needsComma = true
    }

    /// The shortest digits that read back as the same number; null for what JSON has no number for.
    package mutating func value(_ value: Double?) {
        guard let value, value.isFinite else { return null() }
        separate()
        bytes.append(contentsOf: value.description.utf8)
        needsComma = true
    }

    /// Fixed notation with exactly `decimals` (0…9) digits after the point, rounded to nearest (ties away from zero);
    /// null for what JSON has no number for or what passes 2^62 in units of the last digit.
    package mutating func value(_ value: Double?, decimals: Int) {
        var scale = 1
        for _ in 0..<decimals { scale *= 10 }
        guard let value, value.isFinite, abs(value) * Double(scale) < 4.6e18 else { return null() }
        let units = Int((abs(value) * Double(scale)).rounded())
        separate()
        if value < 0 && units > 0 { append("-") }
        append(digits: units / scale)
        if decimals > 0 {
            append(".")
            var place = scale / 10
            while place > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(units / place % 10))
                place /= 10
            }
        }
        needsComma = true
    }

    /// Ends a line of JSON lines.
    package mutating func endLine() {
        append("\n")
        needsComma = false
    }

    // MARK: pieces

    private mutating func enclose(_ open: StaticString, _ close: StaticString, _ body: (inout JSONText) -> Void) {
        separate()
        append(open)
        needsComma = false
        body(&self)
        append(close)
        needsComma = true
    }

    private mutating func name(_ key: String) {
        separate()
        quote(key)
        append(":")
        needsComma = false
    }

    private mutating func separate() { if needsComma { append(",") } }

    private mutating func append(_ text: StaticString) {
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(digits value: Int) { bytes.append(contentsOf: String(value).utf8) }

    /// Quotes and escapes; C0 and C1 controls and DEL are escaped too, so that a line is safe on a terminal. What needs no escape, as
    /// nearly all, is taken over in one piece.
    private mutating func quote(_ text: String) {
        var text = text
        append("\"")
        text.withUTF8 { utf8 in
            var (place, written) = (0, 0)
            while place < utf8.count {
                let byte = unsafe utf8[place]
                defer { place += 1 }
                switch byte {
                case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7f: break
                // The first of the two bytes of a C1 control.
                case 0xc2:
                    guard place + 1 < utf8.count, (0x80...0x9f).contains(unsafe utf8[place + 1]) else { continue }
                default: continue
                }
                unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[written..<place]))
                if byte == 0xc2 { place += 1 }
                escape(unsafe utf8[place])
                written = place + 1
            }
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[written...]))
        }
        append("\"")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case UInt8(ascii: "\n"): append("\\n")
        case UInt8(ascii: "\r"): append("\\r")
        case UInt8(ascii: "\t"): append("\\t")
        default:
            append("\\u00")
            bytes.append(contentsOf: [byte].hexadecimal.utf8)
        }
    }
}
