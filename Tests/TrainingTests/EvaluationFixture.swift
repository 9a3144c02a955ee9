// What SciPy and plain definitions say of intervals, risks and the format probe; see Tests/Reference/README.md.

import Foundation
import Imaging
import Testing

@testable import Training

/// `Tests/Fixtures/reference/evaluation.json`.
struct EvaluationFixture: Decodable {
    struct Interval: Decodable {
        let hits: Int
        let trials: Int
        let confidence: Double
        let lower: Double
        let upper: Double
    }

    struct Risk: Decodable {
        let scores: [Double]
        let labels: [Bool]
        let area: Double
        let full: Double
        let brierReal: Double
        let brierFake: Double

        var samples: [LabelledScore] { zip(scores, labels).map { LabelledScore(score: $0, isFake: $1) } }
    }

    struct File: Decodable {
        let path: String
        let isFake: Bool
        let source: String
        let width: Int
        let height: Int
        let format: String
        let bytes: Int
        let quality: Int?
        let subsampling: String?

        var sample: Sample { Sample(path: path, isFake: isFake, source: source) }

        var facts: FileFacts {
            var image = ImageFacts(
                format: ImageFormat(rawValue: format)!, width: width, height: height, bitsPerChannel: 8, colour: .rgb)
            image.jpegQuality = quality
            image.subsampling = subsampling
            return FileFacts(image: image, bytes: bytes)
        }
    }

    struct Probe: Decodable {
        let files: [File]
        let folds: [Int]
        let scores: [Double]
        let rocAUC: Double
        let names: [String]
        let counts: [Int]
        let between: Double
    }

    let intervals: [Interval]
    let risk: Risk
    let probe: Probe

    static func load() throws -> EvaluationFixture {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = tests.appendingPathComponent("Fixtures/reference/evaluation.json")
        return try JSONDecoder().decode(EvaluationFixture.self, from: Data(contentsOf: file))
    }
}
