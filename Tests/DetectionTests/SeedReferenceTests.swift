// Proves the seed detector, from file to logit, against PyTorch, and its inputs against TensorFlow.

import Detection
import Foundation
import Imaging
import Network
import Testing

@Suite struct SeedReferenceTests {
    private struct SeedFixture: Decodable {
        struct Expected: Decodable {
            let picture: String
            let logits: [String: Double]
        }
        struct NamedTensor: Decodable {
            let name: String
            let shape: [Int]
            let first: [Float]
        }
        let expected: [Expected]
        let tensors: [NamedTensor]
    }

    private struct SpectrumFixture: Decodable {
        struct Coefficient: Decodable {
            let row: Int
            let column: Int
            let log: [Double]
        }
        let pictures: [String]
        let coefficients: [Coefficient]
    }

    private struct ResizeFixture: Decodable {
        struct Picture: Decodable {
            let picture: String
            let values: [Value]
        }
        struct Value: Decodable {
            let row: Int
            let column: Int
            let rgb: [Float]
        }
        let pictures: [Picture]
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/reference")

    private func fixture<Content: Decodable>(_ name: String) throws -> Content {
        try JSONDecoder().decode(Content.self, from: Data(contentsOf: Self.folder.appending(path: name)))
    }

    private func pixels(_ name: String) throws -> Pixels {
        try decode([UInt8](Data(contentsOf: Self.folder.appending(path: name)))).pixels
    }

    @Test func `the seed network has exactly the tensors that PyTorch has`() throws {
        let fixture: SeedFixture = try fixture("seed.json")
        let parameters = Dictionary(
            uniqueKeysWithValues: Blueprint.seed.makeNetwork().parameters.map { ($0.name, $0) })
        #expect(Set(parameters.keys) == Set(fixture.tensors.map(\.name)))
        for tensor in fixture.tensors where tensor.name != "fusion.dense1.weight" {
            let parameter = try #require(parameters[tensor.name])
            #expect(parameter.shape == tensor.shape, "\(tensor.name)")
            parameter.fillFromName()
            #expect(
                zip(parameter.value.values, tensor.first).allSatisfy { abs($0 - $1) < 1e-7 },
                "the weights of \(tensor.name) are made differently here and in Python")
        }
    }

    @Test func `a seed model read from a file gives PyTorch's logits on all three heads`() throws {
        let fixture: SeedFixture = try fixture("seed.json")
        let network = Blueprint.seed.makeNetwork()
        network.parameters.forEach { $0.fillFromName() }
        let file = Detector(card: ModelCard(.seed), parameters: network.parameters).encoded()
        let examiner = try Detector.load(file, digest: "").makeExaminer()
        for expected in fixture.expected {
            let logits = examiner.examine(try pixels(expected.picture)).logits
            for head in Head.allCases {
                let wanted = try #require(expected.logits[head.rawValue])
                let error = abs(logits[head] - wanted) / max(1, abs(wanted))
                #expect(error < 1e-3, "\(head) on \(expected.picture): \(logits[head]), PyTorch has \(wanted)")
            }
        }
    }

    @Test func `the log-DCT agrees with TensorFlow's`() throws {
        let fixture: SpectrumFixture = try fixture("dct.json")
        let inputs = Blueprint.seed.makeInputs(1)
        Features(.seed).fill(inputs, 0, from: try pixels(fixture.pictures[0]), x: 0, y: 0)
        let spectrum = inputs.frequency[0].values
        var worst = 0.0
        for coefficient in fixture.coefficients {
            for channel in 0..<3 {
                let own = spectrum[(channel * 224 + coefficient.row) * 224 + coefficient.column]
                worst = max(worst, abs(Double(own) - coefficient.log[channel]))
            }
        }
        #expect(fixture.coefficients.count > 400)
        #expect(worst < 1e-4)
    }

    @Test func `the resize to 224 × 224 agrees with TensorFlow's, larger and smaller`() throws {
        let fixture: ResizeFixture = try fixture("resize.json")
        var planes = [Float](repeating: 0, count: 3 * 224 * 224)
        for picture in fixture.pictures {
            bilinearPlanes(try pixels(picture.picture), width: 224, height: 224, into: &planes)
            for value in picture.values {
                for channel in 0..<3 {
                    let own = planes[(channel * 224 + value.row) * 224 + value.column]
                    #expect(
                        abs(own - value.rgb[channel]) < 1e-6,
                        "\(picture.picture), row \(value.row), column \(value.column), channel \(channel)")
                }
            }
        }
        #expect(fixture.pictures.count == 3)
    }
}
