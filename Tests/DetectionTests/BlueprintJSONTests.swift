// A blueprint is written by people: what they mistype must be said, and what they leave out must stay as it was.

import Detection
import Testing

@Suite struct BlueprintJSONTests {
    private func read(_ json: String, over base: Blueprint = .crossdomain) throws(BlueprintError) -> Blueprint {
        try Blueprint(json: Array(json.utf8), over: base)
    }

    private func refusal(_ json: String) -> String? {
        do throws(BlueprintError) {
            _ = try read(json)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(arguments: Blueprint.presets + [BlueprintTests.other])
    func `JSON is read back as it was written`(_ blueprint: Blueprint) throws {
        #expect(try read(blueprint.json) == blueprint)
        #expect(try read(blueprint.compactJSON, over: .seed) == blueprint)
        #expect(blueprint.json.split(separator: "\n").allSatisfy { $0.utf8.count <= 100 })
        #expect(!blueprint.compactJSON.contains("\n"))
    }

    @Test func `every map and every rule for crops has a name of its own`() {
        #expect(Set(InputMap.all.map(\.name)).count == InputMap.all.count)
        #expect(Set(CropPlan.all.map(\.name)).count == CropPlan.all.count)
    }

    @Test func `keys that are given replace those of the base, lists as a whole`() throws {
        var expected = Blueprint.crossdomain
        expected.side = 192
        expected.crops = .grid(3)
        expected.spatial.blocks = [Block(32, residual: false, pooling: .average2)]
        expected.fusion.dropout = 0.5
        let json = """
            {"side": 192, "crops": "grid3", "spatial": {"blocks": [{"outputs": 32, "pooling": "average2"}]},
             "fusion": {"dropout": 0.5}}
            """
        #expect(try read(json) == expected)
        #expect(try read("{}") == .crossdomain)
        #expect(try read(#"{"columns": 1}"#) == .crossdomain)
        #expect(try read("{}", over: .seed) == .seed)
    }

    @Test func `an unknown key is named with its place`() {
        #expect(refusal(#"{"sied": 96}"#)?.contains("unknown key 'sied'") == true)
        #expect(refusal(#"{"fusion": {"hiden": []}}"#)?.contains("unknown key 'fusion.hiden'") == true)
        #expect(
            refusal(#"{"spatial": {"blocks": [{"outputs": 8}, {"output": 8}]}}"#)?
                .contains("unknown key 'spatial.blocks[1].output'") == true)
        #expect(
            refusal(#"{"frequency": {"inputs": [{"maps": ["haar"], "normalized": true}]}}"#)?
                .contains("unknown key 'frequency.inputs[0].normalized'") == true)
    }

    @Test func `a value of the wrong kind is told with its place`() {
        #expect(refusal(#"{"side": "large"}"#)?.contains("side: ") == true)
        #expect(refusal(#"{"side": null}"#)?.contains("side: ") == true)
        #expect(
            refusal(#"{"spatial": {"blocks": [{"size": 3}]}}"#)?.contains("spatial.blocks[0].outputs: it is missing")
                == true)
        #expect(refusal(#"{"crops": "gird3"}"#)?.contains("'gird3' is none of whole, ") == true)
        #expect(refusal(#"{"spatial": {"inputs": [{"maps": ["hair"]}]}}"#)?.contains("'hair' is none of ") == true)
        for text in ["", "[1]", "{", "3", String(repeating: "[", count: 100_000)] { #expect(refusal(text) != nil) }
    }
}
