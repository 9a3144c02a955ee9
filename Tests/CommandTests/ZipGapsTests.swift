// What lies between the members of a zip, or seems to: members that its directory does not name, lengths that lead astray, and what is nothing.

import Foundation
import Testing

@Suite struct ZipGapsTests {
    /// From a file and from a pipe.
    private static let ways = ["--tar a.zip", "--tar - < <(cat a.zip)"]

    private func scan(_ shop: Workshop, _ way: String) -> Run {
        shop.shell("$assay scan -q --model $model --summary s.json \(way)")
    }

    private func message(_ run: Run) -> String { run.records.last?["message"] as? String ?? "" }

    /// Programs that read a zip as it comes show them.
    @Test func membersThatTheDirectoryDoesNotNameAreJudged() {
        let shop = Workshop(verdict: .real)
        let picture = Workshop.png
        func header(_ name: String) -> ZipFile.Header { ZipFile.Header(name, picture) }
        var zip = ZipFile()
        zip.add(header("before.png"), entry: nil, picture)
        zip.add("a.png", picture)
        zip.append([UInt8](repeating: 0, count: 100))
        // Packed, and with its sizes behind its bytes.
        var packed = header("packed.png")
        (packed.method, packed.packed) = (8, picture.count + 5)
        zip.add(packed, entry: nil, ZipFile.block(picture))
        zip.add("b.png", picture)
        zip.add(header("stored.png").streamed, entry: nil, picture + header("stored.png").descriptor())
        packed.name = Array("streamed.png".utf8)
        var streamed = packed.streamed
        streamed.method = 8
        zip.add(streamed, entry: nil, ZipFile.block(picture) + packed.descriptor(8))
        let names = ["before", "a", "packed", "b", "stored", "streamed"]
        shop.write("a.zip", zip.whole)
        for way in Self.ways {
            let run = scan(shop, way)
            let archive = way == Self.ways[0] ? "a.zip" : "-"
            #expect(codes(run) == names.map { "\($0).png ok" } + ["\(archive) corrupt-archive"], "\(way)")
            #expect(run.records.map { ($0["member"] as? [String: Int])?["index"] }.dropLast() == [0, 1, 2, 3, 4, 5])
            #expect(message(run).hasSuffix(": members that the directory does not name"))
            #expect(run.status == 2 && isComplete(shop) == false)
        }
        // Behind a program, whose end is where the archive begins; one whose bytes are damaged is told of too.
        var other = ZipFile()
        other.append([UInt8](repeating: 0x90, count: 5000) + zip.bytes)
        other.add(header("damaged.png"), entry: nil, picture.map { ~$0 })
        other.add("last.png", picture)
        shop.write("a.zip", other.whole)
        let run = scan(shop, Self.ways[0])
        #expect(
            codes(run) == names.map { "\($0).png ok" } + [
                "damaged.png corrupt-archive", "last.png ok", "a.zip corrupt-archive",
            ])
    }

    /// A picture behind whose end another member lies, and only that one is in the directory.
    @Test func aMemberAroundOneThatIsNamedIsFound() {
        let shop = Workshop(verdict: .real)
        var inner = ZipFile()
        inner.add("in.png", Workshop.png)
        let outer = ZipFile.Header("out.png", Workshop.jpeg + inner.bytes)
        var zip = ZipFile()
        zip.add(outer, entry: nil, Workshop.jpeg)
        zip.add("in.png", Workshop.png)
        shop.write("a.zip", zip.whole)
        #expect(codes(scan(shop, Self.ways[0])) == ["out.png ok", "in.png ok", "a.zip corrupt-archive"])
    }

    /// The pipe reads on; whoever has the directory sees none of them. None may be passed over, and what lies behind is looked for.
    @Test(arguments: [0, 8])
    func whatDoesNotFitIntoAGapIsNotPassedOver(_ method: Int) {
        let shop = Workshop(verdict: .real)
        func header(_ name: String) -> ZipFile.Header {
            var header = ZipFile.Header(name, Workshop.png)
            header.method = method
            if method == 8 { header.packed += 5 }
            return header
        }
        let packed = method == 8 ? ZipFile.block(Workshop.png) : Workshop.png
        for padding in [0, 40] {
            for (packedMore, sizeMore) in [
                (1, 0), (1, 1), (60, 0), (5000, 0), (5000, 5000), (0x7FFF_0000, 0), (0xFFF0_0000, 0xFFF0_0000),
            ] {
                for isLast in [false, true] {
                    var zip = ZipFile()
                    zip.add("a.png", Workshop.png)
                    if !isLast { zip.append([UInt8](repeating: 0, count: padding)) }
                    var lie = header("lie.png")
                    lie.packed += packedMore
                    lie.size += sizeMore
                    if !isLast {
                        zip.add(lie, entry: nil, packed)
                        zip.add(header("behind.png"), entry: nil, packed)
                    }
                    zip.add("b.png", Workshop.png)
                    if isLast {
                        zip.append([UInt8](repeating: 0, count: padding))
                        zip.add(lie, entry: nil, packed)
                    }
                    shop.write("a.zip", zip.whole)
                    let run = scan(shop, Self.ways[0])
                    let (found, what) = (codes(run), "\(padding) \(packedMore) \(sizeMore) \(isLast): \(codes(run))")
                    // Of a size that is larger than any that is looked at that is told.
                    #expect(found.contains { $0.hasPrefix("lie.png ") }, "\(what)")
                    if method == 8 && sizeMore == 0 || isLast && method == 0 && packedMore >= 5000 {
                        #expect(found.contains("lie.png ok"), "\(what)")
                    }
                    if !isLast { #expect(found.contains("behind.png ok"), "\(what)") }
                    #expect(found.contains("a.png ok") && found.contains("b.png ok"), "\(what)")
                    #expect(message(run).contains("members that the directory does not name"), "\(what)")
                    #expect(run.status == 2 && isComplete(shop) == false, "\(what)")
                }
            }
        }
        // A name that leads too far has none to be called by.
        var far = header("far.png")
        far.extraLength = 60_000
        for padding in [0, 40] {
            var zip = ZipFile()
            zip.add("a.png", Workshop.png)
            zip.append([UInt8](repeating: 0, count: padding))
            zip.add(far, entry: nil, packed)
            shop.write("a.zip", zip.whole)
            let run = scan(shop, Self.ways[0])
            #expect(codes(run) == ["a.png ok", "a.zip corrupt-archive"], "\(padding)")
        }
    }

    /// Read as it comes, the first member ends where a descriptor within its bytes is true; the directory says that it goes on.
    @Test func aMemberThatEndsTwiceIsTold() {
        let shop = Workshop(verdict: .real)
        let part = [UInt8](repeating: 7, count: 100)
        var hidden = ZipFile()
        hidden.add("hidden.png", Workshop.png)
        for isTrue in [true, false] {
            var first = ZipFile.Header("a.bin", part)
            if !isTrue { first.checksum ^= 1 }
            let content = part + first.descriptor() + (isTrue ? hidden.bytes : [])
            let truth = ZipFile.Header("a.bin", content)
            var zip = ZipFile()
            zip.add(truth.streamed, entry: truth, content + truth.descriptor())
            zip.add("b.png", Workshop.png)
            shop.write("a.zip", zip.whole)
            let (file, pipe) = (scan(shop, Self.ways[0]), scan(shop, Self.ways[1]))
            #expect(codes(file) == ["b.png ok"] + (isTrue ? ["a.zip corrupt-archive"] : []))
            if isTrue {
                #expect(message(file).hasSuffix(": a false data descriptor"))
                #expect(codes(pipe).contains("hidden.png ok") && pipe.status == 2)
            }
        }
    }

    /// The mark of a member is in programs too that unpack themselves, gaps are filled by headers without a name (zipflinger), and signatures
    /// stand before a directory (APK).
    @Test func whatOnlyLooksLikeAMemberIsNone() {
        let shop = Workshop(verdict: .real)
        let mark: [UInt8] = [0x50, 0x4B, 3, 4]
        let template = mark + [20, 0, 0, 0, 8, 0] + [UInt8](repeating: 0, count: 40)
        let words = mark + Array("begins a member, and [PK..] its directory; what follows is text of no meaning".utf8)
        // A program compares with the mark and goes elsewhere if it is another; what follows seems to be encrypted, or to have a name.
        let code = [0, 1].flatMap { (flags: UInt8) -> [UInt8] in
            mark + [
                0x0F, 0x85, flags, 2, 0, 0, 0x8B, 0x45, 0xF8, 0x89, 1, 2, 3, 4, 5, 6, 7, 0x70, 9, 9, 9, 0x60, 3, 0, 4,
                0,
            ]
                + Array("abcdefghi".utf8)
        }
        let marks: [UInt8] = mark + [0x50, 0x4B, 1, 2, 0x50, 0x4B, 5, 6, 0x50, 0x4B, 7, 8] + template.reversed()
        var filler = ZipFile.Header("", [])
        filler.extra = [UInt8](repeating: 0, count: 300)
        var zip = ZipFile()
        zip.add(filler, entry: nil, [])
        zip.add("a.png", Workshop.png)
        zip.add(filler, entry: nil, [])
        zip.add("b.png", Workshop.png)
        zip.append([UInt8](repeating: 0, count: 4096))
        for way in Self.ways {
            shop.write("a.zip", zip.whole)
            let run = scan(shop, way)
            #expect(codes(run) == ["a.png ok", "b.png ok"] && run.status == 0 && isComplete(shop) == true, "\(way)")
        }
        var program = ZipFile()
        program.append(Array("\u{7F}ELF".utf8) + template + code + words + marks + words)
        program.add("a.png", Workshop.png)
        program.append(words + code + template + Array("APK Sig Block 42".utf8))
        shop.write("a.zip", program.whole)
        let run = scan(shop, Self.ways[0])
        #expect(codes(run) == ["a.png ok"] && run.status == 0 && isComplete(shop) == true)
    }

    /// Of a name or of an extra field, in one header; what is behind that member is read, and no end is told that is none.
    @Test(arguments: ["stored", "streamed", "packed"])
    func aFalseLengthCostsOneMember(_ form: String) {
        let shop = Workshop(verdict: .real)
        for (name, extra) in [(2, 0), (6, 0), (8, 0), (150, 0), (5000, 0), (60_000, 0), (5, 7), (5, 300), (5, 65_000)] {
            var zip = ZipFile()
            for (index, letter) in ["a", "b", "c", "d"].enumerated() {
                let content = Workshop.noise(index, 40, 30)
                var entry = ZipFile.Header("\(letter).png", content)
                if form == "packed" { (entry.method, entry.packed) = (8, content.count + 5) }
                var header = form == "stored" ? entry : entry.streamed
                if letter == "b" { (header.nameLength, header.extraLength) = (name, extra) }
                zip.add(
                    header, entry: entry,
                    (form == "packed" ? ZipFile.block(content) : content)
                        + (form == "stored" ? [] : entry.descriptor()))
            }
            shop.write("a.zip", zip.whole)
            for way in Self.ways {
                let run = scan(shop, way)
                let found = codes(run)
                #expect(
                    found.filter { $0.hasSuffix(" ok") } == ["a.png ok", "c.png ok", "d.png ok"],
                    "\(name) \(extra) \(way): \(found)")
                #expect(found.contains { $0.hasSuffix("corrupt-archive") } && isComplete(shop) == false)
                #expect(!found.contains { $0.hasSuffix("truncated-archive") } && run.status == 2)
                if way == Self.ways[0] { #expect(found.contains("b.png corrupt-archive")) }
            }
        }
    }

    /// Of packed data that end early the rest is no member's.
    @Test func whatPackedDataLeaveIsLookedThrough() {
        let shop = Workshop(verdict: .real)
        var hidden = ZipFile()
        hidden.add("hidden.png", Workshop.png)
        var header = ZipFile.Header("a.png", Workshop.png)
        (header.method, header.packed) = (8, Workshop.png.count + 5 + hidden.bytes.count)
        var zip = ZipFile()
        zip.add(header, entry: header, ZipFile.block(Workshop.png) + hidden.bytes)
        zip.add("b.png", Workshop.png)
        shop.write("a.zip", zip.whole)
        for way in Self.ways {
            let run = scan(shop, way)
            #expect(codes(run).dropLast() == ["a.png ok", "hidden.png ok", "b.png ok"] && isComplete(shop) == false)
            #expect(
                message(run).hasSuffix(
                    ": members that the directory does not name; something behind the packed data of a member"))
        }
    }
}
