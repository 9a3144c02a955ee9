// Text of unknown encoding and length, cut to what may be passed on.

extension String {
    /// Without white space and NUL at both ends.
    var trimmed: String {
        func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 }
        let bytes = utf8
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(self[first...last])
    }

    /// Trimmed and at most `limit` bytes, cut between characters; nil when nothing is left.
    func value(_ limit: Int) -> String? {
        let text = trimmed
        guard !text.isEmpty else { return nil }
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: limit)
        while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        return String(text[..<end])
    }

    /// UTF-8 where the bytes are that, ISO 8859-1 otherwise; up to the first NUL.
    init(unknownEncoding bytes: some Collection<UInt8>) {
        let text = bytes.prefix { $0 != 0 }
        let valid = String(validating: text, as: UTF8.self)
        // The first 256 code points of Unicode are those of ISO 8859-1.
        self = valid ?? String(decoding: text.map { UInt16($0) }, as: UTF16.self)
    }

    /// UTF-16 without a mark of its order: text is mostly ASCII, whose upper bytes are zero.
    init(utf16 bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        var (even, odd) = (0, 0)
        for index in 0..<Swift.min(bytes.count, 512) where bytes[index] == 0 {
            if index % 2 == 0 { even += 1 } else { odd += 1 }
        }
        let isBig = even >= odd
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        for index in stride(from: 0, to: bytes.count - 1, by: 2) {
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            units.append(isBig ? first << 8 | second : second << 8 | first)
        }
        self = String(decoding: units, as: UTF16.self)
    }
}

extension Span<UInt8> {
    /// A copy of the bytes in `range`, cut to those that there are.
    func array(_ range: Range<Int>) -> [UInt8] {
        let range = range.clamped(to: 0..<count)
        return unsafe extracting(range).withUnsafeBufferPointer { unsafe Array($0) }
    }
}
