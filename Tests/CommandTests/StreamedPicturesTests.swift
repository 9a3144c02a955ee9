// Shows that pictures of every format are scanned by the confined program, from disk, from archives and from standard input alike.

import Foundation
import Imaging
import Testing

@Suite struct StreamedPicturesTests {
    private static let formats = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/formats")

    /// One fixture for each library, and for those formats that take none; twice, so that processes are renewed in between.
    private static let pictures: [String] = {
        let names = [
            "lossy.webp", "plain.gif", "chroma-420.heic", "jpeg.tiff", "lossless.avif", "lossy.jxl", "rgb-24.bmp",
            "lossless.webp", "grid.avif", "group4.tiff",
        ]
        return names.filter { name in
            guard let bytes = FileManager.default.contents(atPath: formats.appendingPathComponent(name).path) else {
                return false
            }
            return ImageFormat.sniff([UInt8](bytes))?.isDecodable ?? false
        }
    }()

    private func shop() -> Workshop {
        let shop = Workshop()
        for name in Self.pictures {
            shop.write(
                "d/\(name)",
                [UInt8](FileManager.default.contents(atPath: Self.formats.appendingPathComponent(name).path)!))
        }
        shop.write("d/last.jpg", Workshop.jpeg)
        shop.write("d/text.txt", "no picture")
        return shop
    }

    private func tar(_ shop: Workshop, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/tar")
        process.arguments = ["-C", shop.path] + arguments
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    @Test func everyFormatIsDecodedBehindTheWall() throws {
        let shop = shop()
        let run = shop.scan("-j", "1", "--sort", "path", "d")
        let found = run.records.map { "\($0["path"]!) \($0["status"]!) \($0["code"] ?? "-")" }
        #expect(found == (Self.pictures + ["last.jpg"]).sorted().map { "d/\($0) ok -" })
        for record in run.records {
            let image = record["image"] as? [String: Any]
            let name = try #require(record["path"] as? String)
            let ending = name.split(separator: ".").last.map(String.init)
            #expect(image?["format"] as? String == ["heic": "heif", "jpg": "jpeg"][ending!] ?? ending)
        }
    }

    @Test func anArchiveScansLikeItsFiles() throws {
        let shop = shop()
        let files = shop.scan("--sort", "path", "d")
        try tar(shop, "--sort=name", "-cf", shop.path + "/a.tar", "d")
        let run = shop.scan("--tar", "a.tar", "--window", "4K", "--summary", "s.json")
        func told(_ record: [String: Any]) -> String {
            "\(record["path"]!) \(record["sha256"]!) \((record["scores"] as? [String: Double])?["fused"] ?? -1) \(record["size"]!)"
        }
        #expect(run.records.map(told) == files.records.map(told))
        #expect(run.records.allSatisfy { $0["archive"] as? String == "a.tar" })
        let offsets = run.records.compactMap { ($0["member"] as? [String: Int])?["offset"] }
        #expect(
            offsets == offsets.sorted() && offsets.count == run.records.count && Set(offsets).count == offsets.count)
        #expect(run.status == files.status)
        let summary = object(shop.read("s.json"))
        #expect(summary["complete"] as? Bool == true && summary["notImages"] as? Int == 1)
    }

    @Test func aTruncatedArchiveIsIncompleteAndSaysSo() throws {
        let shop = shop()
        try tar(shop, "-cf", shop.path + "/whole.tar", "d/last.jpg", "d/plain.gif")
        let whole = Array(FileManager.default.contents(atPath: shop.path + "/whole.tar")!)
        shop.write("a.tar", Array(whole[..<(512 + 600)]))
        let run = shop.scan("--tar", "a.tar", "--summary", "s.json")
        #expect(run.records.map { "\($0["path"]!) \($0["code"] ?? "-")" } == ["a.tar truncated-archive"])
        #expect(run.status == 2)
        #expect(object(shop.read("s.json"))["complete"] as? Bool == false)
        shop.write("b.tar", "no archive at all" + String(repeating: "x", count: 2000))
        #expect(shop.scan("--tar", "b.tar").records.map { $0["code"] as? String } == ["corrupt-archive"])
    }

    @Test func largeMembersAreSkippedAndTheRestIsScanned() throws {
        let shop = shop()
        shop.write("d/large.png", Workshop.largePNG)
        try tar(shop, "-cf", shop.path + "/a.tar", "d/large.png", "d/last.jpg")
        let limit = Workshop.largePNG.count - 1
        let run = shop.scan("--tar", "a.tar", "--max-file-size", "\(limit)")
        #expect(
            run.records.map { "\($0["path"]!) \($0["status"]!) \($0["code"] ?? "-")" } == [
                "d/large.png skipped file-too-large", "d/last.jpg ok -",
            ])
    }

    @Test func whatContradictsItselfIsRefused() {
        let shop = Workshop()
        for arguments in [["--tar"], ["--tar", "-", "--resume", "-o", "x"], ["--tar", "-", "--files-from", "x"]] {
            #expect(shop.run(["scan"] + arguments).status == 64)
        }
    }
}
