// Where a 7z ends, which its first bytes say: so it is known whether the rest of it is missing, and whether something else stands behind it.

internal import CUnpack

/// The place of a 7z in its file.
struct SevenZipExtent {
    /// Bytes from its beginning to behind its header, which is last.
    let end: Int
    /// Bytes that are there.
    let length: Int

    /// Mark, version, checksum of what follows: place, size and checksum of the header.
    private static let headSize = 32

    /// Nil where what its first bytes say does not have its checksum.
    init?(_ input: PackedInput) throws(PackedFault) {
        try input.seek(0)
        guard let length = try input.length() else { return nil }
        guard try input.fill(to: SevenZipExtent.headSize) else {
            throw SevenZipExtent.truncated(length)
        }
        let head = Array(input.rest.prefix(SevenZipExtent.headSize))
        let fields = ZipBytes(head[...])
        let sum = unsafe head[12...].withUnsafeBufferPointer { unsafe unpack_checksum(0, $0.baseAddress, $0.count) }
        guard Int(sum) == fields.number(8, 4) else { return nil }
        self.length = length
        end = SevenZipExtent.headSize + fields.number(12, 8) + fields.number(20, 8)
        if end > length { throw SevenZipExtent.truncated(length) }
    }

    private static func truncated(_ length: Int) -> PackedFault {
        PackedFault(kind: .truncated, message: "it ends too early", isOver: true, place: length)
    }

    /// Refuses what stands behind the end; zeros fill a tape.
    func checkEnd(_ input: PackedInput) throws(PackedFault) {
        try input.reread()
        try input.seek(end)
        while try input.refill() {
            guard input.rest.allSatisfy({ $0 == 0 }) else {
                throw PackedFault(
                    kind: .corrupt, message: "something behind the end of the archive", isOver: true, place: end)
            }
            input.use(input.rest.count)
        }
    }
}
