// Places in a zip where a member could hide: where nothing fits, behind numbers that seem to spare the reading, and behind what is no member.

import Foundation
import Testing

@Suite struct ZipHidingTests {
    /// From a file and from a pipe.
    private static let ways = ["--tar a.zip", "--tar - < <(cat a.zip)"]

    private func scan(_ shop: Workshop, _ way: String) -> Run {
        shop.shell("$assay scan -q --model $model --summary s.json --max-file-size 100K \(way)")
    }

    private func message(_ run: Run) -> String { run.records.last?["message"] as? String ?? "" }

    /// The header begins in a gap of 29 bytes; its name and its extra field are in the header and in the bytes of the member that is named.
    @Test func aMemberThatBeginsInAGapIsFound() {
        let shop = Workshop(verdict: .real)
        var hidden = ZipFile.Header("", Workshop.png)
        // The last byte of the lengths is the first of the next header, a P.
        (hidden.nameLength, hidden.extraLength) = (29 + 7 + 10, 0x5010)
        var alone = ZipFile()
        alone.add(hidden, entry: nil, [])
        let field: [UInt8] = [0x66, 0x66, 0x0C, 0x50] + [UInt8](repeating: 0, count: 0x500C)
        let fill = [UInt8](repeating: 1, count: 10)
        var zip = ZipFile()
        zip.add("a.png", Workshop.png)
        zip.append(Array(alone.bytes.prefix(29)))
        zip.add("big.bin", fill + field + Workshop.png + fill)
        zip.add("b.png", Workshop.png)
        shop.write("a.zip", zip.whole)
        let run = scan(shop, Self.ways[0])
        #expect(run.records.map { $0["code"] as? String } == [nil, nil, nil, "corrupt-archive"])
        #expect(message(run).contains(": members that the directory does not name"))
        #expect(run.status == 2 && isComplete(shop) == false)
        // Four bytes of a mark are no member.
        var mark = ZipFile()
        mark.add("a.png", Workshop.png)
        mark.append([9, 0x50, 0x4B, 3, 4])
        mark.add("b.png", Workshop.png)
        shop.write("a.zip", mark.whole)
        #expect(codes(scan(shop, Self.ways[0])) == ["a.png ok", "b.png ok"])
    }

    /// Only what stands behind the bytes says so: so they are unpacked, however many they should be.
    @Test func aSizeAboveTheLimitSparesNoReading() {
        let shop = Workshop(verdict: .real)
        let text = Array("text of no meaning".utf8)
        var hidden = ZipFile()
        hidden.add("hidden.png", Workshop.png)
        for size in [text.count, 200_000] {
            var entry = ZipFile.Header("a.txt", text)
            (entry.method, entry.flags, entry.packed) = (8, 8, text.count + 5)
            let end = ZipFile.block(text) + entry.descriptor()
            (entry.size, entry.packed) = (size, end.count + hidden.bytes.count)
            var header = entry.streamed
            header.method = 8
            var zip = ZipFile()
            zip.add(header, entry: entry, end + hidden.bytes + entry.descriptor())
            zip.add("b.png", Workshop.png)
            shop.write("a.zip", zip.whole)
            let run = scan(shop, Self.ways[0])
            let (found, isTrue) = (codes(run), size == text.count)
            #expect(found.contains(isTrue ? "hidden.png ok" : "a.txt corrupt-archive"), "\(found)")
            #expect(found.contains("b.png ok") && run.status == 2 && isComplete(shop) == false)
        }
        // One that is as large as it says is passed over by its size.
        let content = Workshop.png + [UInt8](repeating: 7, count: 200_000)
        var large = ZipFile.Header("large.png", content)
        large.flags = 8
        var zip = ZipFile()
        zip.add(large.streamed, entry: large, content + large.descriptor())
        zip.add("b.png", Workshop.png)
        shop.write("a.zip", zip.whole)
        let run = scan(shop, Self.ways[0])
        #expect(codes(run) == ["large.png file-too-large", "b.png ok"])
        let words = "\(content.count) bytes, the limit is \(100 << 10)"
        #expect(run.records.first?["message"] as? String == words)
    }

    /// Packed by LZMA, of which a library may leave the last bytes, but no more.
    @Test func whatLZMADataLeaveIsLookedThrough() {
        let shop = Workshop(verdict: .real)
        let text = Array("text of no meaning".utf8)
        // With a mark at its end.
        let data: [UInt8] = [
            0x09, 0x14, 0x05, 0x00, 0x5D, 0x00, 0x00, 0x01, 0x00, 0x00, 0x3A, 0x19, 0x4B, 0x78, 0x10, 0x36, 0xB8, 0x1F,
            0x70, 0x3F, 0xF1, 0x17, 0x74, 0x75, 0x26, 0x3E, 0xE4, 0x5F, 0xF6, 0x75, 0xB1, 0xF4, 0xEF, 0xFF, 0xD6, 0x28,
            0x00, 0x00,
        ]
        var hidden = ZipFile()
        hidden.add("hidden.png", Workshop.png)
        for rest in [[], hidden.bytes] {
            var header = ZipFile.Header("a.txt", text)
            (header.method, header.flags, header.packed) = (14, 2, data.count + rest.count)
            var zip = ZipFile()
            zip.add(header, entry: header, data + rest)
            zip.add("b.png", Workshop.png)
            shop.write("a.zip", zip.whole)
            for way in Self.ways {
                let run = scan(shop, way)
                if rest.isEmpty {
                    #expect(codes(run) == ["b.png ok"] && run.status == 0, "\(way)")
                } else {
                    #expect(codes(run).dropLast() == ["hidden.png ok", "b.png ok"], "\(way)")
                    #expect(
                        message(run).hasSuffix(
                            ": members that the directory does not name; something behind the packed data of a member"))
                }
            }
        }
    }

    /// With sizes that do not fit, which most programs pass over. A picture needs neither a name nor a version that there is.
    @Test func aMemberBehindSomethingElseIsTold() {
        let shop = Workshop(verdict: .real)
        let picture = ZipFile.Header("hidden.png", Workshop.png)
        let text = ZipFile.Header("hidden.txt", Array("text".utf8))
        var (strange, new) = (picture, picture)
        strange.name = Array("hid\u{1}den.png".utf8)
        new.version = 200
        for index in 0..<4 {
            var header = [picture, strange, new, text][index]
            header.size += 1
            let name = String(decoding: header.name, as: UTF8.self)
            var zip = ZipFile()
            zip.add("a.png", Workshop.png)
            zip.append(Array("xx".utf8))
            zip.add(header, entry: nil, index == 3 ? Array("text".utf8) : Workshop.png)
            zip.add("b.png", Workshop.png)
            shop.write("a.zip", zip.whole)
            for way in Self.ways {
                let run = scan(shop, way)
                let archive = way == Self.ways[0] ? "a.zip" : "-"
                #expect(
                    codes(run) == [
                        "a.png ok", "\(name) corrupt-archive", "b.png ok", "\(archive) corrupt-archive",
                    ], "\(index) \(way)")
                #expect(run.status == 2 && isComplete(shop) == false)
            }
        }
    }
}
