// The bytes of one member of a zip, from where they begin in the archive to what tells that they are what they were.

internal import CUnpack
internal import Files

/// A cursor over a member's bytes. Behind the last it holds checksum and size against those that the archive says.
final class ZipContent {
    private let member: ZipMember
    private let input: PackedInput
    /// Whether the packed size is known, and that of the bytes; and whether checksum or size may stand behind the bytes all the same.
    private let isKnown, isSized, isPartial: Bool
    /// Whether its header leaves it to what stands behind stored bytes where they end, whatever the directory says.
    private let isOpen: Bool
    /// Nil for bytes that are stored as they are.
    private let decompressor: Decompressor?
    /// What the library wants before the bytes that are in the archive.
    private var head: [UInt8] = []
    /// Packed bytes that were not taken, of as many as there are, or may be where that is not known.
    private var left: Int
    private var room = [UInt8](repeating: 0, count: 1 << 16)
    /// What was found of its bytes: how many came, from how many, and their checksum.
    private(set) var (count, packed) = (0, 0)
    private(set) var sum: UInt32 = 0
    /// Whether a program that reads the archive as it comes ends it earlier, so that it shows others behind.
    private(set) var endsEarly = false
    private var isUnpacked = false
    /// Whether all was read, and is what it was; and whether that can't be.
    private(set) var (isDone, hasFailed) = (false, false)

    init(_ found: ZipFound, _ input: PackedInput) throws(PackedFault) {
        (member, self.input) = (found.member, input)
        (isKnown, isSized, isPartial) = (found.isKnown, found.isSized, found.isPartial)
        isOpen = found.isOpen
        left = isKnown ? member.packed : max(0, found.limit - found.start)
        if member.method == 0 {
            decompressor = nil
            return
        }
        guard let packing = ZipContent.packings[member.method] else {
            throw .unsupportedMember("compression method \(member.method), which is unsupported")
        }
        guard Decompressor.load(packing) else {
            throw .unsupportedMember("compression method \(member.method), whose library is missing")
        }
        let decompressor = try Decompressor(packing)
        try decompressor.begin()
        self.decompressor = decompressor
        if packing == UNPACK_LZMA { try beginLZMA() }
    }

    static let packings: [Int: unpack_packing] = [
        8: UNPACK_DEFLATE, 12: UNPACK_BZIP2, 14: UNPACK_LZMA, 20: UNPACK_ZSTD, 93: UNPACK_ZSTD, 95: UNPACK_XZ,
    ]

    /// The data begin with a version, the length of the properties, and these. The library wants the properties and the size, which is all ones
    /// where a mark ends the data.
    private func beginLZMA() throws(PackedFault) {
        guard try input.fill(to: 9) else { throw .truncated }
        let fields = Array(input.rest.prefix(9))
        guard left >= 9, fields[2] == 5, fields[3] == 0 else { throw .corruptMember("damaged lzma data") }
        guard isSized || member.hasEndMark else { throw .unsupportedMember("lzma data without an end, unsupported") }
        take(9)
        let size = member.hasEndMark ? UInt64.max : UInt64(member.size)
        head = fields[4...] + (0..<8).map { UInt8(truncatingIfNeeded: size >> UInt64(8 * $0)) }
    }

    /// Whether its packed data end before they are said to. Of LZMA a library may leave the last bytes, and a mark of the end.
    var hasSlack: Bool { isDone && isKnown && left > (member.method == 14 ? 16 : 0) }

    /// The next bytes; none behind the last.
    func read() throws(PackedFault) -> [UInt8] {
        if isDone { return [] }
        do throws(PackedFault) {
            return try next()
        } catch {
            hasFailed = true
            throw error
        }
    }

    private func next() throws(PackedFault) -> [UInt8] {
        let bytes: [UInt8]
        if let decompressor {
            bytes = try unpack(decompressor)
        } else {
            bytes = try isKnown ? stored() : storedUpToDescriptor()
        }
        count += bytes.count
        sum = unsafe bytes.withUnsafeBufferPointer { unsafe unpack_checksum(sum, $0.baseAddress, $0.count) }
        if isSized && count > member.size { throw .corruptMember("more bytes than it says") }
        guard bytes.isEmpty else { return bytes }
        guard try isTrue() else { throw ZipContent.falseSum }
        isDone = true
        return []
    }

    private func unpack(_ decompressor: Decompressor) throws(PackedFault) -> [UInt8] {
        while !isUnpacked {
            let isHead = !head.isEmpty
            var hasMore = isHead
            if !isHead && left > 0 { hasMore = try input.refill() }
            let source = isHead ? head[...] : hasMore ? input.rest.prefix(left) : []
            let (status, taken, given) = decompressor.step(source, into: &room)
            if isHead {
                head.removeFirst(taken)
            } else {
                take(taken)
            }
            switch status {
            case .goesOn:
                if taken == 0 && given == 0 {
                    if !hasMore && left > 0 { throw .truncated }
                    throw .corruptMember("less packed data than it says")
                }
            case .ends: isUnpacked = true
            case .fails(let fault):
                if case .corrupt = fault.kind { throw .corruptMember(fault.message) }
                if case .unsupported = fault.kind { throw .unsupportedMember(fault.message) }
                throw fault
            }
            if given > 0 { return Array(room[..<given]) }
        }
        return []
    }

    private func stored() throws(PackedFault) -> [UInt8] {
        if left == 0 { return [] }
        guard try input.refill() else { throw .truncated }
        var rest = input.rest.prefix(left)
        if isOpen {
            _ = try input.fill(to: ZipDescriptor.longest)
            rest = input.rest.prefix(left)
            if rest.starts(with: ZipMark.descriptor), try hasDescriptor() { endsEarly = true }
            rest = ZipContent.beforeDescriptor(rest)
        }
        let bytes = Array(rest.prefix(room.count))
        take(bytes.count)
        return bytes
    }

    private func take(_ count: Int) {
        input.use(count)
        left -= count
        packed += count
    }

    // MARK: what stands behind bytes

    /// Whether checksum and size are those that stand before the bytes. A size of zero says nothing there where it may stand behind them.
    private var agreesWithHeader: Bool {
        (isKnown || count > 0) && count == member.size && sum == member.checksum
    }

    /// Whether checksum and size are those that stand before the bytes or, where none do, behind them.
    private func isTrue() throws(PackedFault) -> Bool {
        if agreesWithHeader { return true }
        if !isKnown { return try hasDescriptor() }
        guard isPartial, member.size == 0 || count == member.size, member.checksum == 0 || sum == member.checksum else {
            return false
        }
        return try hasDescriptor()
    }

    /// Bytes that end where they have had what stands behind them: their own checksum and size.
    private func storedUpToDescriptor() throws(PackedFault) -> [UInt8] {
        // A header may leave the packed size alone, and say all else.
        if count > 0 && count == member.size, try isTrue() { return [] }
        _ = try input.fill(to: ZipDescriptor.longestWithMark)
        var rest = input.rest
        if rest.starts(with: ZipMark.descriptor) {
            if try hasDescriptor() { return [] }
            if ZipDescriptor.ends(rest, count: count) { throw ZipContent.falseSum }
        }
        rest = rest.prefix(count < member.size ? min(left, member.size - count) : left)
        guard !rest.isEmpty else { throw left == 0 ? .corruptMember("no end") : .truncated }
        let bytes = Array(ZipContent.beforeDescriptor(rest).prefix(room.count))
        take(bytes.count)
        return bytes
    }

    /// Bytes, of which there are some, up to where a descriptor may begin behind the first.
    private static func beforeDescriptor(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var from = rest.startIndex + 1
        while let place = rest[from...].firstIndex(of: ZipMark.descriptor[0]) {
            if ZipMark.descriptor.starts(with: rest[place...].prefix(4)) { return rest[..<place] }
            from = place + 1
        }
        return rest
    }

    /// Whether what comes next are the checksum and the size of the bytes so far.
    private func hasDescriptor() throws(PackedFault) -> Bool {
        _ = try input.fill(to: ZipDescriptor.longest)
        return ZipDescriptor.readings(input.rest).contains { $0.agrees(checksum: sum, size: count) }
    }

    private static let falseSum = PackedFault.corruptMember(
        "its checksum or size is another than that of its bytes")
}
