// `--frames all`: every frame has its record, told apart from those of the same file by everything that reads records.

import Detection
import Foundation
import Imaging
import Testing

struct FramesTests {
    /// Small animations and documents, written by other programs.
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Fixtures/frames")

    static func fixture(_ name: String) -> [UInt8] {
        [UInt8](try! Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// The frames of a fixture as pictures of their own.
    private static func pictures(_ name: String) -> [[UInt8]] {
        var (rest, pictures) = (fixture(name + ".rgb")[...], [[UInt8]]())
        func number() -> Int { (0..<4).reduce(0) { $0 | Int(rest.removeFirst()) << (8 * $1) } }
        while !rest.isEmpty {
            let (width, height) = (number(), number())
            pictures.append(
                encodePNG(Pixels(width: width, height: height, bytes: Array(rest.prefix(3 * width * height)))))
            rest = rest.dropFirst(3 * width * height)
        }
        return pictures
    }

    /// A GIF of five frames, its name as the program shows it, and what each record says: `path index/count[-through] outcome`.
    func told(_ records: [[String: Any]]) -> [String] {
        records.map { record in
            let frame = record["frame"] as? [String: Int]
            let place = frame.map { "\($0["index"]!)/\($0["count"]!)" + ($0["through"].map { "-\($0)" } ?? "") } ?? "-"
            return "\(record["path"]!) \(place) \(record["code"] ?? record["status"]!)"
        }
    }

    func five(_ path: String) -> [String] { (0..<5).map { "\(path) \($0)/5 ok" } }

    /// The independent reference's pixels of each frame, scored as a picture of their own, are scored alike.
    @Test(arguments: [
        "changes.gif", "disposals.gif", "sheer.webp", "pages.tiff", "sheer.png", "apart.png", "layers.jxl",
    ])
    func everyFrameHasTheScoresOfItsPicture(_ name: String) throws {
        let shop = Workshop()
        _ = shop.useWeights(of: .crossdomain)
        shop.write(name, Self.fixture(name))
        let pictures = Self.pictures(name)
        for (index, bytes) in pictures.enumerated() { shop.write("frames/\(index).png", bytes) }
        let frames = shop.scan("--frames", "all", "--pdq", "-j", "1", name).records
        #expect(told(frames) == pictures.indices.map { "\(name) \($0)/\(pictures.count) ok" })
        let alone = shop.scan("--sort", "path", "--pdq", "-j", "1", "frames").records
        #expect(alone.count == pictures.count)
        for (frame, picture) in zip(frames, alone) {
            let scores = try #require(frame["scores"] as? [String: Double])
            #expect(scores == picture["scores"] as? [String: Double])
            #expect(hash(frame) != nil && hash(frame) == hash(picture))
            #expect(frame["sha256"] as? String == frames[0]["sha256"] as? String)
        }
        #expect(Set(frames.compactMap(hash)).count > 1)
    }

    private func hash(_ record: [String: Any]) -> String? { (record["pdq"] as? [String: Any])?["hash"] as? String }

    @Test func theFirstFrameAloneIsWhatIsJudgedUnlessAllAreAskedFor() {
        let shop = Workshop(verdict: .real)
        shop.write("d/a.gif", Self.fixture("changes.gif"))
        shop.write("d/b.png", Workshop.png)
        let first = shop.scan("--sort", "path", "d").records
        #expect(told(first) == ["d/a.gif - ok", "d/b.png - ok"])
        let all = shop.scan("--sort", "path", "--frames", "all", "--summary", "s.json", "d")
        #expect(told(all.records) == five("d/a.gif") + ["d/b.png 0/1 ok"])
        let summary = object(shop.read("s.json"))
        #expect(summary["seen"] as? Int == 6 && summary["records"] as? Int == 6)
        #expect(told(shop.scan("--frames", "all", "--fields", "minimal", "d/a.gif").records) == five("d/a.gif"))
    }

    @Test func oneRecordSpeaksOfWhatIsBeyondALimit() {
        let shop = Workshop(verdict: .real)
        shop.write("a.gif", Self.fixture("changes.gif"))
        shop.write("b.tiff", Self.fixture("pages.tiff"))
        let run = shop.scan("--frames", "all", "--max-frames", "2", "a.gif")
        #expect(told(run.records) == ["a.gif 0/5 ok", "a.gif 1/5 ok", "a.gif 2/5-4 too-many-frames"])
        #expect(run.records.last?["message"] as? String == "5 frames, the limit is 2" && run.status == 2)
        #expect(
            told(shop.scan("--frames", "all", "--max-frames", "4", "a.gif").records).last == "a.gif 4/5 too-many-frames"
        )
        #expect(told(shop.scan("--frames", "all", "--max-frames", "5", "a.gif").records) == five("a.gif"))
        // The third page alone has more pixels than are allowed.
        #expect(
            told(shop.scan("--frames", "all", "--max-pixels", "1000", "b.tiff").records) == [
                "b.tiff 0/4 ok", "b.tiff 1/4 ok", "b.tiff 2/4 too-many-pixels", "b.tiff 3/4 ok",
            ])
        #expect(shop.scan("--frames", "all", "--max-frames", "0", "a.gif").status == 64)
        #expect(shop.scan("--frames", "some", "a.gif").status == 64)
    }

    /// Twelve pages of as many pixels as a picture may have: all together may have ten times as many.
    @Test func theFramesOfAFileShareALimitOfPixels() {
        let shop = Workshop(verdict: .real)
        shop.write("a.gif", Self.animation(frames: 12))
        let run = shop.scan("--frames", "all", "--max-pixels", "256", "a.gif")
        #expect(told(run.records) == (0..<10).map { "a.gif \($0)/12 ok" } + ["a.gif 10/12-11 too-many-pixels"])
    }

    /// A GIF of as many frames as one likes, of 16 × 16 pixels of one colour.
    static func animation(frames: Int) -> [UInt8] {
        var file = Array("GIF89a".utf8) + [16, 0, 16, 0, 0x80, 0, 0, 200, 100, 50, 10, 20, 30]
        // Codes of three bits: clear, 1, 1, clear, 1, 1 … end.
        var codes = (0..<128).flatMap { _ in [4, 1, 1] } + [5]
        var bytes: [UInt8] = []
        while !codes.isEmpty {
            let part = codes.prefix(8).enumerated().reduce(0) { $0 | $1.element << (3 * $1.offset) }
            bytes += [UInt8(part & 255), UInt8(part >> 8 & 255), UInt8(part >> 16 & 255)]
            codes = Array(codes.dropFirst(8))
        }
        for _ in 0..<frames {
            file += [0x2C, 0, 0, 0, 0, 16, 0, 16, 0, 0, 2, UInt8(bytes.count)] + bytes + [0]
        }
        return file + [0x3B]
    }

    /// As many as a file of two megabytes can say that it has: it is known how many, and few are looked at.
    @Test func aHostileNumberOfFramesIsCountedAndNoMore() {
        let shop = Workshop(verdict: .real)
        shop.write("a.gif", Self.animation(frames: 12_000))
        let run = shop.scan("--frames", "all", "--max-frames", "3", "a.gif")
        #expect(told(run.records).last == "a.gif 3/12000-11999 too-many-frames" && run.records.count == 4)
        // A TIFF whose first page comes again and again.
        var circle = Self.fixture("pages.tiff")
        let start = (0..<4).reduce(0) { $0 | Int(circle[4 + $1]) << (8 * $1) }
        let link = start + 2 + 12 * (Int(circle[start]) | Int(circle[start + 1]) << 8)
        for byte in 0..<4 { circle[link + byte] = circle[4 + byte] }
        shop.write("b.tiff", circle)
        let circled = shop.scan("--frames", "all", "b.tiff").records
        #expect(told(circled) == ["b.tiff 0/2 ok", "b.tiff 1/2 corrupt"])
        #expect((circled.last?["message"] as? String)?.contains("circle") == true)
    }

    @Test func whatIsBehindADamagedFrameHasOneRecordAndIsNotJudged() {
        let shop = Workshop(verdict: .real)
        var animation = Self.fixture("disposals.gif")
        let images = animation.indices.filter {
            $0 > 780 && animation[$0] == 0x2C && animation[$0 - 8] == 0x21 && animation[$0 - 7] == 0xF9
        }
        animation[images[2] + 10] = 12
        shop.write("d/a.gif", animation)
        shop.write("d/b.png", Workshop.png)
        let run = shop.scan("--frames", "all", "--sort", "path", "d")
        #expect(
            told(run.records) == [
                "d/a.gif 0/7 ok", "d/a.gif 1/7 ok", "d/a.gif 2/7 corrupt", "d/a.gif 3/7-6 corrupt", "d/b.png 0/1 ok",
            ])
        #expect(run.records[3]["message"] as? String == "built on a frame that could not be looked at")
        #expect(run.status == 2)
        shop.write("c.gif", Array(Self.fixture("changes.gif").dropLast(300)))
        #expect(told(shop.scan("--frames", "all", "c.gif").records) == ["c.gif - truncated"])
    }

    @Test func membersOfArchivesAndStandardInputHaveFramesToo() {
        let shop = Workshop(verdict: .real)
        shop.write("d/a.gif", Self.fixture("changes.gif"))
        shop.write("d/b.png", Workshop.png)
        let run = shop.shell(
            """
            tar --sort=name -cf a.tar d
            $assay scan -q --frames all --model $model --tar a.tar
            $assay scan -q --frames all --model $model - < d/a.gif
            """)
        #expect(told(run.records) == five("d/a.gif") + ["d/b.png 0/1 ok"] + five("-"))
        #expect(run.records[..<5].allSatisfy { ($0["member"] as? [String: Int])?["index"] == 1 })
    }

    @Test func listsNameAFileOnce() {
        let shop = Workshop(verdict: .fake)
        shop.write("a.webp", Self.fixture("changes.webp"))
        #expect(shop.scan("--frames", "all", "--list", "a.webp").output == "a.webp\n")
    }

    @Test func anInterruptedRunGoesOnWithTheFileWhoseFramesAreNotAllRecorded() {
        let shop = Workshop(verdict: .real)
        shop.write("d/a.gif", Self.fixture("changes.gif"))
        shop.write("d/b.tiff", Self.fixture("pages.tiff"))
        let options = ["--frames", "all", "--sort", "path", "-o", "out"]
        func scan(_ more: String...) -> [String: Any] {
            let run = shop.run(
                ["scan", "-q", "--model", "../" + shop.modelName, "--summary", "s.json"] + options + more)
            #expect(run.status == 0)
            return object(shop.read("s.json"))
        }
        _ = scan("d")
        let whole = shop.read("out")
        let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
        // Three frames of the first file, and a part of the next.
        shop.write("out", lines[..<3].joined(separator: "\n") + "\n" + lines[3].prefix(60))
        let again = scan("--resume", "d")
        // Its frames that have records are not recorded again.
        #expect(told(shop.records()) == told(whole.split(separator: "\n").map { object(String($0)) }))
        #expect(again["resumed"] as? Int == 0 && again["resumedRecords"] as? Int == 3 && again["seen"] as? Int == 6)
        let nothing = scan("--resume", "d")
        #expect(
            nothing["resumed"] as? Int == 2 && nothing["resumedRecords"] as? Int == 9 && nothing["seen"] as? Int == 0)
    }

    @Test func recordsOfFirstFramesAreNoRecordsOfAll() {
        let shop = Workshop(verdict: .real)
        shop.write("a.gif", Self.fixture("changes.gif"))
        #expect(shop.scan("-o", "out", "a.gif").status == 0)
        #expect(shop.scan("-o", "out", "--resume", "--frames", "all", "--summary", "s.json", "a.gif").status == 0)
        #expect(Set(told(shop.records())).isSuperset(of: (1..<5).map { "a.gif \($0)/5 ok" }))
        // All frames are more than the first.
        #expect(shop.scan("-o", "out", "--resume", "--summary", "s.json", "a.gif").status == 0)
        #expect(object(shop.read("s.json"))["seen"] as? Int == 0)
    }

    /// A lower limit takes nothing back, and a file whose first record is of a run without frames is done when all have records.
    @Test func aLowerLimitAddsNothingToWhatIsRecorded() {
        let shop = Workshop(verdict: .real)
        shop.write("a.gif", Self.fixture("changes.gif"))
        _ = shop.scan("-o", "out", "a.gif")
        _ = shop.scan("-o", "out", "--resume", "--frames", "all", "a.gif")
        let whole = shop.read("out")
        func scan(_ most: String) -> (status: Int32, summary: [String: Any]) {
            let run = shop.scan(
                "-o", "out", "--resume", "--frames", "all", "--max-frames", most, "--summary", "s.json", "a.gif")
            return (run.status, object(shop.read("s.json")))
        }
        for most in ["2", "5"] {
            let (status, summary) = scan(most)
            #expect(shop.read("out") == whole && status == 0)
            #expect(summary["resumed"] as? Int == 1 && summary["resumedRecords"] as? Int == 5)
            #expect(summary["seen"] as? Int == 0)
        }
        // What is left of a run that was cut: frames that have records keep them, and of the others it is told that they were not looked at.
        let lines = whole.split(separator: "\n")
        shop.write("out", lines[..<3].joined(separator: "\n") + "\n")
        let (status, _) = scan("2")
        #expect(told(shop.records()) == ["a.gif - ok", "a.gif 1/5 ok", "a.gif 2/5 ok", "a.gif 3/5-4 too-many-frames"])
        #expect(status == 2)
        #expect(scan("1").status == 2 && shop.read("out").split(separator: "\n").count == 4)
        #expect(scan("5").status == 0)
        #expect(told(shop.records()).suffix(2) == ["a.gif 3/5 ok", "a.gif 4/5 ok"])
    }

    /// A scan of all frames never knows less of a file than one of the first.
    @Test(arguments: ["sheer.png", "apart.png"])
    func framesBeforeTheEndOfACutAnimationAreJudged(_ name: String) throws {
        let shop = Workshop(verdict: .real)
        let whole = Self.fixture(name)
        shop.write("whole.png", whole)
        let count = shop.scan("--frames", "all", "whole.png").records.count
        shop.write("a.png", Array(whole.dropLast(20)))
        let first = shop.scan("-o", "out", "a.png")
        #expect(first.status == 0 && told(shop.records()) == ["a.png - ok"])
        // The last frame may lack anything.
        let before = (0..<count - 1).map { "a.png \($0)/\(count) ok" }
        let all = shop.scan("--frames", "all", "a.png")
        #expect(told(all.records) == before + ["a.png \(count - 1)/\(count) truncated"] && all.status == 2)
        _ = shop.scan("-o", "out", "--resume", "--frames", "all", "a.png")
        #expect(told(shop.records()) == ["a.png - ok"] + told(all.records).dropFirst())
        // Where the first picture can't be decoded either, there is one record.
        shop.write("b.png", Array(whole.prefix(60)))
        #expect(told(shop.scan("--frames", "all", "b.png").records).count == 1)
    }

    @Test func mergingKeepsEveryFrameOnce() {
        let shop = Workshop(verdict: .real)
        shop.write("a.gif", Self.fixture("changes.gif"))
        for name in ["1", "2"] {
            _ = shop.scan("--frames", "all", "--summary", name + ".json", "-o", name + ".jsonl", "a.gif")
        }
        let run = shop.run(["merge", "1.jsonl", "1.json", "2.jsonl", "2.json", "-o", "-"])
        #expect(told(run.records) == five("a.gif") && run.status == 0)
    }

    @Test func aReportTellsFramesApart() {
        let shop = Workshop(verdict: .fake)
        shop.write("a.gif", Self.fixture("changes.gif"))
        _ = shop.scan("--frames", "all", "-o", "out", "a.gif")
        let (page, text) = (shop.run(["report", "out"]).output, shop.run(["report", "--text", "out"]).output)
        for report in [page, text] {
            for number in 1...5 { #expect(report.contains("a.gif (frame \(number) of 5)")) }
        }
        #expect(!page.contains("same bytes"))
    }
}
