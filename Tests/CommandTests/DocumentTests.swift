// What is written about the program is what the program does.

import Detection
import Foundation
import Imaging
import Testing

struct DocumentTests {
    let shop = Workshop()

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")

    private func content(_ path: String) -> String {
        (try? String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)) ?? ""
    }

    /// The long options that a text names in the given notation.
    private func options(_ text: String, _ notation: Regex<(Substring, Substring)>) -> Set<String> {
        Set(text.matches(of: notation).map { String($0.output.1) })
    }

    @Test(arguments: [
        ["scan"], ["watch"], ["train"], ["evaluate"], ["model", "show"], ["model", "verify"],
        ["rules", "check"], ["rules", "list"], ["rules", "explain"],
    ])
    func everyOptionIsInTheManual(names: [String]) throws {
        let help = shop.run(names + ["--help"]).output
        let listed = options(help, /\n  (?:-.(?:, ))?--([a-z-]+)/)
        let page = content("man/assay-\(names[0]).1")
        let documented = options(page, /Fl Fl ([a-z-]+)/)
        #expect(!listed.isEmpty)
        #expect(listed.subtracting(documented) == [], "run man/update")
    }

    @Test func everySubcommandIsInTheManual() {
        let page = content("man/assay.1")
        for name in ["scan", "watch", "marks", "train", "evaluate", "model", "rules"] {
            #expect(page.contains(".It Cm \(name)\n"))
        }
        #expect(!page.contains("decoder"))
    }

    @Test func theRecordIsDescribedAsItsTableHasIt() {
        #expect(shop.run(["manual", "record"]).output == content("man/assay-record.5"), "run man/update")
        #expect(shop.run(["manual", "rules.5"]).output == content("man/assay-rules.5"), "run man/update")
        #expect(shop.run(["manual", "schema"]).output == content("examples/record.schema.json"), "run man/update")
    }

    @Test func recordsHaveTheKeysOfTheSchema() throws {
        let schema = object(content("examples/record.schema.json"))
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        let always = try #require(schema["required"] as? [String])
        let ok = try #require((schema["then"] as? [String: Any])?["required"] as? [String])
        let refused = try #require((schema["else"] as? [String: Any])?["required"] as? [String])
        shop.write("a.jpg", Workshop.jpeg)
        shop.write("b.png", Workshop.png)
        shop.write("c.png", Array(Workshop.png.dropLast(100)))
        let records = shop.scan("a.jpg", "b.png", "c.png", "gone").records
        #expect(records.count == 4)
        for record in records {
            let keys = Set(record.keys)
            let isOK = record["status"] as? String == "ok"
            // What a picture declares is told even where it cannot be decoded.
            #expect(isOK == keys.contains("declared") || record["code"] as? String == "truncated")
            #expect(keys.subtracting(["declared"]) == Set(always + (isOK ? ok : refused)).subtracting(["declared"]))
            for (key, value) in record {
                guard let inner = value as? [String: Any] else { continue }
                let declared = try #require(properties[key])
                let known = try #require(declared["properties"] as? [String: Any])
                #expect(Set(inner.keys).isSubset(of: Set(known.keys)))
                #expect(Set(inner.keys).isSuperset(of: Set(declared["required"] as? [String] ?? [])))
            }
        }
    }

    @Test func theScoreOfAScanIsTheDetectorsOwn() throws {
        let network = Blueprint.crossdomain.makeNetwork()
        var generator = Counter()
        network.initialise(from: &generator)
        let detector = Detector(card: ModelCard(.crossdomain), parameters: network.parameters)
        shop.write("../" + shop.modelName, detector.encoded())
        // The first two are looked at in parts.
        let photograph = encodeJPEG(Workshop.pixels(613, 421), quality: 90, subsampling: .s420)
        for (name, bytes) in [
            ("a.jpg", photograph), ("b.png", Workshop.largePNG), ("c.jpg", Workshop.jpeg), ("d.png", Workshop.png),
        ] {
            shop.write(name, bytes)
            let scores = detector.makeExaminer().examine(try decode(bytes).pixels).scores.clamped
            let line = shop.scan(name).output
            for head in Head.allCases { #expect(line.contains("\"\(head.rawValue)\":\(scores[head])")) }
        }
    }

    /// A generator for weights that are the same in every run.
    private struct Counter: RandomNumberGenerator {
        var state: UInt64 = 1
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }
}
