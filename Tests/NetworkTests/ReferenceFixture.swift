// Reads the values that PyTorch and Keras computed for single layers, and makes the inputs they were computed from.

import Foundation
import Network
import TestSupport
import Testing

/// `Tests/Fixtures/reference/layers.json`; `Tests/Reference/README.md` says how it is made and what its fields mean.
struct ReferenceFixture: Decodable {
    struct LayerCase: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let input: [Int]
        let weight: [Int]?
        let dilation: Int?
        let kind: String?
        let window: Int?
        let slope: Float?
        let outputShape: [Int]
        let output: [Double]
        let gradients: [String: [Double]]
        let runningMean: [Double]?
        let runningVariance: [Double]?
        let evaluated: [Double]?

        var testDescription: String { name }

        /// The counter tensor `<case>.<tensor>` of the given shape.
        func tensor(_ tensor: String, _ shape: [Int]) -> Tensor {
            let shape = Shape(shape)
            return Tensor(shape, counterTensor("\(name).\(tensor)", count: shape.count))
        }

        func fill(_ parameter: Parameter, radius: Float = 1, centre: Float = 0) {
            let suffix = parameter.name.split(separator: ".").last!
            let values = counterTensor("\(name).\(suffix)", count: parameter.count, radius: radius, centre: centre)
            for (index, value) in values.enumerated() { parameter.value[index] = value }
        }
    }

    struct LossCase: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let kind: String
        let count: Int
        let radius: Float
        let loss: Double
        let gradient: [Double]

        var testDescription: String { name }
    }

    struct AdamCase: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let count: Int
        let rate: Float
        let radius: Float
        let parameters: [[Double]]

        var testDescription: String { name }
    }

    let convolution: [LayerCase]
    let normalisation: [LayerCase]
    let pooling: [LayerCase]
    let dense: [LayerCase]
    let loss: [LossCase]
    let adam: [AdamCase]

    static func read() throws -> ReferenceFixture {
        try JSONDecoder().decode(ReferenceFixture.self, from: Data(contentsOf: referenceURL("layers.json")))
    }
}

extension Shape {
    /// A shape of two or four extents.
    init(_ extents: [Int]) {
        self.init(extents[0], extents[1], extents.count > 2 ? extents[2] : 1, extents.count > 3 ? extents[3] : 1)
    }
}

/// Where a file of `Tests/Fixtures/reference` lies.
func referenceURL(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/reference/\(name)")
}

/// Records an issue unless all values agree within `tolerance`, relative where they are above 1.
func expectClose(
    _ actual: [Float], _ expected: [Double], tolerance: Double = 1e-5, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(actual.count == expected.count, "\(what)", sourceLocation: sourceLocation)
    let worst = zip(actual, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? 0
    #expect(worst <= tolerance, "\(what) is off by up to \(worst)", sourceLocation: sourceLocation)
}
