// Which files an earlier run has recorded already, in 16 bytes each.

package import Files

/// Digests of path, size and time of modification of recorded files.
package struct ResumeIndex: Sendable {
    private struct Fingerprint: Hashable {
        let high: UInt64
        let low: UInt64
    }

    private var known: Set<Fingerprint> = []

    package init() {}

    /// Reads the records of `file`.  Lines that are no records, and records of files that could not be read, say nothing.
    package init(_ file: RecordFile) throws(FileError) {
        let digest = SHA256()
        var index = ResumeIndex()
        try file.forEachLine { line in
            if let fingerprint = ResumeIndex.fingerprint(ofLine: line, digest) { index.known.insert(fingerprint) }
        }
        self = index
    }

    package var count: Int { known.count }

    /// Whether a record exists for this state of the file.
    func contains(_ path: PathBytes, size: Int, modified: Timestamp) -> Bool {
        if known.isEmpty { return false }
        var json = JSONText()
        json.object {
            if path.isText { $0.member("path", path.lossy) } else { $0.member("pathBytes", path.bytes.base64) }
            $0.member("size", size)
            $0.member("modified", modified.text)
        }
        return ResumeIndex.fingerprint(ofLine: json.bytes[...], SHA256()).map(known.contains) ?? false
    }

    /// Digest of the values as they are written.  Records are always written the same way, so text can stand for value; a
    /// file of records that another program rewrote is at worst not recognised.
    private static func fingerprint(ofLine line: ArraySlice<UInt8>, _ digest: SHA256) -> Fingerprint? {
        var members = RecordMembers(line)
        var values: [String: ArraySlice<UInt8>] = [:]
        while let (key, value) = members.next() {
            if ["path", "pathBytes", "size", "modified"].contains(key) { values[key] = value }
        }
        let null = Array("null".utf8)
        guard members.isWhole, let size = values["size"], let modified = values["modified"], !size.elementsEqual(null),
            !modified.elementsEqual(null), let path = values["pathBytes"] ?? values["path"]
        else { return nil }
        digest.update([values["pathBytes"] == nil ? 0 : 1])
        for part in [path, size, modified] {
            digest.update(Array(part))
            digest.update([0])
        }
        let bytes = digest.finishBytes()
        func word(_ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        return Fingerprint(high: word(0), low: word(8))
    }
}

/// Steps over the members of one JSON object without reading what is inside their values.
package struct RecordMembers {
    private var rest: ArraySlice<UInt8>
    /// Whether the object was seen to its end.
    package private(set) var isWhole = false

    package init(_ line: ArraySlice<UInt8>) {
        rest = line
        if rest.popFirst() != UInt8(ascii: "{") { rest = [] }
    }

    /// The next key and the text of its value, nil at the end or where the text is no JSON object without spaces.
    package mutating func next() -> (key: String, value: ArraySlice<UInt8>)? {
        if rest.first == UInt8(ascii: ",") { rest = rest.dropFirst() }
        if rest.first == UInt8(ascii: "}") {
            isWhole = rest.count == 1
            return nil
        }
        guard let key = value(), key.first == UInt8(ascii: "\""), rest.popFirst() == UInt8(ascii: ":"),
            let value = value(), !value.isEmpty
        else { return nil }
        return (String(decoding: key.dropFirst().dropLast(), as: UTF8.self), value)
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
