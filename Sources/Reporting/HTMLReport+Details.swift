// The flagged files one by one: picture, scores, what the file says, why it was flagged.

import Detection
import Files

extension HTMLReport {
    mutating func writeDetails() {
        heading("details", "Flagged files in detail")
        if records.flagged == 0 {
            html.paragraph("No file is flagged.")
        } else if detailed.count < records.flagged {
            html.paragraph(
                "The first \(detailed.count.grouped) of \(records.flagged.grouped) flagged files; --top shows more.")
        }
        for index in detailed { writeCard(index) }
    }

    private mutating func writeCard(_ index: Int) {
        let entry = records.entries[index]
        let standing = Standing(entry)
        let shown = pictures[index]
        // What does not fit on a page together may be parted.
        let kind = standing.name + (shown?.pictures.count ?? 0 > 1 ? " long" : "")
        html.markup(
            "<article class=\"card \(kind)\" id=\"file-\(index + 1)\">\n<h3><span class=\"v \(standing.name)\">"
                + "\(standing.mark) \(standing.name)</span> <bdi class=\"path\">")
        html.text(entry.title)
        html.markup("</bdi></h3>\n")
        write(shown?.pictures.prefix(1) ?? [])
        html.markup("<dl>\n")
        let thresholds = context.thresholds(for: entry, of: records)
        for head in Head.allCases {
            guard let score = entry.scores?[head] else { continue }
            html.markup("<dt>\(head.rawValue)</dt><dd>\(bar(score, thresholds))\(score.fixed(3))</dd>\n")
        }
        member("why", entry.reasons.map { sentence(forReason: $0, thresholds) })
        for rule in entry.rules {
            let tags = rule.tags.map { $0.isEmpty ? "" : " (\($0.joined(separator: ", ")))" } ?? ""
            member("rule", [rule.rule + tags + (rule.reason.map { ": \($0)" } ?? "")])
        }
        member("review", entry.review.map { sentence(forReview: $0, thresholds) })
        if let declared = entry.declared {
            let items = declared.items.map { $0.map { "\($0.name): \($0.value)" }.joined(separator: ", ") }
            let statements = declared.statements.map { "\($0.name): \($0.value)" }
            member("declared origin", [([declared.state ?? "unknown"] + statements).joined(separator: ", ")] + items)
            if !declared.contradictions.isEmpty { member("contradiction", declared.contradictions) }
        }
        if let image = entry.image {
            let parts = [
                Self.picture(entry), image.jpegQuality.map { "JPEG quality about \($0)" }, image.subsampling,
                image.bitsPerChannel.map { "\($0) bits per channel" }, image.colour,
                image.hasAlpha == true ? "with transparency" : nil,
            ]
            member("picture", [parts.compactMap { $0 }.joined(separator: ", ")])
        }
        if let crops = entry.crops {
            member(
                "looked at",
                [crops.counted("part") + (entry.spread.map { ", spread of their scores \($0.fixed(3))" } ?? "")])
        }
        if let warning = entry.warning { member("decoder's complaint", [warning]) }
        let file = [entry.size.map { "\($0.grouped) bytes" }, entry.modified.map { "modified \($0)" }].compactMap { $0 }
        if !file.isEmpty { member("file", [file.joined(separator: ", ")]) }
        if let sha256 = entry.sha256 {
            html.markup("<dt>SHA-256</dt><dd class=\"hash\">")
            html.text(sha256)
            html.markup("</dd>\n")
        }
        html.markup("</dl>\n")
        for remark in shown?.remarks ?? [] { html.paragraph(remark) }
        write(shown?.pictures.dropFirst() ?? [])
        html.markup("</article>\n")
    }

    private mutating func write(_ pictures: ArraySlice<EntryPictures.Picture>) {
        if pictures.isEmpty { return }
        html.markup("<div class=\"pictures\">")
        for picture in pictures {
            html.markup("<figure><img src=\"data:\(picture.type);base64,\(picture.bytes.base64)\" alt=\"")
            html.text(picture.caption)
            html.markup("\"><figcaption>")
            html.text(picture.caption)
            html.markup("</figcaption></figure>")
        }
        html.markup("</div>\n")
    }

    private mutating func member(_ name: String, _ texts: [String]) {
        if texts.isEmpty { return }
        html.markup("<dt>\(name)</dt>")
        for (place, text) in texts.enumerated() {
            html.markup(place == 0 ? "<dd>" : "<dt></dt><dd>")
            html.text(text)
            html.markup("</dd>")
        }
        html.markup("\n")
    }

    /// A score as a bar, with the threshold for fake as a mark.
    private func bar(_ score: Double, _ thresholds: Thresholds?) -> String {
        var svg =
            "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"back\" width=\"100\" "
            + "height=\"8\"/><rect class=\"fore\" width=\"\((100 * score).fixed(1))\" height=\"8\"/>"
        if let thresholds {
            let x = (100 * thresholds.fake).fixed(1)
            svg += "<line class=\"mark\" x1=\"\(x)\" x2=\"\(x)\" y1=\"0\" y2=\"8\"/>"
        }
        return svg + "</svg>"
    }

    mutating func writeGroups() {
        heading("groups", "Duplicates")
        let hashed = records.entries.contains { $0.perceptualHash != nil }
        html.paragraph(
            (records.groups.isEmpty
                ? "No two files show the same picture"
                : "\(records.groups.count.counted("group")) of files show the same picture")
                + (hashed
                    ? ", by SHA-256 or by a perceptual hash (PDQ, at most 31 of 256 bits apart)."
                    : ", by SHA-256 alone: the records have no perceptual hashes."))
        for group in records.groups.prefix(50) {
            let entries = group.members.map { records.entries[$0] }
            let flagged = Set(entries.filter(\.isFlagged).map(\.file)).count
            let files = Set(entries.map(\.file)).count
            let frames = files < entries.count ? " (\(entries.count.counted("frame")))" : ""
            html.markup("<details class=\"list\"><summary>")
            html.text(
                "\(files.counted("file"))\(frames), \(group.isExact ? "same bytes" : "nearly the same picture"), \(flagged.grouped) flagged: "
            )
            html.markup("<bdi class=\"path\">")
            html.text(entries[0].title)
            html.markup("</bdi></summary><ul>")
            for entry in entries.prefix(20) {
                html.markup("<li><bdi class=\"path\">")
                html.text(entry.title)
                html.markup("</bdi> \(Standing(entry).name)\(entry.scores.map { " \($0.fused.fixed(3))" } ?? "")</li>")
            }
            if entries.count > 20 { html.markup("<li>… and \((entries.count - 20).grouped) more</li>") }
            html.markup("</ul></details>\n")
        }
        if records.groups.count > 50 { html.paragraph("… and \((records.groups.count - 50).grouped) more groups.") }
    }
}
