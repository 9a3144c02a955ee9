// Archives other than tars: every kind gives the records of the same members in a tar, and whatever is wrong with one is told.

import Foundation
import Testing

@Suite struct ArchiveTests {
    /// Those with the members of `members.tar`.
    private static let alike =
        [
            "members.tar.bz2", "members.tar.xz", "members.tar.zst", "members.tar.lz4",
            "members.tar.lzma", "members.tar.lz", "legacy.tar.lz4", "members.zip", "stored.zip",
            "bzip2.zip", "lzma.zip", "streamed.zip", "streamed-stored.zip", "large.zip",
            "members.7z", "copied.7z",
        ] + inHalves

    /// Those of which each half was packed for itself, or as a block.
    private static let inHalves = [
        "parts.tar.bz2", "parts.tar.xz", "parts.tar.zst", "parts.tar.lz4", "blocks.tar.zst", "blocks.tar.lz4",
    ]

    @Test(arguments: alike)
    func everyKindHasTheRecordsOfTheTar(_ name: String) {
        let shop = shop("members.tar", name)
        let tar = shop.scan("--tar", "members.tar", "--summary", "t.json")
        #expect(codes(tar) == ["d/a.png ok", "d/b.png ok", "c.png ok", "last.png ok"])
        let file = shop.scan("--tar", name, "--summary", "s.json")
        #expect(file.records.map(told) == tar.records.map(told) && file.status == 0 && isComplete(shop) == true)
        #expect(file.records.allSatisfy { $0["archive"] as? String == name })
        let isTar = name.contains(".tar")
        for (record, expected) in zip(file.records, tar.records) {
            let place = record["member"] as? [String: Int]
            #expect(place?["offset"] == (isTar ? (expected["member"] as? [String: Int])?["offset"] : nil))
            if !name.hasSuffix(".7z") { #expect(record["modified"] as? String == "2024-02-29T23:59:58.000000000Z") }
        }
        #expect(object(shop.read("s.json"))["notImages"] as? Int == object(shop.read("t.json"))["notImages"] as? Int)
        // From a pipe, which comes slowly at first; and from a file of which something was read before.
        let pipe = shop.shell(
            """
            (head -c 3 \(name); sleep 0.1; tail -c +4 \(name)) | $assay scan -q --model $model --timeout 20 --tar -
            echo >> both; cat \(name) >> both; (read; $assay scan -q --model $model --tar -) < both
            """)
        if name.hasSuffix(".7z") {
            #expect(pipe.records.first?["code"] as? String == "unsupported-archive")
            #expect(
                pipe.records.first?["message"] as? String
                    == "unsupported archive: 7z, which is read from files only, not from a stream")
            #expect(pipe.records.dropFirst().map(told) == tar.records.map(told))
        } else {
            #expect(pipe.records.map(told) == (tar.records + tar.records).map(told))
        }
    }

    @Test(arguments: ["members.tar.zst", "members.tar.lz4"])
    func framesThatDecodersPassOverMayComeFirst(_ name: String) {
        let shop = shop("members.tar", name)
        // As pzstd writes one, and another.
        let skipped: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4, 0x5F, 0x2A, 0x4D, 0x18, 0, 0, 0, 0]
        shop.write("front", skipped + archive(name))
        let tar = shop.scan("--tar", "members.tar")
        let run = shop.scan("--tar", "front", "--summary", "s.json")
        #expect(run.records.map(told) == tar.records.map(told) && run.status == 0 && isComplete(shop) == true)
        shop.write("only", skipped)
        #expect(codes(shop.scan("--tar", "only")) == ["only truncated-archive"])
    }

    @Test func whatIsNoPictureIsListedWithItsArchive() {
        let shop = shop("members.tar")
        let listed = shop.scan("--only", "notimage", "--tar", "members.tar").records
        #expect(!listed.isEmpty && listed.allSatisfy { $0["code"] as? String == "not-an-image" })
        #expect(listed.allSatisfy { $0["archive"] as? String == "members.tar" })
        #expect(listed.allSatisfy { ($0["member"] as? [String: Int])?["index"] != nil })
    }

    @Test func whatCannotBeUnpackedIsSkippedByName() {
        let shop = shop("mixed.zip", "sealed.7z", "sealed-names.7z")
        for line in ["--tar mixed.zip", "--tar - < mixed.zip", "--tar - < <(cat mixed.zip)"] {
            let run = shop.shell("$assay scan -q --model $model --summary s.json \(line)")
            #expect(
                codes(run) == [
                    "first.png ok", "sealed.png unsupported-member", "unknown.png unsupported-member", "last.png ok",
                ], "\(line)")
            guard run.records.count == 4 else { continue }
            #expect(
                run.records[1]["status"] as? String == "skipped" && run.records[1]["message"] as? String == "encrypted")
            #expect((run.records[2]["message"] as? String)?.lowercased().contains("unsupported") == true)
            #expect(run.status == 2 && isComplete(shop) == true)
        }
        let sealed = shop.scan("--tar", "sealed.7z")
        #expect(codes(sealed).allSatisfy { $0.hasSuffix("unsupported-member") } && sealed.records.count == 3)
        let names = shop.scan("--tar", "sealed-names.7z", "--summary", "s.json")
        #expect(codes(names) == ["sealed-names.7z unsupported-archive"] && names.status == 2)
        #expect(isComplete(shop) == false)
    }

    /// Whole pictures come before a cut; behind them the archive has a record of its own.
    @Test(arguments: alike)
    func anArchiveThatIsCutSaysSo(_ name: String) {
        let shop = shop(name)
        let whole = archive(name)
        let all = shop.scan("--tar", name).records.map(told)
        for share in [20, 45, 70, 95] {
            shop.write("cut", Array(whole.prefix(whole.count * share / 100)))
            for line in ["--tar cut", "--tar - < <(cat cut)"] where !(name.hasSuffix("7z") && line.hasSuffix(")")) {
                let run = shop.shell("$assay scan -q --model $model --summary s.json \(line)")
                let last = run.records.last?["code"] as? String
                #expect(last == "truncated-archive" || last == "corrupt-archive", "\(share) % \(line)")
                #expect(run.status == 2 && isComplete(shop) == false)
                let good = run.records.filter { $0["status"] as? String == "ok" }.map(told)
                #expect(good == Array(all.prefix(good.count)))
            }
        }
    }

    @Test func somethingBehindWhatWasPackedIsTold() {
        for name in ["members.tar.bz2", "members.tar.xz", "members.tar.zst", "members.tar.lz4"] {
            let shop = shop(name)
            shop.write("more", archive(name) + Array("something else".utf8))
            shop.write("zeros", archive(name) + [UInt8](repeating: 0, count: 4096))
            let run = shop.scan("--tar", "more")
            #expect(run.records.last?["code"] as? String == "corrupt-archive" && run.records.count == 5, "\(name)")
            #expect(
                (run.records.last?["message"] as? String)?.hasSuffix(": something behind the end of the packed data")
                    == true)
            #expect(shop.scan("--tar", "zeros").status == 0, "\(name)")
        }
    }

    /// Wherever the second half ends or is damaged, the members in the first one are whole.
    @Test(arguments: inHalves)
    func membersBeforeTheDamageAreJudged(_ name: String) {
        let shop = shop("members.tar")
        let tar = shop.scan("--tar", "members.tar").records
        let half = archive("members.tar").count / 2
        let before = tar.filter { record in
            let offset = (record["member"] as? [String: Int])?["offset"] ?? .max
            return offset.addingReportingOverflow(512 + (record["size"] as? Int ?? 0)).partialValue <= half
        }
        #expect(before.count >= 2 && before.count < tar.count)
        let whole = archive(name)
        var damaged = whole
        for place in 0..<16 { damaged[whole.count * 3 / 4 + place] ^= 0x5A }
        shop.write("damaged", damaged)
        for length in [whole.count * 5 / 8, whole.count * 3 / 4, whole.count - 4] {
            shop.write("cut-\(length)", Array(whole[..<length]))
            let cut = shop.scan("--tar", "cut-\(length)", "--summary", "s.json")
            #expect(cut.records.prefix(before.count).map(told) == before.map(told), "\(length)")
            #expect(cut.records.last?["code"] as? String == "truncated-archive", "\(length)")
            #expect(cut.status == 2 && isComplete(shop) == false)
        }
        let run = shop.scan("--tar", "damaged", "--summary", "s.json")
        #expect(run.records.prefix(before.count).map(told) == before.map(told))
        #expect(run.records.last?["code"] as? String == "corrupt-archive" && isComplete(shop) == false)
    }

    @Test func a7zOfAnUnknownCodecIsUnsupported() {
        let shop = shop("unknown.7z")
        let run = shop.scan("--tar", "unknown.7z", "--summary", "s.json")
        #expect(codes(run) == ["d/a.png unsupported-member", "unknown.7z unsupported-archive"])
        #expect(run.records.allSatisfy { $0["status"] as? String == "skipped" })
        #expect(
            run.records.last?["message"] as? String
                == "unsupported archive: 7z, codec 04f71101, which is unsupported")
        #expect(run.status == 2 && isComplete(shop) == false)
        // Of known ones a damaged archive is damaged.
        var damaged = archive("members.7z")
        for place in 40..<60 { damaged[place] ^= 0x5A }
        shop.write("damaged.7z", damaged)
        #expect(shop.scan("--tar", "damaged.7z").records.last?["code"] as? String == "corrupt-archive")
    }

    @Test func anArchiveThatIsNotThereIsNotScannedWhole() {
        let shop = shop("members.zip")
        let run = shop.scan("--tar", "members.zip", "nosuch.zip", "--summary", "s.json")
        #expect(run.records.count == 5 && run.status == 2 && isComplete(shop) == false)
    }

    /// Three hundred megabytes each, of a few hundred bytes.
    @Test(arguments: ["bomb.zip", "bomb.tar.bz2"])
    func aBombIsPassedOverOrGivenUp(_ name: String) {
        let shop = shop(name)
        let run = shop.scan("--tar", name, "--max-file-size", "30M")
        #expect(codes(run) == ["a.png file-too-large", "c.png ok"])
        #expect(run.records.first?["message"] as? String == "\(300 << 20 + 33) bytes, the limit is \(30 << 20)")
        if name == "bomb.zip" { return }
        let given = shop.scan("--tar", name, "--max-file-size", "30M", "--timeout", "0.05", "--summary", "s.json")
        #expect(given.records.last?["code"] as? String == "unpacking-failed")
        #expect(given.status == 2 && isComplete(shop) == false)
    }

    @Test func anArchiveOfAnotherKindIsNamedAndNothingIsStartedForIt() {
        let shop = Workshop()
        shop.write("a.zip", [0x52, 0x61, 0x72, 0x21, 0x1A, 7, 1, 0] + [UInt8](repeating: 9, count: 600))
        let run = shop.scan("--tar", "a.zip", "--summary", "s.json")
        #expect(codes(run) == ["a.zip unsupported-archive"])
        #expect(run.records.first?["message"] as? String == "unsupported archive: rar, which is not read")
        #expect(run.status == 2 && isComplete(shop) == false)
        #expect(
            shop.run(["--version"]).output.contains("\narchives tar, gzip, zip, 7z, zstd, xz, lzma, lzip, bzip2, lz4\n")
        )
        #expect(shop.run(["unpacker"]).status == 64)
    }

    /// Some of an archive is read twice, which is no place in it.
    @Test(arguments: ["members.zip", "stored.zip", "members.7z", "copied.7z"])
    func whatIsWrongIsWithinTheArchive(_ name: String) {
        let whole = archive(name)
        let shop = Workshop(verdict: .real)
        let places = stride(from: 30, to: whole.count, by: max(1, whole.count / 12))
        for place in places {
            var damaged = whole
            damaged[place] ^= 0x55
            shop.write("\(place)", damaged)
        }
        let run = shop.run(["scan", "--model", "../" + shop.modelName, "--tar"] + places.map(String.init))
        let told = run.records.compactMap { ($0["message"] as? String)?.firstMatch(of: /at byte ([0-9]+)/)?.1 }
        #expect(!told.isEmpty && told.allSatisfy { Int($0)! <= whole.count }, "\(told)")
    }
}
