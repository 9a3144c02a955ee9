// A scan end to end: what it prints for every kind of file, and how it ends.

import Files
import Foundation
import Imaging
import Network
import Testing

struct ScanTests {
    @Test func printsOneExactLineForAPicture() throws {
        let shop = Workshop(verdict: .fake)
        shop.write("a/b.png", Workshop.png)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_767_323_045)], ofItemAtPath: shop.path + "/a/b.png")
        let run = shop.scan("a")
        let digest = SHA256.hexadecimal(of: Workshop.png)
        let model = SHA256.hexadecimal(of: Workshop.model(.fake)).prefix(8)
        let line = run.output.replacing(
            /"milliseconds":\{"decode":\d+\.\d{3},"features":\d+\.\d{3},"network":\d+\.\d{3}\}/, with: "TIMES")
        #expect(
            line == #"{"assay":1,"path":"a/b.png","status":"ok","verdict":"fake","#
                + #""scores":{"fused":0.5,"spatial":0.5,"frequency":0.5},"reasons":["score:fake-threshold-reached"],"#
                + #""rules":[{"rule":"model_says_fake","namespace":"default","tags":["score"],"verdict":"fake","#
                + #""reason":"the score reaches the model's threshold for fake"}],"review":{"required":false,"because":[]},"#
                + #""detectors":[{"id":"pixels","ran":true},{"id":"rules","ran":true},{"id":"declared","ran":true},{"id":"synthid","ran":false,"#
                + #""why":"a SynthID mark can only be read by its maker's service"}],"#
                + #""image":{"format":"png","width":48,"height":40,"bitsPerChannel":8,"colour":"rgb","hasAlpha":false,"#
                + #""isInterlaced":false,"isAnimated":false},"declared":{"state":"absent"},"size":\#(Workshop.png.count),"#
                + #""modified":"2026-01-02T03:04:05.000000000Z","sha256":"\#(digest)","crops":1,"spread":0.000000,"detail":38.506,"#
                + #""model":"crossdomain-1:\#(model)","ruleset":"\#(try RulesTests.shippedDigest().prefix(8))",TIMES}"#
                + "\n")
        #expect(run.errors == "")
        #expect(run.status == 1)
    }

    @Test func scoresAreTheSameWithEveryInstructionSet() throws {
        let shop = Workshop()
        for (index, side) in [40, 128, 200, 600].enumerated() {
            shop.write("d/\(index).png", encodePNG(Workshop.pixels(side, side)))
        }
        func scores(_ set: String) throws -> [Double] {
            // The shipped model: zero weights would hide a wrong kernel.
            let run = shop.run(["scan", "-q", "--sort", "path", "d"], environment: ["ASSAY_INSTRUCTIONS": set])
            #expect(run.records.count == 4)
            return try run.records.flatMap { record in
                let scores = try #require(record["scores"] as? [String: Double])
                return try ["fused", "spatial", "frequency"].map { try #require(scores[$0]) }
            }
        }
        let reference = try scores("baseline")
        #expect(Set(reference).count > 4)
        for set in InstructionSet.allCases where set <= .best {
            #expect(zip(try scores(set.name), reference).allSatisfy { abs($0 - $1) <= 1e-4 }, "\(set)")
        }
    }

    @Test func everyKindOfFileHasItsPlace() throws {
        let shop = Workshop()
        shop.write("d/ok.jpg", Workshop.jpeg)
        shop.write("d/.hidden/ok.txt", Workshop.png)
        shop.write("d/torn.jpg", Array(Workshop.jpeg.dropLast(200)))
        shop.write("d/text.jpg", "no picture")
        shop.write("d/empty", "")
        shop.write("d/layers.psd", "8BPS\0\u{1}" + String(repeating: "\0", count: 30))
        shop.write("d/large.png", encodedLarge)
        let run = shop.scan("--max-pixels", "5K", "--sort", "path", "--summary", "../\(shop.modelName).json", "d")
        defer { try? FileManager.default.removeItem(atPath: shop.path + "/../\(shop.modelName).json") }
        let rows = run.records.map { "\($0["path"]!) \($0["status"]!) \($0["code"] ?? "-")" }
        #expect(
            rows == [
                "d/.hidden/ok.txt ok -", "d/large.png skipped too-many-pixels",
                "d/layers.psd skipped unsupported-format",
                "d/ok.jpg ok -", "d/torn.jpg error truncated",
            ])
        #expect(run.status == 2)
        let summary = object(shop.read("../\(shop.modelName).json"))
        #expect(summary["seen"] as? Int == 7)
        #expect(summary["ok"] as? Int == 2)
        #expect(summary["skipped"] as? Int == 2)
        #expect(summary["error"] as? Int == 1)
        #expect(summary["notImages"] as? Int == 2)
        #expect(summary["complete"] as? Bool == true)
        #expect((summary["verdicts"] as? [String: Int]) == ["fake": 0, "real": 0, "uncertain": 2])
        #expect(
            (summary["model"] as? [String: String])?["sha256"] == SHA256.hexadecimal(of: Workshop.model(.uncertain)))
        let program = [UInt8](FileManager.default.contents(atPath: Workshop.program)!)
        #expect((summary["binary"] as? [String: String])?["sha256"] == SHA256.hexadecimal(of: program))
    }

    private var encodedLarge: [UInt8] { Workshop.largePNG }

    @Test func namedFilesThatAreNoPictureGetARecord() {
        let shop = Workshop()
        shop.write("text", "no picture")
        mkfifo(shop.path + "/pipe", 0o600)
        let run = shop.scan("text", "pipe", "gone", "--sort", "path")
        #expect(
            run.records.map { "\($0["status"]!) \($0["code"]!)" } == [
                "skipped not-an-image", "skipped not-a-regular-file", "error not-found",
            ])
        #expect(run.status == 2)
    }

    @Test func picturesWithDamagedBeginningsLeaveATrace() {
        let shop = Workshop()
        shop.write("d/converted", Workshop.png.filter { $0 != 13 })
        shop.write("d/junk", Workshop.jpeg[..<2] + [0] + Workshop.jpeg[2...])
        shop.write("d/open", Array(Workshop.jpeg.dropLast(2)))
        shop.write("d/text", "no picture")
        let run = shop.scan("--sort", "path", "d")
        let rows = run.records.map { record in
            let warnings = (record["warnings"] as? [String])?.joined(separator: ",")
            return "\(record["path"]!) \(record["status"]!) \(record["code"] ?? warnings ?? "-")"
        }
        #expect(rows == ["d/converted error damaged-signature", "d/junk ok stray-bytes", "d/open ok no-end"])
        #expect(run.status == 2)
        // Whoever asks for the rules' reasons hears the same.
        let explained = shop.run(["rules", "explain", "--model", "../" + shop.modelName, "d/converted", "d/text"])
        let message = run.records.first?["message"] as? String ?? "?"
        #expect(explained.status == 2 && explained.output == "")
        #expect(explained.errors == "Error: d/converted: \(message)\nError: d/text: no known image format\n")
        #expect(shop.scan("--list", "--only", "notimage,no-error", "d").output == "d/text\n")
        let listed = shop.scan("--only", "notimage,no-error", "d")
        #expect(listed.records.map { $0["code"] as? String } == ["not-an-image"])
        #expect(shop.scan("--only", "notimage", "--fail-on", "notimage", "d").status == 1)
    }

    @Test(
        arguments: [
            ("fake", [], 1), ("real", [], 0), ("uncertain", [], 0), ("uncertain", ["--fail-on", "uncertain"], 1),
            ("fake", ["--fail-on", "real,error"], 0), ("fake", ["--exit-zero"], 0), ("real", ["missing"], 2),
            ("fake", ["missing"], 1), ("real", ["missing", "--fail-on", "error"], 1),
            ("real", ["missing", "--exit-zero"], 0),
        ] as [(String, [String], Int32)])
    func exitStatusTellsTheWorst(verdict: String, arguments: [String], expected: Int32) {
        let shop = Workshop(verdict: .init(rawValue: verdict)!)
        shop.write("a.jpg", Workshop.jpeg)
        let run = shop.run(["scan", "-q", "--model", "../" + shop.modelName, "a.jpg"] + arguments)
        #expect(run.status == expected)
    }

    @Test func theWorkingDirectoryIsScannedWithoutOperands() {
        let shop = Workshop()
        shop.write("x/a.jpg", Workshop.jpeg)
        #expect(shop.scan("--list", "--only", "ok").output == "x/a.jpg\n")
        #expect(shop.scan("--list", "--only", "ok", ".").output == "./x/a.jpg\n")
    }

    @Test func listsAreReadFromFilesAndPipes() {
        let shop = Workshop(verdict: .fake)
        for name in ["a b.jpg", "c\nd.jpg", "e.jpg"] { shop.write(name, Workshop.jpeg) }
        shop.write("list", "a b.jpg\ne.jpg\n")
        #expect(shop.scan("-l", "--sort", "path", "--files-from", "list").output == "a b.jpg\ne.jpg\n")
        let zeros = shop.scan("-l0", "--sort", "path", "--files-from", "-", input: "c\nd.jpg\0a b.jpg\0")
        #expect(zeros.output == "c\nd.jpg\0a b.jpg\0")
        #expect(shop.scan("--files-from", "gone").status == 2)
    }

    @Test func listingShowsFakesOnlyAndErrorsOnStandardError() {
        let shop = Workshop(verdict: .fake)
        shop.write("a.jpg", Workshop.jpeg)
        shop.write("b.jpg", Array(Workshop.jpeg.dropLast(100)))
        let run = shop.run(["scan", "-l", "--model", "../" + shop.modelName, "--sort", "path", "a.jpg", "b.jpg"])
        #expect(run.output == "a.jpg\n")
        #expect(run.errors.hasPrefix("assay: b.jpg: "))
        #expect(shop.scan("-l", "--only", "error", "a.jpg", "b.jpg").output == "b.jpg\n")
    }

    @Test func onlySelectsAndKeepsErrors() {
        let shop = Workshop(verdict: .real)
        shop.write("a.jpg", Workshop.jpeg)
        shop.write("b.jpg", Array(Workshop.jpeg.dropLast(100)))
        func statuses(_ kinds: String) -> [String] {
            shop.scan("--sort", "path", "--only", kinds, "a.jpg", "b.jpg").records.map { $0["status"] as! String }
        }
        #expect(statuses("fake") == ["error"])
        #expect(statuses("real") == ["ok", "error"])
        #expect(statuses("real,no-error") == ["ok"])
        #expect(statuses("no-error") == ["ok"])
    }

    @Test func namesThatAreNoTextComeThroughExactly() throws {
        let shop = Workshop(verdict: .fake)
        let name: [UInt8] = Array("é".utf8) + [0xff, 0x1b, 0x0a]
        let target = Array((shop.path + "/").utf8) + name
        let file = (target.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer {
            open($0.baseAddress!, O_CREAT | O_WRONLY, 0o600)
        }
        _ = Workshop.jpeg.withUnsafeBytes { Glibc.write(file, $0.baseAddress!, $0.count) }
        close(file)
        let record = try #require(shop.scan().records.first)
        #expect(record["path"] as? String == "é\u{fffd}\u{1b}\n")
        #expect(Data(base64Encoded: record["pathBytes"] as? String ?? "") == Data(name))
    }

    @Test func oneJobAndManyGiveTheSameLines() {
        let shop = Workshop()
        for index in 0..<40 {
            shop.write("d\(index % 3)/\(index).png", index % 5 == 0 ? Array(Workshop.png.dropLast(60)) : Workshop.png)
        }
        func lines(_ jobs: String) -> String {
            shop.scan("-j", jobs, "--sort", "path").output.replacing(/"milliseconds":.*/, with: "")
        }
        let one = lines("1")
        #expect(one.split(separator: "\n").count == 40)
        #expect(lines("7") == one)
    }

    @Test func theSummaryGoesToStandardError() {
        let shop = Workshop(verdict: .fake)
        shop.write("a.jpg", Workshop.jpeg)
        let run = shop.run(["scan", "--model", "../" + shop.modelName, "a.jpg", "-l"])
        #expect(run.output == "a.jpg\n")
        #expect(run.errors.hasPrefix("1 seen: 1 ok (1 fake, 0 real, 0 uncertain); "))
    }
}
