// Reads tar streams member by member, forwards only: a pipe can't be wound back, and nothing is ever written to disk.
//
// The format is a row of fixed fields, so a reader that checks every one of them is short, and here it can't leave its memory.

/// One member of an archive.
package struct TarMember: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case file, directory
        /// A file whose bytes can't be had from here.
        case refused(FileError)
        /// Links, devices, fifos, labels.
        case other
    }

    /// As the archive has it: a name, never a place on this machine.
    package var name: PathBytes
    package var kind: Kind
    /// Bytes of a file's content.
    package var size: Int
    package var modified: Timestamp?
    /// How many members came before, entries that only describe others not counted.
    package var index: Int
    /// Where its header begins in the stream, those that describe it not counted.
    package var offset: Int

    package init(name: PathBytes, kind: Kind, size: Int, modified: Timestamp?, index: Int = 0, offset: Int = 0) {
        (self.name, self.kind, self.size, self.modified) = (name, kind, size, modified)
        (self.index, self.offset) = (index, offset)
    }

    /// A file whose bytes are not there one after the other.
    static let scattered = Kind.refused(.unsupportedMember("sparse or continued from another volume"))
}

/// A cursor over the members of a tar stream: POSIX ustar and pax, GNU's long names, and sizes in base 256.
package struct TarReader {
    /// Bytes of a name or of a pax header; more is no name.
    private static let largestHeader = 1 << 20
    private static let block = 512

    /// Fills the array from an index on with what comes next, at least one byte, and returns how many; 0 at the end.
    private let input: (inout [UInt8], Int) throws(FileError) -> Int
    /// Whether the stream is one of `TarWriter`, which says more of members than others do.
    private let isRepacked: Bool
    private var offset = 0
    private var index = 0
    /// Bytes of the present member that were not read, and of its padding.
    private var left = 0
    private var padding = 0
    /// What packs the stream has ended too early, and how.
    private var shortage: FileError?
    /// pax fields for all members to come.
    private var global: [String: [UInt8]] = [:]

    package init(isRepacked: Bool = false, _ input: @escaping (inout [UInt8], Int) throws(FileError) -> Int) {
        (self.isRepacked, self.input) = (isRepacked, input)
    }

    /// The next member; nil at the end of the archive. What was not read of the one before is skipped.
    package mutating func next() throws(FileError) -> TarMember? {
        try skip(left + padding)
        (left, padding) = (0, 0)
        var local: [String: [UInt8]] = [:]
        var longName: [UInt8]?
        while true {
            let start = offset
            guard let header = try header() else { return nil }
            let size = try TarFields.number(header[124..<136], at: start)
            switch header[156] {
            case UInt8(ascii: "L"): longName = Array(try content(size, at: start).prefix { $0 != 0 })
            case UInt8(ascii: "K"): _ = try content(size, at: start)
            case UInt8(ascii: "x"):
                for (key, value) in try TarFields.records(try content(size, at: start), at: start) {
                    local[key] = value
                }
            case UInt8(ascii: "g"):
                for (key, value) in try TarFields.records(try content(size, at: start), at: start) {
                    global[key] = value
                }
            default:
                // Of one member only: a header for all of them must not hide them.
                let isSparse = local.keys.contains { $0.hasPrefix("GNU.sparse.") }
                let fields = global.merging(local) { $1 }
                return try member(header, size, longName: longName, fields, isSparse, at: start)
            }
        }
    }

    /// Bytes of the present member's content that were not read.
    package var unread: Int { left }

    /// Reads the next bytes of the present member's content, as many as `count` or as there are.
    package mutating func read(_ count: Int) throws(FileError) -> [UInt8] {
        let bytes = try take(min(count, left))
        left -= bytes.count
        return bytes
    }

    // MARK: headers

    /// A block that is no end mark; nil at the end of the stream.
    ///
    /// The mark is two blocks of zeros, of which some programs write one.  What comes behind it is read too: archives are put one behind
    /// the other, and nothing should be hidden there.
    private mutating func header() throws(FileError) -> [UInt8]? {
        var header = [UInt8](repeating: 0, count: TarReader.block)
        var isMarked = false
        var start = offset
        while true {
            start = offset
            let count = try fill(&header)
            let isZero = header[..<count].allSatisfy { $0 == 0 }
            if count < header.count {
                if isMarked && isZero {
                    if let shortage { throw shortage }
                    return nil
                }
                throw isMarked
                    ? .corruptArchive(offset: start, reason: "something behind the mark of the end")
                    : .truncatedArchive(offset: offset)
            }
            guard isZero else { break }
            isMarked = true
        }
        guard try TarReader.hasChecksum(header, at: start) else {
            throw .corruptArchive(offset: start, reason: "a wrong checksum")
        }
        return header
    }

    /// Whether the sum of a header's bytes is what it says; some programs take bytes for signed numbers.
    private static func hasChecksum(_ header: [UInt8], at start: Int) throws(FileError) -> Bool {
        let stated = try TarFields.number(header[148..<156], at: start)
        let blank = Int(UInt8(ascii: " ")) * 8
        let field = header[148..<156]
        let unsigned = header.reduce(0) { $0 + Int($1) } - field.reduce(0) { $0 + Int($1) } + blank
        let signed =
            header.reduce(0) { $0 + Int(Int8(bitPattern: $1)) } - field.reduce(0) { $0 + Int(Int8(bitPattern: $1)) }
            + blank
        return stated == unsigned || stated == signed
    }

    /// Whether a stream that begins so may be a tar.
    static func mayBegin(with bytes: some Sequence<UInt8>) -> Bool {
        let first = Array(bytes.prefix(block))
        guard first.count == block else { return false }
        return first.allSatisfy { $0 == 0 } || (try? hasChecksum(first, at: 0)) == true
    }

    private mutating func member(
        _ header: [UInt8], _ stated: Int, longName: [UInt8]?, _ fields: [String: [UInt8]], _ isSparse: Bool,
        at start: Int
    ) throws(FileError) -> TarMember {
        func text(_ range: Range<Int>) -> [UInt8] { Array(header[range].prefix { $0 != 0 }) }
        var name = text(0..<100)
        if header[257..<263].elementsEqual("ustar\0".utf8), header[345] != 0 {
            name = text(345..<500) + [UInt8(ascii: "/")] + name
        }
        // A name ends where the system would end it: at a zero byte, which separates names in lists. Another archive's is as it was.
        let path = (fields["path"] ?? []).prefix { $0 != 0 || isRepacked }
        name = path.isEmpty && !isRepacked ? longName ?? name : Array(path)
        var size = stated
        if let field = fields["size"] {
            guard let value = TarFields.decimal(field) else {
                throw .corruptArchive(offset: start, reason: "an impossible size")
            }
            size = value
        }
        var modified = Timestamp?.none
        if let field = fields["mtime"] {
            modified = TarFields.time(field)
        } else if let seconds = try? TarFields.number(header[136..<148], at: start) {
            modified = Timestamp(seconds: seconds)
        }
        let type = header[156]
        var kind = TarMember.Kind.other
        switch type {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
            // Before POSIX, a name that ends in a slash was a directory.
            kind = isSparse ? TarMember.scattered : name.last == UInt8(ascii: "/") && size == 0 ? .directory : .file
        case UInt8(ascii: "5"): kind = .directory
        // Links and devices have no content, whatever their size says.
        case UInt8(ascii: "1")...UInt8(ascii: "4"), UInt8(ascii: "6"): size = 0
        case UInt8(ascii: "S"), UInt8(ascii: "M"): kind = TarMember.scattered
        // GNU's lists of directories, long file names of old and labels of volumes.
        case UInt8(ascii: "D"), UInt8(ascii: "N"), UInt8(ascii: "V"): break
        // What is not known is a file (POSIX.1-2017, pax).
        default: kind = isSparse ? TarMember.scattered : .file
        }
        var whole = size
        if isRepacked {
            whole = fields[TarWriter.wholeSize].flatMap(TarFields.decimal) ?? size
            if let refusal = fields[TarWriter.refusal] { kind = .refused(TarWriter.error(refusal)) }
        }
        left = size
        padding = (TarReader.block - size % TarReader.block) % TarReader.block
        defer { index += 1 }
        return TarMember(
            name: PathBytes(name), kind: kind, size: whole, modified: modified, index: index, offset: start)
    }

    /// The content of an entry that describes the next.
    private mutating func content(_ size: Int, at start: Int) throws(FileError) -> [UInt8] {
        guard size <= TarReader.largestHeader else {
            throw .corruptArchive(offset: start, reason: "a name of \(size) bytes")
        }
        let bytes = try take(size)
        try skip((TarReader.block - size % TarReader.block) % TarReader.block)
        return bytes
    }

    // MARK: bytes

    /// Exactly `count` bytes.
    private mutating func take(_ count: Int) throws(FileError) -> [UInt8] {
        // Room costs nothing before it is used, and is used as bytes come: the size is what the stream says of itself.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(count, 64 << 20))
        while bytes.count < count {
            let start = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: min(count - start, 1 << 20)))
            guard try fill(&bytes, from: start) == bytes.count - start else { throw .truncatedArchive(offset: offset) }
        }
        return bytes
    }

    private mutating func skip(_ count: Int) throws(FileError) {
        var rest = count
        var scrap = [UInt8](repeating: 0, count: min(rest, 1 << 16))
        while rest > 0 {
            if scrap.count > rest { scrap.removeLast(scrap.count - rest) }
            guard try fill(&scrap) == scrap.count else { throw .truncatedArchive(offset: offset) }
            rest -= scrap.count
        }
    }

    /// Fills `bytes` from an index on as far as the stream goes, and returns how many it took.
    private mutating func fill(_ bytes: inout [UInt8], from start: Int = 0) throws(FileError) -> Int {
        var end = start
        while end < bytes.count && shortage == nil {
            do throws(FileError) {
                let got = try input(&bytes, end)
                if got == 0 { break }
                end += got
            } catch {
                guard case .truncatedPacking = error else { throw error }
                // Whether anything is missing but that shows where the archive itself ends.
                shortage = error
            }
        }
        offset += end - start
        return end - start
    }
}
