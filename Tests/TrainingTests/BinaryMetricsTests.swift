// The figures of merit against scikit-learn 1.9.1 on the same scores, and at their edges.

import Detection
import Foundation
import Testing

@testable import Training

/// Scores with ties (2 digits) or without, from a generator that Python repeats: s ← (1103515245 s + 12345) mod 2³¹.
func referenceScores(_ count: Int, digits: Int) -> [LabelledScore] {
    var state = 12345
    func uniform() -> Double {
        state = (state * 1_103_515_245 + 12345) % (1 << 31)
        return Double(state) / Double(1 << 31)
    }
    let scale = pow(10.0, Double(digits))
    return (0..<count).map { _ in
        let isFake = uniform() < 0.4
        let score = pow(uniform(), isFake ? 0.5 : 1.6)
        return LabelledScore(score: (score * scale).rounded() / scale, isFake: isFake)
    }
}

@Suite struct BinaryMetricsTests {
    private let limits = Thresholds(fake: 0.7, real: 0.3, falseAlarmRate: 0.01, missRate: 0.05)

    private func close(_ found: Double?, _ expected: Double, _ tolerance: Double = 1e-12) -> Bool {
        found.map { abs($0 - expected) <= tolerance } ?? false
    }

    @Test func figuresEqualScikitLearnsWithTies() {
        let metrics = BinaryMetrics(referenceScores(500, digits: 2), thresholds: limits)
        #expect(metrics.fake == 200 && metrics.real == 300)
        #expect(close(metrics.loss, 0.705219458936789))
        #expect(close(metrics.accuracy, 0.708))
        #expect(close(metrics.balancedAccuracy, 0.7183333333333333))
        #expect(close(metrics.rocAUC, 0.7607333333333334))
        #expect(close(metrics.averagePrecision, 0.6153316384540878))
        #expect(close(metrics.equalErrorRate, 0.30625))
        #expect(close(metrics.truePositiveRateAt1, 0.01))
        #expect(close(metrics.truePositiveRateAt5, 0.175))
        #expect(close(metrics.expectedCalibrationError, 0.1243))
    }

    @Test func figuresEqualScikitLearnsWithoutTies() {
        let metrics = BinaryMetrics(referenceScores(777, digits: 9), thresholds: limits)
        #expect(metrics.fake == 313 && metrics.real == 464)
        #expect(close(metrics.loss, 0.6197625442560819))
        #expect(close(metrics.accuracy, 0.7142857142857143))
        #expect(close(metrics.balancedAccuracy, 0.7259453839374242))
        #expect(close(metrics.rocAUC, 0.7770119532885315))
        #expect(close(metrics.averagePrecision, 0.6449354074341463))
        #expect(close(metrics.equalErrorRate, 0.29712460063897767))
        #expect(close(metrics.truePositiveRateAt1, 0.019169329073482427))
        #expect(close(metrics.truePositiveRateAt5, 0.2012779552715655))
        #expect(close(metrics.expectedCalibrationError, 0.10922561440669241))
    }

    @Test func figuresDoNotDependOnTheOrder() {
        let scores = referenceScores(500, digits: 2)
        let first = BinaryMetrics(scores, thresholds: limits)
        let second = BinaryMetrics(scores.reversed(), thresholds: limits)
        #expect(first.rocAUC == second.rocAUC && first.averagePrecision == second.averagePrecision)
        #expect(first.equalErrorRate == second.equalErrorRate && first.verdicts == second.verdicts)
    }

    private func metrics(real: [Double], fake: [Double])
        -> BinaryMetrics
    {
        BinaryMetrics(
            real.map { LabelledScore(score: $0, isFake: false) } + fake.map { LabelledScore(score: $0, isFake: true) },
            thresholds: limits)
    }

    @Test func perfectReversedAndConstantScores() {
        let perfect = metrics(real: [0.1, 0.2], fake: [0.8, 0.9])
        #expect(perfect.rocAUC == 1 && perfect.equalErrorRate == 0 && perfect.averagePrecision == 1)
        #expect(perfect.truePositiveRateAt1 == 1 && perfect.balancedAccuracy == 1)
        let reversed = metrics(real: [0.8, 0.9], fake: [0.1, 0.2])
        #expect(reversed.rocAUC == 0 && reversed.equalErrorRate == 1 && reversed.truePositiveRateAt5 == 0)
        let constant = metrics(real: [0.5, 0.5], fake: [0.5, 0.5])
        #expect(constant.rocAUC == 0.5 && constant.equalErrorRate == 0.5 && constant.averagePrecision == 0.5)
    }

    @Test func certainScoresOnTheWrongSideCostAFiniteLoss() {
        #expect(close(metrics(real: [1], fake: [0]).loss, -log(1e-7), 1e-6))
    }

    @Test func absentClassesLeaveFiguresOut() {
        let reals = metrics(real: [0.1, 0.9], fake: [])
        #expect(reals.rocAUC == nil && reals.balancedAccuracy == nil && reals.verdicts.missRate == nil)
        #expect(reals.accuracy == 0.5 && reals.verdicts.falseAlarmRate == 0.5)
        let nothing = metrics(real: [], fake: [])
        #expect(nothing.loss == nil && nothing.accuracy == nil && nothing.verdicts.uncertainShare == nil)
    }

    @Test func verdictsCountAlarmsMissesAndDoubts() {
        // On a threshold counts as beyond it.
        let verdicts = metrics(real: [0.1, 0.31, 0.5, 0.7], fake: [0.3, 0.69, 0.8, 0.9, 0.95]).verdicts
        #expect(verdicts.falseAlarmRate == 0.25)
        #expect(verdicts.missRate == 0.2)
        #expect(verdicts.detectionRate == 0.6)
        #expect(close(verdicts.uncertainShare, 3.0 / 9))
        #expect(close(verdicts.certainAccuracy, 4.0 / 6))
        #expect(metrics(real: [0.5], fake: [0.5]).verdicts.certainAccuracy == nil)
    }
}
