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

    /// Both ways: every subcommand has its page, every page its subcommand, and each says what the tables of options say.
    @Test func theManualIsWhatTheTablesOfOptionsSay() throws {
        let program = content("man/assay.1")
        #expect(shop.run(["manual"]).output == program, "run man/update")
        #expect(program.contains(".It Cm scan\n") && !program.contains("decoder"))
        let names = program.matches(of: /\n\.It Cm ([a-z]+)\n/).map { String($0.output.1) }
        for name in names {
            #expect(shop.run(["manual", name]).output == content("man/assay-\(name).1"), "\(name): run man/update")
        }
        let pages = try FileManager.default.contentsOfDirectory(atPath: Self.root.appendingPathComponent("man").path)
        #expect(Set(pages.filter { $0.hasSuffix(".1") }) == Set(names.map { "assay-\($0).1" } + ["assay.1"]))
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
        let detector = shop.useWeights(of: .crossdomain)
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
}
