// The rows of a record in the order in which they are written: those that are read from a file's content, which `Facts` has, and
// those that only the scanner knows.

internal import Detection
internal import Files
package import Inspection

extension Record {
    /// Where a row of a record has its value from.
    package enum Entry: Sendable {
        case own(Fact<Record>)
        /// The row at this place of `Facts.table`.
        case content(FactRow, place: Int)

        package var row: FactRow {
            switch self {
            case .own(let fact): fact.row
            case .content(let row, _): row
            }
        }

        func value(_ record: Record) -> FactValue? {
            switch self {
            case .own(let fact): fact.value(record)
            case .content(_, let place): record.finding.facts.value(at: place)
            }
        }
    }

    /// Every row of a record.
    package static let table: [Entry] =
        own(head) + content(Facts.scores) + own(meaning) + content(Facts.image) + content(Facts.warnings)
        + content(Facts.statements) + own(contradiction) + content(Facts.evidence) + own(file)
        + content(Facts.hashes) + content(Facts.examination) + own(origin) + content(Facts.times)

    private static func own(_ facts: [Fact<Record>]) -> [Entry] { facts.map(Entry.own) }

    private static func content(_ group: [Fact<Observation>]) -> [Entry] {
        group.compactMap { fact in
            let place = Facts.table.firstIndex { $0.row.name == fact.row.name }
            return place.flatMap { fact.row.path.isEmpty ? nil : .content(fact.row, place: $0) }
        }
    }

    private static let head: [Fact<Record>] = [
        .integer("record_version", at: "assay", 1...1, .always, "Version of this format.") { _ in 1 },
        .text(
            "path", at: "path", limit: .max, .always,
            "As found; bytes that are not UTF-8 are replaced by U+FFFD."
        ) { $0.path.lossy },
        .text(
            "path_bytes", at: "pathBytes", limit: .max, style: .base64, .sometimes,
            "The exact bytes, only where path is not exact."
        ) { $0.path.isText ? nil : $0.path.bytes.base64 },
        .text(
            "id", at: "id", limit: 32, .sometimes,
            "Of a watch: the same for records of the same path, contents, model and rules, to drop repeats by."
        ) { $0.id },
        .text(
            "archive", at: "archive", limit: .max, .sometimes, "The archive in which path is a name, as it was named."
        ) {
            $0.origin?.archive.lossy
        },
        .object(
            "member", at: "member",
            [
                FactField("index", .integer(0...Int.max), required: true, "How many members come before."),
                FactField(
                    "offset", .integer(0...Int.max),
                    "Where its header begins in the unpacked archive; left out for zip and 7z, whose members are unpacked one by one."
                ),
            ], .sometimes, "Where in the archive it is."
        ) { record in
            record.origin.map { place in
                var told: [String: FactValue] = ["index": .integer(place.index)]
                if let offset = place.offset { told["offset"] = .integer(offset) }
                return told
            }
        },
        .object(
            "frame", at: "frame",
            [
                FactField("index", .integer(0...Int.max), required: true, "How many come before."),
                FactField("count", .integer(1...Int.max), required: true, "How many there are."),
                FactField(
                    "through", .integer(0...Int.max),
                    "The index of the last of several that the record speaks of, none of which was looked at."),
            ], .sometimes,
            "With --frames all: which of the file's frames, pages or pictures of its own the record speaks of; left out where the file "
                + "could not be read far enough to count them."
        ) { record in
            guard case .object(let members) = record.frame?.told else { return nil }
            return members
        },
        .text(
            "shard", at: "shard", limit: 32, .sometimes,
            "With --shard: which share of the files was scanned, of how many, as 2/16."
        ) { $0.shard?.text },
        .word(
            "status", at: "status", Status.allCases.map(\.rawValue), .always,
            "Whether the picture was scored, or could not be because of a limit or its format, or of a failure."
        ) { $0.status.rawValue },
        .word(
            "verdict", at: "verdict", Verdict.allCases.map(\.rawValue), .alwaysOrNull,
            "What the scores amount to; null unless the status is ok."
        ) { $0.verdict?.rawValue },
        .text("code", at: "code", limit: 64, .refused, "Why the status is not ok, as a stable word.") {
            $0.code
        },
        .text("message", at: "message", .refused, "The same for people.") { $0.finding.refusal?.message },
    ]

    private static let meaning: [Fact<Record>] = [
        .list(
            "reasons", at: "reasons", of: .text(limit: 256, .plain), limit: .max, .ok,
            "What the verdict rests on, as kind:name."
        ) { record in record.judgement.map { $0.reasons.map { .text($0) } } },
        .list(
            "rules", at: "rules",
            of: .object([
                FactField("rule", .text(limit: 256, .plain), required: true, "Its name."),
                FactField("namespace", .text(limit: 256, .plain), required: true, "The file that it is from, by name."),
                FactField(
                    "tags", .list(of: .text(limit: 256, .plain), limit: .max), required: true, "As the rule has them."),
                FactField("verdict", .word(Verdict.allCases.map(\.rawValue)), "What it is for, if anything."),
                FactField("reason", .text(limit: 4096, .plain), "A sentence."),
            ]), limit: .max, .ok, "Rules that fired, whether or not they decided."
        ) { record in record.judgement.map { $0.rules.map(\.told) } },
        .object(
            "review", at: "review",
            [
                FactField("required", .boolean, required: true, "Whether a person should look at it."),
                FactField(
                    "because", .list(of: .text(limit: 256, .plain), limit: .max), required: true,
                    "Why, as kind:name: rules that say so, rules that took too long to tell (rule-timeout), and a name that belongs "
                        + "to another format (contradiction:extension)."),
            ], .ok, "What a queue can go by."
        ) { record in
            record.judgement.map {
                let because = record.review($0)
                return ["required": .boolean(!because.isEmpty), "because": .list(because.map { .text($0) })]
            }
        },
        .list(
            "detectors", at: "detectors",
            of: .object([
                FactField("id", .word(["pixels", "rules", "declared", "synthid"]), required: true, "What could look."),
                FactField("ran", .boolean, required: true, "Whether it did."),
                FactField("why", .text(limit: 4096, .plain), "Why it did not, or not in full."),
            ]), limit: .max, .ok,
            "What looked at the file and what did not: silence of what did not look means nothing."
        ) { record in record.judgement.map { record.detectors($0) } },
    ]

    private static let contradiction: [Fact<Record>] = [
        .list(
            "declared_contradictions", at: "declared.contradictions",
            of: .text(limit: 256, .plain), limit: .max, .sometimes,
            "What the file says against itself, its pixels or its name: capture-but-fake, synthetic-but-real and "
                + "parameters-beside-camera by the rules that ship, further ones by rules with the tag contradiction; extension for a "
                + "name that belongs to another format."
        ) { record in
            let found = record.contradictions
            return found.isEmpty ? nil : found.map { .text($0) }
        }
    ]

    private static let file: [Fact<Record>] = [
        .integer("file_size", at: "size", 0...Int.max, .alwaysOrNull, "Bytes; null where the file could not be opened.")
        {
            $0.size
        },
        .text(
            "modified", at: "modified", style: .dateTime, .alwaysOrNull,
            "UTC, to the nanosecond; null where the file could not be opened or an archive tells no time."
        ) {
            $0.modified?.text
        },
        .text(
            "sha256", at: "sha256", style: .hexadecimal(64), .alwaysOrNull,
            "Of exactly the bytes that were decoded; null where not all were read."
        ) { $0.sha256 },
        .text("md5", at: "md5", style: .hexadecimal(32), .sometimes, "The same by MD5, with --digests md5.") {
            $0.digests[.md5]
        },
        .text("sha1", at: "sha1", style: .hexadecimal(40), .sometimes, "The same by SHA-1, with --digests sha1.") {
            $0.digests[.sha1]
        },
        .text(
            "spectrum_file", at: "spectrum.file", limit: .max, .sometimes,
            "With --spectra: the array of its spectrum, with a drawing (.png) and a curve (.csv) beside it."
        ) { $0.spectrum?.lossy },
        .text(
            "quarantined", at: "quarantined", limit: .max, .sometimes,
            "Where a watch has moved the file; bytes that are not UTF-8 are replaced by U+FFFD."
        ) { $0.quarantined?.lossy },
        .text(
            "quarantined_bytes", at: "quarantinedBytes", limit: .max, style: .base64, .sometimes,
            "The exact bytes, only where quarantined is not exact."
        ) { record in record.quarantined.flatMap { $0.isText ? nil : $0.bytes.base64 } },
    ]

    private static let origin: [Fact<Record>] = [
        .text(
            "model", at: "model", .always,
            "Architecture, format version, and the start of the model file's SHA-256."
        ) { $0.model },
        .text("ruleset", at: "ruleset", limit: 64, .ok, "The start of the SHA-256 of all rules.") {
            $0.judgement?.ruleset
        },
    ]
}
