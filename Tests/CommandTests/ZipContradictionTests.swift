// What the parts of a zip say of each other that is not so: programs go by the one or by the other, and an examiner must know.

import Foundation
import Testing

@Suite struct ZipContradictionTests {
    private let shop = Workshop(verdict: .real)

    /// Records from the file and from a pipe, and the message of the last.
    private func scan(_ bytes: [UInt8]) -> [(codes: [String], message: String, status: Int32, isComplete: Bool?)] {
        shop.write("a.zip", bytes)
        return ["a.zip", "- < <(cat a.zip)"].map { archive in
            let run = shop.shell("$assay scan -q --model $model --summary s.json --tar \(archive)")
            let message = run.records.last?["message"] as? String ?? ""
            return (codes(run), message, run.status, isComplete(shop))
        }
    }

    /// Expects that all members are judged, and `words` told of the archive.
    private func expect(_ bytes: [UInt8], _ names: [String], _ words: String) {
        for (index, found) in scan(bytes).enumerated() {
            let archive = index == 0 ? "a.zip" : "-"
            #expect(found.codes == names.map { "\($0) ok" } + ["\(archive) corrupt-archive"], "\(words)")
            #expect(found.message.hasSuffix(": " + words), "\(found.message)")
            #expect(found.status == 2 && found.isComplete == false)
        }
    }

    private func expectSilence(_ bytes: [UInt8], _ names: [String], _ what: String) {
        for found in scan(bytes) {
            #expect(found.codes == names.map { "\($0) ok" }, "\(what)")
            #expect(found.status == 0 && found.isComplete == true, "\(what)")
        }
    }

    /// Most programs end a name at a zero byte, some don't; and what has no name goes by that of its archive.
    @Test func namesThatAreNoneAreTold() {
        var zip = ZipFile()
        zip.add("a.txt\u{0}.png", Workshop.png)
        zip.add("b.png", Workshop.png)
        expect(zip.whole, ["a.txt\u{0}.png", "b.png"], "a name with a zero byte")
        var nameless = ZipFile()
        nameless.add("", Workshop.png)
        nameless.add("b.png", Workshop.png)
        let found = scan(nameless.whole)
        #expect(found[0].codes == ["a.zip ok", "b.png ok"] && found[0].status == 0)
        #expect(found[1].codes == ["- ok", "b.png ok"] && found[1].isComplete == true)
        let record = shop.scan("--tar", "a.zip").records.first
        #expect(record?["archive"] as? String == "a.zip" && (record?["member"] as? [String: Int])?["index"] == 0)
    }

    @Test func anotherNameInTheDirectoryIsTold() {
        var zip = ZipFile()
        zip.add(ZipFile.Header("a.png", Workshop.png), entry: ZipFile.Header("x.txt", Workshop.png), Workshop.png)
        zip.add("b.png", Workshop.png)
        let found = scan(zip.whole)
        #expect(found[0].codes == ["x.txt ok", "b.png ok", "a.zip corrupt-archive"])
        #expect(found[1].codes == ["a.png ok", "b.png ok", "- corrupt-archive"])
        for found in found {
            #expect(found.message.hasSuffix(": a member's header and the directory contradict each other"))
            #expect(found.status == 2 && found.isComplete == false)
        }
    }

    /// A checksum, a size or a kind.
    @Test func whatOnlyTheDirectorySaysIsTold() {
        let truth = ZipFile.Header("a.png", Workshop.png)
        var (sum, empty) = (truth, truth)
        sum.checksum ^= 1
        (empty.size, empty.packed, empty.checksum) = (0, 0, 0)
        var directory = empty
        directory.name = Array("a/".utf8)
        for entry in [sum, empty, directory] {
            var zip = ZipFile()
            zip.add(truth, entry: entry, Workshop.png)
            zip.add("b.png", Workshop.png)
            let found = scan(zip.whole)
            #expect(found[0].codes == ["\(String(decoding: entry.name, as: UTF8.self)) corrupt-archive", "b.png ok"])
            #expect(found[1].codes == ["a.png ok", "b.png ok", "- corrupt-archive"])
            #expect(found.allSatisfy { $0.status == 2 && $0.isComplete == false })
        }
        // A descriptor says how long it is, where the directory says that it is nothing.
        var streamed = ZipFile()
        streamed.add(truth.streamed, entry: empty, Workshop.png + truth.descriptor())
        streamed.add("b.png", Workshop.png)
        let ways = scan(streamed.whole)
        #expect(ways[0].codes == ["a.png ok", "b.png ok", "a.zip corrupt-archive"])
        #expect(ways[1].codes == ["a.png ok", "b.png ok", "- corrupt-archive"])
        // Nor may a header leave to the directory what it does not leave to a descriptor: from a pipe there would be nothing.
        var zip = ZipFile()
        zip.add(empty, entry: truth, Workshop.png)
        let found = scan(zip.whole)
        #expect(found[0].codes == ["a.png ok", "a.zip corrupt-archive"] && found[1].codes == ["- corrupt-archive"])
    }

    /// Only behind an encrypted directory a header may say nothing of what the directory says.
    @Test func aMaskThatHidesNothingIsNone() {
        let part = [UInt8](repeating: 7, count: 100)
        var hidden = ZipFile()
        hidden.add("hidden.png", Workshop.png)
        var header = ZipFile.Header("a.bin", part)
        header.flags = 8 | 1 << 13
        let content = part + header.descriptor() + hidden.bytes
        for flags in [8, 8 | 1 << 13] {
            var entry = ZipFile.Header("a.bin", content)
            entry.flags = flags
            var zip = ZipFile()
            zip.add(header, entry: entry, content + entry.descriptor())
            zip.add("b.png", Workshop.png)
            let found = scan(zip.whole)
            #expect(found[0].codes == ["b.png ok", "a.zip corrupt-archive"], "\(flags)")
            #expect(found[0].message.hasSuffix(": a member's header and the directory contradict each other"))
            #expect(found[1].codes.contains("hidden.png ok") && found.allSatisfy { $0.isComplete == false })
        }
    }

    @Test func anEndThatDescribesAnotherDirectoryIsTold() {
        var zip = ZipFile()
        zip.add("a.png", Workshop.png)
        zip.add("b.png", Workshop.png)
        let body = zip.bytes + zip.directory
        let size = zip.directory.count
        let lies = [
            zip.end(onDisk: 1), zip.end(count: 3), zip.end(size: size - 1), zip.end(size: size + 1),
            zip.end(place: zip.bytes.count - 1), zip.end(count: 0xFFFF),
            // A large archive's records, and what tells where they are without them.
            zip.largeEnd(place: 7) + zip.end(), zip.largeEnd(count: 3) + zip.end(),
            zip.largeEnd() + zip.end(count: 3), Array(zip.largeEnd().suffix(20)) + zip.end(),
        ]
        for lie in lies { expect(body + lie, ["a.png", "b.png"], "the directory is another than its end says") }
        for truth in [
            zip.end(), zip.largeEnd() + zip.end(),
            zip.largeEnd() + zip.end(onDisk: 0xFFFF, count: 0xFFFF, size: 0xFFFF_FFFF, place: 0xFFFF_FFFF),
            // As bsdtar writes it into a pipe.
            zip.end() + [UInt8](repeating: 0, count: 10_000),
        ] {
            expectSilence(body + truth, ["a.png", "b.png"], "\(truth.count)")
        }
    }

    /// With a mark or without, of either width; the header may say the same.
    @Test func aFalseDescriptorIsTold() {
        let content = Workshop.png
        var truth = ZipFile.Header("a.png", content)
        (truth.method, truth.packed) = (8, content.count + 5)
        var (streamed, known) = (truth.streamed, truth)
        (streamed.method, known.flags) = (8, 8)
        func zip(_ header: ZipFile.Header, _ descriptor: [UInt8]) -> [UInt8] {
            var zip = ZipFile()
            zip.add(header, entry: truth, ZipFile.block(content) + descriptor)
            zip.add("b.png", content)
            return zip.whole
        }
        var lie = truth
        lie.packed += 1
        for width in [4, 8] {
            for marked in [true, false] {
                for header in [streamed, known] {
                    expectSilence(
                        zip(header, truth.descriptor(width, marked: marked)), ["a.png", "b.png"], "\(width) \(marked)")
                    expect(
                        zip(header, lie.descriptor(width, marked: marked)), ["a.png", "b.png"],
                        "a false data descriptor")
                }
            }
        }
        // Some programs write none where the header says all.
        expectSilence(zip(known, []), ["a.png", "b.png"], "none")
    }
}
