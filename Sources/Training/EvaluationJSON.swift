// The report of an evaluation for machines: every figure of every head, at full precision.

package import Detection
import Files

extension EvaluationReport {
    /// One JSON object on one line. Figures that need an absent class are null.
    ///
    /// - Parameters:
    ///   - model: the detector's identity.
    ///   - data: the data set's path as the user gave it; `digest` names its content.
    package func json(model: String, data: String, split: String?, digest: String) -> String {
        var json = JSONText()
        json.object { json in
            json.member("assay", 1)
            json.member("model", model)
            json.member("data") { json in
                json.member("path", data)
                json.member("split", split)
                json.member("digest", digest)
                json.member("real", all.fused.real)
                json.member("fake", all.fused.fake)
            }
            json.member("thresholds") { json in
                json.member("fake", thresholds.fake)
                json.member("real", thresholds.real)
            }
            Self.heads(all, &json)
            Self.parts("sources", "source", sources, &json)
            Self.parts("generators", "generator", generators, &json)
            json.list("perturbations") { json in
                for (perturbation, metrics) in perturbed {
                    json.object { json in
                        json.member("perturbation", perturbation.rawValue)
                        Self.heads(metrics, &json)
                    }
                }
            }
            json.list("unreadable") { json in
                for picture in unreadable {
                    json.object { json in
                        json.member("path", picture.path)
                        json.member("message", picture.message)
                    }
                }
            }
        }
        json.endLine()
        return json.text
    }

    private static func parts(_ list: String, _ key: String, _ parts: [Part], _ json: inout JSONText) {
        json.list(list) { json in
            for part in parts {
                json.object { json in
                    json.member(key, part.name)
                    json.member("real", part.metrics.fused.real)
                    json.member("fake", part.metrics.fused.fake)
                    json.member("rocAUC") { json in
                        json.member("against", part.isAgainstAll ? "all" : "own")
                        for head in Head.allCases { json.member(head.rawValue, part.rocAUC[head]) }
                    }
                    heads(part.metrics, &json)
                }
            }
        }
    }

    private static func heads(_ metrics: HeadMetrics, _ json: inout JSONText) {
        json.member("heads") { json in
            for head in Head.allCases {
                let figures = metrics[head]
                json.member(head.rawValue) { json in
                    json.member("loss", figures.loss)
                    json.member("accuracy", figures.accuracy)
                    json.member("balancedAccuracy", figures.balancedAccuracy)
                    json.member("rocAUC", figures.rocAUC)
                    json.member("averagePrecision", figures.averagePrecision)
                    json.member("equalErrorRate", figures.equalErrorRate)
                    json.member("truePositiveRateAt1", figures.truePositiveRateAt1)
                    json.member("truePositiveRateAt5", figures.truePositiveRateAt5)
                    json.member("expectedCalibrationError", figures.expectedCalibrationError)
                    json.member("falseAlarmRate", figures.verdicts.falseAlarmRate)
                    json.member("missRate", figures.verdicts.missRate)
                    json.member("detectionRate", figures.verdicts.detectionRate)
                    json.member("uncertainShare", figures.verdicts.uncertainShare)
                    json.member("certainAccuracy", figures.verdicts.certainAccuracy)
                }
            }
        }
    }
}

extension Evaluation {
    /// One JSON line for each scored picture, in order: what it is and its scores as a scan's record has them (clamped),
    /// as well as the fused score before that.
    package func scoreLines(thresholds: Thresholds) -> String {
        var json = JSONText()
        for picture in pictures {
            let shown = picture.scores.clamped
            json.object { json in
                json.member("path", picture.sample.path)
                json.member("label", picture.sample.isFake ? "fake" : "real")
                json.member("source", picture.sample.source)
                json.member("generator", picture.sample.generator)
                json.member("verdict", thresholds.verdict(picture.scores.fused).rawValue)
                json.member("scores") { json in
                    for head in Head.allCases { json.member(head.rawValue, shown[head]) }
                }
                json.member("unclamped", picture.scores.fused)
            }
            json.endLine()
        }
        return json.text
    }
}
