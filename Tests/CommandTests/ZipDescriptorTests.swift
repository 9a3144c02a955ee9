// Headers that leave some of a member's numbers to what stands behind its bytes and say the others: programs that write into a pipe do it, each in
// its manner, and none of their pictures may be lost.

import Foundation
import Testing

@Suite struct ZipDescriptorTests {
    /// From a pipe, and from a file that does not end as a zip does, since zeros fill it up.
    private static let ways = ["- < <(cat a.zip)", "padded.zip"]

    /// What a header says beside its flags.
    private struct Form {
        var method = 0
        let hasPacked: Bool
        let hasSize: Bool
        let hasSum: Bool

        func header(_ truth: ZipFile.Header) -> ZipFile.Header {
            var header = truth
            if !hasPacked { header.packed = 0 }
            if !hasSize { header.size = 0 }
            if !hasSum { header.checksum = 0 }
            return header
        }
    }

    private static let forms: [Form] = [0, 8].flatMap { method in
        (0..<7).map { bits in
            Form(method: method, hasPacked: bits & 1 != 0, hasSize: bits & 2 != 0, hasSum: bits & 4 != 0)
        }
    }

    private func truth(_ letter: String, _ method: Int) -> ZipFile.Header {
        var truth = ZipFile.Header("\(letter).png", Workshop.png)
        (truth.flags, truth.method) = (8, method)
        if method == 8 { truth.packed += 5 }
        return truth
    }

    /// Three members by their form and one that is plain; `behind` is what stands behind the second.
    private func zip(_ form: Form, isNamed: Bool = true, _ behind: (ZipFile.Header) -> [UInt8]) -> [UInt8] {
        var zip = ZipFile()
        for letter in ["a", "b", "c"] {
            let truth = truth(letter, form.method)
            let packed = form.method == 8 ? ZipFile.block(Workshop.png) : Workshop.png
            zip.add(
                form.header(truth), entry: isNamed || letter != "b" ? truth : nil,
                packed + (letter == "b" ? behind(truth) : truth.descriptor()))
        }
        zip.add("d.png", Workshop.png)
        return zip.whole
    }

    private func scan(_ shop: Workshop, _ bytes: [UInt8]) -> [Run] {
        shop.write("a.zip", bytes)
        shop.write("padded.zip", bytes + [UInt8](repeating: 0, count: 3000))
        return Self.ways.map { shop.shell("$assay scan -q --model $model --tar \($0)") }
    }

    private static let whole = ["a", "b", "c", "d"].map { "\($0).png ok" }

    /// Libarchive leaves the checksum alone to the descriptor of what it stores.
    @Test func whatTheHeaderSaysIsBelievedAndTheRestIsReadBehind() {
        let shop = Workshop(verdict: .real)
        for form in Self.forms {
            for width in [4, 8] {
                // Of stored bytes of which no header says where they end, the mark alone tells.
                for marked in form.method == 0 && !form.hasPacked && !form.hasSize ? [true] : [true, false] {
                    for run in scan(shop, zip(form) { $0.descriptor(width, marked: marked) }) {
                        #expect(codes(run) == Self.whole && run.status == 0, "\(form) \(width) \(marked)")
                    }
                }
            }
            // In a gap of a file with a directory.
            shop.write("a.zip", zip(form, isNamed: false) { $0.descriptor() })
            let gap = shop.scan("--tar", "a.zip")
            #expect(codes(gap) == Self.whole + ["a.zip corrupt-archive"], "\(form)")
        }
    }

    /// Size and checksum are before the bytes: some programs write nothing behind them then.
    @Test func noDescriptorIsNeededWhereTheHeaderSaysEnough() {
        let shop = Workshop(verdict: .real)
        for form in Self.forms where form.hasSize && form.hasSum {
            for run in scan(shop, zip(form) { _ in [] }) {
                #expect(codes(run) == Self.whole && run.status == 0, "\(form)")
            }
        }
    }

    @Test func aFalseChecksumBehindTheBytesIsTold() {
        let shop = Workshop(verdict: .real)
        for form in Self.forms where form.hasPacked && !form.hasSum {
            let runs = scan(
                shop,
                zip(form) { header in
                    var lie = header
                    lie.checksum ^= 1
                    return lie.descriptor()
                })
            for run in runs {
                #expect(
                    codes(run) == ["a.png ok", "b.png corrupt-archive", "c.png ok", "d.png ok"] && run.status == 2,
                    "\(form)")
            }
        }
    }
}
