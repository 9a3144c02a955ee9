// A file stands where its frames put it: counted, and what shares and intervals are of, are files, however many pictures each has.

import Detection

/// What the records of one file come to: one record, or one for each of its frames.
struct FileFindings {
    /// Fake if a frame is; else uncertain if one is; else real, if any was judged.
    private(set) var verdict: Verdict?
    /// The same of the frames within the model's envelope.
    private(set) var insideVerdict: Verdict?
    private(set) var isFlagged = false
    private(set) var judgedFrames = 0
    private var unjudged: Set<Entry.Status> = []
    /// Each once.
    private(set) var codes: [String] = []
    private(set) var models: [String] = []

    mutating func add(_ entry: Entry) {
        if let model = entry.model, !models.contains(model) { models.append(model) }
        // A hostile file of records must not make this long.
        if let code = entry.code, codes.count < 100, !codes.contains(code) { codes.append(code) }
        if entry.isFlagged { isFlagged = true }
        guard let verdict = entry.verdict else {
            if entry.status != .ok { unjudged.insert(entry.status) }
            return
        }
        judgedFrames += 1
        self.verdict = worse(self.verdict, verdict)
        if !entry.isOutside { insideVerdict = worse(insideVerdict, verdict) }
    }

    /// Why there is no verdict at all: an error, if any frame had one.
    var refusal: Entry.Status? {
        guard verdict == nil else { return nil }
        return unjudged.contains(.error) ? .error : unjudged.first
    }

    /// Whether there are frames besides those that were judged.
    var isJudgedInPart: Bool { verdict != nil && !unjudged.isEmpty }

    /// Not called fake, but to be looked at.
    var isSuspect: Bool { verdict != nil && verdict != .fake && isFlagged }

    private func worse(_ one: Verdict?, _ other: Verdict) -> Verdict {
        [Verdict.fake, .uncertain].first { $0 == one || $0 == other } ?? .real
    }
}

extension Entry {
    /// What tells its file from another's.
    var file: String { pathBytes ?? path }

    /// How many frames it speaks of.
    var frameCount: Int {
        guard let frame else { return 1 }
        // Whatever a record claims, sums of these are numbers.
        return min((frame.through ?? frame.index) - frame.index, 1 << 32) + 1
    }
}

extension RecordSet {
    /// What is counted, e.g. `2 files with 10 frames`.
    var extent: String {
        files.counted("file") + (hasFrames ? " with \(frames.counted("frame"))" : "")
    }

    /// What one record is of.
    var unit: String { hasFrames ? "frame" : "file" }

    /// How files stand where they have frames, in words.
    var frameRemarks: [String] {
        guard hasFrames else { return [] }
        var remark =
            "A file is called fake if one of its frames is, uncertain if none is but one is uncertain, and real if all that were judged "
            + "are; shares and intervals are of files. Scores and rows are of frames."
        if judgedInPart > 0 {
            remark += " Of \(judgedInPart.counted("file")) not all frames were judged."
        }
        return [remark]
    }
}
