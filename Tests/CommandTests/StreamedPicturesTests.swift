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

    /// Whole, as several parts one behind the other, and byte by byte.
    @Test func anArchivePackedByGzipScansLikeOneThatIsNot() throws {
        let shop = shop()
        shop.write("d/large.bin", [UInt8](repeating: 7, count: 3 << 20))
        let run = shop.shell(
            """
            tar --sort=name -cf a.tar d
            gzip -k a.tar
            (head -c 5000 a.tar | gzip; tail -c +5001 a.tar | gzip -1; head -c 700 /dev/zero) > parts.tgz
            for archive in a.tar a.tar.gz parts.tgz; do $assay scan -q --model $model --tar $archive; done
            exec 3< a.tar.gz; (head -c 1 <&3; sleep 0.05; cat <&3) | $assay scan -q --model $model --tar -
            """)
        func told(_ record: [String: Any]) -> String {
            let member = record["member"] as? [String: Int]
            return "\(record["path"]!) \(record["sha256"]!) \(member?["index"] ?? -1) \(member?["offset"] ?? -1)"
        }
        let count = run.records.count / 4
        #expect(count == Self.pictures.count + 1 && run.records.count == 4 * count)
        for part in 1..<4 {
            #expect(run.records[(part * count)..<((part + 1) * count)].map(told) == run.records[..<count].map(told))
        }
    }

    @Test func aPackedArchiveThatIsCutOrDamagedIsIncomplete() throws {
        let shop = shop()
        try tar(shop, "-czf", shop.path + "/whole.tgz", "d")
        let whole = Array(FileManager.default.contents(atPath: shop.path + "/whole.tgz")!)
        var damaged = whole
        damaged[whole.count - 6] ^= 1
        shop.write("damaged", damaged)
        shop.write("followed", whole + Array("something else".utf8))
        shop.write("cut", Array(whole.dropLast(3)))
        shop.write("empty", Array(whole.prefix(10)))
        let many = Self.pictures.count + 1
        for (name, records, code) in [
            ("damaged", many, "corrupt-archive"), ("followed", many, "corrupt-archive"),
            ("cut", many, "truncated-archive"), ("empty", 0, "truncated-archive"),
        ] {
            let run = shop.scan("--tar", name, "--summary", "s.json")
            #expect(run.records.count == records + 1 && run.records.last?["code"] as? String == code, "\(name)")
            #expect(run.status == 2 && object(shop.read("s.json"))["complete"] as? Bool == false, "\(name)")
        }
        // What is missing is said: all that the archive holds, its own end with it, may be there.
        let size = shop.shell("gzip -dc whole.tgz | wc -c").output.dropLast()
        let there = ", though the archive's own end is there: all members before it were read"
        for (missing, lacking) in [
            (1, "gzip's checksum and length: missing behind byte \(size)"),
            (4, "gzip's checksum and length: missing behind byte \(size)"),
            (8, "gzip's checksum and length: missing behind byte \(size)"),
            (9, "the end of the gzip data: missing behind byte "),
        ] {
            shop.write("cut", Array(whole.dropLast(missing)))
            let message = shop.scan("--tar", "cut").records.last?["message"] as? String ?? ""
            #expect(message.hasPrefix(lacking) && message.hasSuffix(there), "\(missing) bytes: \(message)")
        }
        shop.write("cut", Array(whole.prefix(whole.count / 2)))
        #expect(
            (shop.scan("--tar", "cut").records.last?["message"] as? String)?.hasSuffix(", before its end is marked")
                ?? false)
        // A member's name is no mark of an archive.
        shop.write("BZh9.jpg", Workshop.jpeg)
        try tar(shop, "-C", shop.path, "-cf", shop.path + "/b.tar", "BZh9.jpg")
        #expect(shop.scan("--tar", "b.tar").records.map { $0["path"] as? String } == ["BZh9.jpg"])
    }

    /// Zeros in a picture that is too large, in a member that is no picture, and behind the end: a hundred megabytes of a hundred kilobytes.
    @Test func aBombIsPassedOverAsItUnpacks() throws {
        let shop = shop()
        let run = shop.shell(
            """
            mkdir e; (printf '\\211PNG\\r\\n\\032\\n'; head -c 40M /dev/zero) > e/a.png; head -c 40M /dev/zero > e/b; cp d/last.jpg e/c.jpg
            (tar --sort=name -c e; head -c 20M /dev/zero) | gzip > bomb.tgz
            $assay scan -q --model $model --max-file-size 30M --tar bomb.tgz
            """)
        #expect(run.records.map { "\($0["path"]!) \($0["code"] ?? "ok")" } == ["e/a.png file-too-large", "e/c.jpg ok"])
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
        #expect(shop.scan("--tar", "b.tar").records.map { $0["code"] as? String } == ["not-an-archive"])
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
