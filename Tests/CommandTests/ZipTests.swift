// Zips are read by a reader of their own: every member that is in one is looked at or told of, whichever program would show it.

import Foundation
import Testing

@Suite struct ZipTests {
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
            shop.write("more", archive(name) + archive(behind))
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

    @Test func aMemberWithoutATimeHasNone() {
        let shop = Workshop(verdict: .real)
        var zip = ZipFile()
        var header = ZipFile.Header("a.png", Workshop.png)
        header.time = 0
        zip.add(header, entry: header, Workshop.png)
        zip.add("b.png", Workshop.png)
        shop.write("a.zip", zip.whole)
        for line in ["--tar a.zip", "--tar - < <(cat a.zip)"] {
            let run = shop.shell("$assay scan -q --model $model \(line)")
            #expect(codes(run) == ["a.png ok", "b.png ok"])
            #expect(run.records.map { $0["modified"] as? String } == [nil, "2024-02-29T23:59:58.000000000Z"])
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
        let run = shop.scan("--tar", "a.zip", "--summary", "s.json")
        #expect(
            codes(run) == [
                "a.png ok", "b.png unsupported-member", "c.png corrupt-archive", "z.png ok", "a.zip corrupt-archive",
            ])
        #expect(isComplete(shop) == false)
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
        #expect(codes(shop.scan("--tar", "two.zip")).contains("z.png corrupt-archive"))
    }

    /// As archives that unpack themselves, whose offsets count from where they begin or from where the file does.
    @Test func aZipBehindSomethingElseIsRead() {
        let shop = shop("members.zip")
        let expected = shop.scan("--tar", "members.zip").records.map(told)
        let prefix = Array("#!/bin/sh\nexec unzip -o \"$0\"\n".utf8) + Workshop.png + [UInt8](repeating: 7, count: 3000)
        shop.write("moved.zip", prefix + archive("members.zip"))
        shop.write("large.zip", prefix + archive("large.zip"))
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
        shop.write("tar.zip", archive("members.tar") + archive("stored.zip"))
        let tar = shop.scan("--tar", "tar.zip")
        #expect(tar.records.count == 5 && tar.records.last?["code"] as? String == "corrupt-archive")
        shop.write("lost.zip", prefix + archive("members.zip").suffix(22))
        let lost = shop.scan("--tar", "lost.zip", "--summary", "s.json")
        #expect(codes(lost) == ["lost.zip corrupt-archive"] && isComplete(shop) == false)
        #expect(
            (lost.records.last?["message"] as? String)?.hasSuffix("the directory of a zip is not where its end says")
                == true)
        let pipe = shop.shell("cat moved.zip | $assay scan -q --model $model --tar -")
        #expect(pipe.records.map { $0["code"] as? String } == ["not-an-archive"])
    }

    /// From a pipe the first zip would be read, where a program that has the file reads the one in its comment.
    @Test func aZipInTheCommentOfAnotherIsTold() {
        let shop = Workshop(verdict: .real)
        let inner = archive("stored.zip")
        var zip = archive("members.zip")
        let length = UInt16(inner.count)
        zip.replaceSubrange((zip.count - 2)..., with: [UInt8(length & 0xFF), UInt8(length >> 8)])
        shop.write("both.zip", zip + inner)
        let pipe = shop.shell("cat both.zip | $assay scan -q --model $model --tar - --summary s.json")
        #expect(pipe.records.last?["code"] as? String == "corrupt-archive" && isComplete(shop) == false)
        let file = shop.scan("--tar", "both.zip", "--summary", "s.json")
        #expect(file.records.last?["code"] as? String == "corrupt-archive" && isComplete(shop) == false)
    }

    /// Forty members, of which each holds the headers of all behind it and the same two megabytes.
    @Test func membersThatLieOverEachOtherAreNotReadForEver() {
        let shop = Workshop(verdict: .real)
        var zip = ZipFile()
        for index in 10..<50 { zip.begin("m-\(index)", (49 - index) * 34 + (2 << 20), 1) }
        zip.append([UInt8](repeating: 7, count: 2 << 20))
        shop.write("a.zip", zip.whole)
        let run = shop.scan("--tar", "a.zip", "--summary", "s.json")
        // The first may end earlier than it says, since its bytes are not what they were; so one more is read.
        let refused = (12..<50).map { "m-\($0) unsupported-member" }
        #expect(
            codes(run) == ["m-10 corrupt-archive", "m-11 corrupt-archive"] + refused + ["a.zip corrupt-archive"])
        #expect(
            (run.records.last?["message"] as? String)?.hasSuffix(
                ": an entry of the directory without a member of its own") == true)
        #expect(run.status == 2 && isComplete(shop) == false)
    }

    /// As in the bombs of David Fifield: each member begins with a block that is the header of the next, so that all of them are sound.
    @Test func whatQuotesTheNextHeaderIsReadOnce() {
        let shop = Workshop(verdict: .real)
        var content = Workshop.png
        var packed = ZipFile.block(content)
        var headers: [(header: ZipFile.Header, before: Int)] = []
        var names = ["c.png", "b.bin", "a.bin"]
        var parts: [[UInt8]] = []
        while let name = names.first {
            names.removeFirst()
            var header = ZipFile.Header(name, content)
            (header.method, header.packed) = (8, packed.count)
            var alone = ZipFile()
            alone.add(header, entry: nil, [])
            headers.insert((header, alone.bytes.count), at: 0)
            content = alone.bytes + content
            parts.insert(alone.bytes, at: 0)
            packed = ZipFile.block(alone.bytes, isLast: false) + packed
        }
        var zip = ZipFile()
        for (index, (header, _)) in headers.enumerated() {
            if index > 0 { zip.append(Array(ZipFile.block(parts[index], isLast: false).prefix(5))) }
            zip.add(header, entry: header, [])
        }
        zip.append(ZipFile.block(Workshop.png))
        shop.write("a.zip", zip.whole)
        let run = shop.scan("--tar", "a.zip", "--summary", "s.json")
        #expect(
            codes(run) == ["b.bin unsupported-member", "c.png unsupported-member", "a.zip corrupt-archive"])
        #expect(object(shop.read("s.json"))["notImages"] as? Int == 1 && isComplete(shop) == false && run.status == 2)
        let pipe = shop.shell("cat a.zip | $assay scan -q --model $model --summary s.json --tar -")
        #expect(codes(pipe) == ["- corrupt-archive"] && isComplete(shop) == false)
    }

    @Test func aDamagedMemberHidesNoOther() {
        let shop = shop("members.zip")
        let whole = archive("members.zip")
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
}
