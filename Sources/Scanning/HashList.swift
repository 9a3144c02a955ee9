// Hashes as the tools take them that look for known files and known pictures.

package import Files
internal import Glibc
internal import Imaging
internal import Inspection

/// Lines of hashes.
package enum HashList {
    /// A line as `sha256sum` and its kin write it and check it: what would break the line is escaped, and a backslash before the
    /// digest says so.
    package static func digest(_ digest: String, _ path: PathBytes) -> [UInt8] {
        let escapes: [UInt8: String] = [
            UInt8(ascii: "\n"): "\\n", UInt8(ascii: "\r"): "\\r", UInt8(ascii: "\\"): "\\\\",
        ]
        guard path.bytes.contains(where: { escapes[$0] != nil }) else {
            return Array("\(digest)  ".utf8) + path.bytes + [UInt8(ascii: "\n")]
        }
        let name = path.bytes.flatMap { byte in escapes[byte].map { Array($0.utf8) } ?? [byte] }
        return Array("\\\(digest)  ".utf8) + name + [UInt8(ascii: "\n")]
    }

    /// The line for a reader who must not be sent a name's control characters.
    package static func escaped(_ line: [UInt8]) -> [UInt8] {
        Array(String(decoding: line.dropLast(), as: UTF8.self).escapingControls.utf8) + [UInt8(ascii: "\n")]
    }

    /// `HASH,QUALITY,PATH` as PDQ's authors' hasher writes it. A path that would break the line is quoted as in RFC 4180.
    package static func pdq(_ hash: String, _ quality: Int, _ path: PathBytes) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        var name = path.bytes
        if name.contains(where: { $0 == quote || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            name = [quote] + name.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
        }
        return Array("\(hash),\(quality),".utf8) + name + [UInt8(ascii: "\n")]
    }
}

/// The sink of `assay hash --pdq`: lines in the order in which files were found, what has none on standard error.
package final class PerceptualHashSink: Sink {
    /// Where the lines go.
    package let lines: RecordSink
    private let isEscaped: Bool

    /// - Parameter isEscaped: whether the lines go to a terminal.
    package init(_ lines: RecordSink, isEscaped: Bool) { (self.lines, self.isEscaped) = (lines, isEscaped) }

    package func awaitTurn(_ sequence: Int) { lines.awaitTurn(sequence) }
    package func hasTurn(_ sequence: Int) -> Bool { lines.hasTurn(sequence) }

    package func deliver(_ sequence: Int, _ outcome: Outcome, _ json: inout JSONText) -> Bool {
        guard case .record(let record) = outcome else { return lines.deliver(sequence, outcome, &json) }
        let facts = record.finding.facts
        var line: [UInt8] = []
        if let hash = facts.text("pdq"), let quality = facts.integer("pdq_quality") {
            line = HashList.pdq(hash, quality, record.path)
            if isEscaped { line = HashList.escaped(line) }
        } else if let refusal = record.finding.refusal {
            let message = "assay: \(record.path.escaped): \(refusal.message.escapingControls)\n"
            // Nobody is left to be told of a failure.
            try? writeAll(Array(message.utf8), to: STDERR_FILENO)
        }
        return lines.deliver(sequence, line) { $0.count(record) }
    }
}

/// Digests of files one after the other, read in parts, so that no file is too large.
package struct DigestLister {
    private let kind: FileDigest
    private let digests: FileDigests
    private var buffer = [UInt8](repeating: 0, count: 1 << 20)

    package init(_ kind: FileDigest) {
        self.kind = kind
        digests = FileDigests([kind])
    }

    /// The file's line; nil for a file that is no picture by its first bytes and was not named.
    package mutating func line(_ file: FoundFile) throws(FileError) -> [UInt8]? {
        let open = try file.open()
        var isFirst = true
        while true {
            let count = try read(open)
            if isFirst, !file.isNamed, ImageFormat.sniff(Array(buffer[..<min(count, 4096)])) == nil { return nil }
            isFirst = false
            if count == 0 { break }
            unsafe buffer.withUnsafeBytes { unsafe digests.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        return HashList.digest(digests.finish()[kind] ?? "", file.path)
    }

    package func line(_ data: FoundData) -> [UInt8] {
        data.bytes.forEach { part in unsafe part.withUnsafeBytes { unsafe digests.update($0) } }
        return HashList.digest(digests.finish()[kind] ?? "", data.path)
    }

    private mutating func read(_ file: borrowing OpenFile) throws(FileError) -> Int {
        var failure: FileError?
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            do throws(FileError) {
                return try unsafe file.read(into: bytes)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure {
            // What was read of this file must not count for the next.
            _ = digests.finish()
            throw failure
        }
        return count
    }
}
