// The parent decides, and believes no finding that cannot be true.

import Detection
import Glibc
import Imaging
import Rules
import Testing

@testable import Inspection

struct JudgeTests {
    private static let thresholds = Thresholds(fake: 0.8, real: 0.2, falseAlarmRate: 0, missRate: 0, suspect: 0.7)

    private static let plan = try! RulePlan([])

    /// The judgement of the rules that ship.
    private func judged(
        _ fused: Double, outside: Set<Envelope.Limit> = [], thresholds: Thresholds = thresholds
    ) throws -> Judgement {
        var card = Self.card
        card.thresholds = thresholds
        var finding = Sample.finding(Scores(fused: fused, spatial: 0, frequency: 0), outside: outside) {
            if outside.contains(.small) { $0.width = 199 }
        }
        var rules = RuleInspector(try #require(Self.plan.settings), card)
        finding.rules = rules.match(UnsafeRawBufferPointer(start: nil, count: 0), finding.facts, path: "")
        return try #require(Self.plan.judge.judge(try Finding(decoding: finding.encoded[...])))
    }

    @Test(arguments: [
        (0.8, Verdict.fake, ["score:fake-threshold-reached"]),
        (0.7, .uncertain, ["score:between-thresholds", "score:suspect-threshold-reached"]),
        (0.699, .uncertain, ["score:between-thresholds"]), (0.2, .real, ["score:real-threshold-reached"]),
    ])
    func theVerdictGoesByTheFusedScore(fused: Double, verdict: Verdict, reasons: [String]) throws {
        let judgement = try judged(fused)
        #expect(judgement.verdict == verdict)
        #expect(judgement.reasons == reasons)
    }

    @Test func theThresholdsGrowWithThePicturesDetail() throws {
        // The sample has half a level more than usual: fake from 4 · 1.5 : 1, suspect from 7/3 · 1.5 : 1.
        var thresholds = Self.thresholds
        thresholds.detail = DetailSlope(slope: 2 * log(1.5), usual: 2)
        for (fused, reason) in [
            (0.858, "score:fake-threshold-reached"), (0.856, "score:suspect-threshold-reached"),
            (0.776, "score:between-thresholds"), (0.2, "score:real-threshold-reached"),
        ] {
            #expect(try judged(fused, thresholds: thresholds).reasons.last == reason)
        }
    }

    @Test func outsideTheEnvelopeThereIsNoVerdict() throws {
        for (fused, outside, reasons) in [
            (0.99, Set<Envelope.Limit>([.flat, .small]), ["envelope:too-small", "envelope:flat"]),
            (0, [.flat], ["envelope:flat"]),
        ] {
            let judgement = try judged(fused, outside: outside)
            #expect(judgement.verdict == .uncertain)
            #expect(judgement.reasons == reasons)
            #expect(judgement.review == reasons)
        }
    }

    @Test func whatTookTooLongIsForAPerson() throws {
        var finding = Sample.finding()
        finding.rules.matched = ["default:model_says_fake"]
        finding.rules.timedOut = ["default:flat"]
        var judgement = try #require(Self.plan.judge.judge(finding))
        #expect(judgement.verdict == .fake)
        #expect(judgement.review == ["rule-timeout:flat"])
        finding.rules = RuleFindings()
        finding.rules.isIncomplete = true
        judgement = try #require(Self.plan.judge.judge(finding))
        #expect(judgement.verdict == .uncertain)
        #expect(judgement.reasons == [])
        #expect(judgement.review == ["rule-timeout:*"])
    }

    @Test func whatWasRefusedIsNotJudged() {
        #expect(Self.plan.judge.judge(Finding(Refusal(.error, code: "truncated", message: ""))) == nil)
    }

    // MARK: contradictions

    private static let card: ModelCard = {
        var card = ModelCard(.crossdomain)
        card.envelope = Envelope(smallestSide: 200)
        return card
    }()

    private func complaint(
        _ finding: Finding, card: ModelCard? = card, limits: DecodeLimits = DecodeLimits(), format: ImageFormat? = .jpeg
    ) -> String? {
        do throws(Contradiction) {
            try Expectation(card, limits, rules: ["known"]).check(finding, on: .judge, format: format)
            return nil
        } catch {
            return error.message
        }
    }

    /// What the picture's size gives for the model.
    private static let crops = card.blueprint.crops.origins(width: 640, height: 480, size: card.blueprint.side).count

    @Test func whatIsTrueIsBelieved() {
        #expect(complaint(Sample.finding(crops: Self.crops)) == nil)
        #expect(complaint(Sample.finding(crops: Self.crops, outside: [.flat])) == nil)
        #expect(complaint(Finding(Refusal(.error, code: "truncated", message: ""))) == nil)
        let small = Sample.finding(crops: 1, outside: [.small], spread: 0) { ($0.width, $0.height) = (64, 64) }
        #expect(complaint(small) == nil)
        var matched = Sample.finding(crops: Self.crops)
        matched.rules.matched = ["known"]
        #expect(complaint(matched) == nil)
    }

    @Test func crops() {
        #expect(Self.crops > 1)
        #expect(complaint(Sample.finding(crops: Self.crops - 1)) == "another number of crops than the picture gives")
        let single = Sample.finding(crops: 1, outside: [.small]) { ($0.width, $0.height) = (64, 64) }
        #expect(complaint(single) == "one crop that differs from itself")
    }

    @Test func envelope() {
        let wrong = "another place in the model's envelope than the picture has"
        #expect(complaint(Sample.finding(crops: Self.crops, outside: [.small])) == wrong)
        let small = Sample.finding(crops: 1, spread: 0) { ($0.width, $0.height) = (64, 64) }
        #expect(complaint(small) == wrong)
        // A model without an envelope puts nothing outside it.
        let flat = Sample.finding(crops: Self.crops, outside: [.flat])
        #expect(complaint(flat, card: ModelCard(.crossdomain)) == wrong)
    }

    @Test func formatAndLimits() {
        let finding = Sample.finding(crops: Self.crops)
        #expect(complaint(finding, format: .png) == "another format than the file's")
        #expect(complaint(finding, format: nil) == "another format than the file's")
        #expect(complaint(finding, limits: DecodeLimits(maxPixels: 640 * 480 - 1)) == "more pixels than the limit")
        #expect(complaint(finding, limits: DecodeLimits(maxPixels: 640 * 480)) == nil)
        let png = Sample.finding(crops: Self.crops) { $0.format = .png }
        #expect(complaint(png, format: .png) == "a fact that the format does not have")
    }

    @Test func scoresThatAreMissingImpossibleOrTooMany() {
        let nan = Sample.finding(Scores(fused: .nan, spatial: 0, frequency: 0), crops: Self.crops)
        #expect(complaint(nan) == "a fact is missing")
        let large = Sample.finding(Scores(fused: 0, spatial: 1.001, frequency: 0), crops: Self.crops)
        #expect(complaint(large) == "a fact is missing")
        #expect(complaint(Finding(Facts())) == "a fact is missing")
        var refused = Sample.finding(crops: Self.crops)
        refused.refusal = Refusal(.error, code: "truncated", message: "")
        #expect(complaint(refused) == "scores of a picture that was not scored")
        #expect(complaint(Sample.finding(crops: Self.crops), card: nil) == "a fact is missing")
    }

    @Test func pixelsOfTheSizeThatWasAskedFor() {
        var picture = Observation(fileSize: 1)
        picture.image = Sample.observation().image
        var finding = Finding(Facts(picture))
        finding.result = 3 * (10 * 20 + 5 * 5)
        let regions = [Region(x: 0, y: 0, width: 10, height: 20), Region(x: 7, y: 7, width: 5, height: 5)]
        func complaint(_ finding: Finding, _ request: Request) -> String? {
            do throws(Contradiction) {
                try Expectation(nil, DecodeLimits()).check(finding, on: request, format: .jpeg)
                return nil
            } catch {
                return error.message
            }
        }
        #expect(complaint(finding, .pixels(regions)) == nil)
        #expect(complaint(finding, .pixels(regions.dropLast())) == "another size than the question gives")
        #expect(complaint(finding, .header) == "another size than the question gives")
        finding.result = 0
        #expect(complaint(finding, .header) == nil)
        #expect(complaint(Finding(Facts()), .header) == "a fact is missing")
        #expect(complaint(Sample.finding(), .header) == "scores that nobody asked for")
        let refused = Finding(Refusal(.error, code: "corrupt", message: ""))
        #expect(complaint(refused, .pixels(regions)) == nil)
        finding.result = 1
        #expect(self.complaint(Sample.finding(crops: Self.crops)) == nil)
        var scored = Sample.finding(crops: Self.crops)
        scored.result = 1
        #expect(self.complaint(scored) == "another size than the question gives")
    }

    @Test func rulesThatDoNotExist() {
        var finding = Sample.finding(crops: Self.crops)
        finding.rules.matched = ["known", "invented"]
        #expect(complaint(finding) == "a rule that does not exist")
    }

    /// What the detector says of pictures of all shapes agrees with what the parent expects of it.
    @Test(arguments: [
        (640, 480), (300, 200), (200, 200), (199, 400), (64, 64), (1, 2), (100, 900), (17, 2000),
    ])
    func theInspectorNeverContradictsItself(width: Int, height: Int) throws {
        let detector = Detector(card: Self.card, parameters: Self.card.blueprint.makeNetwork().parameters)
        var inspector = Inspector(DecodeLimits(), detector)
        for value: UInt8 in [0, 1] {
            let bytes = (0..<(3 * width * height)).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) &* value }
            let pixels = Pixels(width: width, height: height, bytes: bytes)
            let files = [encodePNG(pixels), encodeJPEG(pixels, quality: 80, subsampling: .s420)]
            for (file, format) in zip(files, [ImageFormat.png, .jpeg]) {
                file.withUnsafeBytes { inspector.add($0) }
                let findings = inspector.findings()
                #expect(findings.count == 1 && findings[0].refusal == nil)
                let read = try Finding(decoding: findings[0].encoded[...])
                #expect(complaint(read, format: format) == nil)
                #expect(read.facts == findings[0].facts)
            }
        }
    }
}
