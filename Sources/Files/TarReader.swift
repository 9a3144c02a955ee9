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
    private static let block = TarHeader.size
    /// Room for what is read at a time.
    private static let zeros = [UInt8](repeating: 0, count: 1 << 18)
    private static let somethingBehind = "something behind the mark of the end"

    /// Fills the array from an index on with what comes next, at least one byte, and returns how many; 0 at the end.
    private let input: (inout [UInt8], Int) throws(FileError) -> Int
    /// Whether the stream is one of `TarWriter`, which says more of members than others do.
    private let isRepacked: Bool
    /// What the stream was packed by, where it was.
    private let packing: String?
    private var offset = 0
    private var index = 0
    /// Bytes of the present member that were not read, and of its padding.
    private var left = 0
    private var padding = 0
    /// What packs the stream has ended too early, and how.
    private var shortage: FileError?
    /// What is told behind the last member: all are read, but some programs find others.
    private var contradiction: FileError?
    /// pax fields for all members to come.
    private var global = PaxFields()
    /// Whether there was any pax header, even if in an archive before.
    private var hasPax = false

    package init(
        isRepacked: Bool = false, packing: String? = nil,
        _ input: @escaping (inout [UInt8], Int) throws(FileError) -> Int
    ) {
        (self.isRepacked, self.packing, self.input) = (isRepacked, packing, input)
    }

    /// The next member; nil at the end of the archive. What was not read of the one before is skipped.
    package mutating func next() throws(FileError) -> TarMember? {
        try skip(left + padding)
        (left, padding) = (0, 0)
        var description = TarHeader.Description()
        while true {
            guard let header = try header(after: &description) else { return nil }
            switch header.type {
            case UInt8(ascii: "L"): description.longName = Array(try content(of: header).prefix { $0 != 0 })
            case UInt8(ascii: "K"): _ = try content(of: header)
            // Solaris's are of another letter.
            case UInt8(ascii: "x"), UInt8(ascii: "X"):
                let fields = try content(of: header)
                try description.replaceLocal(with: fields, at: header.start)
                hasPax = true
            case UInt8(ascii: "g"):
                let fields = try content(of: header)
                try global.take(fields, at: header.start)
                hasPax = true
            default: return try begin(header, description)
            }
        }
    }

    private mutating func begin(_ header: TarHeader, _ description: TarHeader.Description) throws(FileError)
        -> TarMember
    {
        var (member, fields, told) = try header.member(description, global: global, hasPax: hasPax)
        if let told, !isRepacked, contradiction == nil { contradiction = header.damage(told) }
        left = member.size
        padding = (TarReader.block - left % TarReader.block) % TarReader.block
        member.index = index
        index += 1
        var goesOn = header.hasMap
        while goesOn {
            var map: [UInt8] = []
            try take(TarReader.block, onto: &map)
            goesOn = TarHeader.mapGoesOn(map)
        }
        if isRepacked {
            // Another archive's name is as it was, whatever is in it.
            member.name = PathBytes(fields.path ?? [])
            // The header of such a stream has zeros where a time would be.
            if fields.modified == nil { member.modified = nil }
            member.size = fields.wholeSize?.value ?? member.size
            if let refusal = fields.refusal { member.kind = .refused(TarWriter.error(refusal)) }
        }
        return member
    }

    /// Bytes of the present member's content that were not read.
    package var unread: Int { left }

    /// Reads the next bytes of the present member's content, as many as `count` or as there are.
    package mutating func read(_ count: Int) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        try read(count, onto: &bytes)
        return bytes
    }

    /// The same, behind what is in `bytes` already.
    package mutating func read(_ count: Int, onto bytes: inout [UInt8]) throws(FileError) {
        let start = bytes.count
        try take(min(count, left), onto: &bytes)
        left -= bytes.count - start
    }

    // MARK: headers

    /// A block that is no end mark; nil at the end of the stream.
    ///
    /// The mark is two blocks of zeros, of which some programs write one.  What comes behind it is read too: archives are put one behind
    /// the other, and nothing should be hidden there.  What the one says of members to come does not hold for the other.
    private mutating func header(after description: inout TarHeader.Description) throws(FileError) -> TarHeader? {
        var block = [UInt8](repeating: 0, count: TarHeader.size)
        var isMarked = false
        var start = offset
        while true {
            start = offset
            let count = try fill(&block)
            let isZero = block[..<count].allSatisfy { $0 == 0 }
            if count < block.count {
                if isMarked && isZero {
                    if let told = shortage ?? contradiction { throw told }
                    return nil
                }
                if isMarked { throw .corruptArchive(offset: start, reason: TarReader.somethingBehind) }
                guard start > 0 || count == 0 || TarHeader.mayBegin(with: block[..<count]) else {
                    throw .notAnArchive(packing: packing)
                }
                throw .truncatedArchive(offset: offset)
            }
            guard isZero else { break }
            isMarked = true
            (description, global) = (TarHeader.Description(), PaxFields())
        }
        let header = TarHeader(block, at: start)
        // A damaged header keeps most of what makes it one.
        if !header.hasMagic, (try? header.hasChecksum()) != true {
            if start == 0 { throw .notAnArchive(packing: packing) }
            if isMarked { throw header.damage(TarReader.somethingBehind) }
        }
        guard try header.hasChecksum() else { throw header.damage("a wrong checksum") }
        return header
    }

    /// The content of an entry that describes the next.
    private mutating func content(of header: TarHeader) throws(FileError) -> [UInt8] {
        let size = try header.statedSize
        guard size <= TarReader.largestHeader else {
            throw header.damage("\(size) bytes of what only describes a member")
        }
        var bytes: [UInt8] = []
        try take(size, onto: &bytes)
        try skip((TarReader.block - size % TarReader.block) % TarReader.block)
        return bytes
    }

    // MARK: bytes

    /// Exactly `count` bytes.
    private mutating func take(_ count: Int, onto bytes: inout [UInt8]) throws(FileError) {
        // Room costs nothing before it is used, and is used as bytes come: the size is what the stream says of itself.
        bytes.reserveCapacity(bytes.count + min(count, 64 << 20))
        let end = bytes.count + count
        while bytes.count < end {
            let start = bytes.count
            bytes.append(contentsOf: TarReader.zeros.prefix(end - start))
            guard try fill(&bytes, from: start) == bytes.count - start else { throw .truncatedArchive(offset: offset) }
        }
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
