// Members that are found by their headers: all of a zip that is read as it comes, and those in a gap that a directory leaves.
//
// A header may say false lengths, so that its member seems to end elsewhere than it does. What comes behind is looked for again then, but no byte
// more often than once, or a few would stand for work without end.

internal import Files
internal import Imaging

/// A cursor over the members of a part of an archive, whatever lies between them.
final class ZipLine {
    /// How far false lengths of name and extra field may lead.
    static let reach = 2 * 0xFFFF

    private let input: PackedInput
    /// Where no member begins any more; nil for what ends where a directory begins.
    private let end: Int?
    /// Where the last member that begins before must have ended, though it be behind that.
    private let limit: Int
    /// Up to where members have reached behind the end, which one may only that begins behind what others have had.
    private(set) var excess: Int
    /// Where the next member is at the earliest, and whether it must be there.
    private var place: Int
    private var isExpected = true
    /// Up to where was looked for members again.
    private var fence = 0
    private(set) var oddities: Set<ZipOddity> = []

    /// All of an archive that begins where the input is.
    init(_ input: PackedInput) {
        (self.input, end, limit, excess, place) = (input, nil, .max, 0, input.offset)
    }

    /// A gap.
    init(_ input: PackedInput, _ gap: Range<Int>, limit: Int, excess: Int) {
        (self.input, end, self.limit) = (input, gap.upperBound, limit)
        (self.excess, place) = (excess, gap.lowerBound)
    }

    /// The next member; nil at the end. The input is where its bytes begin.
    func next() throws(PackedFault) -> ZipFound? {
        try input.go(to: place)
        var isExpected = self.isExpected
        // A header may go on behind the gap, in what an entry names.
        let last = end.map { $0 - ZipMark.member.count } ?? .max
        while input.offset <= last {
            guard try input.fill(to: 4) else {
                if end == nil { throw .truncated }
                break
            }
            if input.rest.starts(with: ZipMark.member), let found = try member(isExpected) {
                if !found.member.isFiller { return found }
                continue
            }
            if end == nil && isDirectoryNext { break }
            // A descriptor, what fills gaps, or what is left of a member that could not be read.
            isExpected = false
            let rest = input.rest.dropFirst()
            input.use((rest.firstIndex(of: ZipMark.member[0]) ?? rest.endIndex) - input.rest.startIndex)
        }
        return nil
    }

    private var isDirectoryNext: Bool {
        [ZipMark.entry, ZipMark.end, ZipMark.largeEnd].contains { input.rest.starts(with: $0) }
    }

    /// The member whose header seems to come next; nil if the mark is all there is of it, and the input stays.
    private func member(_ isExpected: Bool) throws(PackedFault) -> ZipFound? {
        let begin = input.offset
        guard try input.fill(to: ZipMember.headerSize) else { return nil }
        let (name, extra) = ZipMember.rest(ofHeader: input.rest)
        let room = (begin < excess ? end ?? limit : limit) - begin - ZipMember.headerSize - name - extra
        if room < 0, end != nil, ZipMember.hasLikelyVersion(input.rest), isExpected || hasLikelySizes {
            oddities.insert(.unnamed)
        }
        // Nothing is read for a mark alone.
        guard room >= 0, isExpected || ZipLine.methods.contains(ZipBytes(input.rest).number(8, 2)) else { return nil }
        let isPicture = try isExpected ? false : isPictureStored(behind: ZipMember.headerSize + name + extra)
        guard var header = try ZipDirectory.header(input) else { return nil }
        if header.leavesStoredSize { header.size = header.packed }
        let isKnown = header.isMeasured
        let isCut = isKnown && header.packed > room
        guard !isCut || end != nil, isExpected || isPicture || isPlausible(header, isCut) else {
            try input.seek(begin)
            return nil
        }
        if isCut, let end {
            header.packed = max(0, end - input.offset)
            if header.method == 0 { header.size = min(header.size, header.packed) }
        }
        return ZipFound(
            member: header, start: input.offset, isKnown: isKnown, hasDescriptor: header.hasDescriptor,
            isPartial: isKnown && header.hasDescriptor && (header.checksum == 0 || header.size == 0),
            isCut: isCut, limit: limit == .max ? .max : input.offset + room)
    }

    /// Methods that have been given a number, by APPNOTE or by WinZip.
    private static let methods = Set(0...20).union(93...99)

    /// Of the header that comes next: whether a picture that is stored seems to begin where it ends. Then nothing else that is odd about it makes it
    /// none. The header stays where it can be gone back to.
    private func isPictureStored(behind size: Int) throws(PackedFault) -> Bool {
        let fields = ZipBytes(input.rest)
        guard fields.number(8, 2) == 0, fields.number(6, 2) & 1 == 0 else { return false }
        _ = try input.fill(to: size + 64)
        return ImageFormat.sniff(Array(input.rest.dropFirst(size).prefix(64))) != nil
    }

    /// Of a header whose name leads too far: whether it has bytes, and of stored ones as many as are packed.
    private var hasLikelySizes: Bool {
        let fields = ZipBytes(input.rest)
        let (method, packed) = (fields.number(8, 2), fields.number(18, 4))
        return ZipLine.methods.contains(method) && packed > 0 && (method != 0 || packed == fields.number(22, 4))
    }

    /// Whether a header may be one that is found where none must be: the four bytes of the mark are in programs too that unpack themselves.
    ///
    /// Without a size that fits it is by the version that it needs, which code and text behind a mark are not. With such a version a name is enough,
    /// whatever the sizes are.
    private func isPlausible(_ header: ZipMember, _ isCut: Bool) -> Bool {
        if header.name.isEmpty && header.packed == 0 { return false }
        if isCut && !header.hasLikelyVersion { return false }
        if header.hasLikelyVersion && !header.name.isEmpty && !header.isDoubtful { return true }
        return header.method != 0 || header.isEncrypted || !header.isMeasured || header.packed == header.size
    }

    // MARK: behind a member

    /// Told what became of the last member.
    ///
    /// - Parameter content: nil if none of it was looked at.
    func leave(_ found: ZipFound, _ content: ZipContent?) throws(PackedFault) {
        if let end, input.offset > end { excess = max(excess, input.offset) }
        guard let content, content.hasFailed || content.isDone else {
            (place, isExpected) = (found.isCut ? input.offset : found.end, found.isKnown && !found.isCut)
            return
        }
        if content.hasFailed { return try lookAgain(found) }
        isExpected = true
        place = content.hasSlack || !found.isKnown ? input.offset : found.end
        if content.hasSlack { oddities.insert(.slack) }
        guard found.hasDescriptor, !content.hasSlack, try reach(place) else { return }
        _ = try input.fill(to: ZipDescriptor.longestWithMark)
        if ZipDescriptor.isFalse(
            input.rest, checksum: content.sum, packed: content.packed, size: content.count)
        {
            oddities.insert(.descriptor)
        }
    }

    /// Where to look on behind a member whose bytes are not what they were. If the next record is where it should be, so were they; else lengths
    /// may be false. Of packed bytes nothing else tells where they end.
    private func lookAgain(_ found: ZipFound) throws(PackedFault) {
        isExpected = false
        if found.isKnown {
            if !found.isCut, try reach(found.end), try isRecordNext(found.hasDescriptor) {
                (place, isExpected) = (found.end, true)
                return
            }
        } else if found.member.method == 0 && !found.member.isDoubtful {
            place = input.offset
            return
        }
        let here = input.offset
        place = min(
            here, max(found.member.offset + ZipMember.headerSize, found.isCut ? 0 : here - ZipLine.reach, fence))
        fence = max(fence, here)
    }

    private func isRecordNext(_ hasDescriptor: Bool) throws(PackedFault) -> Bool {
        _ = try input.fill(to: ZipDescriptor.longestWithMark)
        let rest = input.rest
        return input.offset == end || ZipMark.begins(rest)
            || hasDescriptor && ZipDescriptor.mayBegin(rest)
    }

    /// Goes to a place; false where the archive ends before.
    private func reach(_ place: Int) throws(PackedFault) -> Bool {
        do throws(PackedFault) {
            try input.go(to: place)
            return try input.refill()
        } catch {
            guard error.isEnd else { throw error }
            return false
        }
    }
}
