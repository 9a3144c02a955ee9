// What an earlier run has recorded, in some 30 bytes a file: what need not be done again, and what the exit status must not forget.

package import Detection
package import Files
package import Inspection

/// What a record comes to.
package struct RecordedOutcome: Hashable, Sendable {
    package let status: Status
    package let verdict: Verdict?
    let code: String?

    init(_ record: Record) { (status, verdict, code) = (record.status, record.verdict, record.code) }

    /// Nil for what no record says.
    init?(status: String?, verdict: String?, code: String?) {
        guard let status = status.flatMap(Status.init) else { return nil }
        self.status = status
        self.verdict = verdict.flatMap(Verdict.init)
        self.code = code
    }

    /// Whether another run would come to the same as long as the file is the same.  What the machine, its load or a limit caused may
    /// have passed.
    var isFinal: Bool {
        guard let code else { return true }
        return !RecordedOutcome.passing.contains(code) && !code.hasPrefix("too-")
    }

    private static let passing: Set<String> = [
        "unreadable", "not-found", "changed", "file-too-large", "timeout", "crashed", "out-of-memory", "no-decoder",
    ]
}

/// The latest record of every path, and of every frame of it where those were told apart, told by digests of path, size and time of
/// modification.
package struct ResumeIndex: Sendable {
    private struct Entry {
        /// Of size and time of modification; both are null where the file could not be opened.
        let state: UInt64
        /// Its place in `outcomes`: there are few of them.
        let outcome: UInt16
        /// Whether no record of a further frame belongs to it.
        let isLast: Bool
        /// The frame whose record comes next; 0 where frames were not told apart.
        let next: UInt32
    }

    private var latest: [Digest128: Entry] = [:]
    private var outcomes: [RecordedOutcome] = []
    /// The models that the records name.
    package private(set) var models: Set<String> = []

    package init() {}

    /// Reads the records of `file`.  Lines that are no records say nothing.
    package init(_ file: RecordFile) throws(FileError) {
        let digest = SHA256()
        var index = ResumeIndex()
        var places: [RecordedOutcome: UInt16] = [:]
        try file.forEachLine { line in
            guard let record = RecordedLine(line) else { return }
            if places[record.outcome] == nil, places.count < UInt16.max {
                places[record.outcome] = UInt16(places.count)
                index.outcomes.append(record.outcome)
            }
            guard let place = places[record.outcome] else { return }
            let state = ResumeIndex.state(record, digest)
            index.latest[ResumeIndex.fingerprint(record, digest)] = Entry(
                state: state, outcome: place, isLast: record.frame?.isLast ?? true,
                next: record.frame.map { UInt32(clamping: $0.reach) } ?? 0)
            // A file of hostile lines must not fill the memory with names.
            if let model = record.model, index.models.count < 100 { index.models.insert(model) }
        }
        self = index
    }

    package var count: Int { latest.count }

    /// How often each outcome is the latest of a path.
    package var tally: [RecordedOutcome: Int] {
        var counts = [Int](repeating: 0, count: outcomes.count)
        for entry in latest.values { counts[Int(entry.outcome)] += 1 }
        return Dictionary(uniqueKeysWithValues: zip(outcomes, counts))
    }

    /// How many records this state of the file has that another run would only repeat; 0 if it has none, or not all.
    ///
    /// - Parameter ofAllFrames: whether a record is wanted of each of its frames.
    func records(of path: PathBytes, size: Int, modified: Timestamp, ofAllFrames: Bool) -> Int {
        var (index, count) = (0, 0)
        while let (entry, isSame) = entry(of: path, index, size: size, modified: modified) {
            let outcome = outcomes[Int(entry.outcome)]
            guard isSame && outcome.isFinal else { return 0 }
            count += 1
            if !ofAllFrames { return count }
            // One that was written when frames were not told apart says nothing of the others, which may have been recorded since.
            let next = entry.next == 0 ? 1 : Int(entry.next)
            if entry.next == 0 ? outcome.status != .ok : entry.isLast { return count }
            guard next > index else { return 0 }
            index = next
        }
        return 0
    }

    /// The latest record of a path, or of one of its frames, and whether the file was then as it is now.
    func record(
        of path: PathBytes, _ frame: FramePlace? = nil, size: Int?, modified: Timestamp?
    ) -> (outcome: RecordedOutcome, isSame: Bool)? {
        entry(of: path, frame?.index ?? 0, size: size, modified: modified).map { (outcomes[Int($0.outcome)], $1) }
    }

    /// The record without the frames of which more is known: what a limit or the machine caused replaces nothing that another run would
    /// come to again. Nil if that is all of them.
    func newer(_ record: Record) -> Record? {
        guard !latest.isEmpty, !RecordedOutcome(record).isFinal else { return record }
        let (start, last) = (record.frame?.index ?? 0, record.frame.map { $0.through ?? $0.index } ?? 0)
        var index = start
        while index <= last,
            let (entry, isSame) = entry(of: record.path, index, size: record.size, modified: record.modified),
            isSame && outcomes[Int(entry.outcome)].isFinal
        {
            index = max(index + 1, Int(entry.next))
        }
        guard index <= last else { return nil }
        var record = record
        if let frame = record.frame, index > start {
            record.frame = FramePlace(index: index, count: frame.count, through: index < last ? last : nil)
        }
        return record
    }

    private func entry(
        of path: PathBytes, _ frame: Int, size: Int?, modified: Timestamp?
    ) -> (entry: Entry, isSame: Bool)? {
        if latest.isEmpty { return nil }
        var json = JSONText()
        json.object {
            if path.isText { $0.member("path", path.lossy) } else { $0.member("pathBytes", path.bytes.base64) }
            $0.member("status", Status.ok.rawValue)
            $0.member("size", size)
            $0.member("modified", modified?.text)
        }
        let digest = SHA256()
        guard var line = RecordedLine(json.bytes[...]) else { return nil }
        line.frame = FramePlace(index: frame, count: frame + 1)
        return latest[ResumeIndex.fingerprint(line, digest)].map { ($0, $0.state == ResumeIndex.state(line, digest)) }
    }

    /// Records are always written the same way, so text can stand for value; a file of records that another program rewrote is at
    /// worst not recognised.
    private static func fingerprint(_ line: RecordedLine, _ digest: SHA256) -> Digest128 {
        digest.update([line.isBytes ? 1 : 0])
        digest.update(Array(line.path))
        if let index = line.frame?.index, index > 0 { digest.update([0] + Array(String(index).utf8)) }
        return digest.finishHalf()
    }

    private static func state(_ line: RecordedLine, _ digest: SHA256) -> UInt64 {
        digest.update(Array(line.size))
        digest.update([0])
        digest.update(Array(line.modified))
        return digest.finishHalf().high
    }
}

/// What of a record counts here, as text.
private struct RecordedLine {
    let path: ArraySlice<UInt8>
    /// Whether `path` is base64.
    let isBytes: Bool
    let size: ArraySlice<UInt8>
    let modified: ArraySlice<UInt8>
    let outcome: RecordedOutcome
    let model: String?
    var frame: FramePlace?

    init?(_ line: ArraySlice<UInt8>) {
        var members = RecordMembers(line)
        var values: [String: ArraySlice<UInt8>] = [:]
        let keys: Set = ["path", "pathBytes", "size", "modified", "status", "verdict", "code", "model", "frame"]
        while let (key, value) = members.next() { if keys.contains(key) { values[key] = value } }
        func word(_ key: String) -> String? {
            guard let text = values[key], text.first == UInt8(ascii: "\"") else { return nil }
            return String(decoding: text.dropFirst().dropLast(), as: UTF8.self)
        }
        guard members.isWhole, let size = values["size"], let modified = values["modified"],
            let path = values["pathBytes"] ?? values["path"],
            let outcome = RecordedOutcome(status: word("status"), verdict: word("verdict"), code: word("code"))
        else { return nil }
        (self.path, self.size, self.modified, self.outcome) = (path, size, modified, outcome)
        isBytes = values["pathBytes"] != nil
        model = word("model")
        frame = values["frame"].flatMap { FramePlace($0) }
    }
}
