// What lies between the bytes of an archive and those of a tar: nothing, or gzip, told by its first bytes. What else there is may be unpacked by
// a confined process, since it takes libraries that are larger than what they are used for.
//
// Unpacking is zlib's, a piece at a time, so that an archive takes no more memory for being packed. What a few bytes can stand for
// is bounded by the format, about a thousand times as many, and those are skipped or refused as they come.

internal import CZlib

/// The unpacked bytes of an archive.
@safe package final class ArchiveStream {
    /// Fills the array from an index on with what comes next, at least one byte, and returns how many; 0 at the end.
    package typealias Source = (inout [UInt8], Int) throws(FileError) -> Int

    private let source: Source
    /// Set for what is neither a tar nor packed by gzip; its bytes come as they are.
    package let kind: ArchiveKind?
    /// What was read of the source last, from `taken` to `end`.
    private var input = [UInt8](repeating: 0, count: 1 << 16)
    private var taken = 0
    private var end = 0
    /// Nil for what is not packed. zlib knows it by its address.
    private var inflater: UnsafeMutablePointer<z_stream>?
    /// Whether a part that was packed for itself has ended, and the next may begin.
    private var isBetweenParts = false
    /// Whether of the present part all is unpacked, and only what it is checked by still to come.
    private var isUnpacked = false
    /// Unpacked bytes so far.
    private var offset = 0

    /// Reads the beginning, to tell what it is.
    package init(_ source: @escaping Source) throws(FileError) {
        self.source = source
        // The source may give as little as a byte at a time.
        while end < 512 {
            let got = try source(&input, end)
            if got == 0 { break }
            end += got
        }
        kind = ArchiveKind(input[..<end])
        guard kind == nil, input[..<end].starts(with: ArchiveStream.gzip) else { return }
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe inflater = stream
        guard unsafe assay_gunzip_begin(stream) == Z_OK else { throw .system(12) }
    }

    deinit {
        guard let inflater = unsafe inflater else { return }
        unsafe inflateEnd(inflater)
        unsafe inflater.deallocate()
    }

    private static let gzip: [UInt8] = [0x1F, 0x8B, 8]

    /// Whether its beginning is that of no archive.  A zip may stand behind something else, and is known by its end.
    package var isUnknown: Bool { unsafe kind == nil && inflater == nil && !TarHeader.mayBegin(with: beginning) }

    /// What a tar was packed by, where it was.
    package var packing: String? {
        if let kind { return kind.packsTar ? kind.rawValue : nil }
        return unsafe inflater == nil ? nil : "gzip"
    }

    /// What was read of the archive already and not given away.
    package var beginning: ArraySlice<UInt8> { input[taken..<end] }

    /// As `Source`.  Fails with `truncatedPacking` where what packs ends too early; whether that matters is for whoever knows how what is
    /// packed ends.
    package func read(into bytes: inout [UInt8], from start: Int) throws(FileError) -> Int {
        if bytes.count == start { return 0 }
        if unsafe inflater != nil { return try unpack(into: &bytes, from: start) }
        guard taken < end else { return try source(&bytes, start) }
        let count = min(bytes.count - start, end - taken)
        bytes.replaceSubrange(start..<start + count, with: input[taken..<taken + count])
        taken += count
        return count
    }

    private func unpack(into bytes: inout [UInt8], from start: Int) throws(FileError) -> Int {
        while true {
            let hasMore = try refill()
            if isBetweenParts {
                guard try beginsAnother(hasMore) else { return 0 }
            }
            let (status, count) = inflate(into: &bytes, from: start)
            offset += count
            switch status {
            case Z_STREAM_END: (isBetweenParts, isUnpacked) = (true, false)
            case Z_OK: break
            // There was nothing to take, or no room.
            case Z_BUF_ERROR where count == 0 && !hasMore:
                throw .truncatedPacking(
                    offset: offset, lacking: isUnpacked ? "gzip's checksum and length" : "the end of the gzip data")
            case Z_BUF_ERROR: break
            case Z_MEM_ERROR: throw .system(12)
            default: throw .corruptArchive(offset: offset, reason: "damaged gzip data")
            }
            if count > 0 { return count }
        }
    }

    /// Sees to it that there is input; false at the end.
    private func refill() throws(FileError) -> Bool {
        if taken < end { return true }
        (taken, end) = (0, try source(&input, 0))
        return end > 0
    }

    /// Whether another part follows one that has ended, as where several were put one behind the other. Zeros fill a tape.
    private func beginsAnother(_ hasMore: Bool) throws(FileError) -> Bool {
        var more = hasMore
        while more {
            if let next = input[taken..<end].firstIndex(where: { $0 != 0 }) {
                guard input[next] == ArchiveStream.gzip[0], let inflater = unsafe inflater,
                    unsafe inflateReset(inflater) == Z_OK
                else {
                    throw .corruptArchive(offset: offset, reason: "something behind the end of the gzip data")
                }
                (taken, isBetweenParts) = (next, false)
                return true
            }
            taken = end
            more = try refill()
        }
        return false
    }

    private func inflate(into bytes: inout [UInt8], from start: Int) -> (status: Int32, count: Int) {
        guard let inflater = unsafe inflater else { return (Z_STREAM_ERROR, 0) }
        let room = min(bytes.count - start, 1 << 30)
        let status = unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe bytes.withUnsafeMutableBufferPointer { target in
                unsafe inflater.pointee.next_in = source.baseAddress.map { unsafe $0 + taken }
                unsafe inflater.pointee.avail_in = UInt32(end - taken)
                unsafe inflater.pointee.next_out = target.baseAddress.map { unsafe $0 + start }
                unsafe inflater.pointee.avail_out = UInt32(room)
                // Stops behind each block, which tells when the last one is done.
                return unsafe CZlib.inflate(inflater, Z_BLOCK)
            }
        }
        let endsLastBlock: Int32 = 64 + 128
        if unsafe inflater.pointee.data_type & endsLastBlock == endsLastBlock { isUnpacked = true }
        taken = end - Int(unsafe inflater.pointee.avail_in)
        return (status, room - Int(unsafe inflater.pointee.avail_out))
    }
}
