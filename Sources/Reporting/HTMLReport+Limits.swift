// The end of a report: what was not looked at, what the figures do not mean, and digests to check everything by.

import Detection

extension HTMLReport {
    mutating func writeUnscanned() {
        heading("unscanned", "Not looked at")
        let missing = records.skipped + records.errors
        if missing == 0 && records.judgedInPart == 0 { return html.paragraph("Every file was judged.") }
        if missing > 0 {
            html.paragraph(
                "\(missing.counted("file")) \(missing == 1 ? "has" : "have") no score. Nothing is known of their pictures."
            )
        }
        if records.judgedInPart > 0 {
            html.paragraph("Of \(records.judgedInPart.counted("file")) not all frames have a score.")
        }
        html.markup(
            "<table><thead><tr><th scope=\"col\">code</th><th scope=\"col\" class=\"n\">files</th><th scope=\"col\">meaning</th>"
                + "<th scope=\"col\">for example</th></tr></thead>\n<tbody>")
        var examples: [String: Entry] = [:]
        for entry in records.entries {
            if let code = entry.code, examples[code] == nil { examples[code] = entry }
        }
        for (code, files) in records.codes.prefix(100) {
            html.markup("<tr><th scope=\"row\">")
            html.text(code)
            html.markup("</th><td class=\"n\">\(files.grouped)</td><td>")
            html.text(sentence(forCode: code))
            html.markup("</td><td><bdi class=\"path\">")
            html.text(examples[code]?.path ?? "")
            html.markup("</bdi>")
            if let message = examples[code]?.message { html.text(": \(message)") }
            html.markup("</td></tr>\n")
        }
        html.markup("</tbody></table>\n")
    }

    mutating func writeLimits() {
        heading("limits", "How to read this")
        html.markup("<ul>\n")
        for text in limits {
            html.element("li", text)
            html.markup("\n")
        }
        html.markup("</ul>\n")
    }

    /// The model card's limits in plain words.
    private var limits: [String] {
        var list = [
            "A score is the detector's estimate that a picture was synthesised, from traces in its pixels. It is a reason to look closer, never a "
                + "proof, and by itself no ground to accuse anybody or to delete anything."
        ]
        if context.isModel(of: records) {
            let rate = context.card.thresholds.falseAlarmRate
            let many = Int((rate * Double(records.verdicts.total)).rounded())
            list.append(
                "The threshold for fake was set so that at most \(rate.percent) of the photographs of the validation are called fake. Among "
                    + "\(records.verdicts.total.counted("file")) that alone would be \(many.grouped), whether or not there is a single fake."
            )
        }
        if let rates = context.rates, rates.fake.total > 0 {
            list.append(
                "Of the \(rates.fake.total.grouped) synthetic pictures of the evaluation \((Double(rates.fake.fake) / Double(rates.fake.total)).percent) "
                    + "were called fake: most that is not called fake here may be synthetic all the same.")
        } else {
            list.append(
                "The threshold is strict, so many synthetic pictures are not called fake. 'Uncertain' is an answer; 'real' is no certificate."
            )
        }
        list += [
            "Detectors are good at the generators that they were shown and much worse at others, which includes all that are newer than the model.",
            "Compression, reduction in size, screenshots, filters and prints remove the traces; whoever wants to fool a detector can.",
            "The score is of the whole picture: a small part that was exchanged or painted over may go unnoticed.",
            "It says nothing of truth: a staged photograph is a photograph, and a retouched one may be called either.",
            "What a file declares of its origin can be forged or removed by anybody, unless a signature of a trusted signer stands behind it.",
        ]
        if let envelope = context.card.envelope, context.isModel(of: records) {
            list.append(
                "No verdict is given on pictures with a side below \(envelope.smallestSide) pixels, nor on those in which more than "
                    + "\(envelope.flatShare.percent) of neighbouring pixels are equal.")
        }
        if let data = context.card.data, context.isModel(of: records) {
            list.append(
                "The model was fitted to \(data.real.grouped) photographs and \(data.fake.grouped) synthetic pictures; its model card names them "
                    + "and gives its error rates for each source and generator.")
        }
        return list
    }

    mutating func writeDigests() {
        heading("digests", "Digests")
        html.markup(
            "<table><thead><tr><th scope=\"col\">what</th><th scope=\"col\">name</th><th scope=\"col\">SHA-256</th></tr></thead>\n<tbody>"
        )
        func row(_ what: String, _ name: String, _ digest: String) {
            html.markup("<tr><th scope=\"row\">\(what)</th><td class=\"path\">")
            html.text(name)
            html.markup("</td><td class=\"hash\">")
            html.text(digest)
            html.markup("</td></tr>\n")
        }
        for source in records.sources {
            row("records", "\(source.name), \(source.lines.counted("line"))", source.sha256)
        }
        row("model", context.model.identity, context.model.sha256)
        row("program", "assay \(context.program.version)", context.program.sha256 ?? "unknown")
        html.markup("</tbody></table>\n")
        let judging = records.models.map(\.name).filter { $0 != context.model.identity }
        if !judging.isEmpty { html.paragraph("The records name other models: \(judging.joined(separator: ", ")).") }
    }
}
