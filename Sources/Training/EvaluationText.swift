// The report of an evaluation as tables on a terminal.

import Detection
import Files

extension EvaluationReport {
    /// The tables: all pictures, every source, every generator, every perturbation.
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
        for (title, parts) in [("Source", sources), ("Generator", generators)] {
            text += "\n" + table(title, parts).text
        }
        if (sources + generators).contains(where: \.isAgainstAll) {
            text += "* against all pictures of the other class\n"
        }
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
        return table
    }

    /// Errors of the fused head's verdicts, and the ranking of all heads, part by part.
    private func table(_ title: String, _ parts: [Part]) -> TextTable {
        var table = TextTable([
            title, "real", "false alarms", "fake", "misses", "detected", "uncertain", "accuracy", "AUC", "spatial",
            "frequency",
        ])
        for part in parts {
            let fused = part.metrics.fused
            let mark = part.isAgainstAll ? "*" : " "
            table.add([
                part.name.isEmpty ? "(not stated)" : part.name.escapingControls, String(fused.real),
                percent(fused.verdicts.falseAlarmRate), String(fused.fake), percent(fused.verdicts.missRate),
                percent(fused.verdicts.detectionRate), percent(fused.verdicts.uncertainShare),
                percent(fused.balancedAccuracy ?? fused.accuracy), fixed(part.rocAUC[.fused], 3) + mark,
                fixed(part.rocAUC[.spatial], 3) + mark, fixed(part.rocAUC[.frequency], 3) + mark,
            ])
        }
        return table
    }

    private var perturbations: TextTable {
        var table = TextTable([
            "Changed by", "false alarms", "misses", "detected", "uncertain", "accuracy", "AUC", "spatial", "frequency",
        ])
        for (title, metrics) in [("nothing", all)] + perturbed.map({ ($0.perturbation.title, $0.metrics) }) {
            let fused = metrics.fused
            table.add([
                title, percent(fused.verdicts.falseAlarmRate), percent(fused.verdicts.missRate),
                percent(fused.verdicts.detectionRate), percent(fused.verdicts.uncertainShare),
                percent(fused.balancedAccuracy ?? fused.accuracy), fixed(fused.rocAUC, 3),
                fixed(metrics.spatial.rocAUC, 3), fixed(metrics.frequency.rocAUC, 3),
            ])
        }
        return table
    }
}
