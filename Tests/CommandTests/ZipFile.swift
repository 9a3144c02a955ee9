// Zip archives made byte by byte, so that tests can make those that no program makes.

/// What is written of a zip archive whose members are stored as they are.
struct ZipFile {
    private(set) var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private var count = 0

    /// What an entry says of its kind: the program that made it, and attributes in its manner.
    struct Kind {
        var madeBy = 0x0314
        var attributes = 0o100644 << 16
    }

    /// Adds a member and returns where its content begins.
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

    /// Adds a member's headers alone; what comes next is its content.
    mutating func begin(_ name: String, _ size: Int, _ checksum: UInt32, _ kind: Kind = Kind()) {
        list(name, size, checksum, at: bytes.count, kind)
        bytes += ZipFile.number(0x0403_4B50, 4) + ZipFile.fields(name, size, checksum) + Array(name.utf8)
    }

    mutating func append(_ content: [UInt8]) { bytes += content }

    /// Adds an entry of the directory.
    mutating func list(_ name: String, _ size: Int, _ checksum: UInt32, at place: Int, _ kind: Kind = Kind()) {
        directory += ZipFile.number(0x0201_4B50, 4) + ZipFile.number(kind.madeBy, 2)
        directory += ZipFile.fields(name, size, checksum)
        directory += ZipFile.number(0, 6) + ZipFile.number(kind.attributes, 4) + ZipFile.number(place, 4)
        directory += Array(name.utf8)
        count += 1
    }

    /// The archive with its directory.
    var whole: [UInt8] {
        bytes + directory + ZipFile.number(0x0605_4B50, 4) + ZipFile.number(0, 4) + ZipFile.number(count, 2)
            + ZipFile.number(count, 2) + ZipFile.number(directory.count, 4) + ZipFile.number(bytes.count, 4)
            + ZipFile.number(0, 2)
    }

    private static func fields(_ name: String, _ size: Int, _ checksum: UInt32) -> [UInt8] {
        number(20, 2) + number(0, 4) + number(0x58_5D_BF_7D, 4) + number(Int(checksum), 4) + number(size, 4)
            + number(size, 4) + number(name.utf8.count, 2) + number(0, 2)
    }

    static func number(_ value: Int, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}
