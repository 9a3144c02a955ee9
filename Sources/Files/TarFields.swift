// The fields of tar headers, which are texts for numbers, times and names: each is read whole or refused.

/// Reads fields of headers that begin at byte `start` of an archive.
enum TarFields {
    /// The records of a pax header: `LENGTH KEY=VALUE\n`, the length counting itself.
    static func records(_ bytes: [UInt8], at start: Int) throws(FileError) -> [(String, [UInt8])] {
        var found: [(String, [UInt8])] = []
        var rest = bytes[...]
        // Some programs pad with zeros.
        while let first = rest.first, first != 0 {
            guard let space = rest.firstIndex(of: UInt8(ascii: " ")), let length = decimal(Array(rest[..<space])),
                length > space - rest.startIndex + 1, length <= rest.count,
                rest[rest.startIndex + length - 1] == UInt8(ascii: "\n"),
                let equals = rest[space..<rest.startIndex + length].firstIndex(of: UInt8(ascii: "="))
            else { throw .corruptArchive(offset: start, reason: "a pax header that can't be read") }
            let end = rest.startIndex + length
            found.append((String(decoding: rest[space + 1..<equals], as: UTF8.self), Array(rest[equals + 1..<end - 1])))
            rest = rest[end...]
        }
        return found
    }

    /// What C takes for space.
    private static let blanks: [UInt8] = [9, 10, 11, 12, 13, 32]

    /// Octal digits, or with the highest bit set a number in base 256.
    static func number(_ field: ArraySlice<UInt8>, at start: Int) throws(FileError) -> Int {
        if let first = field.first, first & 0x80 != 0 {
            var value = Int(first & 0x3F)
            for byte in field.dropFirst() {
                guard value < 1 << 52 else { throw .corruptArchive(offset: start, reason: "an impossible number") }
                value = value << 8 | Int(byte)
            }
            guard first & 0x40 == 0 else { throw .corruptArchive(offset: start, reason: "a negative number") }
            return value
        }
        // GNU tar passes over one zero byte and blanks behind it, as a program of old wrote them; to others the number is none.
        if field.first == 0, let next = field.dropFirst().first(where: { !blanks.contains($0) }), next != 0 {
            throw .corruptArchive(offset: start, reason: "a number behind a zero byte")
        }
        var value = 0
        let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else {
                throw .corruptArchive(offset: start, reason: "a number that is not octal")
            }
            value = value << 3 | Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    static func decimal(_ bytes: [UInt8]) -> Int? {
        guard !bytes.isEmpty, bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int(String(decoding: bytes, as: UTF8.self)).flatMap { $0 < 1 << 60 ? $0 : nil }
    }

    /// Seconds since 1970 with a fraction, of which nine digits count.
    static func time(_ bytes: [UInt8]) -> Timestamp? {
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, let seconds = decimal(Array(whole)) else { return nil }
        guard parts.count == 2 else { return Timestamp(seconds: seconds) }
        let fraction =
            Array(parts[1].prefix(9)) + [UInt8](repeating: UInt8(ascii: "0"), count: max(0, 9 - parts[1].count))
        return decimal(fraction).map { Timestamp(seconds: seconds, nanoseconds: $0) }
    }
}
