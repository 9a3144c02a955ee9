// The members of a zip: by its directory where there is all of a file, else as they come one after the other.
//
// Libarchive reads zips too, but gives only one member where two entries name one place, makes other names of some, and takes what an entry
// says of its kind for more than its bytes.

internal import Files

/// A cursor over the members of a zip.
///
/// Whatever kind an entry says that it is of, it has bytes, and most programs write them out as a file: so all are files here but
/// directories.
final class ZipArchive: MemberCursor {
    private let input: PackedInput
    private let length: Int?
    /// Nil where members are read as they come.
    private let directory: ZipDirectory?
    private var position = 0
    /// The present member, and its bytes as soon as they are asked for.
    private var member: ZipMember?
    private var content: ZipContent?
    /// Of members that come one after the other: where the next is at the earliest.
    private var nextPlace = 0
    /// Where members began that were read so.
    private var places: Set<Int> = []

    /// How often all of a file may be read, and what may be read on top: of members that lie where others lie a bomb is made.
    private static let readings = 2
    private static let slack = 16 << 20

    init(_ input: PackedInput) throws(PackedFault) {
        self.input = input
        length = try input.length()
        if let length {
            _ = try input.fill(to: 4)
            let begins = input.rest.starts(with: ZipMark.member) || input.rest.starts(with: ZipMark.end)
            directory = try ZipDirectory(input, length: length, beginsWithZip: begins)
            if directory == nil {
                guard begins else { throw .corruptArchive("the directory of a zip is not where its end says") }
                try input.seek(0)
            }
        } else {
            directory = nil
        }
    }

    var taken: Int { input.taken }

    func next() throws(PackedFault) -> PackedMember? {
        content = nil
        if let directory { member = nextEntry(directory) } else { member = try nextInLine() }
        guard let member else { return nil }
        let isKnown = isKnown(member)
        let isDirectory = member.name.last == UInt8(ascii: "/") && isKnown && member.size == 0
        let found = TarMember(
            name: PathBytes(member.name), kind: isDirectory ? .directory : .file, size: isKnown ? member.size : 0,
            modified: member.modified)
        return PackedMember(member: found, statesSize: isKnown, isEncrypted: member.isEncrypted)
    }

    func read() throws(PackedFault) -> [UInt8] {
        guard let member else { return [] }
        if let length, input.taken > ZipArchive.readings * length + ZipArchive.slack {
            throw PackedFault(kind: .overlapping, message: "its members lie where others do", isOver: true)
        }
        if let content { return try content.read() }
        let content = try open(member)
        self.content = content
        return try content.read()
    }

    private func open(_ member: ZipMember) throws(PackedFault) -> ZipContent {
        if let directory {
            if directory.repeatsPlace(position - 1) { throw .unsupportedMember("it lies where another member does") }
            try directory.seek(member, input)
        }
        return try ZipContent(member, input, isKnown: isKnown(member))
    }

    /// Whether a member's checksum and sizes are there before its bytes: always in a directory.
    private func isKnown(_ member: ZipMember) -> Bool {
        directory != nil || !member.hasDescriptor || member.packed > 0
    }

    private func nextEntry(_ directory: ZipDirectory) -> ZipMember? {
        guard position < directory.entries.count else { return nil }
        position += 1
        return directory.entries[position - 1]
    }

    // MARK: one after the other

    private func nextInLine() throws(PackedFault) -> ZipMember? {
        try input.skip(max(0, nextPlace - input.offset))
        while true {
            guard try input.fill(to: 4) else { throw .truncated }
            let place = input.offset
            if input.rest.starts(with: ZipMark.member) {
                guard let header = try ZipDirectory.header(input) else { throw .truncated }
                places.insert(place)
                nextPlace = input.offset + (isKnown(header) ? header.packed : 0)
                return header
            }
            if isDirectoryNext { return nil }
            // A descriptor, what fills gaps, or what is left of a member that could not be read.
            let rest = input.rest.dropFirst()
            input.use(1 + rest.prefix { $0 != ZipMark.member[0] }.count)
        }
    }

    private var isDirectoryNext: Bool {
        [ZipMark.entry, ZipMark.end, ZipMark.largeEnd].contains { input.rest.starts(with: $0) }
    }

    // MARK: the end

    func checkEnd() throws(PackedFault) {
        if let directory {
            if let fault = directory.fault { throw fault }
            return
        }
        var isMissed = false
        while let entry = try ZipDirectory.entry(input) { if places.remove(entry.offset) == nil { isMissed = true } }
        guard try input.fill(to: 22) else { throw .truncated }
        if input.rest.starts(with: ZipMark.largeEnd) {
            try input.skip(12 + ZipBytes(input.rest).number(4, 8))
            guard try input.fill(to: 20) else { throw .truncated }
            if input.rest.starts(with: ZipMark.locator) { input.use(20) }
            guard try input.fill(to: 22) else { throw .truncated }
        }
        guard input.rest.starts(with: ZipMark.end) else { throw .corruptArchive("a damaged directory") }
        let size = 22 + ZipBytes(input.rest).number(20, 2)
        guard try input.fill(to: size) else { throw .truncated }
        // A comment may be an archive as well.
        let comment = input.rest.prefix(size).dropFirst(22)
        let holdsAnother = comment.indices.contains { comment[$0...].starts(with: ZipMark.end) }
        input.use(size)
        // Another archive may follow, and most programs would read that one.
        let isFollowed = try input.refill()
        if holdsAnother || isFollowed { throw .corruptArchive("something behind the end of the directory") }
        if isMissed { throw .corruptArchive("an entry of the directory without a member of its own") }
    }
}
