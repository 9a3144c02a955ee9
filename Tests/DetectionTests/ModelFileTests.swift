// A score from weights that were made for something else would look like any other: such files must be refused.

import Detection
import Files
import Foundation
import Network
import Testing

@Suite struct ModelFileTests {
    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64 = 0
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            return mix(state)
        }
    }

    private func model(_ change: (inout ModelCard) -> Void = { _ in }) -> Detector {
        let network = Blueprint.crossdomain.makeNetwork()
        var generator = SplitMix()
        network.initialise(from: &generator)
        var card = ModelCard(.crossdomain)
        change(&card)
        return Detector(card: card, parameters: network.parameters)
    }

    private func refusal(_ bytes: [UInt8]) -> ModelError? {
        do throws(ModelError) {
            _ = try Detector.load(bytes, digest: "")
            return nil
        } catch {
            return error
        }
    }

    /// The file of a model whose metadata is `text`.
    private func file(metadata text: String?) throws -> [UInt8] {
        var file = try SafeTensors(model().encoded())
        file.metadata = text.map { ["assay": $0] } ?? [:]
        return file.encoded()
    }

    @Test func `a model file is read back as it was written`() throws {
        let written = model { card in
            card.calibration["fused"] = Calibration(temperature: 1.5, bias: -0.25)
            card.thresholds = Thresholds(fake: 0.9, real: 0.125, falseAlarmRate: 0.01, missRate: 0.05)
            card.data = .init(digest: "ab", real: 3, fake: 4, sources: ["a \"b\"": 7])
            card.metrics = ["auc": 0.75]
            card.recipe = "assay train data -o m"
        }
        let read = try Detector.load(written.encoded(), digest: "0123456789abcdef")
        #expect(read.card == written.card)
        #expect(read.identity == "crossdomain-1:01234567")
        #expect(read.encoded() == written.encoded())
    }

    @Test func `a header that is out of all proportion is refused, but for checkpoints`() throws {
        var file = try SafeTensors(model().encoded())
        file.metadata["more"] = String(repeating: "a", count: Detector.headerLimit)
        let bytes = file.encoded()
        guard case .malformed(let message) = refusal(bytes) else {
            Issue.record("it was read")
            return
        }
        #expect(message.hasSuffix("is above the limit, 8388608"))
        #expect(try SafeTensors(bytes).metadata["more"]?.utf8.count == Detector.headerLimit)
    }

    @Test func `the default architecture stays below 4 MB`() {
        #expect(model().encoded().count < 4_000_000)
    }

    @Test func `a file of another format version is refused and says so`() throws {
        let error = refusal(try file(metadata: model().card.text.replacing("\"format\":1", with: "\"format\":2")))
        #expect(error?.message.contains("version 2") == true)
    }

    @Test func `weights for other inputs are refused and say what to do`() throws {
        let text = model { $0.preprocessing = "something-else" }.card.text
        let error = refusal(try file(metadata: text))
        #expect(error?.message.contains("something-else") == true)
        #expect(error?.message.contains("train it anew") == true)
    }

    @Test func `weights of another architecture are refused`() throws {
        let error = refusal(try file(metadata: ModelCard(.seed).text))
        guard case .incompatible = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `metadata that is missing, no JSON, or incomplete is refused`() throws {
        let card = model().card.text
        #expect(refusal(try file(metadata: nil)) != nil)
        #expect(refusal(try file(metadata: "no JSON")) != nil)
        #expect(refusal(try file(metadata: "{\"format\":1}")) != nil)
        #expect(refusal(try file(metadata: card.replacing("\"crossdomain\"", with: "\"unknown\""))) != nil)
        #expect(refusal(try file(metadata: card)) == nil)
    }

    @Test func `calibration and thresholds that make no sense are refused`() throws {
        #expect(refusal(model { $0.calibration["spatial"] = nil }.encoded()) != nil)
        #expect(refusal(model { $0.calibration["fused"]?.temperature = 0 }.encoded()) != nil)
        #expect(refusal(model { $0.calibration["fused"]?.temperature = -1 }.encoded()) != nil)
        #expect(refusal(model { ($0.thresholds.real, $0.thresholds.fake) = (0.6, 0.4) }.encoded()) != nil)
    }

    @Test func `numbers that no card can have are refused, each by its name`() throws {
        let changes: [(String, (inout ModelCard) -> Void)] = [
            ("bias", { $0.calibration["frequency"]?.bias = -1e300 }),
            ("temperature", { $0.calibration["fused"]?.temperature = 1e300 }),
            ("threshold for fake", { $0.thresholds.fake = 1.5 }),
            ("threshold for real", { $0.thresholds.real = -0.5 }),
            ("threshold for suspect", { $0.thresholds.suspect = 2 }),
            ("false alarms", { $0.thresholds.falseAlarmRate = -1 }),
            ("misses", { $0.thresholds.missRate = 7 }),
            ("detail", { $0.thresholds.detail = DetailSlope(slope: 1e300, usual: 3) }),
            ("detail", { $0.thresholds.detail = DetailSlope(slope: -0.5, usual: 3) }),
            ("detail", { $0.thresholds.detail = DetailSlope(slope: 0.5, usual: -1) }),
            ("suspect", { ($0.thresholds.fake, $0.thresholds.suspect) = (0.9, 0.95) }),
            ("suspect", { ($0.thresholds.real, $0.thresholds.suspect) = (0.25, 0.125) }),
            ("temperature", { $0.calibration["fused"]?.temperature = 1e-300 }),
            ("smallest side", { $0.envelope = Envelope(smallestSide: -5) }),
            ("equal neighbours", { $0.envelope = Envelope(smallestSide: 64, flatShare: 1e9) }),
            ("pictures", { $0.data = .init(digest: "ab", real: -3, fake: 4, sources: [:]) }),
            ("pictures", { $0.data = .init(digest: "ab", real: 3, fake: 4, sources: ["a": -1]) }),
        ]
        for (name, change) in changes {
            guard case .malformed(let message) = refusal(model(change).encoded()) else {
                Issue.record("\(name) was taken")
                continue
            }
            #expect(message.contains(name))
        }
        // The ends of the ranges make sense.
        let ends = model { card in
            card.thresholds = Thresholds(
                fake: 1, real: 0, falseAlarmRate: 0, missRate: 1, suspect: 1, detail: DetailSlope(slope: 0, usual: 0))
            card.envelope = Envelope(smallestSide: 0, flatShare: 1)
        }
        #expect(refusal(ends.encoded()) == nil)
        // As chosen where validation has but one class.
        let unreachable = model { card in
            card.thresholds = Thresholds(
                fake: 1.0.nextUp, real: (-0.0).nextDown, falseAlarmRate: 0, missRate: 0, suspect: 1.0.nextUp)
        }
        #expect(refusal(unreachable.encoded()) == nil)
    }

    @Test func `it is said whether metadata are no JSON or state no version`() throws {
        #expect(refusal(try file(metadata: "no JSON")) == .malformed("its metadata key 'assay' holds no JSON"))
        #expect(
            refusal(try file(metadata: "{\"format\":\"1\"}"))
                == .malformed("its metadata key 'assay' states no format version"))
    }

    @Test func `bytes that are no model are refused`() {
        #expect(refusal([]) != nil)
        #expect(refusal(Array("\u{89}PNG and so on".utf8)) != nil)
        #expect(refusal(Array(model().encoded().dropLast())) != nil)
    }

    @Test func `the model inside the program, where there is one, is sound`() throws {
        let bytes = Detector.shippedBytes()
        if !bytes.isEmpty {
            #expect(Detector.shippedDigest == SHA256.hexadecimal(of: bytes))
            let detector = try Detector.load(bytes, digest: "")
            #expect(bytes.count < 4_000_000)
            var blueprint = detector.card.blueprint
            (blueprint.columns, blueprint.fusion) = (1, Blueprint.crossdomain.fusion)
            #expect(Blueprint.crossdomain.hasRoom(for: [blueprint]))
            #expect(detector.thresholds.fake > detector.thresholds.real)
            #expect(detector.card.data != nil)
        }
    }
}
