// Everything about an architecture derives from its blueprint: the presets must come out as they always were, others must work,
// and what no machine could build must be refused before anything is built.

import Detection
import Imaging
import Network
import TestSupport
import Testing

@Suite struct BlueprintTests {
    /// Nearly everything is other than in the presets.
    static let other: Blueprint = {
        var blueprint = Blueprint.crossdomain
        (blueprint.name, blueprint.side) = ("other", 96)
        (blueprint.crops, blueprint.aggregation, blueprint.columns) = (.grid(2), .meanAndTopQuarter, 2)
        blueprint.spatial = BranchPlan(
            inputs: [
                InputPlan([.rgb, .residual(.median, folded: false)], [Block(8, size: 5, pooling: .maximum2)]),
                InputPlan([.halvedRGB, .residual(.mean, folded: true)]),
            ],
            blocks: [Block(24, pooling: .average2), Block(24, residual: true, pooling: .average2, repeats: 2)],
            features: .maximum, head: HeadPlan(hidden: [8], dropout: 0.1))
        blueprint.frequency = BranchPlan(
            inputs: [
                InputPlan([.blockSpectra(size: 16, stride: 4, of: nil)], normalised: true, [Block(8, size: 1)]),
                InputPlan([.blockSpectra(size: 8, stride: 4, of: .median)], normalised: true, [Block(8, size: 1)]),
            ],
            blocks: [Block(16, repeats: 2)], features: .mean, head: HeadPlan(dropout: 0.1))
        return blueprint
    }()

    private func refusal(_ change: (inout Blueprint) -> Void) -> String? {
        var blueprint = Blueprint.crossdomain
        change(&blueprint)
        do throws(BlueprintError) {
            try blueprint.check()
            return nil
        } catch {
            return error.message
        }
    }

    @Test func `crossdomain's tensors have the names and shapes that they always had`() {
        let convolutions: [(String, [Int])] = [
            ("spatial.conv1", [16, 15, 3, 3]), ("spatial.conv2", [24, 16, 3, 3]), ("spatial.conv3", [24, 24, 3, 3]),
            ("spatial.conv4", [48, 24, 3, 3]), ("spatial.conv5", [48, 48, 3, 3]),
            ("frequency.conv1", [16, 9, 3, 3]), ("frequency.conv2", [16, 64, 1, 1]),
            ("frequency.conv3", [24, 32, 3, 3]), ("frequency.conv4", [24, 24, 3, 3]),
            ("frequency.conv5", [48, 24, 3, 3]), ("frequency.conv6", [48, 48, 3, 3]),
        ]
        var expected = Dictionary(uniqueKeysWithValues: convolutions.map { ("\($0).weight", $1) })
        for (name, shape) in convolutions {
            for part in ["weight", "bias", "running_mean", "running_var"] {
                expected[name.replacing("conv", with: "norm") + "." + part] = [shape[0]]
            }
        }
        for part in ["weight", "bias", "running_mean", "running_var"] { expected["frequency.norm0.\(part)"] = [64] }
        for (name, outputs, inputs) in [
            ("spatial.dense", 1, 96), ("frequency.dense", 1, 96), ("fusion.dense1", 64, 192), ("fusion.dense2", 1, 64),
        ] {
            expected["\(name).weight"] = [outputs, inputs]
            expected["\(name).bias"] = [outputs]
        }
        let parameters = Blueprint.crossdomain.makeNetwork().parameters
        #expect(Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.shape) }) == expected)
    }

    @Test(arguments: [
        (Blueprint.seed, [2.47648, -0.59511, -1.27695]), (Blueprint.crossdomain, [-13.44125, -2.60757, -0.72977]),
    ])
    func `presets give the scores that they gave before they were values`(_ blueprint: Blueprint, _ expected: [Double])
    {
        let network = blueprint.makeNetwork()
        for parameter in network.parameters { parameter.fillFromName() }
        let bytes = counterTensor("picture", count: 3 * 300 * 200, radius: 100, centre: 128).map { UInt8($0) }
        let examiner = Examiner(card: ModelCard(blueprint), network: network)
        let logits = examiner.examine(Pixels(width: 300, height: 200, bytes: bytes)).logits
        for (found, expected) in zip([logits.fused, logits.spatial, logits.frequency], expected) {
            #expect(abs(found - expected) < 1e-3 * max(1, abs(expected)))
        }
    }

    @Test func `presets keep the names of their preprocessing, and another rule for crops makes it another`() {
        #expect(Blueprint.seed.preprocessing == "bilinear224-logdct-1")
        #expect(Blueprint.crossdomain.preprocessing == "crop128-residual-haar-blockdct-1")
        #expect(Blueprint.crossdomain.widened(by: 2).preprocessing == Blueprint.crossdomain.preprocessing)
        var other = Blueprint.crossdomain
        other.crops = .byArea
        #expect(other.preprocessing != Blueprint.crossdomain.preprocessing)
    }

    @Test(arguments: Blueprint.presets + [other, Blueprint.crossdomain.widened(by: 1.5).deepened(by: 2)])
    func `weights are counted without a network`(_ blueprint: Blueprint) throws {
        try blueprint.check()
        let learned = blueprint.makeNetwork().parameters.filter(\.isTrainable).reduce(0) { $0 + $1.count }
        #expect(blueprint.cost.weights == learned)
    }

    @Test func `multiplications are counted as the network makes them`() {
        // 9 for each input and output of a 3 × 3 convolution, at every pixel.
        let spatial = 9 * (4096 * 15 * 16 + 1024 * (16 * 24 + 24 * 24) + 256 * (24 * 48 + 48 * 48))
        let frequency = 9 * (4096 * 9 * 16 + 1024 * (32 * 24 + 24 * 24) + 256 * (24 * 48 + 48 * 48)) + 1024 * 64 * 16
        #expect(Blueprint.crossdomain.cost.multiplyAdds == spatial + frequency + 96 + 96 + 192 * 64 + 64)
    }

    @Test func `a blueprint of one's own gives a detector that is read back and scores`() throws {
        var card = ModelCard(BlueprintTests.other)
        card.licence = "none"
        let network = BlueprintTests.other.makeNetwork()
        for parameter in network.parameters { parameter.fillFromName() }
        let written = Detector(card: card, parameters: network.parameters)
        let read = try Detector.load(written.encoded(), digest: "0123456789abcdef")
        #expect(read.card == card && read.card.blueprint == BlueprintTests.other)
        #expect(read.identity == "other-1:01234567")
        let bytes = counterTensor("picture", count: 3 * 300 * 200, radius: 100, centre: 128).map { UInt8($0) }
        let picture = Pixels(width: 300, height: 200, bytes: bytes)
        let (first, second) = (read.makeExaminer().examine(picture), written.makeExaminer().examine(picture))
        #expect(first.crops == 4 && first.logits == second.logits && first.logits.fused.isFinite)
    }

    @Test func `a card without a blueprint means the preset, and a preset is not written down`() throws {
        for blueprint in Blueprint.presets {
            let text = ModelCard(blueprint).text
            #expect(!text.contains("blueprint"))
            #expect(try ModelCard(text).blueprint == blueprint)
        }
    }

    @Test func `a card whose blueprint is hostile or has keys of another version is refused and says where`() {
        func refusal(_ text: String, _ replacement: String) -> String? {
            let card = ModelCard(BlueprintTests.other).text
            precondition(card.contains(text))
            do throws(ModelError) {
                _ = try ModelCard(card.replacing(text, with: replacement))
                return nil
            } catch {
                return error.message
            }
        }
        #expect(refusal("\"side\":96", "\"side\":960000")?.contains("side: 960000") == true)
        #expect(refusal("\"side\":96", "\"side\":96,\"tilt\":1")?.contains("unknown key 'tilt'") == true)
        #expect(refusal("\"side\":96,", "")?.contains("side: it is missing") == true)
        #expect(refusal("\"side\":96", "\"side\":1e300")?.contains("too large") == true)
        #expect(refusal("\"architecture\":\"other\"", "\"architecture\":\"crossdomain\"") != nil)
    }

    @Test func `what cannot be built is refused with its place`() {
        #expect(refusal { _ in } == nil)
        for side in [Int.min, -128, 0, 24, 100, 520, Int.max] {
            #expect(refusal { $0.side = side }?.contains("side: \(side)") == true)
        }
        for outputs in [Int.min, -1, 0, 1025, Int.max] {
            #expect(refusal { $0.spatial.blocks[2].outputs = outputs }?.contains("spatial.blocks[2].outputs") == true)
        }
        for repeats in [-1, 0, 33, Int.max] {
            #expect(refusal { $0.frequency.blocks[0].repeats = repeats }?.contains("blocks[0].repeats") == true)
        }
        for size in [-3, 0, 2, 9, Int.max] {
            #expect(
                refusal { $0.spatial.inputs[0].blocks[0].size = size }?.contains("inputs[0].blocks[0].size") == true)
        }
        for dropout in [-0.1, 1, .nan, .infinity] {
            #expect(refusal { $0.fusion.dropout = dropout }?.contains("fusion.dropout") == true)
        }
        #expect(refusal { $0.spatial.blocks[1].outputs = 32 }?.contains("keeps its 24 channels") == true)
        #expect(
            refusal { $0.spatial.blocks = Array(repeating: Block(8, pooling: .average2), count: 6) }?
                .contains("spatial.blocks[5].pooling: 2 does not divide 1") == true)
        #expect(refusal { $0.spatial.inputs[0].maps = [.rgb, .haar] }?.contains("differ in extent") == true)
        #expect(refusal { $0.frequency.inputs[0].blocks = [] }?.contains("inputs[1]") == true)
        #expect(refusal { $0.frequency.inputs = [] } != nil)
        #expect(refusal { $0.spatial.inputs[0].maps = [] } != nil)
        #expect(refusal { $0.crops = .whole }?.contains("crops") == true)
        #expect(refusal { $0.stages = [StagePlan("all", [.spatial, .fused])] }?.contains("'frequency'") == true)
        #expect(refusal { $0.stages[0].rate = .nan }?.contains("stages[0].rate") == true)
        #expect(refusal { $0.name = "../x" }?.contains("name") == true)
        #expect(refusal { $0.fusion.hidden = [-1] }?.contains("fusion.hidden") == true)
    }

    @Test func `what would take too much is refused by its sum`() {
        let large = Block(1024, size: 7, repeats: 32)
        #expect(refusal { $0.spatial.blocks = [large] }?.contains("weights") == true)
        #expect(refusal { $0.spatial.blocks = Array(repeating: large, count: 64) }?.contains("weights") == true)
        #expect(
            refusal { ($0.side, $0.spatial.inputs[0]) = (512, InputPlan([.rgb], [Block(256, repeats: 4)])) }?
                .contains("multiply-adds") == true)
        #expect(
            refusal {
                ($0.side, $0.spatial.inputs[0]) = (
                    512, InputPlan([.rgb], [Block(8, size: 1), Block(128, size: 1, pooling: .average2, repeats: 3)])
                )
            }?.contains("values") == true)
    }

    @Test func `scaling rounds channels to multiples of eight and repeats residual blocks`() {
        let wide = Blueprint.crossdomain.widened(by: 1.4)
        #expect(wide.spatial.blocks.map(\.outputs) == [32, 32, 64, 64])
        #expect(wide.frequency.inputs.map { $0.blocks[0].outputs } == [24, 24])
        #expect(wide.fusion.hidden == [88])
        #expect(Blueprint.seed.widened(by: 1) == .seed)
        #expect(Blueprint.crossdomain.deepened(by: 2).spatial.blocks.map(\.repeats) == [1, 3, 1, 3])
    }

    @Test func `the top quarter pulls the mean`() {
        let logits = [1.0, 5, 2, 0, 3]
        #expect(Aggregation.mean.logit(of: logits) == 2.2)
        #expect(Aggregation.meanAndTopQuarter.logit(of: logits) == (2.2 + 4) / 2)
        #expect(Aggregation.meanAndTopQuarter.logit(of: [3]) == 3)
    }
}
