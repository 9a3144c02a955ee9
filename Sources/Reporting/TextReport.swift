// The summary of records for a terminal.

import Detection
import Files

/// What `assay report --text` prints.
package func textReport(_ records: RecordSet, _ context: ReportContext) -> String {
    var lines: [String] = []
    let verdicts = records.verdicts
    lines.append(
        "\(records.extent)\(records.folder.isEmpty ? "" : " in \(records.folder.visible)"), judged by "
            + records.models.map(\.name.visible).joined(separator: ", "))
    lines.append("")
    lines.append("verdict       files    share  95 % interval")
    for verdict in [Verdict.fake, .uncertain, .real] {
        let count = verdicts[verdict]
        let share = verdicts.total > 0 ? (Double(count) / Double(verdicts.total)).percent : ""
        let interval = BinomialInterval(hits: count, of: verdicts.total).map(range) ?? ""
        lines.append(verdict.rawValue.padded(10) + count.grouped.filled(9) + share.filled(9) + "  " + interval)
    }
    lines.append(
        "review".padded(10) + records.suspects.grouped.filled(9)
            + "           (part of the above: not fake, but to be looked at)")
    lines.append("skipped".padded(10) + records.skipped.grouped.filled(9))
    lines.append("errors".padded(10) + records.errors.grouped.filled(9))
    if records.judgedInPart > 0 {
        lines.append(
            "in part".padded(10) + records.judgedInPart.grouped.filled(9)
                + "           (judged, but not all of their frames)")
    }
    if !records.codes.isEmpty { lines.append(records.judgedInPart > 0 ? "of all three" : "of both") }
    for (code, files) in records.codes.prefix(20) {
        lines.append("  " + code.visible.padded(22) + files.grouped.filled(9))
    }
    for text in records.frameRemarks { lines += [""] + text.wrapped(100) }
    lines.append("")
    let histogram = ScoreHistogram(records.entries, bins: 20)
    let width = 48.0
    let thresholds = context.thresholds(of: records)
    lines.append("fused score" + (records.hasFrames ? " of frames" : ""))
    for bin in histogram.bins.indices {
        let (from, to) = histogram.range(bin)
        let count = histogram.total(bin)
        let bar = String(
            repeating: "█",
            count: histogram.highest > 0 ? Int((width * Double(count) / Double(histogram.highest)).rounded(.up)) : 0)
        let marks = [("real", thresholds?.real), ("suspect", thresholds?.suspect), ("fake", thresholds?.fake)]
            .compactMap { name, value in
                value.flatMap { from <= $0 && $0 < to ? "<- \(name) \($0.fixed(3))" : nil }
            }
        let line =
            "\(from.fixed(2))–\(to.fixed(2)) " + count.grouped.filled(9) + " " + bar
            + (marks.isEmpty ? "" : "  " + marks.joined(separator: " "))
        lines.append(line)
    }
    if let remark = context.thresholdRemark(of: records) { lines += remark.wrapped(100) }
    lines.append("")
    for text in prevalenceParagraphs(records, context) + warnings(records, context) {
        lines += text.visible.wrapped(100) + [""]
    }
    let top = 0..<min(max(context.top, 0), records.flaggedEntries)
    if !top.isEmpty {
        let files = records.hasFrames ? " frames, of \(records.flagged.counted("file"))" : ""
        lines.append("flagged, the first \(top.count.grouped) of \(records.flaggedEntries.grouped)\(files)")
        for entry in records.entries[top] {
            lines.append(
                "  " + (entry.scores?.fused.fixed(3) ?? "").filled(5) + "  " + Standing(entry).name.padded(9) + " "
                    + entry.title.visible)
        }
    }
    return lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) + "\n" }.joined()
}

extension String {
    fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    fileprivate func filled(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }

    /// Broken at spaces into lines of at most `width` characters.
    fileprivate func wrapped(_ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ") {
            if !line.isEmpty && line.count + word.count + 1 > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + (line.isEmpty ? [] : [line])
    }
}
