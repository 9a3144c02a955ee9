// The records of a report, counted and put in order.

package import Detection

/// All that a report is made of but pictures and words.
package struct RecordSet: Sendable {
    /// Flagged ones first, the highest score first, then by path; of each flagged file one before the other flagged frames.
    package let entries: [Entry]
    /// Files, and the frames that their records speak of.
    package let files: Int
    package let frames: Int
    /// Whether any file has several.
    package let hasFrames: Bool
    /// Files of which some frames were judged and others not.
    package let judgedInPart: Int
    /// Files within the model's envelope of which several frames were judged.
    package let judgedOften: Int
    package let sources: [RecordSource]
    package let replaced: Int
    /// Of files, as all counts below.
    package let verdicts: VerdictCounts
    /// Those of pictures within the model's envelope only.
    package let insideVerdicts: VerdictCounts
    package let skipped: Int
    package let errors: Int
    /// Judged files that are outside the model's envelope, with all their frames.
    package let outside: Int
    package let flagged: Int
    /// Entries that are flagged, which come first.
    package let flaggedEntries: Int
    /// Not called fake, but near it.
    package let suspects: Int
    /// The records' models, most frequent first.
    package let models: [(name: String, files: Int)]
    /// Reasons for a missing score, most frequent first.
    package let codes: [(code: String, files: Int)]
    package let groups: [DuplicateGroup]
    /// The directory that all paths lie in; empty if there is none.
    package let folder: String

    package init(_ reader: RecordReader) {
        sources = reader.sources
        replaced = reader.replaced
        let found = reader.entries
        var files: [String: FileFindings] = [:]
        for entry in found { files[entry.file, default: FileFindings()].add(entry) }
        var (all, inside) = (VerdictCounts(), VerdictCounts())
        var (models, codes) = ([String: Int](), [String: Int]())
        var (skipped, errors, flagged, suspects, inPart, often) = (0, 0, 0, 0, 0, 0)
        for file in files.values {
            for model in file.models { models[model, default: 0] += 1 }
            for code in file.codes { codes[code, default: 0] += 1 }
            if let verdict = file.verdict { all[verdict] += 1 }
            if let verdict = file.insideVerdict {
                inside[verdict] += 1
                often += file.judgedFrames > 1 ? 1 : 0
            }
            skipped += file.refusal == .skipped ? 1 : 0
            errors += file.refusal == .error ? 1 : 0
            flagged += file.isFlagged ? 1 : 0
            suspects += file.isSuspect ? 1 : 0
            inPart += file.isJudgedInPart ? 1 : 0
        }
        (verdicts, insideVerdicts, outside) = (all, inside, all.total - inside.total)
        (self.skipped, self.errors, self.flagged, self.suspects) = (skipped, errors, flagged, suspects)
        (judgedInPart, judgedOften) = (inPart, often)
        self.files = files.count
        frames = found.reduce(0) { $0 + $1.frameCount }
        hasFrames = found.contains { $0.frame?.count ?? 1 > 1 }
        self.models = Self.ranked(models).map { (name: $0, files: $1) }
        self.codes = Self.ranked(codes).map { (code: $0, files: $1) }
        flaggedEntries = found.count(where: \.isFlagged)
        let entries = Self.ordered(found)
        groups = duplicateGroups(entries)
        folder = Self.commonFolder(entries)
        self.entries = entries
    }

    /// Places are sorted and not the entries, which are large.
    private static func ordered(_ entries: [Entry]) -> [Entry] {
        let keys = entries.map { entry in
            let rank = entry.verdict == .fake ? 0 : entry.isFlagged ? 1 : entry.status == .ok ? 2 : 3
            return (rank: rank, score: entry.scores?.fused ?? -1)
        }
        let order = entries.indices.sorted { one, other in
            let (first, second) = (keys[one], keys[other])
            if first.rank != second.rank { return first.rank < second.rank }
            if first.score != second.score { return first.score > second.score }
            return entries[one].identity < entries[other].identity
        }
        // One frame of each flagged file first, or a file of many would hide all others.
        var (leading, others, rest): ([Int], [Int], [Int]) = ([], [], [])
        var led: Set<String> = []
        for place in order {
            guard keys[place].rank < 2 else {
                rest.append(place)
                continue
            }
            if led.insert(entries[place].file).inserted { leading.append(place) } else { others.append(place) }
        }
        return (leading + others + rest).map { entries[$0] }
    }

    private static func ranked(_ counts: [String: Int]) -> [(String, Int)] {
        counts.map { ($0.key, $0.value) }.sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
    }

    private static func commonFolder(_ entries: [Entry]) -> String {
        guard let first = entries.first else { return "" }
        var common = Array(first.path.utf8.prefix { _ in true })[...]
        for entry in entries {
            let shared = zip(common, entry.path.utf8).prefix { $0 == $1 }.count
            common = common.prefix(shared)
        }
        guard let slash = common.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(decoding: common[...slash], as: UTF8.self)
    }
}
