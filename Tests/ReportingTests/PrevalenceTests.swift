// The share of synthetic pictures is that of the textbook where there is one, and its interval covers what it promises.

import Detection
import Reporting
import Testing

struct PrevalenceTests {
    /// Sensitivity 0.8, specificity 0.9, 240 of 1000 called fake: (0.24 + 0.9 − 1) / (0.8 + 0.9 − 1).
    @Test func withTwoVerdictsTheEstimateIsThatOfRoganAndGladen() throws {
        let rates = ErrorRates(
            model: "m", real: VerdictCounts(fake: 50, real: 450), fake: VerdictCounts(fake: 160, real: 40))
        let found = try #require(Prevalence(of: VerdictCounts(fake: 240, real: 760), by: rates))
        #expect(abs(found.share! - 0.2) < 1e-4)
        #expect(found.lower < 0.2 && 0.2 < found.upper)
        #expect(!found.isContradicted)
        // Wider than if the error rates were known: there p has ± 1.96·√(0.24·0.76/1000), and the share that over 0.7.
        #expect(found.lower < 0.2 - 0.0378 && found.upper > 0.2 + 0.0378)
    }

    @Test func fewerFakesThanFalseAlarmsComeToNone() throws {
        let rates = ErrorRates(
            model: "m", real: VerdictCounts(fake: 50, real: 450), fake: VerdictCounts(fake: 160, real: 40))
        let found = try #require(Prevalence(of: VerdictCounts(fake: 60, real: 940), by: rates))
        #expect(found.share == 0 && found.lower == 0)
        #expect(found.upper > 0 && found.upper < 0.1)
    }

    @Test func verdictsThatNoMixtureGivesAreContradicted() throws {
        let rates = ErrorRates(
            model: "m", real: VerdictCounts(fake: 5, uncertain: 500, real: 495),
            fake: VerdictCounts(fake: 300, uncertain: 650, real: 50))
        // Hardly any uncertain, which neither class is.
        let odd = try #require(Prevalence(of: VerdictCounts(fake: 480, uncertain: 40, real: 480), by: rates))
        #expect(odd.isContradicted)
        let plain = try #require(Prevalence(of: VerdictCounts(fake: 64, uncertain: 530, real: 406), by: rates))
        #expect(!plain.isContradicted)
    }

    @Test func theIntervalCoversTheTruthNineteenTimesOfTwenty() throws {
        var generator = Counter(state: 7)
        func draw(_ shares: [Double], _ count: Int) -> VerdictCounts {
            var counts = [0, 0, 0]
            for _ in 0..<count {
                let u = Double.random(in: 0..<1, using: &generator)
                counts[u < shares[0] ? 0 : u < shares[0] + shares[1] ? 1 : 2] += 1
            }
            return VerdictCounts(fake: counts[0], uncertain: counts[1], real: counts[2])
        }
        let (real, fake, truth) = ([0.02, 0.5, 0.48], [0.3, 0.62, 0.08], 0.3)
        let mixed = zip(real, fake).map { (1 - truth) * $0 + truth * $1 }
        var covered = 0
        let runs = 100
        for _ in 0..<runs {
            let rates = ErrorRates(model: "m", real: draw(real, 150), fake: draw(fake, 150))
            let found = try #require(Prevalence(of: draw(mixed, 200), by: rates))
            if found.lower <= truth && truth <= found.upper { covered += 1 }
        }
        // Binomial with 95 %: fewer than 88 or all of 100 happen once in 500 times; the seed is fixed.
        #expect(covered >= 88 && covered <= 99)
    }

    @Test func thresholdsAloneGiveBounds() throws {
        let thresholds = Thresholds(fake: 0.9, real: 0.3, falseAlarmRate: 0.01, missRate: 0.05)
        let found = try #require(
            Prevalence(bounding: VerdictCounts(fake: 100, uncertain: 500, real: 400), by: thresholds))
        #expect(found.share == nil)
        let (fake, real) = (BinomialInterval(hits: 100, of: 1000)!, BinomialInterval(hits: 400, of: 1000)!)
        #expect(abs(found.lower - (fake.lower - 0.01) / 0.99) < 1e-12)
        #expect(abs(found.upper - (1 - real.lower) / 0.95) < 1e-12)
        #expect(Prevalence(bounding: VerdictCounts(), by: thresholds) == nil)
    }

    @Test func errorRatesComeFromAnEvaluation() {
        let text =
            #"{"assay":1,"model":"m","verdicts":{"real":{"fake":1,"real":2,"uncertain":3},"fake":{"fake":4,"real":5,"uncertain":6}},"#
            + #""tiers":[{"tier":"web","verdicts":{"real":{"fake":7,"real":8,"uncertain":9},"fake":{"fake":1,"real":1,"uncertain":1}}}]}"#
        let clean = ErrorRates(evaluation: Array(text.utf8), tier: nil)
        #expect(
            clean?.real == VerdictCounts(fake: 1, uncertain: 3, real: 2)
                && clean?.fake == VerdictCounts(fake: 4, uncertain: 6, real: 5))
        #expect(
            ErrorRates(evaluation: Array(text.utf8), tier: "web")?.real == VerdictCounts(fake: 7, uncertain: 9, real: 8)
        )
        #expect(ErrorRates(evaluation: Array(text.utf8), tier: "hard") == nil)
        #expect(ErrorRates(evaluation: Array("{}".utf8), tier: nil) == nil)
        #expect(ErrorRates(evaluation: Array(text.replacing("\"fake\":4", with: "\"fake\":-4").utf8), tier: nil) == nil)
    }

    private struct Counter: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            // SplitMix64 (Steele et al. 2014).
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            return z ^ z >> 31
        }
    }
}
