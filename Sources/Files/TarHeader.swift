// The block that a member of a tar begins with: what it says of the member, alone and with the entries that describe it.

/// A block in a tar where a header is expected.
struct TarHeader {
    static let size = 512
    /// Why programs find different members.
    static let bytesOfNone = "a size of what has no bytes, behind which some programs find other members"
    static let twoHeaders = "two pax headers for one member, behind which some programs find other members"
    static let twoSizes = "two sizes of one member, behind which some programs find other members"
    static let bytesOfLink = "a hard link with bytes of its own, in which some programs find other members"
    static let foreignMap = "a map of holes to some programs, behind which they find other members"
    private static let checksum = 148..<156
    private static let magic = 257..<262
    /// The least size that eleven octal digits can't tell.
    private static let leastBeyondOctal = 1 << 33
    /// Where numbers stand: mode, owner, group, size, time.
    private static let numbers = [100..<108, 108..<116, 116..<124, 124..<136, 136..<148]

    private let bytes: [UInt8]
    /// Where in the stream it begins.
    let start: Int

    init(_ bytes: [UInt8], at start: Int) { (self.bytes, self.start) = (bytes, start) }

    /// What has been read of entries that describe the member.
    struct Description {
        var longName: [UInt8]?
        /// pax fields of this member alone.
        private(set) var local = PaxFields()
        /// Whether fields were said and replaced.
        private(set) var isReplaced = false

        /// A header takes the place of one before, as in GNU tar, libarchive and 7-Zip; Python heeds both.
        mutating func replaceLocal(with header: [UInt8], at start: Int) throws(FileError) {
            if local != PaxFields() { isReplaced = true }
            local = PaxFields()
            try local.take(header, at: start)
        }
    }

    // MARK: whether it is one

    /// Whether the sum of its bytes is what it says; some programs take bytes for signed numbers.
    func hasChecksum() throws(FileError) -> Bool {
        let field = bytes[TarHeader.checksum]
        let stated = try TarFields.number(field, at: start)
        let blank = Int(UInt8(ascii: " ")) * field.count
        func sum(_ value: (UInt8) -> Int) -> Int {
            bytes.reduce(0) { $0 + value($1) } - field.reduce(0) { $0 + value($1) } + blank
        }
        return stated == sum { Int($0) } || stated == sum { Int(Int8(bitPattern: $0)) }
    }

    /// Whether it has the word that POSIX and GNU headers have, which damage elsewhere leaves.
    var hasMagic: Bool { bytes[TarHeader.magic].elementsEqual("ustar".utf8) }

    /// Whether a stream that begins so may be a tar: a whole header, or what is there of one that is cut.
    static func mayBegin(with beginning: some Sequence<UInt8>) -> Bool {
        let first = Array(beginning.prefix(size))
        if first.count == size {
            return first.allSatisfy { $0 == 0 } || (try? TarHeader(first, at: 0).hasChecksum()) == true
        }
        return numbers.allSatisfy { field in
            field.upperBound > first.count || (try? TarFields.number(first[field], at: 0)) != nil
        }
    }

    // MARK: what it says

    var type: UInt8 { bytes[156] }

    /// Bytes that follow.
    var statedSize: Int {
        get throws(FileError) { try TarFields.number(bytes[124..<136], at: start) }
    }

    /// Whether blocks follow, before what is there of a file with holes, that tell where it belongs: GNU's own format has room for four pieces
    /// in the header.
    var hasMap: Bool { mayHaveMap && isGNU }

    /// Whether a header of GNU's would say so; Python and 7-Zip take any for one. Elsewhere the byte is part of a time or of a name.
    private var mayHaveMap: Bool { type == UInt8(ascii: "S") && bytes[482] != 0 }

    private var isGNU: Bool { bytes[257..<265].elementsEqual("ustar  \0".utf8) }

    /// Whether another such block follows.
    static func mapGoesOn(_ block: [UInt8]) -> Bool { block[504] != 0 }

    func damage(_ reason: String) -> FileError { .corruptArchive(offset: start, reason: reason) }

    private func text(_ range: Range<Int>) -> [UInt8] { Array(bytes[range].prefix { $0 != 0 }) }

    /// The member, whose size is that of what follows, and why some programs would find other members behind it, where they would.
    ///
    /// - Parameter hasPax: whether any pax header came before.
    func member(
        _ description: Description, global: PaxFields, hasPax: Bool
    ) throws(FileError) -> (member: TarMember, fields: PaxFields, told: String?) {
        let fields = description.local.completed(by: global)
        var name = text(0..<100)
        if bytes[257..<263].elementsEqual("ustar\0".utf8), bytes[345] != 0 {
            name = text(345..<500) + [UInt8(ascii: "/")] + name
        }
        let path = fields.sparseName ?? fields.name ?? []
        name = path.isEmpty ? description.longName ?? name : path
        let stated = try statedSize
        var size = stated
        if let field = fields.size {
            guard let value = field.value else { throw damage("an impossible size") }
            size = value
        }
        var modified = Timestamp?.none
        if let field = fields.modified {
            modified = field.value
        } else if let seconds = try? TarFields.number(bytes[136..<148], at: start) {
            modified = Timestamp(seconds: seconds)
        }
        var kind = TarMember.Kind.other
        var told = description.isReplaced ? TarHeader.twoHeaders : nil
        // Some programs heed a size for all members, others don't. The member's own is heeded by all that know pax, and the rest takes that of
        // the header; whoever leaves it open there writes 0, or anything where it has no room.
        let isOwn = description.local.size != nil
        if size != stated && !(isOwn && (stated == 0 || size >= TarHeader.leastBeyondOctal)) {
            told = told ?? TarHeader.twoSizes
        }
        switch type {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
            // Before POSIX, a name that ends in a slash was a directory: to some programs it still is, whatever the size.
            let isDirectory = name.last == UInt8(ascii: "/")
            if isDirectory && size > 0 { told = told ?? TarHeader.bytesOfNone }
            kind = fields.isSparse ? TarMember.scattered : isDirectory && size == 0 ? .directory : .file
        // POSIX.1-2001 lets a hard link have the file's bytes once more. Python does not know.
        case UInt8(ascii: "1") where isOwn && size > 0:
            kind = fields.isSparse ? TarMember.scattered : .file
            told = told ?? TarHeader.bytesOfLink
        // Directories, links and devices have no content, whatever their size says. That of a hard link may be the file's, as before POSIX.1-2001;
        // where pax headers show that the archive is younger, libarchive takes it for one of bytes that follow.
        case UInt8(ascii: "5"), UInt8(ascii: "1")...UInt8(ascii: "4"), UInt8(ascii: "6"):
            if type == UInt8(ascii: "5") { kind = .directory }
            if size > 0 && (hasPax || type != UInt8(ascii: "1")) { told = told ?? TarHeader.bytesOfNone }
            size = 0
        case UInt8(ascii: "S"), UInt8(ascii: "M"):
            kind = TarMember.scattered
            if mayHaveMap && !isGNU { told = told ?? TarHeader.foreignMap }
        // What is not known is a file (POSIX.1-2017, pax). GNU's lists of directories, long file names of old and labels of volumes are none,
        // but to some programs they are, and so their bytes are looked at.
        default:
            if type == UInt8(ascii: "V") && size > 0 { told = told ?? TarHeader.bytesOfNone }
            kind = fields.isSparse ? TarMember.scattered : .file
        }
        let member = TarMember(name: PathBytes(name), kind: kind, size: size, modified: modified, offset: start)
        return (member, fields, told)
    }
}
