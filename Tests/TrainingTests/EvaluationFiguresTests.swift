// The figures of a model card, each against a value that was computed by other means or by hand.

import Detection
import Foundation
import Imaging
import Testing

@testable import Training

@Suite struct EvaluationFiguresTests {
    private let thresholds = Thresholds(fake: 0.7, real: 0.3, falseAlarmRate: 0.01, missRate: 0.05)

    private func picture(
        _ score: Double, fake: Bool, _ source: String = "", generator: String? = nil, pair: String? = nil
    ) -> ScoredPicture {
        ScoredPicture(
            sample: Sample(
                path: "\(score)", isFake: fake, source: source, generator: generator ?? (fake ? source : ""), pair: pair
            ),
            scores: Scores(fused: score, spatial: 1 - score, frequency: 0.5))
    }

    private var pictures: [ScoredPicture] {
        [
            picture(0.05, fake: false, "phone"), picture(0.8, fake: false, "phone"), picture(0.1, fake: false, "web"),
            picture(0.4, fake: false, "web"), picture(0.9, fake: true, "web"), picture(0.6, fake: true, "web"),
            picture(0.95, fake: true, "gan"), picture(0.2, fake: true, "gan"), picture(0.97, fake: true, "gan"),
        ]
    }

    // MARK: - Intervals

    @Test func intervalsAreThoseOfSciPy() throws {
        for expected in try EvaluationFixture.load().intervals {
            let interval = try #require(
                BinomialInterval(hits: expected.hits, of: expected.trials, confidence: expected.confidence))
            #expect(abs(interval.lower - expected.lower) <= 1e-9 * expected.lower, "\(expected)")
            #expect(abs(interval.upper - expected.upper) <= 1e-9 * expected.upper, "\(expected)")
        }
    }

    @Test func withoutTrialsThereIsNoInterval() {
        #expect(BinomialInterval(hits: 0, of: 0) == nil)
    }

    // MARK: - Parts

    @Test func everyVerdictIsCountedBySourceAndGenerator() throws {
        let figures = EvaluationFigures(pictures, thresholds: thresholds)
        let (phone, web) = (figures.sources[1].metrics.fused.verdicts, figures.sources[2].metrics.fused.verdicts)
        #expect(phone.reals == VerdictCounts(fake: 1, real: 1) && phone.fakes == VerdictCounts())
        #expect(web.reals == VerdictCounts(uncertain: 1, real: 1) && web.fakes == VerdictCounts(fake: 1, uncertain: 1))
        let gan = try #require(figures.generators.first { $0.name == "gan" }).metrics.fused.verdicts
        #expect(gan.fakes == VerdictCounts(fake: 2, real: 1))
        #expect(gan.detectionInterval == BinomialInterval(hits: 2, of: 3) && gan.falseAlarmInterval == nil)
        #expect(phone.falseAlarmInterval == BinomialInterval(hits: 1, of: 2) && phone.detectionInterval == nil)
    }

    @Test func generatorsAreRankedAgainstAllPhotographsAndTheWorstIsNamed() throws {
        let areas = EvaluationFigures(pictures, thresholds: thresholds).generatorAreas
        // Of gan, 95 and 97 lie above all four photographs and 20 above two; of web, 90 above four and 60 above three.
        let (gan, web) = (10.0 / 12, 7.0 / 8)
        let fused = try #require(areas[.fused])
        #expect(fused.worst == "gan" && abs(fused.minimum - gan) < 1e-12)
        #expect(abs(fused.mean - (gan + web) / 2) < 1e-12)
        #expect(abs(fused.deviation! - (web - gan) / 2.0.squareRoot()) < 1e-12)
        #expect(areas[.spatial]?.worst == "web" && abs(areas[.spatial]!.minimum - 1.0 / 8) < 1e-12)
        #expect(areas[.frequency]?.mean == 0.5 && areas[.frequency]?.deviation == 0)
    }

    @Test func aSingleGeneratorHasNoDeviationAndNoPhotographsNoArea() {
        let single = pictures.filter { !$0.sample.isFake || $0.sample.source == "gan" }
        #expect(EvaluationFigures(single, thresholds: thresholds).generatorAreas[.fused]?.deviation == nil)
        let fakes = EvaluationFigures(pictures.filter(\.sample.isFake), thresholds: thresholds)
        #expect(fakes.generatorAreas.isEmpty && fakes.worstSource == nil)
        #expect(EvaluationFigures([], thresholds: thresholds).riskCoverage.isEmpty)
    }

    @Test func theWorstSourceAlarmsMostOftenAndIsTheLargestOfEquals() {
        #expect(EvaluationFigures(pictures, thresholds: thresholds).worstSource?.name == "phone")
        func worst(_ calm: [(source: String, count: Int)]) -> String? {
            let reals = calm.flatMap { part in (0..<part.count).map { _ in picture(0.1, fake: false, part.source) } }
            return EvaluationFigures(reals, thresholds: thresholds).worstSource?.name
        }
        #expect(worst([("a", 1), ("b", 3), ("c", 2)]) == "b")
        #expect(worst([("b", 2), ("a", 2)]) == "a")
    }

    // MARK: - Risk, Brier

    @Test func risksAreReadOffByHand() throws {
        let curve = try #require(EvaluationFigures(pictures, thresholds: thresholds).riskCoverage[.fused])
        // Of nine, the sixth and seventh surest, 80 and 20, are wrong; 60 % are 5.4 pictures.
        let expected = [0, 0, 0, 0, 0, 0.4 / 5.4, 1.3 / 6.3, 2 / 7.2, 2 / 8.1, 2.0 / 9]
        for (risk, expected) in zip(curve.risks, expected) { #expect(abs(risk - expected) < 1e-12) }
        #expect(curve.risks.count == 10 && curve.risk(tenths: 9) == curve.risks[8])
        #expect(abs(curve.area - (1.0 / 6 + 2.0 / 7 + 2.0 / 8 + 2.0 / 9) / 9) < 1e-12)
    }

    @Test func picturesEquallySureShareTheirErrors() throws {
        let risk = try EvaluationFixture.load().risk
        let curve = try #require(RiskCoverage(risk.samples))
        #expect(abs(curve.area - risk.area) < 1e-12 && abs(curve.risks[9] - risk.full) < 1e-12)
        #expect(try #require(RiskCoverage(risk.samples.reversed())) == curve)
        // On one half: real.
        let doubtful = [true, true, false, true].map { LabelledScore(score: 0.5, isFake: $0) }
        #expect(try #require(RiskCoverage(doubtful)).risks.allSatisfy { abs($0 - 0.75) < 1e-12 })
    }

    @Test func brierScoresAreThoseOfEachClass() throws {
        let risk = try EvaluationFixture.load().risk
        let metrics = BinaryMetrics(risk.samples, thresholds: thresholds)
        #expect(abs(metrics.brierReal! - risk.brierReal) < 1e-12 && abs(metrics.brierFake! - risk.brierFake) < 1e-12)
        let fused = EvaluationFigures(pictures, thresholds: thresholds).all.fused
        #expect(abs(fused.brierReal! - 0.203125) < 1e-12 && abs(fused.brierFake! - 0.16268) < 1e-12)
        #expect(BinaryMetrics([LabelledScore(score: 0.25, isFake: true)], thresholds: thresholds).brierReal == nil)
    }

    // MARK: - Pairs

    @Test func fakesAreRankedAgainstTheirOwnPhotographs() {
        let ranking = PairRanking([
            picture(0.3, fake: false, pair: "1"), picture(0.6, fake: false, pair: "2"),
            picture(0.2, fake: false, pair: "3"), picture(0.6, fake: false, pair: "3"), picture(0.0, fake: false),
            picture(0.4, fake: true, "gan", pair: "1"), picture(0.3, fake: true, "gan", pair: "1"),
            picture(0.5, fake: true, "gan", pair: "2"), picture(0.5, fake: true, "sd", pair: "3"),
            picture(0.9, fake: true, "sd", pair: "4"), picture(0.9, fake: true, "new"),
        ])
        // gan: above, equal, below. sd: above one of two; its other fake has no photograph.
        #expect(ranking.all.fakes == 4 && ranking.all.ranking[.fused] == (1 + 0.5 + 0 + 0.5) / 4)
        #expect(ranking.generators.map(\.generator) == ["gan", "sd"] && ranking.generators.map(\.fakes) == [3, 1])
        #expect(ranking.generators.map { $0.ranking[.fused] } == [0.5, 0.5])
        #expect(ranking.all.ranking[.frequency] == 0.5)
        let above = PairRanking([picture(0.3, fake: false, pair: "1"), picture(0.4, fake: true, "gan", pair: "1")])
        #expect(above.all.ranking == [.fused: 1, .spatial: 0, .frequency: 0.5])
        #expect(PairRanking(pictures).all.fakes == 0 && PairRanking(pictures).all.ranking.isEmpty)
    }

    @Test func manifestsNamePairs() throws {
        let folder = try TemporaryFolder()
        let csv = try Dataset.load(try folder.write("m.csv", "path,label,pair\na,real,7\nb,fake,7\nc,fake,\n"))
        #expect(csv.samples.map(\.pair) == ["7", "7", nil])
        let json = try Dataset.load(try folder.write("m.jsonl", #"{"path":"a","label":"real","pair":"7"}"#))
        #expect(json.samples.map(\.pair) == ["7"])
    }

    // MARK: - Tiers

    @Test func tiersReduceTheLongSideAndThenCompress() {
        var stream = RandomStream(seed: 3)
        func noise(_ width: Int, _ height: Int) -> Pixels {
            Pixels(
                width: width, height: height,
                bytes: (0..<3 * width * height).map { _ in UInt8(truncatingIfNeeded: stream.next()) })
        }
        let wide = noise(1000, 60)
        // 60 · 768 / 1000 = 46.08, 60 · 512 / 1000 = 30.72
        #expect(
            Tier.web.perturbation?.apply(wide)
                == wide.downscaled(width: 768, height: 46).recompressed(quality: 60, subsampling: .s420))
        #expect(
            Tier.hard.perturbation?.apply(wide)
                == wide.downscaled(width: 512, height: 31).recompressed(quality: 40, subsampling: .s420))
        let high = noise(4, 770)
        #expect(
            Tier.web.perturbation?.apply(high)
                == high.downscaled(width: 4, height: 768).recompressed(quality: 60, subsampling: .s420))
        let small = noise(512, 9)
        #expect(Tier.hard.perturbation?.apply(small) == small.recompressed(quality: 40, subsampling: .s420))
        #expect(Tier.clean.perturbation == nil)
        #expect(noise(2000, 1).reduced(longSide: 512).height == 1)
    }

    @Test func tiersHaveTheFiguresOfTheirOwnPictures() throws {
        let folder = try TemporaryFolder()
        for name in ["real/a/1.png", "real/a/2.png", "fake/b/3.png"] {
            let width = name.contains("1") ? 900 : 700
            let bytes = [UInt8](repeating: 100, count: 3 * width * 2)
            try folder.write(name, encodePNG(Pixels(width: width, height: 2, bytes: bytes)))
        }
        let dataset = try Dataset.load(folder.path)
        let evaluation = Evaluation(
            of: dataset.samples, jobs: 2, pictures: confined, perturbations: [.blur, .web, .hard]
        ) {
            { PixelScores(Scores(fused: Double($0.width) / 1000, spatial: 0.5, frequency: 0.5)) }
        }
        let report = EvaluationReport(evaluation, thresholds: thresholds, tiers: [.clean, .hard, .web])
        #expect(report.tiers.map(\.tier) == [.clean, .hard, .web])
        #expect(report.tiers.map { $0.figures.all.fused.verdicts.reals.fake } == [2, 0, 2])
        #expect(report.perturbed.map(\.perturbation) == [.blur])
        // 900 and 700 against 700; 512 each; 768 and 700 against 700.
        #expect(report.tiers.map { $0.figures.all.fused.rocAUC } == [0.25, 0.5, 0.25])
        #expect(evaluation.facts.map(\.image.width) == evaluation.pictures.map { $0.scores.fused * 1000 }.map(Int.init))
    }
}
