// Manifests come from spreadsheets and scripts, so quoting is read exactly as RFC 4180 has it.

/// Records of a CSV text: fields separated by commas, lines ended by LF or CRLF, fields in double quotes may hold
/// commas, line ends and doubled quotes.
struct CSVReader {
    private let text: [UInt8]
    private var position = 0
    private var line = 1

    init(_ text: some Sequence<UInt8>) { self.text = Array(text) }

    /// The next record and the line it starts on; nil at the end. `path` is for the message of an error.
    mutating func record(_ path: String) throws(DatasetError) -> (line: Int, fields: [String])? {
        guard position < text.count else { return nil }
        let start = line
        var fields: [String] = []
        while true {
            fields.append(try field(path))
            guard position < text.count else { return (start, fields) }
            let byte = text[position]
            position += 1
            if byte == UInt8(ascii: "\n") {
                line += 1
                return (start, fields)
            }
        }
    }

    /// A field up to, not including, the comma or line feed that ends it. A carriage return before that is dropped.
    private mutating func field(_ path: String) throws(DatasetError) -> String {
        var bytes: [UInt8] = []
        if position < text.count, text[position] == UInt8(ascii: "\"") {
            let start = line
            position += 1
            while true {
                guard position < text.count else {
                    throw .badManifest(path: path, line: start, reason: "a quoted field is not closed")
                }
                let byte = text[position]
                position += 1
                if byte == UInt8(ascii: "\"") {
                    guard position < text.count, text[position] == UInt8(ascii: "\"") else { break }
                    position += 1
                }
                if byte == UInt8(ascii: "\n") { line += 1 }
                bytes.append(byte)
            }
            if position < text.count, text[position] == UInt8(ascii: "\r") { position += 1 }
            guard position == text.count || isEnd(text[position]) else {
                throw .badManifest(path: path, line: line, reason: "text follows a quoted field")
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        while position < text.count, !isEnd(text[position]) {
            if text[position] == UInt8(ascii: "\"") {
                throw .badManifest(path: path, line: line, reason: "a quote inside a field that is not quoted")
            }
            bytes.append(text[position])
            position += 1
        }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func isEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") }
}
