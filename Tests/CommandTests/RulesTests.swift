// Rules end to end: what users write decides, whatever process matches it, and what can't be compiled stops everything.

import Files
import Foundation
import Imaging
import Testing

struct RulesTests {
    let shop = Workshop()

    private func rules(_ record: [String: Any]) -> [String] {
        (record["rules"] as? [[String: Any]] ?? []).compactMap { $0["rule"] as? String }
    }

    private func review(_ record: [String: Any]) -> [String] {
        (record["review"] as? [String: Any])?["because"] as? [String] ?? ["no review"]
    }

    /// SHA-256 of the rules that ship, with a text of others behind them.
    static func shippedDigest(and text: String = "") throws -> String {
        let texts = try ["default", "declared"].map { name in
            [UInt8](try Data(contentsOf: DocumentTests.root.appendingPathComponent("rules/\(name).yar")))
        }
        return SHA256.hexadecimal(of: texts.flatMap { $0 } + Array(text.utf8))
    }

    @Test func aRuleOfTheUsersDecides() throws {
        shop.write("a.png", Workshop.png)
        shop.write(
            "house/mine.yar",
            """
            rule mine : house upload
            {
                meta:
                    verdict = "fake"
                    priority = 1
                    reason = "it is 48 wide"
                    review = true
                condition:
                    width == 48 and format == "png" and fused == 0.5 and limit == 7 and filesize == file_size
            }
            rule other { condition: width == 47 }
            """)
        for rules in ["house/mine.yar", "house"] {
            let run = shop.scan("--rules", rules, "--define", "limit=7", "a.png")
            #expect(run.errors == "")
            #expect(run.status == 1)
            let record = try #require(run.records.first)
            #expect(record["verdict"] as? String == "fake")
            #expect(record["reasons"] as? [String] == ["rule:mine"])
            #expect(self.rules(record) == ["between_thresholds", "mine"])
            let mine = try #require((record["rules"] as? [[String: Any]])?.last)
            #expect(mine["namespace"] as? String == "mine")
            #expect(mine["tags"] as? [String] == ["house", "upload"])
            #expect(mine["reason"] as? String == "it is 48 wide")
            #expect(review(record) == ["rule:mine"])
        }
        #expect(
            shop.scan("--rules", "house", "--define", "limit=8", "a.png").records.map(rules) == [["between_thresholds"]]
        )
    }

    @Test func withoutAnyRulesNothingIsDecided() throws {
        shop.write("a.png", Workshop.png)
        let record = try #require(shop.scan("--no-default-rules", "a.png").records.first)
        #expect(record["verdict"] as? String == "uncertain")
        #expect(record["reasons"] as? [String] == [])
        #expect(rules(record) == [])
        let detectors = try #require(record["detectors"] as? [[String: Any]])
        let own = try #require(detectors.first { $0["id"] as? String == "rules" })
        #expect(own["ran"] as? Bool == false)
        #expect(
            detectors.contains { $0["id"] as? String == "synthid" && $0["ran"] as? Bool == false && $0["why"] != nil })
    }

    @Test(arguments: [
        ("rule a {\n  condition:\n    widht == 1\n}\n", "r.yar:3: undefined identifier \"widht\""),
        ("rule a { condition: width == \"x\" }", "r.yar:1: type mismatch"),
        ("import \"magic\"\n", "r.yar:1: unknown module \"magic\""),
        ("include \"gone.yar\"\n", "r.yar:1:"),
        ("rule a { meta: verdict = \"false\" condition: true }", "r.yar: rule 'a': verdict is \"false\""),
    ])
    func whatDoesNotCompileStopsTheStart(text: String, message: String) {
        shop.write("a.png", Workshop.png)
        shop.write("r.yar", text)
        for run in [shop.scan("--rules", "r.yar", "a.png"), shop.run(["rules", "check", "r.yar"])] {
            #expect(run.status == 2)
            #expect(run.output == "")
            #expect(run.errors.hasPrefix("Error: \(message)"), "\(run.errors)")
        }
    }

    @Test func pathsThatLeadToNoRulesAreRefused() {
        shop.write("empty/notes.txt", "no rules")
        for path in ["gone.yar", "empty"] {
            let run = shop.scan("--rules", path, ".")
            #expect(run.status == 2 && run.output == "")
            #expect(run.errors.hasPrefix("Error: \(path): "))
        }
        for definition in ["width=1", "x", "1x=2"] {
            #expect([2, 64].contains(shop.scan("--define", definition, ".").status))
        }
    }

    @Test func rulesSeeThePath() {
        shop.write("d/a.png", Workshop.png)
        shop.write("d/b.png", Workshop.png)
        shop.write("r.yar", "rule named { condition: path endswith \"/a.png\" }")
        let records = shop.scan("--rules", "r.yar", "--sort", "path", "d").records
        #expect(records.map { rules($0).contains("named") } == [true, false])
    }

    @Test func rulesSeePixelDataOnlyWhenAsked() throws {
        let png = Workshop.png
        let data = try #require(png.firstRange(of: Array("IDAT".utf8)))
        let bytes = png[(data.upperBound + 40)..<(data.upperBound + 56)].map { String($0, radix: 16) }
        let hex = bytes.map { $0.count < 2 ? "0" + $0 : $0 }.joined(separator: " ")
        shop.write("a.png", png)
        shop.write(
            "r.yar",
            """
            rule pixels { strings: $a = { \(hex) } condition: $a }
            rule head { strings: $a = "IHDR" condition: $a at 12 }
            """)
        #expect(shop.scan("--rules", "r.yar", "a.png").records.map(rules) == [["between_thresholds", "head"]])
        #expect(
            shop.scan("--rules", "r.yar", "--rules-scan", "all", "a.png").records.map(rules) == [
                ["between_thresholds", "pixels", "head"]
            ])
    }

    @Test func aRuleThatTakesTooLongIsNamedAndHarmsNoOther() throws {
        shop.write("a.png", Workshop.png)
        shop.write(
            "r.yar",
            """
            rule endless { condition: for all i in (0..1000000000000) : (i >= 0) }
            rule fine { condition: true }
            """)
        let record = try #require(shop.scan("--rules", "r.yar", "--rules-timeout", "0.4", "a.png").records.first)
        #expect(rules(record) == ["between_thresholds", "fine"])
        #expect(review(record) == ["rule-timeout:endless"])
    }

    /// The first processes have the rules by birth; those that come after one that crashed are handed them.
    @Test func everyProcessHasTheRules() {
        shop.write("a.png", Workshop.png)
        shop.write("b.png", Workshop.png + Array("assay-test:crash".utf8))
        shop.write("c.png", Workshop.png)
        shop.write("r.yar", "rule mine { condition: width == 48 and n == 1.5 }")
        let records = shop.scan("--rules", "r.yar", "--define", "n=1.5", "-j1", "a.png", "b.png", "c.png").records
        #expect(records.map { $0["status"] as? String } == ["ok", "error", "ok"])
        #expect(records.map { rules($0).contains("mine") } == [true, false, true])
    }

    @Test func theSummaryNamesTheRules() throws {
        shop.write("a.png", Workshop.png)
        shop.write("r.yar", "rule mine { condition: true }")
        let record = try #require(shop.scan("--rules", "r.yar", "--summary", "s.json", "a.png").records.first)
        let summary = try #require(object(shop.read("s.json"))["rules"] as? [String: Any])
        #expect(summary["sha256"] as? String == (try Self.shippedDigest(and: "rule mine { condition: true }")))
        #expect(record["ruleset"] as? String == (summary["sha256"] as? String).map { String($0.prefix(8)) })
        #expect(
            summary["count"] as? Int
                == shop.run(["rules", "list", "--rules", "r.yar"]).output.split(separator: "\n").count)
    }

    @Test func checksAndListsRules() {
        shop.write(
            "one.yar", "rule a : t { meta: verdict = \"real\" priority = 500 condition: true }\nrule b { condition: a }"
        )
        let check = shop.run(["rules", "check", "--no-default-rules", "one.yar"])
        #expect(check.output == "one.yar: 2 rules\n")
        #expect(check.status == 0)
        let list = shop.run(["rules", "list", "--no-default-rules", "--rules", "one.yar"])
        #expect(list.output == "500\treal\tone:a\tt\t-\n0\t-\tone:b\t-\t-\n")
        let all = shop.run(["rules", "list"]).output
        #expect(all.contains("0\tfake\tdefault:model_says_fake\tscore\t"))
        #expect(all.contains("0\t-\tdeclared:says_synthetic\t"))
    }

    @Test func explainsWhatMatchedAndWhatNearlyDid() throws {
        shop.write("a.png", Workshop.png)
        shop.write(
            "r.yar",
            """
            rule broad { meta: reason = "broad" condition: width >= 50 and height > 3 }
            rule far { condition: width > 500 }
            """)
        let run = shop.run(["rules", "explain", "--model", "../" + shop.modelName, "--rules", "r.yar", "a.png"])
        #expect(run.status == 0)
        #expect(run.errors == "")
        #expect(run.output.hasPrefix("a.png: uncertain\n  decided by default:between_thresholds\n"))
        #expect(run.output.contains("\n      fused = 0.5, threshold_real = 0.25, threshold_fake = 0.75\n"))
        #expect(run.output.contains("\n  r:broad  broad\n      width = 48, height = 40\n      would with width = 50\n"))
        #expect(!run.output.contains("r:far"))
        #expect(shop.run(["rules", "explain", "gone.png"]).status == 2)

        let told = shop.run([
            "rules", "explain", "--json", "--model", "../" + shop.modelName, "--rules", "r.yar", "a.png",
        ])
        let lines = told.output.split(separator: "\n")
        #expect(lines.count == 1)
        let explanation = object(String(lines[0]))
        #expect(explanation["verdict"] as? String == "uncertain")
        #expect(explanation["decidedBy"] as? String == "default:between_thresholds")
        let matched = try #require((explanation["matched"] as? [[String: Any]])?.first)
        #expect(matched["rule"] as? String == "between_thresholds")
        #expect(
            matched["facts"] as? [String: Double] == ["fused": 0.5, "threshold_real": 0.25, "threshold_fake": 0.75])
        #expect(matched["would"] == nil)
        let near = try #require(explanation["nearly"] as? [[String: Any]]).filter { $0["namespace"] as? String == "r" }
        #expect(near.count == 1)
        #expect(near.first?["reason"] as? String == "broad")
        #expect(near.first?["facts"] as? [String: Int] == ["width": 48, "height": 40])
        #expect(near.first?["would"] as? [[String: String]] == [["fact": "width", "value": "50"]])
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/jq")))
    func theExampleOfAQueueSortsUploads() throws {
        // Sides of 200 pixels and more, and no flat areas: inside the shipped model's envelope.
        var state: UInt32 = 1
        let noise = (0..<3 * 300 * 300).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        let inside = encodeJPEG(Pixels(width: 300, height: 300, bytes: noise), quality: 90, subsampling: .s420)
        shop.write("up/inside.jpg", inside)
        shop.write("up/small 'and' odd\n.png", Workshop.png)
        shop.write("up/broken.png", Array(Workshop.png.dropLast(60)))
        let script = DocumentTests.root.appendingPathComponent("examples/queue/queue").path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [script, "up", "desk"]
        process.currentDirectoryURL = URL(fileURLWithPath: shop.path)
        process.environment = ProcessInfo.processInfo.environment.merging(["ASSAY": Workshop.program]) { $1 }
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        func files(_ folder: String) -> [String] {
            (try? FileManager.default.contentsOfDirectory(atPath: shop.path + "/" + folder).sorted()) ?? []
        }
        #expect(files("up") == [])
        #expect(files("desk/unreadable") == ["broken.png"])
        #expect(files("desk/review").contains("small 'and' odd\n.png"))
        #expect(["quarantine", "review", "passed"].flatMap { files("desk/" + $0) }.contains("inside.jpg"))
        #expect(shop.read("desk/records.jsonl").split(separator: "\n").count == 3)
    }
}
