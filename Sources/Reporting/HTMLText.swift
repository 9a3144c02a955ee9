// Writes HTML in which nothing that a file is called or says of itself can become markup.

import Files

/// A growing HTML text: markup is ours, text is anybody's.
package struct HTMLText {
    /// UTF-8.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Markup, written as it is.
    package mutating func markup(_ markup: String) { bytes.append(contentsOf: markup.utf8) }

    mutating func markup(_ markup: [UInt8]) { bytes.append(contentsOf: markup) }

    /// Text, escaped for content and for quoted attributes; what can't be seen, or turns the direction of reading, is spelt out.
    package mutating func text(_ text: String) {
        for byte in text.visible.utf8 {
            switch byte {
            case UInt8(ascii: "&"): markup("&amp;")
            case UInt8(ascii: "<"): markup("&lt;")
            case UInt8(ascii: ">"): markup("&gt;")
            case UInt8(ascii: "\""): markup("&quot;")
            case UInt8(ascii: "'"): markup("&#39;")
            default: bytes.append(byte)
            }
        }
    }

    /// `<tag …>text</tag>`.
    package mutating func element(_ tag: String, _ text: String) {
        markup("<\(tag)>")
        self.text(text)
        markup("</\(tag.prefix { $0 != " " })>")
    }

    /// A paragraph of text.
    mutating func paragraph(_ text: String) {
        element("p", text)
        markup("\n")
    }
}

extension String {
    /// The text with controls, marks of direction and characters without width as `\u{…}`: with them a name could be shown as another.
    var visible: String {
        if utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return self }
        var shown = ""
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7f...0x9f, 0x61c, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}

extension Double {
    /// Fixed notation whatever the locale.
    package func fixed(_ decimals: Int) -> String {
        var json = JSONText()
        json.value(self, decimals: decimals)
        return json.text
    }

    /// As a percentage: `1.2 %`.
    package var percent: String { (100 * self).fixed(1) + " %" }
}

extension Int {
    /// Digits in groups of three: `12,345`.
    package var grouped: String {
        var text = ""
        for (place, digit) in String(magnitude).reversed().enumerated() {
            if place > 0 && place % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (self < 0 ? "-" : "") + String(text.reversed())
    }

    /// `1 file`, `2 files`.
    package func counted(_ noun: String) -> String { "\(grouped) \(noun)\(self == 1 ? "" : "s")" }
}
