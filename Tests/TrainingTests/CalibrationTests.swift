// A score must mean what it says, and a threshold must keep what it promises, for every source.

import Detection
import Foundation
import Testing

@testable import Training

@Suite struct CalibrationTests {
    /// The logits that the reference fit in scikit-learn used.
    private func referenceLogits(_ scores: [LabelledScore]) -> [Double] {
        scores.map { sample in
            let p = sample.score * 0.98 + 0.01
            return log(p / (1 - p)) * 3 + 1
        }
    }

    @Test(arguments: [
        (500, 2, 4.962551078508807, -0.2977666557050418), (777, 9, 4.54378078438155, -0.35165362383488474),
    ])
    func fitEqualsScikitLearnsUnpenalisedRegression(count: Int, digits: Int, temperature: Double, bias: Double) {
        let scores = referenceScores(count, digits: digits)
        let fit = fitCalibration(logits: referenceLogits(scores), labels: scores.map(\.isFake))
        #expect(abs(fit.temperature - temperature) < 1e-6)
        #expect(abs(fit.bias - bias) < 1e-6)
    }

    @Test func overconfidentLogitsAreMadeHonest() {
        // Labels drawn with the probability of the true logit; the network says four times as much, and 2 more.
        var stream = RandomStream(seed: 1)
        let truth = (0..<20_000).map { _ in 2 * stream.normal() }
        let labels = truth.map { stream.chance(1 / (1 + exp(-$0))) }
        let fit = fitCalibration(logits: truth.map { 4 * $0 + 2 }, labels: labels)
        #expect(abs(fit.temperature - 4) < 0.2)
        #expect(abs(fit.bias + 0.5) < 0.05)
    }

    @Test func classesWeighTheSameHoweverManyTheyAre() {
        let scores = referenceScores(777, digits: 9)
        let logits = referenceLogits(scores)
        let labels = scores.map(\.isFake)
        let fit = fitCalibration(logits: logits, labels: labels)
        // Every real sample ten times over: only the softening of its target differs.
        let reals = logits.indices.filter { !labels[$0] }.map { logits[$0] }
        let fits = fitCalibration(
            logits: logits + (0..<9).flatMap { _ in reals },
            labels: labels + [Bool](repeating: false, count: 9 * reals.count))
        #expect(abs(fit.bias - fits.bias) < 0.01)
        #expect(abs(fit.temperature - fits.temperature) < 0.1)
    }

    @Test func separableLogitsStayFinite() {
        let fit = fitCalibration(logits: [-900, -800, 700, 900], labels: [false, false, true, true])
        #expect(fit.temperature.isFinite && fit.temperature > 0 && fit.bias.isFinite)
        #expect(fit.probability(logit: 800) > 0.7 && fit.probability(logit: 800) < 1)
        #expect(fit.probability(logit: -850) < 0.3)
    }

    @Test func reversedAndConstantLogitsGiveAFlatScoreNotAReversedOne() {
        let reversed = fitCalibration(logits: [5, 4, -4, -5], labels: [false, false, true, true])
        #expect(reversed.temperature > 100)
        #expect(abs(reversed.probability(logit: 5) - 0.5) < 0.01)
        let constant = fitCalibration(logits: [3, 3, 3, 3], labels: [false, true, true, true])
        #expect(constant.temperature > 0 && abs(constant.probability(logit: 3) - 0.5) < 0.15)
    }

    /// Whatever a network that has gone astray gives, its model can be read again.
    @Test func logitsOfAnySizeGiveACalibrationThatAModelMayHave() {
        for scale in [1e-30, 1e-3, 1e5, 1e30] {
            let logits = [-3, -1, 2, 1, 4].map { $0 * scale }
            #expect(fitCalibration(logits: logits, labels: [false, false, true, false, true]).isSound, "\(scale)")
        }
    }

    @Test func missingClassGivesTheIdentity() {
        let fit = fitCalibration(logits: [1, 2], labels: [true, true])
        #expect(fit.temperature == 1 && fit.bias == 0)
        #expect(fitCalibration(logits: [], labels: []).temperature == 1)
    }
}

@Suite struct ThresholdChoiceTests {
    private func scores(_ source: String, isFake: Bool, _ values: [Double]) -> [SourcedScore] {
        values.map { SourcedScore(score: $0, isFake: isFake, source: source) }
    }

    /// 1000 real ones evenly over (0, 0.5), 1000 fakes evenly over (0.4, 1).
    private var base: [SourcedScore] {
        scores("a", isFake: false, (0..<1000).map { (Double($0) + 0.5) / 2000 })
            + scores("a", isFake: true, (0..<1000).map { 0.4 + 0.6 * (Double($0) + 0.5) / 1000 })
    }

    /// Bounds of a source's rate at 90 % confidence, small sources by themselves.
    private let strict: ThresholdPolicy = {
        var policy = ThresholdPolicy()
        (policy.worstSourceRate, policy.confidence, policy.smallestSource) = (0.05, 0.9, 20)
        return policy
    }()

    private func alarms(_ samples: [SourcedScore], _ thresholds: Thresholds, source: String? = nil) -> Int {
        samples.count { !$0.isFake && (source == nil || $0.source == source) && $0.score > thresholds.fake }
    }

    /// Real ones whose log-odds grow by so much with each level of detail, and fakes that are as likely at any.
    private func detailed(_ count: Int, growth: Double) -> [SourcedScore] {
        (0..<count).flatMap { index -> [SourcedScore] in
            let (detail, place) = (Double(index % 5), Double(index) / Double(count))
            func score(_ odds: Double) -> Double { 1 / (1 + exp(-odds)) }
            return [
                SourcedScore(
                    score: score(-2.5 + growth * detail + 2 * place), isFake: false, source: "s\(index % 25)",
                    detail: detail),
                SourcedScore(score: score(4 * place), isFake: true, source: "f", detail: detail),
            ]
        }
    }

    @Test func thresholdsFollowDetailWherePhotographsDo() throws {
        let scores = detailed(2000, growth: 0.5)
        var policy = ThresholdPolicy()
        #expect(policy.slopes.first == 0 && policy.slopes.last == 0.2)
        policy.slopes = (0...12).map { Double($0) / 20 }
        let thresholds = chooseThresholds([SourcedScores(validation: scores)], policy: policy)
        let detail = try #require(thresholds.detail)
        #expect(abs(detail.slope - 0.5) < 0.11 && detail.usual == 2)
        let flat = chooseThresholds(validation: scores)
        func found(_ thresholds: Thresholds) -> Int {
            scores.count { $0.isFake && thresholds.at(detail: $0.detail).verdict($0.score) == .fake }
        }
        #expect(found(thresholds) > found(flat) + 300)
        let alarms = scores.count { !$0.isFake && thresholds.at(detail: $0.detail).verdict($0.score) == .fake }
        #expect(alarms <= 20)
        #expect(thresholds.real == min(flat.real, thresholds.suspect!))
    }

    @Test func thresholdsStandWhereDetailTellsNothing() {
        let scores = detailed(2000, growth: 0)
        #expect(
            chooseThresholds([SourcedScores(validation: scores)]) == chooseThresholds(validation: scores))
        #expect(chooseThresholds([SourcedScores(validation: base)]) == chooseThresholds(validation: base))
    }

    @Test func thresholdsKeepThePolicyUnderEveryCondition() {
        let (clean, web) = (detailed(1000, growth: 0.5), detailed(1000, growth: 0.3))
        let thresholds = chooseThresholds([SourcedScores(validation: clean), SourcedScores(validation: web)])
        for scores in [clean, web] {
            let alarms = scores.count { !$0.isFake && thresholds.at(detail: $0.detail).verdict($0.score) == .fake }
            #expect(alarms <= 10)
        }
    }

    @Test func ratesOfTheWholeAreUsedUpAndKept() {
        let thresholds = chooseThresholds(validation: base)
        #expect(alarms(base, thresholds) == 10)
        #expect(base.count { $0.isFake && $0.score < thresholds.real } == 20)
        #expect(thresholds.falseAlarmRate == 0.01 && thresholds.missRate == 0.05)
        #expect(thresholds.real < thresholds.fake)
    }

    @Test func heldOutSourceThatScoresHigherRaisesTheThreshold() {
        let odd = scores("odd", isFake: false, (0..<200).map { 0.3 + 0.6 * (Double($0) + 0.5) / 200 })
        // 1 of 200 keeps to 1 % with one more still unseen.
        #expect(alarms(odd, chooseThresholds(validation: base, heldOut: odd)) == 1)
        var lenient = strict
        lenient.falseAlarmRate = 0.1
        let thresholds = chooseThresholds(validation: base, heldOut: odd, policy: lenient)
        // 5 of 200: with 6, a true rate of 5 % would not be shown with 90 % confidence.
        #expect(alarms(odd, thresholds) == 5)
        #expect(chooseThresholds(validation: base).fake < thresholds.fake)
        #expect(chooseThresholds(validation: base).real == thresholds.real)
    }

    @Test func smallSourceMayNotAlarmAtAllAndTinyOnesAreJudgedTogether() {
        let small = scores("small", isFake: false, (0..<30).map { $0 == 0 ? 0.93 : 0.1 })
        #expect(chooseThresholds(validation: base + small, policy: strict).fake > 0.93)
        // 80 sources of one picture each: pooled, one alarm is allowed.
        let tiny = (0..<80).map { SourcedScore(score: $0 < 1 ? 0.93 : 0.1, isFake: false, source: "t\($0)") }
        #expect(chooseThresholds(validation: base, heldOut: tiny, policy: strict).fake < 0.93)
    }

    @Test func suspectIsFoundAtItsOwnRateAndNeverAboveFake() throws {
        let thresholds = chooseThresholds(validation: base)
        let suspect = try #require(thresholds.suspect)
        #expect(base.count { !$0.isFake && $0.score > suspect } == 50)
        #expect(suspect < thresholds.fake)
        let odd = scores("odd", isFake: false, (0..<199).map { 0.3 + 0.6 * (Double($0) + 0.5) / 199 })
        let unseen = chooseThresholds(validation: base, heldOut: odd)
        #expect(odd.count { $0.score > unseen.suspect! } == 9)
    }

    @Test func missedFakesOfUnseenGeneratorsLowerTheThresholdForReal() {
        let fakes = scores("new", isFake: true, (0..<100).map { Double($0) / 400 })
        let thresholds = chooseThresholds(validation: base, heldOut: fakes)
        #expect(fakes.count { $0.score < thresholds.real } == 2)
        #expect(thresholds.fake == chooseThresholds(validation: base).fake)
    }

    @Test func manyHeldOutSourcesDoNotSpeakForThoseThatWereTrainedOn() {
        // 25 sources of 60 photographs, all below 0.3, beside a validation that reaches up to 0.5.
        var unseen: [SourcedScore] = []
        for source in 0..<25 {
            let values: [Double] = (0..<60).map { place in 0.3 * (Double(place) + Double(source) / 25) / 61 }
            unseen += scores("u\(source)", isFake: false, values)
        }
        let alone = chooseThresholds(validation: base)
        let both = chooseThresholds(validation: base, heldOut: unseen)
        #expect(both.fake == alone.fake && both.suspect == alone.suspect)
        // Nor the other way round: (1500 + 1) · 1 % less one, and of no source more than one of 60.
        let easy = scores("easy", isFake: false, (0..<1000).map { Double($0) / 10_000 })
        let held = chooseThresholds(validation: easy, heldOut: unseen)
        #expect(held.fake < 0.3)
        #expect(unseen.count { $0.score > held.fake } == 14)
    }

    @Test func theStricterOfTwoKeepsWhatBothPromise() {
        let a = Thresholds(fake: 0.9, real: 0.2, falseAlarmRate: 0.01, missRate: 0.05, suspect: 0.7)
        let b = Thresholds(fake: 0.8, real: 0.1, falseAlarmRate: 0.01, missRate: 0.05, suspect: 0.75)
        #expect(
            a.stricter(b) == Thresholds(fake: 0.9, real: 0.1, falseAlarmRate: 0.01, missRate: 0.05, suspect: 0.75))
    }

    @Test(arguments: [(50, nil), (98, nil), (99, 0), (199, 1), (1000, 9)])
    func aConformalQuantileCountsOneMoreThatIsUnseen(count: Int, allowed: Int?) {
        #expect(conformalAllowance(0.01, of: count) == allowed)
    }

    @Test func fakesOfASourceDoNotRaiseTheThreshold() {
        let fakes = scores("new", isFake: true, [Double](repeating: 0.99, count: 50))
        #expect(chooseThresholds(validation: base, heldOut: fakes) == chooseThresholds(validation: base))
    }

    @Test func realThresholdNeverExceedsTheFakeOne() {
        let clean =
            scores("a", isFake: false, (0..<100).map { Double($0) / 1000 })
            + scores("a", isFake: true, (0..<100).map { 0.9 + Double($0) / 2000 })
        let thresholds = chooseThresholds(validation: clean)
        #expect(thresholds.real <= thresholds.fake)
        #expect(alarms(clean, thresholds) <= 1)
    }

    @Test func tiesAreNotCutThrough() {
        let tied =
            scores("a", isFake: false, [Double](repeating: 0.6, count: 50) + [Double](repeating: 0.2, count: 50))
            + scores("a", isFake: true, [0.9, 0.8])
        let thresholds = chooseThresholds(validation: tied)
        #expect(alarms(tied, thresholds) == 0)
        #expect(!tied.contains { !$0.isFake && $0.score >= thresholds.fake })
    }

    @Test func absentClassIsNeverRuledOut() {
        let reals = chooseThresholds(validation: scores("a", isFake: false, [0.1, 0.2]))
        #expect(reals.verdict(0) != .real)
        let fakes = chooseThresholds(validation: scores("a", isFake: true, [0.1, 0.2]))
        #expect(fakes.verdict(1) != .fake)
    }

    /// k such that scipy's binom.cdf(k, n, 0.05) ≤ 0.1.
    @Test(arguments: [(10, 0), (44, 0), (50, 0), (77, 1), (100, 1), (200, 5), (300, 9), (1000, 40)])
    func allowedAlarmsOfASourceEqualTheExactBound(count: Int, allowed: Int) {
        #expect(allowance(0.05, of: count, confidence: 0.9) == allowed)
    }

    @Test func allowedAlarmsOfALargeSourceAreItsShare() {
        // The median of a binomial distribution lies within one of its mean.
        #expect(abs(allowance(0.03, of: 30_000, confidence: 0.5) - 900) <= 1)
        #expect(allowance(0.03, of: 1_000_000, confidence: 0.9) < 30_000)
    }

    @Test func fewPicturesBearOutNoSmallPromise() {
        let usual = Thresholds(fake: 0.9, real: 0.1, falseAlarmRate: 0.01, missRate: 0.05)
        func rates(_ photographs: Int, _ fakes: Int) -> [Double] {
            let promised = usual.promising(photographs: photographs, fakes: fakes)
            #expect(promised.fake == usual.fake && promised.real == usual.real)
            return [promised.falseAlarmRate, promised.missRate]
        }
        #expect(rates(99, 19) == [0.01, 0.05])
        #expect(rates(98, 18) == [0.0102, 0.0527])
        #expect(rates(1, 1) == [0.5, 0.5])
        #expect(rates(100_000, 100_000) == [0.01, 0.05])
        // Nothing is called what nothing chose a threshold for.
        #expect(rates(0, 0) == [0.01, 0.05])
    }
}
