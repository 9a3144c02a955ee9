// Writes what members of other archives are as a tar stream, so that there is one way to read members, whatever they come from.

/// The headers of a pax stream (POSIX.1-2017) for `TarReader`, which is told to expect what only this stream says: how large a member is of
/// which but the beginning is there, and why one has no bytes.
package enum TarWriter {
    /// Keys of pax records, which begin with a vendor's name where they are no standard's.
    static let wholeSize = "ASSAY.size"
    static let refusal = "ASSAY.refusal"
    /// Bytes of a reason.
    private static let longestReason = 200
    private static let block = 512

    /// What stands before the first `sent` bytes of a member's content; for a refused one they are none.
    package static func header(_ member: TarMember, sent: Int) -> [UInt8] {
        var fields = record("path", member.name.bytes) + record("size", sent)
        if member.size > sent { fields += record(wholeSize, member.size) }
        if let time = member.modified, time.seconds >= 0 {
            let fraction = String(1_000_000_000 + time.nanoseconds).dropFirst()
            fields += record("mtime", Array("\(time.seconds).\(fraction)".utf8))
        }
        var type = UInt8(ascii: "0")
        switch member.kind {
        case .file: break
        case .directory: type = UInt8(ascii: "5")
        case .other: type = UInt8(ascii: "2")
        case .refused(let error): fields += record(refusal, word(error))
        }
        return headerBlock(type: UInt8(ascii: "x"), size: fields.count) + fields + padding(fields.count)
            + headerBlock(type: type, size: sent)
    }

    /// What stands behind `count` bytes of content.
    package static func padding(_ count: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: (block - count % block) % block)
    }

    /// The mark of the end.
    package static let end = [UInt8](repeating: 0, count: 2 * block)

    /// A member is known by the record before it; its own header has what a program needs that knows no such records.
    private static func headerBlock(type: UInt8, size: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: block)
        func put(_ text: String, at place: Int) {
            header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
        }
        put("member", at: 0)
        put("0000400", at: 100)
        put(String(String(1 << 33 | min(size, 1 << 33 - 1), radix: 8).dropFirst()), at: 124)
        put("00000000000", at: 136)
        header[156] = type
        put("ustar\u{0}00", at: 257)
        put("        ", at: 148)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(String(String(1 << 18 | sum, radix: 8).dropFirst()) + "\u{0} ", at: 148)
        return header
    }

    private static func record(_ key: String, _ value: Int) -> [UInt8] { record(key, Array(String(value).utf8)) }

    /// `LENGTH KEY=VALUE\n`; the length counts its own digits.
    private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let rest = [UInt8(ascii: " ")] + Array(key.utf8) + [UInt8(ascii: "=")] + value + [UInt8(ascii: "\n")]
        var length = rest.count + 1
        while String(length).utf8.count + rest.count > length { length += 1 }
        return Array(String(length).utf8) + rest
    }

    private static func word(_ error: FileError) -> [UInt8] {
        switch error {
        case .corruptMember(let reason): Array("damaged \(reason)".utf8)
        default: Array("unsupported \(error.message)".utf8)
        }
    }

    /// What a refusal says, whoever wrote it.
    static func error(_ word: [UInt8]) -> FileError {
        let parts = word.prefix(longestReason).split(separator: UInt8(ascii: " "), maxSplits: 1)
        let reason = String(decoding: parts.dropFirst().first ?? [], as: UTF8.self)
        return parts.first.map(Array.init) == Array("damaged".utf8)
            ? .corruptMember(reason) : .unsupportedMember(reason)
    }
}
