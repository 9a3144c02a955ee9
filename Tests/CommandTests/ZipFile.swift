// Zip archives made byte by byte, so that tests can make those that no program makes.

/// What is written of a zip archive.
struct ZipFile {
    private(set) var bytes: [UInt8] = []
    private(set) var directory: [UInt8] = []
    private(set) var count = 0

    /// What an entry says of its kind: the program that made it, and attributes in its manner.
    struct Kind {
        var madeBy = 0x0314
        var attributes = 0o100644 << 16
    }

    /// What both headers of a member say; each may be another.
    struct Header {
        var name: [UInt8]
        var size: Int
        var packed: Int
        var checksum: UInt32
        var method = 0
        var flags = 0
        var extra: [UInt8] = []
        /// Date and time as MS-DOS has them, or nothing but zeros.
        var time = 0x58_5D_BF_7D
        /// Of the format, that reading it needs.
        var version = 20
        /// Of name and extra field, where that is false.
        var nameLength: Int?
        var extraLength: Int?

        /// The truth of content that is stored.
        init(_ name: String, _ content: [UInt8]) {
            (self.name, size, packed) = (Array(name.utf8), content.count, content.count)
            checksum = ZipFile.checksum(content)
        }

        /// As where a descriptor says the rest.
        var streamed: Header {
            var header = self
            (header.flags, header.size, header.packed, header.checksum) = (8, 0, 0, 0)
            return header
        }

        fileprivate var fields: [UInt8] {
            number(version, 2) + number(flags, 2) + number(method, 2) + number(time, 4) + number(Int(checksum), 4)
                + number(packed, 4) + number(size, 4) + number(nameLength ?? name.count, 2)
                + number(extraLength ?? extra.count, 2)
        }

        /// What stands behind the bytes of a streamed member.
        func descriptor(_ width: Int = 4, marked: Bool = true) -> [UInt8] {
            (marked ? number(0x0807_4B50, 4) : []) + number(Int(checksum), 4) + number(packed, width)
                + number(size, width)
        }
    }

    /// Adds a stored member and returns where its content begins.
    ///
    /// - Parameters:
    ///   - name: as both headers have it.
    ///   - checksum: nil for that of the content.
    @discardableResult mutating func add(
        _ name: String, _ content: [UInt8], checksum: UInt32? = nil, _ kind: Kind = Kind()
    ) -> Int {
        begin(name, content.count, checksum ?? ZipFile.checksum(content), kind)
        append(content)
        return bytes.count - content.count
    }

    /// Adds a member with headers of its own; without an entry it is not in the directory.
    mutating func add(_ header: Header, entry: Header?, _ content: [UInt8]) {
        if let entry { list(entry, at: bytes.count) }
        bytes += number(0x0403_4B50, 4) + header.fields + header.name + header.extra + content
    }

    /// Adds a member's headers alone; what comes next is its content.
    mutating func begin(_ name: String, _ size: Int, _ checksum: UInt32, _ kind: Kind = Kind()) {
        var header = Header(name, [])
        (header.size, header.packed, header.checksum) = (size, size, checksum)
        list(header, at: bytes.count, kind)
        add(header, entry: nil, [])
    }

    mutating func append(_ content: [UInt8]) { bytes += content }

    /// Adds an entry of the directory.
    mutating func list(_ name: String, _ size: Int, _ checksum: UInt32, at place: Int) {
        var header = Header(name, [])
        (header.size, header.packed, header.checksum) = (size, size, checksum)
        list(header, at: place)
    }

    mutating func list(_ header: Header, at place: Int, _ kind: Kind = Kind()) {
        directory += number(0x0201_4B50, 4) + number(kind.madeBy, 2) + header.fields + number(0, 6)
        directory += number(kind.attributes, 4) + number(place, 4) + header.name + header.extra
        count += 1
    }

    /// The archive with its directory.
    var whole: [UInt8] { bytes + directory + end() }

    /// The last record, whose numbers may be false.
    func end(onDisk: Int? = nil, count: Int? = nil, size: Int? = nil, place: Int? = nil) -> [UInt8] {
        number(0x0605_4B50, 4) + number(0, 4) + number(onDisk ?? self.count, 2) + number(count ?? self.count, 2)
            + number(size ?? directory.count, 4) + number(place ?? bytes.count, 4) + number(0, 2)
    }

    /// The records before it of a large archive, whose numbers may be false too.
    func largeEnd(count: Int? = nil, place: Int? = nil) -> [UInt8] {
        let end = bytes.count + directory.count
        return number(0x0606_4B50, 4) + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 8)
            + number(count ?? self.count, 8) + number(count ?? self.count, 8) + number(directory.count, 8)
            + number(bytes.count, 8) + number(0x0706_4B50, 4) + number(0, 4) + number(place ?? end, 8) + number(1, 4)
    }

    /// Content as one block of deflate that is not packed, the last or one before others.
    static func block(_ content: [UInt8], isLast: Bool = true) -> [UInt8] {
        [isLast ? 1 : 0] + number(content.count, 2) + number(content.count ^ 0xFFFF, 2) + content
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}

/// `size` bytes of a number, the lowest first.
private func number(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
