// What has been dealt with, kept across restarts where the records themselves can't be read again: they went into a pipe, or not all
// are written.

package import Files
internal import Glibc

/// A file of fixed-size entries, one for each file that was dealt with, appended after its record was written.
///
/// Entry, little-endian: digest of the path (16 bytes), device, inode, size, seconds and nanoseconds of modification and of change
/// (8 each), the record's id (16; zeros for none), how far the records of its frames go (8), and the first 8 bytes of the SHA-256 of
/// all that.  What a crash leaves of an entry is cut off by the next start; an entry that is damaged is left out, and its file is
/// scanned again.  A ledger of the first form, which knew nothing of frames, is rewritten.
package final class Ledger {
    static let entrySize = 16 + 7 * 8 + 16 + 8 + 8
    private static let header = Array("assay-ledger 2\n".utf8)
    private static let oldEntrySize = entrySize - 8
    private static let oldHeader = Array("assay-ledger 1\n".utf8)

    private let path: PathBytes
    private var descriptor: Int32
    /// Entries in the file.
    private var entryCount = 0
    private let syncs: Bool
    /// Entries that are left alone though they count no more.
    private let slack: Int

    /// Another process has it open.
    package static let inUse = FileError.system(EWOULDBLOCK)

    /// Opens or makes the ledger in `directory` and reads what it holds into `index`.
    package init(
        in directory: PathBytes, into index: inout RecordIndex, syncs: Bool, slack: Int = 4096
    ) throws(FileError) {
        self.slack = slack
        path = directory.appending(Array("ledger".utf8))
        self.syncs = syncs
        descriptor = try Ledger.open(path)
        do throws(FileError) {
            try load(into: &index)
            try compactIfUseful(index)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Device and inode of the file, which is none to be scanned.
    package var identity: FileIdentity? { (try? FileState(descriptor: descriptor))?.identity }

    /// Whether nothing had ever been noted.
    package var isNew: Bool { entryCount == 0 }

    /// Adds an entry with one write.
    package func append(
        _ id: Digest128?, of key: Digest128, _ state: FileState, _ frames: RecordedFrames = .whole
    ) throws(FileError) {
        try write(Ledger.entry(id, of: key, state, frames), to: descriptor)
        if syncs && fdatasync(descriptor) != 0 { throw .last }
        entryCount += 1
    }

    private static func open(_ path: PathBytes) throws(FileError) -> Int32 {
        let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW
        let descriptor = unsafe path.withCString { unsafe Glibc.open($0, flags, 0o600) }
        guard descriptor >= 0 else { throw .last }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let failure = FileError.last
            close(descriptor)
            throw failure
        }
        return descriptor
    }

    private func load(into index: inout RecordIndex) throws(FileError) {
        var size = try FileState(descriptor: descriptor).size
        var head = try read(at: 0, count: min(size, Ledger.header.count))
        if head == Ledger.oldHeader {
            try convert(size)
            (size, head) = (try FileState(descriptor: descriptor).size, Ledger.header)
        }
        if head.count < Ledger.header.count || head != Ledger.header {
            // A file of somebody else is not overwritten; what a crash left of our first write is.
            guard Ledger.header.starts(with: head) else { throw .system(EINVAL) }
            guard ftruncate(descriptor, 0) == 0 else { throw .last }
            return try write(Ledger.header, to: descriptor)
        }
        var offset = Ledger.header.count
        while offset + Ledger.entrySize <= size {
            let count = min((size - offset) / Ledger.entrySize, 4096)
            let bytes = try read(at: offset, count: count * Ledger.entrySize)
            for number in 0..<count {
                let start = number * Ledger.entrySize
                Ledger.decode(bytes[start..<start + Ledger.entrySize], into: &index)
            }
            offset += bytes.count
            entryCount += count
        }
        if offset < size { guard ftruncate(descriptor, offset) == 0 else { throw .last } }
    }

    /// Drops entries that no longer count, once they are the greater part.
    package func compactIfUseful(_ index: RecordIndex) throws(FileError) {
        if entryCount > 2 * index.count + slack { try compact(index) }
    }

    /// Has the entries that still count take the place of all.
    private func compact(_ index: RecordIndex) throws(FileError) {
        entryCount = try rewrite(entryCount, of: Ledger.entrySize) { entry in
            guard let (key, state) = Ledger.decode(entry), index.knows(key, state) else { return nil }
            return Array(entry)
        }
    }

    /// Rewrites a ledger of the first form: nothing is known of frames behind the first.
    private func convert(_ size: Int) throws(FileError) {
        _ = try rewrite((size - Ledger.oldHeader.count) / Ledger.oldEntrySize, of: Ledger.oldEntrySize) { entry in
            guard Ledger.words(entry) != nil else { return nil }
            return Ledger.sealed(Array(entry.dropLast(8)) + littleEndian(UInt64(RecordedFrames.first.bits)))
        }
    }

    /// Writes what `change` makes of each entry into a new file that takes the place of the old one; returns how many there are.
    private func rewrite(
        _ entries: Int, of size: Int, _ change: (ArraySlice<UInt8>) -> [UInt8]?
    ) throws(FileError) -> Int {
        let newPath = PathBytes(path.bytes + Array(".new".utf8))
        _ = unsafe newPath.withCString { unsafe unlink($0) }
        let new = try Ledger.open(newPath)
        do throws(FileError) {
            try write(Ledger.header, to: new)
            var kept = 0
            for first in stride(from: 0, to: entries, by: 4096) {
                let count = min(4096, entries - first)
                let bytes = try read(at: Ledger.header.count + first * size, count: count * size)
                let last = (0..<count).compactMap { change(bytes[$0 * size..<($0 + 1) * size]) }
                kept += last.count
                try write(Array(last.joined()), to: new)
            }
            guard fsync(new) == 0 else { throw .last }
            let result = unsafe newPath.withCString { new in unsafe path.withCString { unsafe rename(new, $0) } }
            guard result == 0 else { throw .last }
            close(descriptor)
            descriptor = new
            return kept
        } catch {
            close(new)
            throw error
        }
    }

    private func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
            initialised = max(0, unsafe pread(descriptor, buffer.baseAddress, count, offset))
        }
        guard bytes.count == count else { throw .last }
        return bytes
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) throws(FileError) {
        let before = try FileState(descriptor: descriptor).size
        let count = unsafe Glibc.write(descriptor, bytes, bytes.count)
        if count == bytes.count { return }
        let failure = count < 0 ? FileError.last : .system(ENOSPC)
        // Half an entry would shift all that follow.
        ftruncate(descriptor, before)
        throw failure
    }

    // MARK: entries

    private static func entry(
        _ id: Digest128?, of key: Digest128, _ state: FileState, _ frames: RecordedFrames
    ) -> [UInt8] {
        let words: [UInt64] =
            [key.high, key.low, UInt64(state.identity.device), UInt64(state.identity.inode)]
            + [
                state.size, state.modified.seconds, state.modified.nanoseconds, state.changed.seconds,
                state.changed.nanoseconds,
            ].map { UInt64(bitPattern: Int64($0)) } + [id?.high ?? 0, id?.low ?? 0, UInt64(frames.bits)]
        return sealed(words.flatMap(littleEndian))
    }

    /// With what shows that it is whole.
    private static func sealed(_ bytes: [UInt8]) -> [UInt8] { bytes + littleEndian(Digest128(of: [bytes]).high) }

    private static func words(_ bytes: ArraySlice<UInt8>) -> [UInt64]? {
        let words = (0..<bytes.count / 8).map { number in
            (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[bytes.startIndex + 8 * number + $1]) << UInt64(8 * $1) }
        }
        return words.last == Digest128(of: [Array(bytes.dropLast(8))]).high ? words : nil
    }

    private static func decode(_ bytes: ArraySlice<UInt8>) -> (key: Digest128, state: FileState)? {
        guard let words = words(bytes) else { return nil }
        func time(_ index: Int) -> Timestamp {
            Timestamp(
                seconds: Int(Int64(bitPattern: words[index])), nanoseconds: Int(Int64(bitPattern: words[index + 1])))
        }
        let identity = FileIdentity(device: UInt(words[2]), inode: UInt(words[3]))
        return (
            Digest128(high: words[0], low: words[1]),
            FileState(
                identity: identity, kind: .regular, size: Int(Int64(bitPattern: words[4])), modified: time(5),
                changed: time(7))
        )
    }

    private static func decode(_ bytes: ArraySlice<UInt8>, into index: inout RecordIndex) {
        guard let (key, state) = decode(bytes), let words = words(bytes) else { return }
        let id = Digest128(high: words[9], low: words[10])
        index.note(
            ledger: id == Digest128(high: 0, low: 0) ? nil : id, of: key, state,
            RecordedFrames(bits: UInt32(truncatingIfNeeded: words[11])))
    }
}
