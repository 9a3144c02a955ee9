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
        let schema = JSONSchema(object(content("examples/record.schema.json")))
        shop.write("a.jpg", Workshop.jpeg)
        shop.write("b.png", Workshop.png)
        shop.write("c.png", Array(Workshop.png.dropLast(100)))
        let extents = ["minimal", "standard", "full"]
        for extent in extents {
            let records = shop.scan("--fields", extent, "a.jpg", "b.png", "c.png", "gone").records
            #expect(records.count == 4)
            for record in records {
                #expect(schema.faults(of: record) == [])
                // Each is what it is: a standard record is no minimal one, nor the other way about; a full one has all of a standard one.
                let fitting = extents.filter { schema.faults(of: record, as: $0) == [] }
                let isRefused = record["status"] as? String != "ok"
                let isUnread = record["sha256"] as? String == nil
                switch extent {
                case "minimal": #expect(fitting == ["minimal"])
                // Where nothing was read there is nothing more to tell.
                case "standard": #expect(fitting == (isRefused && isUnread ? ["standard", "full"] : ["standard"]))
                default: #expect(fitting == ["standard", "full"])
                }
                // Every key is needed, and known.
                for key in record.keys {
                    var less = record
                    less[key] = nil
                    let isOptional = ["declared", "warning", "warnings", "md5", "sha1", "pdq", "pathBytes"].contains(
                        key)
                    #expect(
                        (schema.faults(of: less) == []) == (isOptional && (isRefused || key != "declared")), "\(key)")
                    #expect(schema.knows(key), "\(key)")
                }
            }
        }
    }

    @Test func theSchemaRefusesWhatNoRecordIs() throws {
        let schema = JSONSchema(object(content("examples/record.schema.json")))
        shop.write("a.jpg", Workshop.jpeg)
        let record = try #require(shop.scan("a.jpg").records.first)
        func with(_ key: String, _ value: Any) -> [String: Any] { record.merging([key: value]) { $1 } }
        #expect(schema.faults(of: with("later", 1)) == [])
        for wrong in [
            with("assay", 2), with("status", "fine"), with("verdict", "perhaps"), with("size", "12"), with("size", -1),
            with("sha256", "ab"), with("scores", ["fused": 0.5]),
            with("scores", ["fused": 7, "spatial": 0.5, "frequency": 0.5]),
            with("reasons", [1]), with("frame", ["index": 0]), with("status", "error"),
        ] { #expect(schema.faults(of: wrong) != []) }
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
