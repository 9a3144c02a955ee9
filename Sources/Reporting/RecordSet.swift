// The records of a report, counted and put in order.

package import Detection

/// All that a report is made of but pictures and words.
package struct RecordSet: Sendable {
    /// Flagged ones first, the highest score first, then by path.
    package let entries: [Entry]
    package let sources: [RecordSource]
    package let replaced: Int
    package let verdicts: VerdictCounts
    /// Judged pictures within the model's envelope only.
    package let insideVerdicts: VerdictCounts
    package let skipped: Int
    package let errors: Int
    /// Judged pictures outside the model's envelope.
    package let outside: Int
    package let flagged: Int
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
        let entries = Self.ordered(reader.entries)
        var (all, inside) = (VerdictCounts(), VerdictCounts())
        var (models, codes) = ([String: Int](), [String: Int]())
        var suspects = 0
        for entry in entries {
            if let model = entry.model { models[model, default: 0] += 1 }
            if let code = entry.code { codes[code, default: 0] += 1 }
            guard let verdict = entry.verdict else { continue }
            all[verdict] += 1
            if !entry.isOutside { inside[verdict] += 1 }
            if verdict != .fake && entry.isFlagged { suspects += 1 }
        }
        (verdicts, insideVerdicts) = (all, inside)
        outside = all.total - inside.total
        skipped = entries.count { $0.status == .skipped }
        errors = entries.count { $0.status == .error }
        flagged = entries.count(where: \.isFlagged)
        self.suspects = suspects
        self.models = Self.ranked(models).map { (name: $0, files: $1) }
        self.codes = Self.ranked(codes).map { (code: $0, files: $1) }
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
        return order.map { entries[$0] }
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

/// How often each verdict was given.
package struct VerdictCounts: Sendable, Equatable, Decodable {
    package var fake = 0
    package var uncertain = 0
    package var real = 0

    package init(fake: Int = 0, uncertain: Int = 0, real: Int = 0) {
        (self.fake, self.uncertain, self.real) = (fake, uncertain, real)
    }

    package var total: Int { fake + uncertain + real }

    package subscript(_ verdict: Verdict) -> Int {
        get {
            switch verdict {
            case .fake: fake
            case .uncertain: uncertain
            case .real: real
            }
        }
        set {
            switch verdict {
            case .fake: fake = newValue
            case .uncertain: uncertain = newValue
            case .real: real = newValue
            }
        }
    }

    /// In the order in which reports list them.
    var listed: [Int] { [fake, uncertain, real] }
}
