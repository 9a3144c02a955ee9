// The first screen of a report: how many of what, how sure that is, and what to beware of.

import Detection

extension HTMLReport {
    mutating func writeSummary() {
        heading("summary", "Summary")
        let verdicts = records.verdicts
        let plain = verdicts.uncertain + verdicts.real - records.suspects
        html.markup("<ul class=\"tiles\">")
        for (kind, count, text) in [
            ("fake", verdicts.fake, "called fake"),
            ("review", records.suspects, "not called fake, but to be looked at"),
            ("real", plain, "neither"), ("skipped", records.skipped + records.errors, "not looked at"),
        ] { html.markup("<li class=\"\(kind)\"><b>\(count.grouped)</b>\(text)</li>") }
        html.markup("</ul>\n")
        note(warnings(records, context))
        html.markup(
            "<table class=\"narrow\"><caption>Verdicts on the \(verdicts.total.grouped) files that were judged</caption>\n"
                + "<thead><tr><th scope=\"col\">verdict</th><th scope=\"col\" class=\"n\">files</th>"
                + "<th scope=\"col\" class=\"n\">share</th><th scope=\"col\" class=\"n\">95 % interval</th></tr></thead>\n<tbody>"
        )
        for verdict in [Verdict.fake, .uncertain, .real] {
            let count = verdicts[verdict]
            let share = verdicts.total > 0 ? (Double(count) / Double(verdicts.total)).percent : ""
            let interval = BinomialInterval(hits: count, of: verdicts.total).map(range) ?? ""
            html.markup(
                "<tr><th scope=\"row\">\(verdict.rawValue)</th><td class=\"n\">\(count.grouped)</td>"
                    + "<td class=\"n\">\(share)</td><td class=\"n\">\(interval)</td></tr>\n")
        }
        html.markup("</tbody></table>\n")
        html.paragraph(
            "The interval (Clopper and Pearson) is for the share of verdicts in a larger collection of which these files are a random "
                + "sample. It says nothing of the detector's errors; the next paragraph does.")
        for text in records.frameRemarks { html.paragraph(text) }
        html.markup("<h3 id=\"prevalence\">How many are synthetic?</h3>\n")
        for text in prevalenceParagraphs(records, context) { html.paragraph(text) }
    }

    mutating func writeHistogram() {
        heading("scores", "Scores")
        let thresholds = context.thresholds(of: records)
        let histogram = ScoreHistogram(records.entries, bins: 50)
        html.markup(histogram.drawing(thresholds, of: records.unit + "s"))
        html.markup("<ul class=\"legend\">")
        for standing in [Standing.fake, .review, .uncertain, .real] {
            html.markup(
                "<li><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><rect class=\"\(standing.name)\" width=\"12\" height=\"12\"/></svg>"
                    + "\(standing.name)</li>")
        }
        html.markup("</ul>\n")
        if let remark = context.thresholdRemark(of: records) { html.paragraph(remark) }
        html.markup(
            "<details class=\"extra\"><summary>The histogram as a table</summary>\n<table class=\"narrow\"><thead><tr>"
                + "<th scope=\"col\">score</th>")
        let shown = [Standing.fake, .review, .uncertain, .real]
        for standing in shown { html.markup("<th scope=\"col\" class=\"n\">\(standing.name)</th>") }
        html.markup("</tr></thead>\n<tbody>")
        let coarse = ScoreHistogram(records.entries, bins: 20)
        for bin in coarse.bins.indices {
            let range = coarse.range(bin)
            html.markup("<tr><th scope=\"row\">\(range.from.fixed(2)) – \(range.to.fixed(2))</th>")
            for standing in shown { html.markup("<td class=\"n\">\((coarse.bins[bin][standing] ?? 0).grouped)</td>") }
            html.markup("</tr>\n")
        }
        html.markup("</tbody></table></details>\n")
    }
}

func range(_ interval: BinomialInterval) -> String {
    "\((100 * interval.lower).fixed(1)) – \((100 * interval.upper).fixed(1)) %"
}

/// What makes the numbers less than they seem.
func warnings(_ records: RecordSet, _ context: ReportContext) -> [String] {
    var list: [String] = []
    if records.entries.isEmpty { list.append("There are no records.") }
    if records.models.count > 1 {
        list.append(
            "The records are by \(records.models.count) models, whose scores cannot be compared: "
                + records.models.map { "\($0.name) (\($0.files.counted("file")))" }.joined(separator: ", ") + ".")
    }
    if !context.isModel(of: records) {
        list.append(
            "The thresholds are not known, since this report was made with \(context.model.identity), which made not all of the records. "
                + "Give that model with --model to have them.")
    }
    if records.outside > 0 {
        list.append(
            "\(records.outside.grouped) of the \(records.verdicts.total.grouped) files judged lie outside what the model was made for "
                + "(too small, flat or of a palette as graphics are, or compressed beyond use). Their scores mean nothing, they are called uncertain, and the "
                + "estimate leaves them out.")
    }
    let unreadable = records.sources.reduce(0) { $0 + $1.unreadable }
    if unreadable > 0 {
        list.append(
            "\(unreadable.counted("line")) of the input could not be read as records and are left out: the input may be damaged."
        )
    }
    if records.replaced > 0 {
        list.append("\(records.replaced.counted("record")) were replaced by later ones of the same path.")
    }
    return list
}

/// The share of synthetic pictures in words.
func prevalenceParagraphs(_ records: RecordSet, _ context: ReportContext) -> [String] {
    let judged = records.insideVerdicts.total
    let pictures = records.hasFrames ? "files" : "pictures"
    guard let found = context.prevalence(of: records) else {
        return ["No estimate: it takes judged pictures and the error rates of the model that judged them."]
    }
    let span = "\((100 * found.lower).fixed(1)) % to \((100 * found.upper).fixed(1)) %"
    var texts: [String] = []
    if let share = found.share, let rates = context.rates {
        texts = [
            "Of the \(judged.grouped) \(pictures) judged within the model's bounds, an estimated \(share.percent) are synthetic; with 95 % "
                + "confidence \(span).",
            "The number of verdicts is corrected by the error rates of \(context.ratesName ?? "an evaluation"): of "
                + "\(rates.real.total.grouped) photographs there, \(rates.real.fake.grouped) were called fake and "
                + "\(rates.real.real.grouped) real; of \(rates.fake.total.grouped) synthetic pictures, \(rates.fake.fake.grouped) were called "
                + "fake and \(rates.fake.real.grouped) real. The interval covers the chance in both. It holds as far as these pictures are "
                + "like those: other generators, sources or compression have other rates.",
        ]
        if rates.model != context.model.identity {
            texts.append("Beware: those error rates are of another model (\(rates.model)).")
        }
    } else {
        let thresholds = context.card.thresholds
        texts = [
            "Of the \(judged.grouped) \(pictures) judged within the model's bounds, \(span) are synthetic. That is all that can be said from "
                + "what the model promises of its thresholds: at most \(thresholds.falseAlarmRate.percent) of photographs are called fake, and "
                + "at most \(thresholds.missRate.percent) of synthetic pictures are called real. Each end has 97.5 % confidence, as far as "
                + "these pictures are like those of the validation.",
            "With error rates measured on labelled pictures like these (assay evaluate --json, --error-rates) there is an estimate as well.",
        ]
    }
    if records.judgedOften > 0 {
        texts.append(
            "Beware: \(records.judgedOften.counted("file")) among them \(records.judgedOften == 1 ? "has" : "have") several frames that "
                + "were judged. Each frame is a further chance to be called fake, and the error rates are those of single pictures."
        )
    }
    if found.isContradicted {
        texts.append(
            "Beware: no mixture of photographs and synthetic pictures with these error rates would be given such verdicts, so the error "
                + "rates do not hold here, and neither does the estimate.")
    }
    return texts
}
