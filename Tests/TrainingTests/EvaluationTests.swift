// An evaluation must score every picture once, whatever the number of threads, and report what a reader can check.

import Detection
import Foundation
import Imaging
import Testing

@testable import Training

@Suite struct EvaluationTests {
    /// Flat pictures whose first value is their score in per cent, by source; and two files that are no pictures.
    private func collection(_ folder: TemporaryFolder) throws -> Dataset {
        for (name, value) in [
            ("real/phone/1.png", 5), ("real/phone/2.png", 80), ("real/web/3.png", 10), ("real/web/4.png", 40),
            ("fake/web/5.png", 90), ("fake/web/6.png", 60), ("fake/gan/7.png", 95), ("fake/gan/8.png", 20),
            ("fake/gan/9.png", 97),
        ] {
            let pixels = Pixels(width: 8, height: 8, bytes: [UInt8](repeating: UInt8(value), count: 192))
            try folder.write(name, encodePNG(pixels))
        }
        try folder.write("real/web/notes.txt", "not a picture")
        try folder.write(
            "fake/gan/torn.png",
            Array(encodePNG(Pixels(width: 8, height: 8, bytes: [UInt8](repeating: 9, count: 192))).prefix(60)))
        return try Dataset.load(folder.path)
    }

    private let thresholds = Thresholds(fake: 0.7, real: 0.3, falseAlarmRate: 0.01, missRate: 0.05)

    private func evaluate(_ dataset: Dataset, jobs: Int = 2, perturbations: [Perturbation] = []) -> Evaluation {
        Evaluation(of: dataset.samples, jobs: jobs, pictures: confined, perturbations: perturbations) {
            { pixels in
                let score = Double(pixels.bytes[0]) / 100
                return PixelScores(Scores(fused: score, spatial: 1 - score, frequency: 0.5))
            }
        }
    }

    @Test func outsideTheEnvelopeThereIsNoVerdictAndNoNumberIsNoScore() throws {
        let folder = try TemporaryFolder()
        let dataset = try collection(folder)
        // Every fake lies outside, and the darkest picture gets no number.
        let evaluation = Evaluation(of: dataset.samples, jobs: 2, pictures: confined) {
            { pixels in
                let score = Double(pixels.bytes[0]) / 100
                return PixelScores(
                    Scores(fused: score == 0.05 ? .nan : 0.9, spatial: 0.9, frequency: 0.9), isOutside: score > 0.5)
            }
        }
        #expect(evaluation.unreadable.contains { $0.message == "the model gives no finite score" })
        let report = EvaluationReport(evaluation, thresholds: thresholds)
        let outside = evaluation.pictures.count(where: \.isOutside)
        let verdicts = report.all.fused.verdicts
        #expect(outside > 0 && verdicts.reals.uncertain + verdicts.fakes.uncertain == outside)
        #expect(verdicts.reals.fake + verdicts.fakes.fake == evaluation.pictures.count - outside)
        let lines = evaluation.scoreLines(thresholds: thresholds).split(separator: "\n")
        #expect(lines.count { $0.contains(#""verdict":"uncertain""#) } == outside)
    }

    @Test func everyPictureIsScoredInOrderAndTheUnreadableAreNamed() throws {
        let folder = try TemporaryFolder()
        let evaluation = evaluate(try collection(folder))
        let names = evaluation.pictures.map { $0.sample.path.suffix(5).prefix(1) }
        #expect(names == ["7", "8", "9", "5", "6", "1", "2", "3", "4"])
        #expect(evaluation.pictures.map(\.scores.fused) == [0.95, 0.2, 0.97, 0.9, 0.6, 0.05, 0.8, 0.1, 0.4])
        #expect(evaluation.unreadable.map { $0.path.split(separator: "/").last } == ["torn.png", "notes.txt"])
        #expect(evaluation.unreadable.allSatisfy { !$0.message.isEmpty })
    }

    @Test func resultDoesNotDependOnTheNumberOfThreads() throws {
        let folder = try TemporaryFolder()
        let dataset = try collection(folder)
        let one = evaluate(dataset, jobs: 1, perturbations: [.half])
        let five = evaluate(dataset, jobs: 5, perturbations: [.half])
        #expect(one.pictures == five.pictures && one.unreadable == five.unreadable)
        #expect(one.perturbed[0].pictures == five.perturbed[0].pictures)
    }

    @Test func reportCountsErrorsBySourceAndByGenerator() throws {
        let folder = try TemporaryFolder()
        let report = EvaluationReport(evaluate(try collection(folder)), thresholds: thresholds)
        #expect(report.all.fused.real == 4 && report.all.fused.fake == 5)
        #expect(report.all.fused.verdicts.falseAlarmRate == 0.25)
        #expect(report.all.fused.verdicts.missRate == 0.2)
        #expect(abs(report.all.spatial.rocAUC! + report.all.fused.rocAUC! - 1) < 1e-12)
        #expect(report.all.frequency.rocAUC == 0.5)

        #expect(report.sources.map(\.name) == ["gan", "phone", "web"])
        let (gan, phone, web) = (report.sources[0], report.sources[1], report.sources[2])
        #expect(phone.metrics.fused.verdicts.falseAlarmRate == 0.5)
        #expect(abs(gan.metrics.fused.verdicts.missRate! - 1.0 / 3) < 1e-12)
        // Of its own pictures where both classes are there, otherwise against all of the other class.
        #expect(!web.isAgainstAll && web.rocAUC[.fused] == 1)
        // 95 and 97 lie above all four real ones, 20 above two.
        #expect(gan.isAgainstAll && abs(gan.rocAUC[.fused]! - 10.0 / 12) < 1e-12)
        // 5 lies below all five fakes, 80 below three.
        #expect(phone.isAgainstAll && abs(phone.rocAUC[.fused]! - 8.0 / 10) < 1e-12)
        #expect(report.generators.map(\.name) == ["", "gan", "web"])
    }

    @Test func perturbationsActOnTheSamePictures() throws {
        let folder = try TemporaryFolder()
        var stream = RandomStream(seed: 1)
        let noise = Pixels(
            width: 33, height: 21, bytes: (0..<2079).map { _ in UInt8(truncatingIfNeeded: stream.next()) })
        try folder.write("real/a.png", encodePNG(noise))
        let dataset = try Dataset.load(folder.path)
        let evaluation = Evaluation(
            of: dataset.samples, jobs: 1, pictures: confined, perturbations: Perturbation.allCases
        ) {
            { pixels in
                let sum = pixels.bytes.reduce(0) { $0 + Int($1) }
                return PixelScores(
                    Scores(fused: Double(sum), spatial: Double(pixels.width), frequency: Double(pixels.height)))
            }
        }
        let expected: [Perturbation: Pixels] = [
            .jpeg90: noise.recompressed(quality: 90, subsampling: .s420),
            .jpeg70: noise.recompressed(quality: 70, subsampling: .s420),
            .jpeg50: noise.recompressed(quality: 50, subsampling: .s420),
            .webp80: noise.recompressed(as: .webp, quality: 80), .webp50: noise.recompressed(as: .webp, quality: 50),
            .avif60: noise.recompressed(as: .avif, quality: 60), .heic60: noise.recompressed(as: .heic, quality: 60),
            .half: noise.downscaled(width: 16, height: 10), .blur: noise.blurred(),
            .web: noise.recompressed(quality: 60, subsampling: .s420),
            .hard: noise.recompressed(quality: 40, subsampling: .s420),
        ]
        #expect(evaluation.perturbed.map(\.perturbation) == Perturbation.allCases)
        for (perturbation, pictures) in evaluation.perturbed {
            let pixels = try #require(expected[perturbation])
            #expect(pictures[0].scores.fused == Double(pixels.bytes.reduce(0) { $0 + Int($1) }))
            #expect(pictures[0].scores.spatial == Double(pixels.width))
        }
    }

    @Test func tablesNameEverySourceAndEveryUnreadableFile() throws {
        let folder = try TemporaryFolder()
        let report = EvaluationReport(
            evaluate(try collection(folder), perturbations: Perturbation.allCases), thresholds: thresholds)
        let text = report.text(model: "seed-1:abc", data: "some\u{1B}where")
        for part in [
            "Model  seed-1:abc", "Data   some\\x1bwhere", "4 real, 5 fake, 2 unreadable", "ROC AUC", "phone", "gan",
            "JPEG 50", "half size", "torn.png", "notes.txt", "25.0 %", "0.833", "0.800*", "1.3 – 98.7",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(text.split(separator: "\n").allSatisfy { !$0.hasSuffix(" ") })
    }

    @Test func jsonHoldsTheSameFiguresForEveryHead() throws {
        let folder = try TemporaryFolder()
        let report = EvaluationReport(evaluate(try collection(folder), perturbations: [.blur]), thresholds: thresholds)
        let text = report.json(model: "m", data: "d", split: nil, digest: "x")
        #expect(text.hasSuffix("}\n") && text.split(separator: "\n").count == 1)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let heads = try #require(object["heads"] as? [String: [String: Any]])
        #expect(Set(heads.keys) == ["fused", "spatial", "frequency"])
        #expect(heads["fused"]?["rocAUC"] as? Double == report.all.fused.rocAUC)
        #expect(heads["fused"]?["falseAlarmRate"] as? Double == 0.25)
        let sources = try #require(object["sources"] as? [[String: Any]])
        #expect(sources.map { $0["source"] as? String } == ["gan", "phone", "web"])
        #expect((sources[0]["heads"] as? [String: [String: Any]])?["fused"]?["balancedAccuracy"] is NSNull)
        #expect((object["unreadable"] as? [Any])?.count == 2)
        #expect((object["perturbations"] as? [[String: Any]])?[0]["perturbation"] as? String == "blur")
    }

    @Test func scoreLinesAreClampedAsRecordsAre() throws {
        let folder = try TemporaryFolder()
        try folder.write("fake/a.png", encodePNG(Pixels(width: 1, height: 1, bytes: [100, 0, 0])))
        let evaluation = evaluate(try Dataset.load(folder.path))
        let line = evaluation.scoreLines(thresholds: thresholds)
        #expect(line.contains("\"verdict\":\"fake\",\"scores\":{\"fused\":0.99,\"spatial\":0.01,\"frequency\":0.5}"))
        #expect(line.contains("\"unclamped\":1.0"))
    }

    @Test func numbersAreFixedWhateverTheirSize() {
        #expect(fixed(0.05, 1) == "0.1" && fixed(12.345, 2) == "12.35" && fixed(-0.001, 2) == "0.00")
        #expect(fixed(-1.5, 1) == "-1.5" && fixed(7, 0) == "7" && fixed(nil, 2) == "–" && percent(0.125) == "12.5 %")
    }

    /// A detector with random weights scores a picture as its examiner does, on any number of threads.
    @Test func detectorsScoresAreTheExaminersOwn() throws {
        let folder = try TemporaryFolder()
        var stream = RandomStream(seed: 2)
        for name in ["real/1.png", "fake/2.png", "fake/3.png"] {
            let bytes = (0..<3 * 40 * 50).map { _ in UInt8(truncatingIfNeeded: stream.next()) }
            try folder.write(name, encodePNG(Pixels(width: 40, height: 50, bytes: bytes)))
        }
        let network = Blueprint.crossdomain.makeNetwork()
        network.initialise(from: &stream)
        let detector = Detector(card: ModelCard(.crossdomain), parameters: network.parameters)
        let dataset = try Dataset.load(folder.path)
        let evaluation = Evaluation(of: dataset.samples, by: detector, jobs: 3, pictures: confined)
        let examiner = detector.makeExaminer()
        for picture in evaluation.pictures {
            let bytes = try #require(FileManager.default.contents(atPath: picture.sample.path))
            let assessment = examiner.examine(try decode([UInt8](bytes)).pixels)
            #expect(picture.scores == assessment.scores)
        }
        #expect(evaluation.pictures.count == 3)
    }
}
