// What has been recorded, in a few dozen bytes for each file: the memory by which nothing is scanned twice.

package import Files

/// The last that was recorded of each path.
package struct RecordIndex {
    private struct Entry {
        /// Digest of the file's whole state; nil when only a record is known, which has size and modification alone.
        var state: UInt64?
        /// Digest of size and modification; nil for a record of a file that could not be opened.
        var content: UInt64?
        /// `id` of the record; nil for a file that got none because it is no picture.
        var id: Digest128?
        var frames = RecordedFrames.whole
        /// Its contents could not be read.
        var isUnread = false
        var sweep: UInt32
    }

    private var entries: [Digest128: Entry] = [:]
    private var sweep: UInt32 = 0
    /// How many frames of a file are wanted; nil where they are not told apart.
    private let mostFrames: Int?

    package init(mostFrames: Int? = nil) { self.mostFrames = mostFrames }

    package var count: Int { entries.count }

    package static func key(_ path: PathBytes) -> Digest128 { Digest128(of: [path.bytes]) }

    /// Notes a record of an earlier run.
    mutating func note(_ record: PastRecord) {
        var content: UInt64?
        if let size = record.size, let modified = record.modified { content = RecordIndex.content(size, modified) }
        let before = entries[record.key].flatMap { $0.content == content ? $0.frames : nil }
        entries[record.key] = Entry(
            state: nil, content: content, id: record.id, frames: record.frames.extent(after: before ?? .none),
            sweep: sweep)
    }

    /// Notes the record of a file whose state is not to be relied on.
    mutating func note(record id: Digest128?, of key: Digest128) {
        entries[key] = Entry(state: nil, content: nil, id: id, sweep: sweep)
    }

    /// Notes that the file in this state has been dealt with, as far as `frames` goes.
    package mutating func note(
        _ id: Digest128?, of key: Digest128, _ state: FileState, frames: RecordedFrames = .whole, isUnread: Bool = false
    ) {
        entries[key] = Entry(
            state: RecordIndex.digest(state), content: RecordIndex.content(of: state), id: id, frames: frames,
            isUnread: isUnread, sweep: sweep)
    }

    /// Notes an entry of the ledger.  Where the records themselves say something else of the path they are the later.
    mutating func note(ledger id: Digest128?, of key: Digest128, _ state: FileState, _ frames: RecordedFrames) {
        if let entry = entries[key], entry.state == nil, entry.id != nil, entry.id != id { return }
        note(id, of: key, state, frames: frames)
    }

    package mutating func remove(_ key: Digest128) { entries[key] = nil }

    /// Whether the file has been dealt with in this state, and no frame is missing.
    package func contains(_ key: Digest128, _ state: FileState) -> Bool {
        entry(key, state)?.frames.suffices(mostFrames) ?? false
    }

    /// Whether anything is known of the file in this state.
    func knows(_ key: Digest128, _ state: FileState) -> Bool { entry(key, state) != nil }

    /// How many frames of a file of which others are missing have their record.
    func recordedFrames(of key: Digest128, _ state: FileState) -> Int {
        guard let frames = entry(key, state)?.frames, !frames.suffices(mostFrames) else { return 0 }
        return frames.count
    }

    /// What is known of the file in this state.
    private func entry(_ key: Digest128, _ state: FileState) -> Entry? {
        guard let entry = entries[key] else { return nil }
        let isSame =
            entry.state.map { $0 == RecordIndex.digest(state) } ?? (entry.content == RecordIndex.content(of: state))
        return isSame ? entry : nil
    }

    /// Whether the file was dealt with without being read, which a change of its attributes may mend.
    package func isUnread(_ key: Digest128) -> Bool { entries[key]?.isUnread ?? false }

    /// The `id` of the path's last record.
    package func lastRecord(of key: Digest128) -> Digest128? { entries[key]?.id }

    /// Whether the last of these lines is the very record that is the last of its path.
    package func contains(records lines: [UInt8]) -> Bool {
        let last = lines.dropLast().split(separator: UInt8(ascii: "\n")).last ?? []
        guard let record = PastRecord(last), let id = record.id else { return false }
        return lastRecord(of: record.key) == id
    }

    // MARK: forgetting what is gone

    /// Begins to look for files that are gone: whatever is not kept (`keep`) or noted before `endSweep` is forgotten.
    package mutating func beginSweep() { sweep &+= 1 }

    package mutating func keep(_ key: Digest128) { entries[key]?.sweep = sweep }

    package mutating func endSweep() { entries = entries.filter { $0.value.sweep == sweep } }

    // MARK: digests

    static func digest(_ state: FileState) -> UInt64 {
        let words = [
            Int(bitPattern: state.identity.device), Int(bitPattern: state.identity.inode), state.size,
            state.modified.seconds, state.modified.nanoseconds, state.changed.seconds, state.changed.nanoseconds,
        ]
        return Digest128(of: [words.flatMap { littleEndian(UInt64(bitPattern: Int64($0))) }]).high
    }

    static func content(of state: FileState) -> UInt64 {
        content(state.size, Array(state.modified.text.utf8))
    }

    /// Of the values as records have them.
    static func content(_ size: Int, _ modified: [UInt8]) -> UInt64 {
        Digest128(of: [littleEndian(UInt64(bitPattern: Int64(size))), modified]).high
    }
}
