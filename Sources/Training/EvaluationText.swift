// The report of an evaluation as tables on a terminal.

import Detection
import Files

extension EvaluationReport {
    /// The tables: all pictures, every tier, every source, every generator, the format, every perturbation.
    ///
    /// - Parameters:
    ///   - model: the detector's identity.
    ///   - data: the data set as the user named it, with its digest.
    package func text(model: String, data: String) -> String {
        var text = "Model  \(model)\nData   \(data.escapingControls)\n"
        text += "       \(all.fused.real) real, \(all.fused.fake) fake, \(unreadable.count) unreadable\n\n"
        text += figures.text
        text += "\nVerdicts: fake from \(fixed(thresholds.fake, 4)) up, real from \(fixed(thresholds.real, 4)) down,"
        text += " on the fused score.\n"
        if let detail = thresholds.detail {
            text += "Fake from there at a detail of \(fixed(detail.usual, 2)) levels, "
            text += "\(fixed(detail.slope, 2)) log-odds higher with each more.\n"
        }
        let shown = [(Tier.clean, clean)] + tiers.filter { $0.tier != .clean }.map { ($0.tier, $0.figures) }
        text += "\n" + summary(shown).text
        text += "\n" + ranking(shown).text
        for (tier, figures) in shown { text += tables(figures, tier) }
        text += "\n95 %: the range of the rate to its left, with this confidence (Clopper and Pearson).\n"
        text += "Generators: the fakes of each against all real pictures.\n"
        if shown.contains(where: { $0.1.sources.contains(where: \.isAgainstAll) }) {
            text += "* against all pictures of the other class\n"
        }
        text += formatAlone
        if !perturbed.isEmpty { text += "\n" + perturbations.text }
        if !unreadable.isEmpty {
            text += "\nUnreadable\n"
            for picture in unreadable {
                text += "  \(picture.path.escapingControls): \(picture.message.escapingControls)\n"
            }
        }
        return text
    }

    /// All figures of the three heads over all pictures.
    private var figures: TextTable {
        var table = TextTable([""] + Head.allCases.map(\.rawValue))
        func add(_ title: String, _ value: (BinaryMetrics) -> String) {
            table.add([title] + Head.allCases.map { value(all[$0]) })
        }
        add("loss") { fixed($0.loss, 4) }
        add("Brier score, real") { fixed($0.brierReal, 4) }
        add("Brier score, fake") { fixed($0.brierFake, 4) }
        add("accuracy") { percent($0.accuracy) }
        add("balanced accuracy") { percent($0.balancedAccuracy) }
        add("ROC AUC") { fixed($0.rocAUC, 4) }
        add("average precision") { fixed($0.averagePrecision, 4) }
        add("equal error rate") { percent($0.equalErrorRate) }
        add("found at 1 % false alarms") { percent($0.truePositiveRateAt1) }
        add("found at 5 % false alarms") { percent($0.truePositiveRateAt5) }
        add("calibration error") { fixed($0.expectedCalibrationError, 4) }
        add("false alarms") { percent($0.verdicts.falseAlarmRate) }
        add("misses") { percent($0.verdicts.missRate) }
        add("detected") { percent($0.verdicts.detectionRate) }
        add("uncertain") { percent($0.verdicts.uncertainShare) }
        add("accuracy of the rest") { percent($0.verdicts.certainAccuracy) }
        func add(_ title: String, ofCurve value: (RiskCoverage?) -> String) {
            table.add([title] + Head.allCases.map { value(clean.riskCoverage[$0]) })
        }
        for tenths in [2, 5, 8, 10] {
            add("errors, surest \(tenths)0 %") { percent($0?.risk(tenths: tenths)) }
        }
        add("area under risk-coverage") { fixed($0?.area, 4) }
        return table
    }

    /// One row for each tier: what its verdicts are worth, as a model card states it first.
    private func summary(_ tiers: [(Tier, EvaluationFigures)]) -> TextTable {
        var table = TextTable([
            "Tier", "false alarms", "95 %", "worst source", "its alarms", "detected", "95 %", "uncertain",
        ])
        for (tier, figures) in tiers {
            let (verdicts, worst) = (figures.all.fused.verdicts, figures.worstSource)
            table.add([
                tier.rawValue, percent(verdicts.falseAlarmRate), range(verdicts.falseAlarmInterval),
                worst.map { named($0.name) } ?? "–", percent(worst?.metrics.fused.verdicts.falseAlarmRate),
                percent(verdicts.detectionRate), range(verdicts.detectionInterval), percent(verdicts.uncertainShare),
            ])
        }
        return table
    }

    /// One row for each tier: how well the scores rank, whatever the thresholds.
    private func ranking(_ tiers: [(Tier, EvaluationFigures)]) -> TextTable {
        var table = TextTable([
            "AUC", "fused", "spatial", "frequency", "generators' mean", "deviation", "minimum", "worst",
        ])
        for (tier, figures) in tiers {
            let areas = figures.generatorAreas[.fused]
            table.add(
                [tier.rawValue] + Head.allCases.map { fixed(figures.all[$0].rocAUC, 3) } + [
                    fixed(areas?.mean, 3), fixed(areas?.deviation, 3), fixed(areas?.minimum, 3),
                    areas.map { named($0.worst) } ?? "–",
                ])
        }
        return table
    }

    /// Sources and generators of one tier, and its pairs. A table that repeats another, or has no row, is left out, and the
    /// sources of fakes, which often are those of several generators, are shown for the files as they are only.
    private func tables(_ figures: EvaluationFigures, _ tier: Tier) -> String {
        let suffix = tier == .clean ? "" : ", " + tier.rawValue
        let photographed = figures.sources.filter { $0.metrics.fused.real > 0 }
        let made = figures.sources.filter { $0.metrics.fused.fake > 0 }
        let generators = figures.generators.filter { $0.metrics.fused.fake > 0 }
        var text = ""
        if !photographed.isEmpty { text += "\n" + table("Real source" + suffix, photographed, ofFakes: false).text }
        if tier == .clean, made.map(\.name) != generators.map(\.name) {
            text += "\n" + table("Fake source", made, ofFakes: true).text
        }
        if !generators.isEmpty {
            text += "\n" + table("Generator" + suffix, generators, ofFakes: true, againstReals: true).text
        }
        if figures.pairs.all.fakes > 0 {
            var table = TextTable(["Fake above its photograph" + suffix, "pairs"] + Head.allCases.map(\.rawValue))
            for (name, part) in [("all", figures.pairs.all)]
                + figures.pairs.generators.map({ (named($0.generator), $0) })
            {
                table.add([name, String(part.fakes)] + Head.allCases.map { percent(part.ranking[$0]) })
            }
            text += "\n" + table.text
        }
        return text
    }

    /// The fused head's verdicts on one class, and the ranking of all heads, part by part.
    private func table(
        _ title: String, _ parts: [EvaluationFigures.Part], ofFakes: Bool, againstReals: Bool = false
    ) -> TextTable {
        var table = TextTable([
            title, ofFakes ? "fake" : "real", "called fake", "uncertain", "called real",
            ofFakes ? "detected" : "false alarms", "95 %", "AUC", "spatial", "frequency",
        ])
        for part in parts {
            let verdicts = part.metrics.fused.verdicts
            let counts = ofFakes ? verdicts.fakes : verdicts.reals
            let mark = againstReals ? "" : part.isAgainstAll ? "*" : " "
            let areas = againstReals ? part.areaAgainstReals : part.rocAUC
            table.add(
                [
                    named(part.name), String(counts.total), String(counts.fake), String(counts.uncertain),
                    String(counts.real), percent(ofFakes ? verdicts.detectionRate : verdicts.falseAlarmRate),
                    range(ofFakes ? verdicts.detectionInterval : verdicts.falseAlarmInterval),
                ] + Head.allCases.map { fixed(areas[$0], 3) + mark })
        }
        return table
    }

    /// What a classifier without eyes reaches, beside the detector.
    private var formatAlone: String {
        var table = TextTable(["Without a look at the pixels", "AUC"])
        table.add(["real from fake, by size and format alone", fixed(format.rocAUC, 4)])
        table.add(["the detector", fixed(all.fused.rocAUC, 4)])
        if let sources = format.sources {
            let names = zip(sources.names, sources.counts).map { "\($0.escapingControls) (\($1))" }
            table.add([
                "real from real, by size and format alone: " + names.joined(separator: ", "), fixed(sources.rocAUC, 4),
            ])
        }
        return "\n" + table.text
    }

    private func named(_ name: String) -> String { name.isEmpty ? "(not stated)" : name.escapingControls }

    /// Both ends in per cent.
    private func range(_ interval: BinomialInterval?) -> String {
        interval.map { "\(fixed(100 * $0.lower, 1)) – \(fixed(100 * $0.upper, 1))" } ?? "–"
    }

    private var perturbations: TextTable {
        var table = TextTable([
            "Changed by", "false alarms", "misses", "detected", "uncertain", "balanced", "AUC", "spatial", "frequency",
        ])
        for (title, metrics) in [("nothing", all)] + perturbed.map({ ($0.perturbation.title, $0.metrics) }) {
            let fused = metrics.fused
            table.add([
                title, percent(fused.verdicts.falseAlarmRate), percent(fused.verdicts.missRate),
                percent(fused.verdicts.detectionRate), percent(fused.verdicts.uncertainShare),
                percent(fused.balancedAccuracy), fixed(fused.rocAUC, 3),
                fixed(metrics.spatial.rocAUC, 3), fixed(metrics.frequency.rocAUC, 3),
            ])
        }
        return table
    }
}
