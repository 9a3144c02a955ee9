// One file that can be handed on: all that the records say, with what is needed to doubt it.

package import Detection
import Files

/// What a report knows besides its records.
package struct ReportContext: Sendable {
    /// The detector whose thresholds and bounds are shown.
    package var card: ModelCard
    /// `Detector.identity` and SHA-256 of the model file.
    package var model: (identity: String, sha256: String)
    /// Version of the program and SHA-256 of its file.
    package var program: (version: String, sha256: String?)
    package var rates: ErrorRates?
    /// The file of the error rates.
    package var ratesName: String?
    /// How many flagged files are shown in detail.
    package var top = 50

    package init(
        card: ModelCard, model: (identity: String, sha256: String), program: (version: String, sha256: String?)
    ) {
        (self.card, self.model, self.program) = (card, model, program)
    }

    /// Whether the records were made by this model and by no other.
    package func isModel(of records: RecordSet) -> Bool { records.models.allSatisfy { $0.name == model.identity } }

    /// The thresholds behind the verdicts, where they are known.
    func thresholds(of records: RecordSet) -> Thresholds? { isModel(of: records) ? card.thresholds : nil }

    /// What is said beside a drawing of thresholds that move.
    func thresholdRemark(of records: RecordSet) -> String? {
        thresholds(of: records)?.detail.map { detail in
            "The thresholds for suspect and fake are drawn as they are at a detail of \(detail.usual.fixed(1)) levels, which is usual: they are "
                + "higher for busier pictures and lower for smoother ones."
        }
    }

    /// Those for the picture of an entry.
    func thresholds(for entry: Entry, of records: RecordSet) -> Thresholds? {
        thresholds(of: records).map { thresholds in entry.detail.map { thresholds.at(detail: $0) } ?? thresholds }
    }

    func prevalence(of records: RecordSet) -> Prevalence? {
        guard isModel(of: records) else { return nil }
        guard let rates else { return Prevalence(bounding: records.insideVerdicts, by: card.thresholds) }
        return Prevalence(of: records.insideVerdicts, by: rates)
    }
}

/// What is shown of one file besides its record: files of pictures, made where hostile bytes may be decoded.
package struct EntryPictures: Sendable {
    /// A picture and the words that stand for it.
    package struct Picture: Sendable {
        package let type: String
        package let bytes: [UInt8]
        package let caption: String

        package init(type: String, bytes: [UInt8], caption: String) {
            (self.type, self.bytes, self.caption) = (type, bytes, caption)
        }
    }

    /// The first stands above the facts, the others below.
    package var pictures: [Picture] = []
    /// Findings in words.
    package var remarks: [String] = []

    package init() {}
}

/// Puts the page together. The same records and context give the same bytes.
package struct HTMLReport {
    let records: RecordSet
    let context: ReportContext
    /// By place in `records.entries`.
    let pictures: [Int: EntryPictures]
    var html = HTMLText()

    /// Rows of the table that are there without a script.
    static let plainRows = 100

    package static func page(_ records: RecordSet, _ context: ReportContext, pictures: [Int: EntryPictures] = [:])
        -> [UInt8]
    {
        var report = HTMLReport(records: records, context: context, pictures: pictures)
        report.write()
        return report.html.bytes
    }

    /// Entries that are shown in detail: they come first, being flagged.
    package static func detailed(_ records: RecordSet, top: Int) -> Range<Int> { 0..<min(max(top, 0), records.flagged) }

    var detailed: Range<Int> { Self.detailed(records, top: context.top) }

    private mutating func write() {
        // Nothing is loaded from anywhere, and only this script and this style work, whatever a record holds.
        func source(_ text: String) -> String {
            let digest = SHA256()
            digest.update(Array(text.utf8))
            return "'sha256-\(digest.finishBytes().base64)'"
        }
        html.markup(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
                + "style-src \(source(reportStyle)); script-src \(source(reportScript)); base-uri 'none'; form-action 'none'\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<meta name=\"referrer\" content=\"no-referrer\">\n<title>")
        html.text("Assay report: \(title)")
        html.markup(
            "</title>\n<style>\(reportStyle)</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#summary\">To the summary</a>\n"
        )
        header()
        html.markup("<main>\n")
        writeSummary()
        writeHistogram()
        writeTable()
        writeDetails()
        writeGroups()
        writeUnscanned()
        writeLimits()
        writeDigests()
        html.markup("</main>\n<footer><p>")
        html.text(
            "Made by assay \(context.program.version) from records\(pictures.isEmpty ? " alone" : " and the files that they name"). "
                + "The page loads nothing and sends nothing.")
        html.markup("</p></footer>\n")
        writeRows()
        html.markup("<script>\(reportScript)</script>\n</body>\n</html>\n")
    }

    private var title: String {
        records.extent + (records.folder.isEmpty ? "" : " in \(records.folder)")
    }

    private mutating func header() {
        html.markup("<header>\n<h1>Assay report</h1>\n<p class=\"lead\">")
        html.text(title + ", judged by \(records.models.map(\.name).joined(separator: ", "))")
        html.markup("</p>\n<nav aria-label=\"Sections\">")
        let sections = [
            ("summary", "Summary"), ("scores", "Scores"), ("files-section", "Files"),
            ("details", "Flagged files in detail"),
            ("groups", "Duplicates"), ("unscanned", "Not looked at"), ("limits", "How to read this"),
            ("digests", "Digests"),
        ]
        for (name, text) in sections { html.markup("<a href=\"#\(name)\">\(text)</a>") }
        html.markup("</nav>\n</header>\n")
    }

    mutating func heading(_ name: String, _ text: String) {
        html.markup("<h2 id=\"\(name)\">")
        html.text(text)
        html.markup("</h2>\n")
    }

    mutating func note(_ paragraphs: [String]) {
        if paragraphs.isEmpty { return }
        html.markup("<div class=\"note\" role=\"note\">")
        for text in paragraphs { html.paragraph(text) }
        html.markup("</div>\n")
    }
}
