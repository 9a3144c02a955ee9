// The records of zip archives (APPNOTE 6.3.10): each is read whole or refused.

internal import Files

/// Numbers of a record, which are little-endian.
struct ZipBytes {
    let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The number of `size` bytes at `place`, which lies within the record. What no file can have is as much as can be added to.
    func number(_ place: Int, _ size: Int) -> Int {
        let start = bytes.startIndex + place
        let value = bytes[start..<start + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(min(value, 1 << 60))
    }
}

/// The first four bytes of a record.
enum ZipMark {
    static let member: [UInt8] = [0x50, 0x4B, 3, 4]
    static let entry: [UInt8] = [0x50, 0x4B, 1, 2]
    static let end: [UInt8] = [0x50, 0x4B, 5, 6]
    static let largeEnd: [UInt8] = [0x50, 0x4B, 6, 6]
    static let locator: [UInt8] = [0x50, 0x4B, 6, 7]
    static let descriptor: [UInt8] = [0x50, 0x4B, 7, 8]

    /// Whether a record comes next.
    static func begins(_ bytes: ArraySlice<UInt8>) -> Bool {
        [member, entry, end, largeEnd, descriptor].contains { bytes.starts(with: $0) }
    }
}

/// What the header of a member and its entry in the directory both say of it.
struct ZipMember {
    /// As it is written, a zero byte included, which ends it for most programs.
    var name: [UInt8]
    var flags: Int
    var method: Int
    var checksum: UInt32
    /// Bytes as packed, and as they were.
    var packed: Int
    var size: Int
    var modified: Timestamp?
    /// Of a header: whether the version of the format that it needs, and the system that some add, are any that there are.
    private(set) var hasLikelyVersion = false
    /// Where the header is: of an entry as it counts, of a header in the input.
    var offset = 0
    /// Whether the extra field is no row of fields, as where its length is false.
    private var hasStrayExtra = false

    var isEncrypted: Bool { flags & 1 != 0 }
    /// Whether checksum and sizes stand behind the bytes.
    var hasDescriptor: Bool { flags & 8 != 0 }
    /// Whether the header itself says how many bytes there are.
    var isMeasured: Bool { !hasDescriptor || packed > 0 }
    /// Whether a header leaves to a descriptor the size of bytes that are stored, though it says where they end.
    var leavesStoredSize: Bool { hasDescriptor && method == 0 && !isEncrypted && size == 0 }
    /// Whether the lengths of name and extra field may be false: both look as if they held something else.
    var isDoubtful: Bool { hasStrayExtra || name.contains { $0 < 0x20 || $0 == 0x7F } }
    /// What only fills a gap, as zipflinger writes it: neither a name nor bytes.
    var isFiller: Bool { name.isEmpty && packed == 0 && size == 0 && !hasDescriptor }
    /// Of LZMA: whether a mark says where it ends.
    var hasEndMark: Bool { flags & 2 != 0 }

    /// Bytes of a header before its name.
    static let headerSize = 30
    static let entrySize = 46

    /// Bytes of name and extra field behind a header.
    static func rest(ofHeader bytes: ArraySlice<UInt8>) -> (name: Int, extra: Int) {
        let fields = ZipBytes(bytes)
        return (fields.number(26, 2), fields.number(28, 2))
    }

    /// Bytes of name, extra field and comment behind an entry.
    static func rest(ofEntry bytes: ArraySlice<UInt8>) -> (name: Int, extra: Int, comment: Int) {
        let fields = ZipBytes(bytes)
        return (fields.number(28, 2), fields.number(30, 2), fields.number(32, 2))
    }

    /// - Parameters:
    ///   - bytes: a header with all that belongs to it.
    init(header bytes: ArraySlice<UInt8>) {
        let (name, extra) = ZipMember.rest(ofHeader: bytes)
        self.init(bytes, commonAt: 6, name: ZipMember.headerSize, name, extra: extra)
        hasLikelyVersion = ZipMember.hasLikelyVersion(bytes)
    }

    static func hasLikelyVersion(_ header: ArraySlice<UInt8>) -> Bool {
        let fields = ZipBytes(header)
        return fields.number(4, 1) <= 63 && fields.number(5, 1) <= 19
    }

    /// - Parameters:
    ///   - bytes: an entry with all that belongs to it.
    init(entry bytes: ArraySlice<UInt8>) {
        let (name, extra, _) = ZipMember.rest(ofEntry: bytes)
        self.init(bytes, commonAt: 8, name: ZipMember.entrySize, name, extra: extra, offsetAt: 42)
    }

    private init(
        _ bytes: ArraySlice<UInt8>, commonAt start: Int, name place: Int, _ count: Int, extra: Int,
        offsetAt: Int? = nil
    ) {
        let fields = ZipBytes(bytes)
        let first = bytes.startIndex + place
        name = Array(bytes[first..<first + count])
        (flags, method) = (fields.number(start, 2), fields.number(start + 2, 2))
        checksum = UInt32(fields.number(start + 8, 4))
        (packed, size) = (fields.number(start + 12, 4), fields.number(start + 16, 4))
        offset = offsetAt.map { fields.number($0, 4) } ?? 0
        modified = ZipMember.time(date: fields.number(start + 6, 2), time: fields.number(start + 4, 2))
        var field = bytes[(first + count)..<(first + count + extra)]
        while field.count >= 4 {
            let head = ZipBytes(field)
            let (id, length) = (head.number(0, 2), head.number(2, 2))
            guard length <= field.count - 4 else { break }
            let content = field.dropFirst(4).prefix(length)
            if id == 1 { takeLarge(content, hasOffset: offsetAt != nil) }
            // Of Info-ZIP: seconds since 1970, the time of modification first.
            if id == 0x5455, length >= 5, let flags = content.first, flags & 1 != 0 {
                modified = Timestamp(seconds: Int(Int32(truncatingIfNeeded: ZipBytes(content).number(1, 4))))
            }
            field = field.dropFirst(4 + length)
        }
        hasStrayExtra = field.contains { $0 != 0 }
    }

    /// Numbers of eight bytes for those that do not fit, in this order.
    private mutating func takeLarge(_ content: ArraySlice<UInt8>, hasOffset: Bool) {
        let unknown = 0xFFFF_FFFF
        var rest = content
        func take(_ value: inout Int) {
            guard value == unknown, rest.count >= 8 else { return }
            value = ZipBytes(rest).number(0, 8)
            rest = rest.dropFirst(8)
        }
        take(&size)
        take(&packed)
        if hasOffset { take(&offset) }
    }

    /// A time of MS-DOS, which is without a zone, as one of UTC.
    private static func time(date: Int, time: Int) -> Timestamp? {
        let (year, month, day) = (1980 + date >> 9, date >> 5 & 15, date & 31)
        guard 1...12 ~= month, day >= 1 else { return nil }
        // Days since 1970 of a year that begins in March, so that the day of a leap year is its last.
        let (years, months) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        let days = 365 * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 1 - 719_468
        return Timestamp(seconds: days * 86400 + (time >> 11) * 3600 + (time >> 5 & 63) * 60 + (time & 31) * 2)
    }
}
