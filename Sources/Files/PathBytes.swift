// Paths on Linux are bytes, not text; this type carries them unchanged from edge to edge.

/// The bytes of a path or of a command line argument, without a terminating zero.
package struct PathBytes: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package init(_ text: String) { bytes = Array(text.utf8) }

    /// As text, invalid UTF-8 replaced by U+FFFD.
    package var lossy: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether the bytes are valid UTF-8.
    package var isText: Bool { String(validating: bytes, as: UTF8.self) != nil }

    /// For terminals and messages: control characters (C0, DEL, C1) as `\xHH`, so that a name can't steer a terminal.
    package var escaped: String { lossy.escapingControls }

    /// The bytes after the last slash; trailing slashes are ignored.
    package var lastComponent: ArraySlice<UInt8> {
        let slash = UInt8(ascii: "/")
        let end = (bytes.lastIndex { $0 != slash } ?? -1) + 1
        let start = (bytes[..<end].lastIndex(of: slash) ?? -1) + 1
        return bytes[start..<end]
    }

    /// `self/name`, with exactly one slash between them; an empty path gives `name` alone.
    package func appending(_ name: some Collection<UInt8>) -> PathBytes {
        var joined = bytes
        if let last = joined.last, last != UInt8(ascii: "/") { joined.append(UInt8(ascii: "/")) }
        joined.append(contentsOf: name)
        return PathBytes(joined)
    }

    /// Calls `body` with a zero-terminated copy.
    package func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
        return unsafe terminated.withUnsafeBufferPointer { unsafe body($0.baseAddress.unsafelyUnwrapped) }
    }
}

extension String {
    /// The text with control characters (C0, DEL, C1) written as `\xHH`, and what can't be seen but changes what is (directions of
    /// writing, tags, separators of lines) as `\u{HHHH}`.
    package var escapingControls: String {
        var text = ""
        for scalar in unicodeScalars {
            let value = scalar.value
            if scalar.isInvisible {
                text += "\\u{" + String(value, radix: 16) + "}"
            } else if value < 0x20 || (0x7f...0x9f).contains(value) {
                let hex = String(value, radix: 16)
                text += "\\x" + (hex.count < 2 ? "0" : "") + hex
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Whether it shows nothing and is no part of how a script or an emoji is written.
    fileprivate var isInvisible: Bool {
        switch properties.generalCategory {
        case .format: value != 0x200C && value != 0x200D
        case .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
