// The directory of a zip that is a file: what is in the archive, and where, as programs read it that have all of it.

internal import Files

/// The entries of a directory, in the order of their members in the archive.
struct ZipDirectory {
    private(set) var entries: [ZipMember] = []
    /// Where the archive begins in the file, as its entries count: something may stand before it.
    private var start = 0
    /// What keeps the directory from being all there is, if anything.
    private(set) var fault: PackedFault?

    private static let endSize = 22
    private static let locatorSize = 20
    private static let largeEndSize = 56
    private static let longestComment = 65535

    /// Where the directory lies, as its last record says.
    private struct Place {
        var start: Int
        var size: Int
        /// Of the archive in the file.
        var before: Int
    }

    /// Finds and reads it; nil where the file does not end as a zip does.
    ///
    /// An archive that begins with a member begins where the file does: of one that is cut within a member that is a zip itself, the end of that
    /// one would be found otherwise.
    init?(_ input: PackedInput, length: Int, beginsWithZip: Bool) throws(PackedFault) {
        let most = ZipDirectory.endSize + ZipDirectory.longestComment + ZipDirectory.locatorSize
        let tailStart = max(0, length - most - ZipDirectory.largeEndSize)
        try input.seek(tailStart)
        _ = try input.fill(to: length - tailStart)
        let tail = Array(input.rest)
        guard tail.count == length - tailStart else { return nil }
        var found: Place?
        var at = tail.count - ZipDirectory.endSize
        while at >= 0, found == nil {
            if tail[at] == ZipMark.end[0], let place = ZipDirectory.place(tail, at, tailStart),
                place.before == 0 || !beginsWithZip
            {
                found = place
                // Programs that look for the last one find another archive there.
                let comment = tail[(at + ZipDirectory.endSize)...]
                if comment.indices.contains(where: { comment[$0...].starts(with: ZipMark.end) }) {
                    fault = .corruptArchive("something behind the end of the directory")
                }
            }
            at -= 1
        }
        guard let found else { return nil }
        start = found.before
        try read(input, found)
    }

    /// What a last record at `at` says, if it is one: its comment must reach to the end, and the directory lie before it.
    private static func place(_ tail: [UInt8], _ at: Int, _ tailStart: Int) -> Place? {
        guard tail[at...].starts(with: ZipMark.end) else { return nil }
        let fields = ZipBytes(tail[at...])
        guard fields.number(20, 2) == tail.count - at - endSize else { return nil }
        var (size, offset, end) = (fields.number(12, 4), fields.number(16, 4), tailStart + at)
        let large = at - locatorSize - largeEndSize
        if large >= 0, tail[(at - locatorSize)...].starts(with: ZipMark.locator),
            tail[large...].starts(with: ZipMark.largeEnd)
        {
            let fields = ZipBytes(tail[large...])
            (size, offset, end) = (fields.number(40, 8), fields.number(48, 8), tailStart + large)
        }
        // Offsets may count from the beginning of the archive or of the file.
        guard size <= end, offset <= end - size else { return nil }
        return Place(start: end - size, size: size, before: end - size - offset)
    }

    private mutating func read(_ input: PackedInput, _ place: Place) throws(PackedFault) {
        try input.seek(place.start)
        let end = place.start + place.size
        while input.offset < end {
            guard let entry = try ZipDirectory.entry(input), input.offset <= end else {
                fault = .corruptArchive("a damaged directory")
                break
            }
            entries.append(entry)
        }
        // Of those with one place the first stays the first.
        entries = entries.enumerated().sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }.map(
            \.element)
    }

    /// The entry that comes next; nil where there is none.
    static func entry(_ input: PackedInput) throws(PackedFault) -> ZipMember? {
        guard try input.fill(to: ZipMember.entrySize), input.rest.starts(with: ZipMark.entry) else { return nil }
        let (name, extra, comment) = ZipMember.rest(ofEntry: input.rest)
        let size = ZipMember.entrySize + name + extra + comment
        guard try input.fill(to: size) else { return nil }
        defer { input.use(size) }
        return ZipMember(entry: input.rest.prefix(size))
    }

    /// Whether another entry has the same place, and comes first.
    func repeatsPlace(_ index: Int) -> Bool { index > 0 && entries[index - 1].offset == entries[index].offset }

    /// Brings the input to the bytes of a member, behind its header.
    func seek(_ entry: ZipMember, _ input: PackedInput) throws(PackedFault) {
        try input.seek(start + entry.offset)
        guard let header = try ZipDirectory.header(input) else {
            throw .corruptMember("no header where the directory says")
        }
        // Other programs go by the one or the other.
        func differ(_ one: Int, _ other: Int) -> Bool { one != other && one != 0 && one != 0xFFFF_FFFF }
        let contradict =
            header.method != entry.method || header.isEncrypted != entry.isEncrypted
            || !header.hasDescriptor
                && (differ(header.packed, entry.packed) || differ(header.size, entry.size)
                    || differ(Int(header.checksum), Int(entry.checksum)))
        if contradict { throw .corruptMember("its header and the directory contradict each other") }
    }

    /// The header of a member that comes next; nil where there is none.
    static func header(_ input: PackedInput) throws(PackedFault) -> ZipMember? {
        guard try input.fill(to: ZipMember.headerSize), input.rest.starts(with: ZipMark.member) else { return nil }
        let (name, extra) = ZipMember.rest(ofHeader: input.rest)
        let size = ZipMember.headerSize + name + extra
        guard try input.fill(to: size) else { throw .truncated }
        defer { input.use(size) }
        return ZipMember(header: input.rest.prefix(size))
    }
}
