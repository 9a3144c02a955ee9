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
                if let detail = thresholds.detail {
                    json.member("detail") { json in
                        json.member("slope", detail.slope)
                        json.member("usual", detail.usual)
                    }
                }
            }
            Self.figures(clean, &json)
            json.list("perturbations") { json in
                for (perturbation, metrics) in perturbed {
                    json.object { json in
                        json.member("perturbation", perturbation.rawValue)
                        Self.heads(metrics, &json)
                    }
                }
            }
            json.list("tiers") { json in
                for (tier, figures) in tiers {
                    json.object { json in
                        json.member("tier", tier.rawValue)
                        Self.figures(figures, &json)
                    }
                }
            }
            json.member("format") { json in
                json.member("rocAUC", format.rocAUC)
                json.member("detectorAUC", all.fused.rocAUC)
                json.member("sources") { json in
                    json.list("names") { json in for name in format.sources?.names ?? [] { json.value(name) } }
                    json.list("real") { json in for count in format.sources?.counts ?? [] { json.value(count) } }
                    json.member("rocAUC", format.sources?.rocAUC)
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

    /// The members that the files as they are and each tier have.
    private static func figures(_ figures: EvaluationFigures, _ json: inout JSONText) {
        verdicts(figures.all.fused.verdicts, &json)
        heads(figures.all, &json)
        parts("sources", "source", figures.sources, &json)
        json.member("worstSource") { json in
            json.member("source", figures.worstSource?.name)
            json.member("real", figures.worstSource?.metrics.fused.real)
            json.member("falseAlarmRate", figures.worstSource?.metrics.fused.verdicts.falseAlarmRate)
            interval("falseAlarmInterval", figures.worstSource?.metrics.fused.verdicts.falseAlarmInterval, &json)
        }
        parts("generators", "generator", figures.generators, &json)
        json.member("generatorAUC") { json in
            for head in Head.allCases {
                let areas = figures.generatorAreas[head]
                json.member(head.rawValue) { json in
                    json.member("mean", areas?.mean)
                    json.member("deviation", areas?.deviation)
                    json.member("minimum", areas?.minimum)
                    json.member("worst", areas?.worst)
                }
            }
        }
        json.member("riskCoverage") { json in
            for head in Head.allCases {
                let curve = figures.riskCoverage[head]
                json.member(head.rawValue) { json in
                    json.member("area", curve?.area)
                    json.list("points") { json in
                        for (place, risk) in (curve?.risks ?? []).enumerated() {
                            json.object { json in
                                json.member("coverage", Double(place + 1) / 10, decimals: 1)
                                json.member("risk", risk)
                            }
                        }
                    }
                }
            }
        }
        json.member("pairs") { json in
            ranking(figures.pairs.all, &json)
            json.list("generators") { json in
                for part in figures.pairs.generators {
                    json.object { json in
                        json.member("generator", part.generator)
                        ranking(part, &json)
                    }
                }
            }
        }
    }

    private static func ranking(_ part: PairRanking.Part, _ json: inout JSONText) {
        json.member("fakes", part.fakes)
        json.member("ranking") { json in
            for head in Head.allCases { json.member(head.rawValue, part.ranking[head]) }
        }
    }

    /// Counts of the fused score's verdicts by label, and the intervals of their rates.
    private static func verdicts(_ shares: VerdictShares, _ json: inout JSONText) {
        json.member("verdicts") { json in
            for (label, counts) in [("real", shares.reals), ("fake", shares.fakes)] {
                json.member(label) { json in
                    for verdict in Verdict.allCases { json.member(verdict.rawValue, counts[verdict]) }
                }
            }
        }
        interval("falseAlarmInterval", shares.falseAlarmInterval, &json)
        interval("detectionInterval", shares.detectionInterval, &json)
    }

    private static func interval(_ name: String, _ interval: BinomialInterval?, _ json: inout JSONText) {
        guard let interval else { return json.member(name, nil as Double?) }
        json.list(name) { json in
            json.value(interval.lower)
            json.value(interval.upper)
        }
    }

    private static func parts(
        _ list: String, _ key: String, _ parts: [EvaluationFigures.Part], _ json: inout JSONText
    ) {
        json.list(list) { json in
            for part in parts {
                json.object { json in
                    json.member(key, part.name)
                    json.member("real", part.metrics.fused.real)
                    json.member("fake", part.metrics.fused.fake)
                    verdicts(part.metrics.fused.verdicts, &json)
                    json.member("rocAUC") { json in
                        json.member("against", part.isAgainstAll ? "all" : "own")
                        for head in Head.allCases { json.member(head.rawValue, part.rocAUC[head]) }
                    }
                    json.member("rocAUCAgainstReals") { json in
                        for head in Head.allCases { json.member(head.rawValue, part.areaAgainstReals[head]) }
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
                    json.member("brierReal", figures.brierReal)
                    json.member("brierFake", figures.brierFake)
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
                json.member("verdict", picture.verdict(thresholds).rawValue)
                json.member("scores") { json in
                    for head in Head.allCases { json.member(head.rawValue, shown[head]) }
                }
                json.member("unclamped", picture.scores.fused)
                json.member("detail", picture.detail)
            }
            json.endLine()
        }
        return json.text
    }
}
