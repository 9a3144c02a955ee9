// What a scan relies on: a picture's scores depend on its pixels and the model, on nothing else.

import Detection
import Imaging
import Network
import TestSupport
import Testing

@Suite struct ExaminerTests {
    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64 = 5
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            return mix(state)
        }
    }

    private func detector(
        _ blueprint: Blueprint = .crossdomain, _ change: (inout ModelCard) -> Void = { _ in }
    ) -> Detector {
        let network = blueprint.makeNetwork()
        var generator = SplitMix()
        network.initialise(from: &generator)
        var card = ModelCard(blueprint)
        change(&card)
        return Detector(card: card, parameters: network.parameters)
    }

    private func noise(_ width: Int, _ height: Int) -> Pixels {
        let values = counterTensor("\(width)×\(height)", count: 3 * width * height, radius: 100, centre: 128)
        return Pixels(width: width, height: height, bytes: values.map { UInt8($0) })
    }

    @Test func `scores do not depend on what was examined before`() {
        let detector = detector()
        let (used, fresh) = (detector.makeExaminer(), detector.makeExaminer())
        for (width, height) in [(400, 300), (20, 20), (140, 130)] { _ = used.examine(noise(width, height)) }
        let (first, second) = (used.examine(noise(300, 270)), fresh.examine(noise(300, 270)))
        #expect(first.logits == second.logits)
        #expect(first.scores == second.scores)
        #expect(first.crops == second.crops)
        #expect(first.spread == second.spread)
    }

    @Test func `outside the envelope there is a score but no verdict`() {
        let free = detector().makeExaminer()
        let bounded = detector {
            $0.envelope = Envelope(smallestSide: 100, flatShare: 0.85)
        }.makeExaminer()
        func blank(_ width: Int, _ height: Int) -> Pixels {
            Pixels(width: width, height: height, bytes: [UInt8](repeating: 90, count: 3 * width * height))
        }
        let none: Set<Envelope.Limit> = []
        let cases: [(picture: Pixels, limits: Set<Envelope.Limit>)] = [
            (noise(300, 200), none), (noise(100, 100), none), (noise(300, 99), [.small]), (noise(1, 2), [.small]),
            (blank(300, 200), [.flat]), (blank(20, 20), [.small, .flat]),
        ]
        for (picture, limits) in cases {
            let assessment = bounded.examine(picture)
            #expect(assessment.outside == limits, "\(picture.width) × \(picture.height)")
            let unbounded = free.examine(picture)
            #expect(unbounded.outside.isEmpty)
            #expect(unbounded.scores == assessment.scores)
        }
        // Half blank: the share of equal neighbours counts, wherever crops lie.
        let half = Pixels(
            width: 400, height: 300,
            bytes: noise(400, 300).bytes.enumerated().map { $0 / 3 % 400 < 200 ? 90 : $1 })
        #expect(bounded.examine(half).outside.isEmpty)
    }

    @Test(arguments: Blueprint.presets)
    func `pictures judged together get the scores that they get alone`(_ blueprint: Blueprint) {
        let detector = detector(blueprint)
        let (together, alone) = (detector.makeExaminer(), detector.makeExaminer())
        let pictures = [(300, 270), (20, 20), (128, 700), (224, 224), (64, 65)].map { noise($0, $1) }
        for count in [1, 2, 5, 3] {
            for picture in pictures.prefix(count) {
                let regions = together.regions(width: picture.width, height: picture.height)
                let whole = Part(x: 0, y: 0, pixels: picture)
                together.look(at: regions.map { _ in whole }, width: picture.width, height: picture.height)
            }
            let assessments = together.judge()
            #expect(assessments.count == count)
            for (assessment, picture) in zip(assessments, pictures) {
                let single = alone.examine(picture)
                #expect(assessment.logits == single.logits && assessment.scores == single.scores)
                #expect(assessment.spread == single.spread && assessment.crops == single.crops)
            }
        }
        #expect(together.judge().isEmpty)
    }

    @Test(arguments: [(1, 1), (1, 300), (500, 2), (127, 128), (129, 128), (161, 700)])
    func `pictures of any extent get finite scores`(_ width: Int, _ height: Int) {
        let assessment = detector().makeExaminer().examine(noise(width, height))
        for head in Head.allCases {
            #expect(assessment.logits[head].isFinite)
            #expect((0...1).contains(assessment.scores[head]))
        }
        #expect(assessment.crops >= 1)
        #expect(assessment.spread.isFinite && assessment.spread >= 0)
    }

    @Test(arguments: [(1, 1), (127, 40), (40, 300), (128, 128), (135, 257), (256, 256), (700, 90), (600, 520)])
    func `parts give the scores of the whole picture`(_ width: Int, _ height: Int) {
        let (examiner, picture) = (detector().makeExaminer(), noise(width, height))
        let regions = examiner.regions(width: width, height: height)
        let parts = regions.map { region in
            Part(
                x: region.x, y: region.y,
                pixels: picture.cropped(x: region.x, y: region.y, width: region.width, height: region.height))
        }
        let (few, all) = (examiner.examine(parts, width: width, height: height), examiner.examine(picture))
        #expect(few.logits == all.logits && few.scores == all.scores && few.spread == all.spread)
        #expect(few.crops == regions.count)
        #expect(regions.allSatisfy { $0.width == min(width, 128) && $0.height == min(height, 128) })
    }

    @Test func `one crop has no spread`() {
        let assessment = detector().makeExaminer().examine(noise(100, 100))
        #expect(assessment.crops == 1)
        #expect(assessment.spread == 0)
    }

    @Test func `scores are the calibrated logits`() {
        let picture = noise(150, 150)
        let logits = detector().makeExaminer().examine(picture).logits
        let calibrated = detector(.crossdomain) { card in
            card.calibration["fused"] = Calibration(temperature: 2, bias: 3)
        }.makeExaminer().examine(picture)
        #expect(calibrated.logits == logits)
        #expect(abs(calibrated.scores.fused - sigmoid(logits.fused / 2 + 3)) < 1e-12)
        #expect(abs(calibrated.scores.spatial - sigmoid(logits.spatial)) < 1e-12)
    }

    @Test func `verdicts begin exactly at the thresholds`() {
        let thresholds = Thresholds(fake: 0.75, real: 0.25, falseAlarmRate: 0, missRate: 0)
        #expect(thresholds.verdict(0.75) == .fake)
        #expect(thresholds.verdict(0.75.nextDown) == .uncertain)
        #expect(thresholds.verdict(0.25.nextUp) == .uncertain)
        #expect(thresholds.verdict(0.25) == .real)
    }

    @Test func `no score is shown as certain`() {
        let clamped = Scores(fused: 1, spatial: 0, frequency: 0.5).clamped
        #expect(clamped == Scores(fused: 0.99, spatial: 0.01, frequency: 0.5))
    }
}
