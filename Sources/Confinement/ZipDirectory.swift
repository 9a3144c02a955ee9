// The directory of a zip that is a file: what is in the archive, and where, as programs read it that have all of it.

internal import Files

/// The entries of a directory, in the order of their members in the archive.
struct ZipDirectory {
    private(set) var entries: [ZipMember] = []
    /// Where the directory is in the file.
    private(set) var place = 0
    /// Where the archive begins in the file, as its entries count: something may stand before it.
    private(set) var start = 0
    /// What keeps the directory from being all there is.
    private(set) var oddities: Set<ZipOddity> = []

    private static let longestComment = 65535

    /// Where the directory lies, as its last record says.
    private struct Place {
        var end: ZipEnd
        var start: Int
        /// Of the archive in the file.
        var before: Int
    }

    /// Finds and reads it; nil where the file does not end as a zip does.
    ///
    /// An archive that begins with a member begins where the file does: of one that is cut within a member that is a zip itself, the end of that
    /// one would be found otherwise.
    init?(_ input: PackedInput, length: Int, beginsWithZip: Bool) throws(PackedFault) {
        let most = ZipEnd.size + ZipDirectory.longestComment + ZipEnd.locatorSize + ZipEnd.largeSize
        let tailStart = max(0, length - most)
        try input.seek(tailStart)
        _ = try input.fill(to: length - tailStart)
        let tail = Array(input.rest)
        guard tail.count == length - tailStart else { return nil }
        var found: Place?
        var at = tail.count - ZipEnd.size
        while at >= 0, found == nil {
            if tail[at] == ZipMark.end[0], let place = ZipDirectory.place(tail, at, tailStart),
                place.before == 0 || !beginsWithZip
            {
                found = place
                // Programs that look for the last one find another archive there.
                let comment = tail[(at + ZipEnd.size)...]
                if comment.indices.contains(where: { comment[$0...].starts(with: ZipMark.end) }) {
                    oddities.insert(.behind)
                }
            }
            at -= 1
        }
        guard let found else { return nil }
        (start, place) = (found.before, found.start)
        try read(input, found.end)
    }

    /// What a last record at `at` says, if it is one: its comment must reach to the end, and the directory lie before it.
    private static func place(_ tail: [UInt8], _ at: Int, _ tailStart: Int) -> Place? {
        guard tail[at...].starts(with: ZipMark.end) else { return nil }
        let large = at - ZipEnd.locatorSize - ZipEnd.largeSize
        let hasLocator = at >= ZipEnd.locatorSize && tail[(at - ZipEnd.locatorSize)...].starts(with: ZipMark.locator)
        let hasLarge = hasLocator && large >= 0 && tail[large...].starts(with: ZipMark.largeEnd)
        let end = ZipEnd(
            last: tail[at...], locator: hasLocator ? tail[(at - ZipEnd.locatorSize)...] : nil,
            large: hasLarge ? tail[large...] : nil)
        guard end.comment == tail.count - at - ZipEnd.size else { return nil }
        let (size, offset) = (end.directorySize, end.offset)
        let bottom = tailStart + (hasLarge ? large : at)
        // Offsets may count from the beginning of the archive or of the file.
        guard size <= bottom, offset <= bottom - size else { return nil }
        return Place(end: end, start: bottom - size, before: bottom - size - offset)
    }

    private mutating func read(_ input: PackedInput, _ end: ZipEnd) throws(PackedFault) {
        try input.seek(place)
        let bottom = place + end.directorySize
        while input.offset < bottom {
            guard let entry = try ZipDirectory.entry(input), input.offset <= bottom else {
                oddities.insert(.directory)
                break
            }
            entries.append(entry)
        }
        let isTrue = end.describes(place: place - start, size: end.directorySize, count: entries.count)
        if !isTrue && !oddities.contains(.directory) { oddities.insert(.end) }
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

    /// The header of a member that comes next; nil where there is none that is whole.
    static func header(_ input: PackedInput) throws(PackedFault) -> ZipMember? {
        guard try input.fill(to: ZipMember.headerSize), input.rest.starts(with: ZipMark.member) else { return nil }
        let (name, extra) = ZipMember.rest(ofHeader: input.rest)
        let size = ZipMember.headerSize + name + extra
        guard try input.fill(to: size) else { return nil }
        var header = ZipMember(header: input.rest.prefix(size))
        header.offset = input.offset
        input.use(size)
        return header
    }
}
