// The members of a zip that has a directory, and those between them that it does not name.
//
// What a directory does not name most programs do not see, so that a picture can be kept from them there, while one that reads the archive as it
// comes shows it. And where entries share bytes, a few of them stand for more than there is time for: no two get the same.

internal import Files

/// A cursor over the members in the order of their places.
final class ZipEntries: ZipRoad {
    private let input: PackedInput
    private let directory: ZipDirectory
    private let length: Int
    private var position = 0
    /// Up to where the archive belongs to members that came.
    private var covered = 0
    /// Whether the bytes of the last entry were not what they were, so that it may end earlier than it seems.
    private var isDoubted = false
    /// Up to where an entry has had bytes of a doubted one, which only one can have.
    private var fence = 0
    private var gap: ZipLine?
    private var excess = 0
    private var oddities: Set<ZipOddity>

    init(_ directory: ZipDirectory, _ input: PackedInput, length: Int) {
        (self.directory, self.input, self.length) = (directory, input, length)
        oddities = directory.oddities
    }

    func next() throws(PackedFault) -> ZipFound? {
        while true {
            if let gap {
                if let found = try gap.next() {
                    oddities.insert(.unnamed)
                    return found
                }
                (excess, oddities) = (gap.excess, oddities.union(gap.oddities))
                self.gap = nil
            }
            let isLast = position == directory.entries.count
            let end =
                isLast ? directory.place : min(directory.place, directory.start + directory.entries[position].offset)
            if covered < end {
                gap = ZipLine(input, covered..<end, limit: directory.place, excess: excess)
                covered = end
                continue
            }
            if isLast { return nil }
            position += 1
            return try entry(position - 1)
        }
    }

    private func entry(_ index: Int) throws(PackedFault) -> ZipFound {
        let entry = directory.entries[index]
        let place = directory.start + entry.offset
        func found(_ start: Int, _ header: ZipMember? = nil, _ refusal: PackedFault? = nil) -> ZipFound {
            ZipFound(
                member: entry, start: start, isKnown: true, hasDescriptor: header?.hasDescriptor ?? false,
                isOpen: header.map { $0.method == 0 && !$0.isMeasured } ?? false, refusal: refusal)
        }
        let shared = PackedFault.unsupportedMember("it lies where another member does")
        if index > 0, directory.entries[index - 1].offset == entry.offset {
            oddities.insert(.missing)
            if directory.entries[index - 1].name != entry.name { oddities.insert(.contradiction) }
            return found(place, nil, shared)
        }
        var header: ZipMember?
        if place < length {
            try input.seek(place)
            header = try ZipDirectory.header(input)
        }
        guard let header else { return found(place, nil, .corruptMember("no header where the directory says")) }
        let start = input.offset
        let end = place < directory.place ? directory.place : length
        if place < covered {
            guard isDoubted && place >= fence else {
                oddities.insert(.missing)
                return found(start, header, shared)
            }
            fence = covered
        }
        guard entry.packed <= end - start else {
            return found(start, header, .corruptMember("more packed data than there is room for"))
        }
        if header.contradicts(entry) {
            // It is not read, so what it says hides nothing.
            let next = index + 1 < directory.entries.count ? directory.start + directory.entries[index + 1].offset : end
            covered = max(covered, min(start + entry.packed, next))
            return found(start, header, .contradiction)
        }
        if !header.isSame(entry) { oddities.insert(.contradiction) }
        return found(start, header)
    }

    func leave(_ found: ZipFound, _ content: ZipContent?) throws(PackedFault) {
        if let gap { return try gap.leave(found, content) }
        guard found.refusal == nil else { return }
        if let content, content.endsEarly { oddities.insert(.descriptor) }
        if let content, content.hasFailed {
            (covered, isDoubted) = (max(covered, found.end), true)
            return
        }
        isDoubted = false
        if let content, content.hasSlack {
            oddities.insert(.slack)
            covered = input.offset
            return
        }
        covered = found.end
        guard found.hasDescriptor, !found.member.isEncrypted else { return }
        try input.seek(covered)
        _ = try input.fill(to: ZipDescriptor.longestWithMark)
        let member = found.member
        guard
            ZipDescriptor.isFalse(
                input.rest, checksum: member.checksum, packed: member.packed, size: member.size)
        else { return }
        oddities.insert(.descriptor)
        // By its header the member goes on, so that it is another one than by its entry.
        if !ZipDescriptor.mayBegin(input.rest) { covered = directory.start + member.offset }
    }

    func finish() -> Set<ZipOddity> { oddities }
}

extension ZipMember {
    /// Of a header: whether it says nothing else than an entry, but for what it leaves to a descriptor.
    fileprivate func isSame(_ entry: ZipMember) -> Bool {
        func agree(_ one: Int, _ other: Int) -> Bool {
            one == other || hasDescriptor && (one == 0 || one == 0xFFFF_FFFF)
        }
        // Before an encrypted directory headers say nothing, but then their members are encrypted too.
        let isMasked = isEncrypted && flags & 1 << 13 != 0
        return isMasked
            || name == entry.name && agree(packed, entry.packed) && agree(size, entry.size)
                && agree(Int(checksum), Int(entry.checksum))
    }

    /// Of a header: whether other programs would read other bytes by it than by an entry, or not as those.
    fileprivate func contradicts(_ entry: ZipMember) -> Bool {
        func differ(_ one: Int, _ other: Int) -> Bool { one != other && one != 0 && one != 0xFFFF_FFFF }
        return method != entry.method || isEncrypted != entry.isEncrypted
            || !hasDescriptor
                && (differ(packed, entry.packed) || differ(size, entry.size)
                    || differ(Int(checksum), Int(entry.checksum)))
    }
}
