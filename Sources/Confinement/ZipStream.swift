// The members of a zip that is read as it comes, from a pipe or from a file that does not end as a zip does. Its directory comes last, and tells then
// whether it names what has come.

internal import Files

/// A way through the members of a zip.
protocol ZipRoad: AnyObject {
    /// The next member; nil behind the last. The input is where its bytes begin.
    func next() throws(PackedFault) -> ZipFound?

    /// Told what became of a member before the next one.
    ///
    /// - Parameter content: nil if none of it was looked at.
    func leave(_ found: ZipFound, _ content: ZipContent?) throws(PackedFault)

    /// Behind the last member: what else is to tell of the archive.
    func finish() throws(PackedFault) -> Set<ZipOddity>
}

/// A cursor over the members in the order in which they come.
final class ZipStream: ZipRoad {
    private let input: PackedInput
    private let line: ZipLine
    /// What was read, by its place, to hold against the directory: a number each, since there may be millions.
    private var prints: [Int: Int] = [:]
    private var oddities: Set<ZipOddity> = []

    init(_ input: PackedInput) {
        self.input = input
        input.kept = ZipLine.reach
        line = ZipLine(input)
    }

    func next() throws(PackedFault) -> ZipFound? { try line.next() }

    func leave(_ found: ZipFound, _ content: ZipContent?) throws(PackedFault) {
        var member = found.member
        let isWhole = content?.isDone ?? false
        if let content, isWhole, !found.isKnown || found.isPartial {
            (member.checksum, member.packed, member.size) = (content.sum, content.packed, content.count)
        }
        prints[member.offset] = ZipStream.print(member, isWhole: isWhole || found.isKnown && !found.hasDescriptor)
        try line.leave(found, content)
    }

    /// A number that two members do not share that differ in anything that both headers say. Its last bit tells whether sizes are in it.
    private static func print(_ member: ZipMember, isWhole: Bool) -> Int {
        var hasher = Hasher()
        hasher.combine(member.name)
        hasher.combine(member.method)
        hasher.combine(member.isEncrypted)
        if isWhole {
            hasher.combine(member.checksum)
            // Of large ones some programs (Apple's) write the last bits.
            hasher.combine(member.packed & 0xFFFF_FFFF)
            hasher.combine(member.size & 0xFFFF_FFFF)
        }
        return hasher.finalize() & ~1 | (isWhole ? 1 : 0)
    }

    func finish() throws(PackedFault) -> Set<ZipOddity> {
        let place = input.offset
        var count = 0
        while let entry = try ZipDirectory.entry(input) {
            count += 1
            compare(entry, before: place)
        }
        let size = input.offset - place
        if !prints.isEmpty { oddities.insert(.unnamed) }
        let end = try readEnd()
        if !end.describes(place: place, size: size, count: count) { oddities.insert(.end) }
        return oddities.union(line.oddities)
    }

    private func compare(_ entry: ZipMember, before end: Int) {
        // As above: where the archive is larger, a place may be some times as many bytes further on.
        let place = stride(from: entry.offset, to: end, by: 1 << 32).first { prints[$0] != nil }
        guard let place, let print = prints.removeValue(forKey: place) else {
            oddities.insert(.missing)
            return
        }
        if print != ZipStream.print(entry, isWhole: print & 1 == 1) { oddities.insert(.contradiction) }
    }

    /// Reads what stands behind the entries, up to the end.
    private func readEnd() throws(PackedFault) -> ZipEnd {
        func record(_ mark: [UInt8], _ size: Int) throws(PackedFault) -> ArraySlice<UInt8>? {
            guard try input.fill(to: 4), input.rest.starts(with: mark) else { return nil }
            guard try input.fill(to: size) else { throw .truncated }
            let bytes = input.rest.prefix(size)
            input.use(size)
            return bytes
        }
        let large = try record(ZipMark.largeEnd, ZipEnd.largeSize)
        if let large { try input.skip(max(0, ZipBytes(large).number(4, 8) + 12 - ZipEnd.largeSize)) }
        let locator = try record(ZipMark.locator, ZipEnd.locatorSize)
        guard try input.fill(to: 4) else { throw .truncated }
        guard let last = try record(ZipMark.end, ZipEnd.size) else {
            throw .corruptArchive(ZipOddity.directory.rawValue)
        }
        let end = ZipEnd(last: last, locator: locator, large: large)
        guard try input.fill(to: end.comment) else { throw .truncated }
        // A comment may be an archive as well.
        let comment = input.rest.prefix(end.comment)
        let holdsAnother = comment.indices.contains { comment[$0...].starts(with: ZipMark.end) }
        input.use(end.comment)
        // Another archive may follow, and most programs would read that one.
        let isLast = try hasOnlyZeros()
        if holdsAnother || !isLast { oddities.insert(.behind) }
        return end
    }

    /// Whether nothing else comes any more: zeros fill a tape.
    private func hasOnlyZeros() throws(PackedFault) -> Bool {
        while try input.refill() {
            guard input.rest.allSatisfy({ $0 == 0 }) else { return false }
            input.use(input.rest.count)
        }
        return true
    }
}
