// Counts of a scan, which always add up.

package import Detection
internal import Inspection

/// What became of everything that was seen: seen = ok + skipped + error + notImages.
package struct Tally: Sendable, Equatable {
    package var ok = 0
    package var skipped = 0
    package var error = 0
    /// Files that are no picture by their content, whether or not they got a record because they were named.
    package var notImages = 0
    /// Lines that were written.
    package var written = 0
    /// Files that an earlier run had recorded already, and their records; not part of `seen`.
    package var resumed = 0
    package var resumedRecords = 0
    /// Outcomes of an earlier run that this one has not replaced by others; not part of the counts above.
    package var earlier: [RecordedOutcome: Int] = [:]
    package var verdicts: [Verdict: Int] = [:]
    /// How often each code was the reason for a missing score.
    package var codes: [String: Int] = [:]

    package init() {}

    package var seen: Int { ok + skipped + error + notImages }

    package mutating func count(_ record: Record) {
        if let code = record.code { codes[code, default: 0] += 1 }
        if let verdict = record.verdict { verdicts[verdict, default: 0] += 1 }
        if record.isNoImage {
            notImages += 1
            return
        }
        switch record.status {
        case .ok: ok += 1
        case .skipped: skipped += 1
        case .error: error += 1
        }
    }

    /// Records whose picture was not scanned, named files that are no picture among them.
    package var unscanned: Int { codes.values.reduce(0, +) }

    /// Records of an earlier run that still stand, of those that are chosen.
    package func earlier(_ isChosen: (RecordedOutcome) -> Bool) -> Int {
        earlier.reduce(0) { isChosen($1.key) ? $0 + $1.value : $0 }
    }

    /// Notes that a record of an earlier run counts no longer.
    mutating func replace(_ outcome: RecordedOutcome) {
        if let count = earlier[outcome] { earlier[outcome] = count > 1 ? count - 1 : nil }
    }

    /// Whether an archive ended before its end or could not be read, so that there may be pictures that were not seen.
    package var hasBrokenArchive: Bool {
        ["truncated-archive", "corrupt-archive", "not-an-archive", "unsupported-archive", "unpacking-failed"].contains {
            codes[$0] != nil
        }
    }

    /// Whether an archive was not there or could not be opened, in a scan of archives: members have other reasons.
    package var lacksArchive: Bool { ["not-found", "unreadable"].contains { codes[$0] != nil } }
}
