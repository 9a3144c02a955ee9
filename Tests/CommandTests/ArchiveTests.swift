// Archives other than tars: every kind gives the records of the same members in a tar, and whatever is wrong with one is told.

import Foundation
import Testing

@Suite struct ArchiveTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/archives")

    private static func fixture(_ name: String) -> [UInt8] {
        [UInt8](FileManager.default.contents(atPath: folder.appendingPathComponent(name).path) ?? Data())
    }

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

    private func shop(_ names: String...) -> Workshop {
        let shop = Workshop(verdict: .real)
        for name in names { shop.write(name, Self.fixture(name)) }
        return shop
    }

    /// Everything that a record says of a member but how it was packed.
    private func told(_ record: [String: Any]) -> String {
        let member = record["member"] as? [String: Int]
        return "\(record["path"]!) \(record["code"] ?? record["status"]!) \(record["size"] ?? "-") "
            + "\(record["sha256"] ?? "-") \(member?["index"] ?? -1)"
    }

    private func codes(_ run: Run) -> [String] { run.records.map { "\($0["path"]!) \($0["code"] ?? $0["status"]!)" } }

    private func isComplete(_ shop: Workshop) -> Bool? { object(shop.read("s.json"))["complete"] as? Bool }

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
        shop.write("front", skipped + Self.fixture(name))
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

    @Test func namesAreNamesAndLinksAreNone() {
        let shop = shop("names.tar", "names.zip")
        let (tar, zip) = (shop.scan("--tar", "names.tar"), shop.scan("--tar", "names.zip", "--summary", "s.json"))
        #expect(
            zip.records.map { $0["path"] as? String } == [
                "/etc/absolute.png", "../../up.png", "d/\u{FC}ber \u{56F3}.png", "d/twice.png", "d/twice.png",
                "line\nbreak.png",
            ])
        #expect(zip.records.map(told) == tar.records.map(told))
        #expect(object(shop.read("s.json"))["notImages"] as? Int == 1)
        let pipe = shop.shell("cat names.zip | $assay scan -q --model $model --tar -")
        #expect(pipe.records.map { $0["sha256"] as? String } == zip.records.map { $0["sha256"] as? String })
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

    @Test func aDamagedMemberHidesNoOther() {
        let shop = shop("members.zip")
        let whole = Self.fixture("members.zip")
        // In the content of the second picture, whose header stands before its name.
        let name = whole.indices.first { whole[$0...].starts(with: "d/b.png".utf8) }!
        for place in [name + 40, name + 7 + 4] {
            var damaged = whole
            for offset in 0..<8 { damaged[place + offset] ^= 0x5A }
            shop.write("damaged.zip", damaged)
            let run = shop.scan("--tar", "damaged.zip", "--summary", "s.json")
            #expect(codes(run) == ["d/a.png ok", "d/b.png corrupt-archive", "c.png ok", "last.png ok"])
            #expect(run.status == 2 && isComplete(shop) == false)
            #expect(run.records.map { ($0["member"] as? [String: Int])?["index"] } == [0, 2, 5, 7])
        }
        // Stored, with another checksum than its bytes have; and what is no picture.
        var zip = ZipFile()
        zip.add("a.png", Workshop.png, checksum: 1)
        zip.add("b.txt", Array("text".utf8), checksum: 2)
        zip.add("c.png", Workshop.png)
        shop.write("sums.zip", zip.whole)
        for line in ["--tar sums.zip", "--tar - < <(cat sums.zip)"] {
            let run = shop.shell("$assay scan -q --model $model \(line)")
            #expect(codes(run) == ["a.png corrupt-archive", "b.txt corrupt-archive", "c.png ok"], "\(line)")
        }
    }

    /// Whole pictures come before a cut; behind them the archive has a record of its own.
    @Test(arguments: alike)
    func anArchiveThatIsCutSaysSo(_ name: String) {
        let shop = shop(name)
        let whole = Self.fixture(name)
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
            shop.write("more", Self.fixture(name) + Array("something else".utf8))
            shop.write("zeros", Self.fixture(name) + [UInt8](repeating: 0, count: 4096))
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
        let half = Self.fixture("members.tar").count / 2
        let before = tar.filter { record in
            let offset = (record["member"] as? [String: Int])?["offset"] ?? .max
            return offset.addingReportingOverflow(512 + (record["size"] as? Int ?? 0)).partialValue <= half
        }
        #expect(before.count >= 2 && before.count < tar.count)
        let whole = Self.fixture(name)
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

    @Test func aZipWithoutMembersIsWhole() {
        let shop = Workshop(verdict: .real)
        shop.write("none.zip", [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18))
        let run = shop.scan("--tar", "none.zip", "--summary", "s.json")
        #expect(run.output == "" && run.status == 0 && isComplete(shop) == true)
        shop.write("cut.zip", [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 17))
        #expect(shop.scan("--tar", "cut.zip").status == 2)
    }

    /// Other programs read the zip at the end, so that one before it could keep its members from being looked at.
    @Test func whatStandsBehindAZipIsTold() {
        for (name, behind) in [
            ("members.zip", "stored.zip"), ("streamed.zip", "members.zip"), ("members.zip", "members.tar.bz2"),
        ] {
            let shop = shop(name)
            shop.write("more", Self.fixture(name) + Self.fixture(behind))
            let run = shop.scan("--tar", "more", "--summary", "s.json")
            #expect(run.records.count == 5 && run.status == 2 && isComplete(shop) == false, "\(name)")
            #expect(run.records.last?["code"] as? String == "corrupt-archive")
            #expect(
                (run.records.last?["message"] as? String)?.contains("something behind the end of the directory") == true
            )
            let pipe = shop.shell("cat more | $assay scan -q --model $model --tar -")
            #expect(pipe.records.count == 5 && pipe.records.last?["code"] as? String == "corrupt-archive")
        }
    }

    /// A program that makes names of its own out of those in the archive would show others than the evidence has.
    @Test func namesKeepTheirBytes() {
        let shop = Workshop(verdict: .real)
        var zip = ZipFile()
        zip.add("d\\a.png", Workshop.png, ZipFile.Kind(madeBy: 0x0014, attributes: 0x20))
        zip.add("d/b\\c.png", Workshop.png, ZipFile.Kind(madeBy: 0x0014, attributes: 0x20))
        shop.write("a.zip", zip.whole)
        for line in ["--tar a.zip", "--tar - < <(cat a.zip)"] {
            #expect(codes(shop.shell("$assay scan -q --model $model \(line)")) == ["d\\a.png ok", "d/b\\c.png ok"])
        }
    }

    /// An entry has bytes whatever it says that it is, and most programs write them out as a file.
    @Test func whatAnEntrySaysOfItsKindHidesNoPicture() {
        let shop = Workshop(verdict: .real)
        var zip = ZipFile()
        let kinds = [0o010644 << 16, 0o120777 << 16, 0o060600 << 16, 0o040755 << 16, 0x10]
        for (index, attributes) in kinds.enumerated() {
            zip.add(
                "\(index).png", Workshop.png, ZipFile.Kind(madeBy: index == 4 ? 20 : 0x0314, attributes: attributes))
        }
        zip.add("link", Array("0.png".utf8), ZipFile.Kind(attributes: 0o120777 << 16))
        zip.add("fifo", [], ZipFile.Kind(attributes: 0o010644 << 16))
        zip.add("d/", [], ZipFile.Kind(attributes: 0o040755 << 16))
        shop.write("a.zip", zip.whole)
        for line in ["--tar a.zip", "--tar - < <(cat a.zip)"] {
            let run = shop.shell("$assay scan -q --model $model --summary s.json \(line)")
            #expect(codes(run) == (0..<5).map { "\($0).png ok" }, "\(line)")
            #expect(object(shop.read("s.json"))["notImages"] as? Int == 2 && isComplete(shop) == true)
        }
    }

    @Test func everyEntryOfADirectoryIsToldOf() {
        let shop = Workshop(verdict: .real)
        var zip = ZipFile()
        zip.add("a.png", Workshop.png)
        zip.list("b.png", Workshop.png.count, ZipFile.checksum(Workshop.png), at: 0)
        zip.list("c.png", 5, 1, at: 7)
        zip.add("z.png", Workshop.png)
        shop.write("a.zip", zip.whole)
        let run = shop.scan("--tar", "a.zip")
        #expect(
            codes(run) == ["a.png ok", "b.png unsupported-member", "c.png corrupt-archive", "z.png ok"])
        #expect(run.records[1]["message"] as? String == "it lies where another member does")
        // From a pipe it is known at the end that there are others than have come.
        let pipe = shop.shell("cat a.zip | $assay scan -q --model $model --tar -")
        #expect(codes(pipe) == ["a.png ok", "z.png ok", "- corrupt-archive"])
        #expect(
            (pipe.records.last?["message"] as? String)?.hasSuffix(
                ": an entry of the directory without a member of its own") == true)
        // Some programs go by the one header and some by the other.
        var two = zip.whole
        let place = two.indices.last { two[$0...].starts(with: [0x50, 0x4B, 1, 2]) }!
        two[place + 10] = 8
        shop.write("two.zip", two)
        #expect(codes(shop.scan("--tar", "two.zip")).last == "z.png corrupt-archive")
    }

    /// As archives that unpack themselves, whose offsets count from where they begin or from where the file does.
    @Test func aZipBehindSomethingElseIsRead() {
        let shop = shop("members.zip")
        let expected = shop.scan("--tar", "members.zip").records.map(told)
        let prefix = Array("#!/bin/sh\nexec unzip -o \"$0\"\n".utf8) + Workshop.png + [UInt8](repeating: 7, count: 3000)
        shop.write("moved.zip", prefix + Self.fixture("members.zip"))
        shop.write("large.zip", prefix + Self.fixture("large.zip"))
        for name in ["moved.zip", "large.zip"] {
            let run = shop.scan("--tar", name, "--summary", "s.json")
            #expect(run.records.map(told) == expected && run.status == 0 && isComplete(shop) == true, "\(name)")
        }
        var zip = ZipFile()
        zip.append(prefix)
        zip.add("a.png", Workshop.png)
        zip.add("b.png", Workshop.png)
        shop.write("adjusted.zip", zip.whole)
        #expect(codes(shop.scan("--tar", "adjusted.zip")) == ["a.png ok", "b.png ok"])
        // A tar is a tar, whatever follows; and a directory must lie somewhere.
        shop.write("tar.zip", Self.fixture("members.tar") + Self.fixture("stored.zip"))
        let tar = shop.scan("--tar", "tar.zip")
        #expect(tar.records.count == 5 && tar.records.last?["code"] as? String == "corrupt-archive")
        shop.write("lost.zip", prefix + Self.fixture("members.zip").suffix(22))
        let lost = shop.scan("--tar", "lost.zip", "--summary", "s.json")
        #expect(codes(lost) == ["lost.zip corrupt-archive"] && isComplete(shop) == false)
        #expect(
            (lost.records.last?["message"] as? String)?.hasSuffix("the directory of a zip is not where its end says")
                == true)
        let pipe = shop.shell("cat moved.zip | $assay scan -q --model $model --tar -")
        #expect(pipe.records.map { $0["code"] as? String } == ["not-an-archive"])
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
        var damaged = Self.fixture("members.7z")
        for place in 40..<60 { damaged[place] ^= 0x5A }
        shop.write("damaged.7z", damaged)
        #expect(shop.scan("--tar", "damaged.7z").records.last?["code"] as? String == "corrupt-archive")
    }

    /// From a pipe the first zip would be read, where a program that has the file reads the one in its comment.
    @Test func aZipInTheCommentOfAnotherIsTold() {
        let shop = Workshop(verdict: .real)
        let inner = Self.fixture("stored.zip")
        var zip = Self.fixture("members.zip")
        let length = UInt16(inner.count)
        zip.replaceSubrange((zip.count - 2)..., with: [UInt8(length & 0xFF), UInt8(length >> 8)])
        shop.write("both.zip", zip + inner)
        let pipe = shop.shell("cat both.zip | $assay scan -q --model $model --tar - --summary s.json")
        #expect(pipe.records.last?["code"] as? String == "corrupt-archive" && isComplete(shop) == false)
        let file = shop.scan("--tar", "both.zip", "--summary", "s.json")
        #expect(file.records.last?["code"] as? String == "corrupt-archive" && isComplete(shop) == false)
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

    /// Forty members, of which each holds the headers of all behind it and the same two megabytes.
    @Test func membersThatLieOverEachOtherAreNotReadForEver() {
        let shop = Workshop(verdict: .real)
        var zip = ZipFile()
        for index in 10..<50 { zip.begin("m-\(index)", (49 - index) * 34 + (2 << 20), 1) }
        zip.append([UInt8](repeating: 7, count: 2 << 20))
        shop.write("a.zip", zip.whole)
        let run = shop.scan("--tar", "a.zip")
        #expect(codes(run).last == "a.zip corrupt-archive" && (5..<20).contains(run.records.count))
        #expect((run.records.last?["message"] as? String)?.contains("its members lie where others do") == true)
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
}
