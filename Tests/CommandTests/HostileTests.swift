// Nothing a file holds can stop a scan: a crash, a hang and a memory explosion cost one record each.

import Detection
import Foundation
import Imaging
import Testing

struct HostileTests {
    #if DEBUG
        static let debug = true
    #else
        static let debug = false
    #endif

    /// Whatever the system has to confine them with.
    @Test(.enabled(if: HostileTests.debug, "only debug builds can be made to misbehave"), arguments: ["0", "1", "3"])
    func decodersThatMisbehaveCostOneRecord(refused: String) {
        let shop = Workshop()
        let words = ["", "crash", "hang", "memory", "leave", "lie", "rule", "word", "babble", ""]
        for (name, word) in zip(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"], words) {
            shop.write("x/\(name).jpg", Workshop.jpeg + Array("assay-test:\(word)".utf8))
        }
        let options = [
            "-q", "-j", "1", "--timeout", "15", "--max-pixels", "1M", "--sort", "path", "--isolation", "weak",
        ]
        let run = shop.run(
            ["scan", "--model", "../" + shop.modelName] + options + ["x"],
            environment: ["ASSAY_TEST_REFUSED": refused])
        #expect(
            run.records.map { $0["code"] as? String ?? "ok" }
                == ["ok", "crashed", "timeout", "out-of-memory"] + Array(repeating: "crashed", count: 5) + ["ok"])
        #expect(run.records.allSatisfy { $0["sha256"] is String })
        let messages = [
            "was ended by SIGSEGV", "", "", "", "answered nonsense: a fact is missing",
            "answered nonsense: a rule that does not exist", "answered nonsense", "answered nonsense",
        ]
        for (record, message) in zip(run.records.dropFirst(), messages) where !message.isEmpty {
            #expect(record["message"] as? String == "the decoder \(message)")
        }
        #expect(run.status == 2)
    }

    /// Under `ulimit -v`, which nobody may raise: a decoder has what is left, and where that is too little something says so.
    @Test func aLimitOnAddressSpaceIsRespectedAndNamed() {
        let shop = Workshop()
        shop.write("x/a.jpg", Workshop.jpeg)
        shop.write("x/b.jpg", Workshop.jpeg + Array("assay-test:memory".utf8))
        var outcomes: Set<String> = []
        // The first is too little to load the program; at the edge of that its libraries may die before it can say anything.
        for megabytes in [30, 50, 60, 70, 80, 100, 150, 250, 700] {
            let run = shop.shell("ulimit -v \(megabytes << 10); exec $assay scan -q -j 1 --sort path --model $model x")
            let codes = run.records.map { $0["code"] as? String ?? "ok" }.joined(separator: " ")
            #expect(!run.wasSignalled && !codes.contains("crashed") && !codes.contains("no-decoder"), "\(megabytes) MB")
            if run.errors.contains("shared libraries") { continue }
            #expect(!codes.isEmpty || run.errors.contains("memory"), "\(megabytes) MB: \(run.errors)")
            outcomes.insert(codes)
        }
        #expect(outcomes.contains(HostileTests.debug ? "ok out-of-memory" : "ok ok"))
    }

    @Test(.enabled(if: HostileTests.debug, "only debug builds can be made to misbehave"))
    func aFileReadAheadOutlivesTheDecoderThatFailedBeforeIt() {
        let shop = Workshop()
        // Among them a file that is no picture, and one too large to be read ahead.
        let words = ["crash", "crash", "", "hang", "crash", "", "none", "crash", "large", "", "crash"]
        for (index, word) in words.enumerated() {
            let padding = [UInt8](repeating: 0, count: word == "large" ? 5 << 20 : 0)
            let bytes = word == "none" ? [] : Workshop.jpeg + padding + Array("assay-test:\(word)".utf8)
            shop.write("x\(10 + index)", bytes)
        }
        let expected = words.map { ["crash": "crashed", "hang": "timeout", "none": "not-an-image"][$0] ?? "ok" }
        let names = words.indices.map { "x\(10 + $0)" }
        for order in ["none", "path"] {
            let run = shop.run(["scan", "-q", "-j", "1", "--timeout", "2", "--sort", order] + names)
            #expect(run.records.map { $0["code"] as? String ?? "ok" } == expected)
            #expect(run.records.map { $0["path"] as? String } == names)
        }
    }

    /// The seed network's pictures are judged several at a time: whichever of them fails, the others keep their own scores.
    @Test(.enabled(if: HostileTests.debug, "only debug builds can be made to misbehave"), arguments: ["1", "2"])
    func aFailureInABatchCostsOneRecord(jobs: String) throws {
        let shop = Workshop(blueprint: .seed)
        let examiner = shop.useWeights(of: .seed).makeExaminer()
        let words = [
            "", "", "crash", "", "torn", "", "crash", "crash", "", "lie", "", "", "", "none", "hang", "", "", "",
            "crash",
            "", "", "", "", "leave", "", "", "lie", "lie", "torn", "", "large", "", "crash",
        ]
        var scores: [String: [String: Double]] = [:]
        for (index, word) in words.enumerated() {
            // No two are alike, so that no answer can be another's.
            let whole = encodeJPEG(Workshop.pixels(40 + 3 * index, 64), quality: 90, subsampling: .s420)
            let picture = word == "torn" ? Array(whole.dropLast(200)) : whole
            if word.isEmpty || word == "large" {
                let own = examiner.examine(try decode(whole).pixels).scores.clamped
                scores["x/\(10 + index)"] = Dictionary(
                    uniqueKeysWithValues: Head.allCases.map { ($0.rawValue, own[$0]) })
            }
            let padding = [UInt8](repeating: 0, count: word == "large" ? 5 << 20 : 0)
            let bytes = word == "none" ? [] : picture + padding + Array("assay-test:\(word)".utf8)
            shop.write("x/\(10 + index)", bytes)
        }
        let failures = [
            "crash": "crashed", "lie": "crashed", "leave": "crashed", "hang": "timeout", "torn": "truncated",
        ]
        let expected = words.map { failures[$0] ?? "ok" }
        let names = words.indices.map { "x/\(10 + $0)" }
        // The file that is no picture gets no record within a directory.
        let wanted = zip(names, expected).filter { $0.0 != "x/23" }.map { "\($0) \($1)" }
        let run = shop.scan("-j", jobs, "--timeout", "2", "--sort", "path", "x")
        #expect(run.records.map { "\($0["path"]!) \($0["code"] as? String ?? "ok")" } == wanted)
        #expect(run.records.allSatisfy { $0["sha256"] is String })
        #expect(run.status == 2)
        let found = run.records.compactMap { record in
            (record["scores"] as? [String: Double]).map { (record["path"] as? String ?? "", $0) }
        }
        #expect(Set(found.map(\.0)) == Set(scores.keys))
        for (path, values) in found {
            for (head, value) in values {
                // Texts have fewer digits than scores; those of two pictures differ by far more.
                #expect(abs(value - (scores[path]?[head] ?? .nan)) < 1e-9, "\(path), \(head)")
            }
        }
        #expect(Set(scores.values.map { $0["fused"].map { Int($0 * 1e6) } }).count == scores.count)
    }

    /// An answer that begins and never ends takes no longer than any other.
    @Test(.enabled(if: HostileTests.debug, "only debug builds can be made to misbehave"))
    func anEndlessAnswerIsATimeout() {
        let shop = Workshop()
        shop.write("a.jpg", Workshop.jpeg + Array("assay-test:endless".utf8))
        shop.write("b.jpg", Workshop.jpeg)
        let run = shop.scan("-j", "1", "--timeout", "3", "a.jpg", "b.jpg")
        #expect(run.records.map { $0["code"] as? String ?? "ok" } == ["timeout", "ok"])
    }

    /// A process is replaced after its share of files, and nobody notices.
    @Test(arguments: [Blueprint.crossdomain, .seed])
    func processesServeForSoManyFiles(blueprint: Blueprint) {
        let shop = Workshop(blueprint: blueprint)
        for index in 0..<20 { shop.write("x/\(10 + index)", Workshop.jpeg) }
        for files in ["1", "3", "19"] {
            let run = shop.scan("-j", "2", "--renew-after", files, "--sort", "path", "x")
            #expect(run.records.map { $0["path"] as? String } == (0..<20).map { "x/\(10 + $0)" })
            #expect(run.records.allSatisfy { $0["status"] as? String == "ok" } && run.status == 0)
        }
    }

    /// While nobody reads the records, the decoder waits for the next picture, which is no time that this one took.
    @Test func aReaderThatPausesCostsNoTimeout() throws {
        let shop = Workshop()
        shop.write("a.jpg", Workshop.jpeg)
        // Too large to be read ahead, and longer in decoding than in hashing.
        var noise: UInt64 = 1
        let bytes = (0..<(3 * 2400 * 1600)).map { _ in
            noise = noise &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: noise >> 56)
        }
        shop.write("b.png", encodePNG(Pixels(width: 2400, height: 1600, bytes: bytes)))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        // The pipe is full before the first record.
        let scan = "'\(Workshop.program)' scan -q -j 1 --timeout 2 a.jpg b.png"
        process.arguments = ["-c", "{ head -c 65536 /dev/zero; \(scan); } | (sleep 4; tail -c +65537 > records)"]
        process.currentDirectoryURL = URL(fileURLWithPath: shop.path)
        try process.run()
        process.waitUntilExit()
        let codes = shop.read("records").split(separator: "\n").map { object(String($0))["code"] as? String ?? "ok" }
        #expect(codes == ["ok", "ok"])
    }

    @Test func everyTruncationOfAPictureIsAnswered() {
        let shop = Workshop()
        for length in stride(from: 1, to: Workshop.jpeg.count, by: 97) {
            shop.write("j\(length)", Array(Workshop.jpeg.prefix(length)))
        }
        for length in stride(from: 1, to: Workshop.png.count, by: 211) {
            shop.write("p\(length)", Array(Workshop.png.prefix(length)))
        }
        let run = shop.scan("--sort", "path")
        #expect(run.records.allSatisfy { $0["status"] as? String == "error" && $0["code"] as? String != "crashed" })
        #expect(run.records.count > 10)
    }

    @Test func aLargeFileIsSkippedBeforeItIsRead() throws {
        let shop = Workshop()
        shop.write("a.jpg", Workshop.jpeg)
        let record = try #require(shop.scan("--max-file-size", "1K", "a.jpg").records.first)
        #expect(record["status"] as? String == "skipped")
        #expect(record["code"] as? String == "file-too-large")
        #expect(record["sha256"] is NSNull)
    }

    @Test func evidenceIsNotTouched() throws {
        let shop = Workshop()
        shop.write("a.jpg", Workshop.jpeg)
        chmod(shop.path + "/a.jpg", 0o400)
        var before = stat()
        var after = stat()
        stat(shop.path + "/a.jpg", &before)
        _ = shop.scan("a.jpg")
        stat(shop.path + "/a.jpg", &after)
        #expect(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec)
        #expect(before.st_atim.tv_nsec == after.st_atim.tv_nsec)
        #expect(before.st_ctim.tv_nsec == after.st_ctim.tv_nsec)
    }
}
