// The table of files: a first part that needs no script, and all rows as data for the script that pages through them.

import Detection
import Files

extension HTMLReport {
    private static let columns = ["file", "verdict", "fused", "spatial", "frequency", "why", "picture", "bytes"]

    mutating func writeTable() {
        heading("files-section", "Files")
        html.markup(
            "<div id=\"controls\" class=\"controls\" hidden><div><label for=\"show\">show</label><select id=\"show\">"
                + "<option value=\"flagged\">flagged: fake or review</option><option value=\"all\">all</option>")
        for standing in Standing.allCases { html.markup("<option>\(standing.name)</option>") }
        html.markup(
            "</select></div><div><label for=\"find\">path contains</label><input id=\"find\" type=\"search\" autocomplete=\"off\"></div></div>\n"
        )
        let plain = plainRows
        html.markup("<p id=\"few\">")
        html.text(
            plain.count < records.entries.count
                ? "The first \(plain.count.grouped) of \(records.entries.count.counted(records.unit)), flagged ones first, the highest score on top. "
                    + "A browser that runs the script of this page shows all, sorted and filtered; so do the records."
                : "All \(records.unit)s, flagged ones first, the highest score on top.")
        html.markup(
            "</p>\n<table id=\"files\" class=\"files\" role=\"table\"><thead role=\"rowgroup\"><tr role=\"row\">")
        for (index, name) in Self.columns.enumerated() {
            let kind = (2...4).contains(index) || index == 7 ? " class=\"n\"" : ""
            html.markup("<th scope=\"col\" role=\"columnheader\"\(kind)>\(name)</th>")
        }
        html.markup("</tr></thead>\n<tbody role=\"rowgroup\">")
        for index in plain { writeRow(index) }
        html.markup(
            "</tbody></table>\n<p id=\"pager\" hidden><button type=\"button\" id=\"back\">previous</button> "
                + "<button type=\"button\" id=\"next\">next</button> <span id=\"found\" role=\"status\" aria-live=\"polite\"></span></p>\n"
        )
    }

    private var plainRows: Range<Int> { 0..<min(Self.plainRows, records.entries.count) }

    private mutating func writeRow(_ index: Int) {
        let entry = records.entries[index]
        let standing = Standing(entry)
        html.markup("<tr role=\"row\"><td role=\"cell\" class=\"path\" data-label=\"\">")
        if detailed.contains(index) { html.markup("<a href=\"#file-\(index + 1)\">") }
        html.markup("<bdi>")
        html.text(entry.title)
        html.markup(detailed.contains(index) ? "</bdi></a></td>" : "</bdi></td>")
        html.markup(
            "<td role=\"cell\" class=\"v \(standing.name)\" data-label=\"\">\(standing.mark) \(standing.name)</td>")
        for head in Head.allCases {
            html.markup(
                "<td role=\"cell\" class=\"n\" data-label=\"\(head.rawValue)\">\(entry.scores?[head].fixed(3) ?? "")</td>"
            )
        }
        html.markup("<td role=\"cell\" data-label=\"\">")
        html.text(Self.why(entry))
        html.markup("</td><td role=\"cell\" data-label=\"\">")
        html.text(Self.picture(entry))
        html.markup("</td><td role=\"cell\" class=\"n\" data-label=\"bytes\">\(entry.size?.grouped ?? "")</td></tr>\n")
    }

    /// The rows as JSON in the page; `<` is escaped, so that no name can end the element that holds it.
    mutating func writeRows() {
        var whys: [String: Int] = [:]
        var texts: [String] = []
        var json = JSONText()
        json.object { json in
            json.member("flagged", records.flagged)
            json.member("unit", records.unit + "s")
            json.list("names") { for standing in Standing.allCases { $0.value(standing.name) } }
            json.list("marks") { for standing in Standing.allCases { $0.value(standing.mark) } }
            json.list("rows") { json in
                for (index, entry) in records.entries.enumerated() {
                    let why = Self.why(entry).visible
                    let place = whys[why] ?? texts.count
                    if place == texts.count {
                        whys[why] = place
                        texts.append(why)
                    }
                    json.array { json in
                        json.value(entry.title.visible)
                        json.value(Standing(entry).rawValue)
                        for head in Head.allCases { json.value(entry.scores?[head], decimals: 4) }
                        json.value(place)
                        json.value(Self.picture(entry).visible)
                        json.value(entry.size)
                        if detailed.contains(index) { json.value(index + 1) }
                    }
                }
            }
            json.list("why") { for text in texts { $0.value(text) } }
        }
        html.markup("<script type=\"application/json\" id=\"rows\">")
        var rest = json.bytes[...]
        while let place = rest.firstIndex(of: UInt8(ascii: "<")) {
            html.markup(Array(rest[..<place]) + Array(#"\u003c"#.utf8))
            rest = rest[(place + 1)...]
        }
        html.markup(Array(rest))
        html.markup("</script>\n")
    }

    /// A few words on why a file stands where it does.
    static func why(_ entry: Entry) -> String {
        if let code = entry.code { return code }
        var words = entry.reasons.map { reason in
            switch reason {
            case "score:fake-threshold-reached", "score:real-threshold-reached": "score"
            case "score:between-thresholds": "score between thresholds"
            case "score:suspect-threshold-reached": "above 95 % of photographs"
            case "envelope:too-small": "too small to judge"
            case "envelope:flat": "drawing or screenshot"
            default: reason
            }
        }
        if let state = entry.declared?.state, state != "absent", state != "unchecked" {
            words.append("origin declared: \(state)")
        }
        // Why a score lies where it does has been said.
        let asked = entry.review.filter { !entry.reasons.contains($0) }
            .map { $0.hasPrefix("rule:") ? "rule \($0.dropFirst(5))" : $0 }
        if !asked.isEmpty { words.append("review: " + asked.joined(separator: ", ")) }
        return words.joined(separator: "; ")
    }

    static func picture(_ entry: Entry) -> String {
        guard let image = entry.image else { return "" }
        let extent = image.width.flatMap { width in image.height.map { "\(width)×\($0)" } }
        return [image.format, extent].compactMap { $0 }.joined(separator: " ")
    }
}
