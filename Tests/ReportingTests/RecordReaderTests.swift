// Records are read as they were left: torn, mixed, repeated, by another version.

import Detection
import Files
import Reporting
import Testing

struct RecordReaderTests {
    @Test func linesThatAreNoRecordsAreCountedAndTheRestIsRead() throws {
        let good = Lines.judged("a.jpg", .fake, fused: 0.9)
        let reader = try read(
            [
                good, "", "  ", "{", "[1]", #"{"assay":2,"path":"b","status":"ok"}"#, #"{"assay":1,"status":"ok"}"#,
                good.dropLast(9) + "",
            ]
            .joined(separator: "\n"))
        #expect(reader.entries.map(\.path) == ["a.jpg"])
        #expect(reader.sources.map(\.lines) == [6])
        #expect(reader.sources.map(\.unreadable) == [5])
    }

    @Test func aLaterRecordOfAPathReplacesTheEarlierAndSourcesHaveDigests() throws {
        let first = Lines.refused("a.jpg", "timeout") + "\n" + Lines.judged("b.jpg", .real, fused: 0.1) + "\n"
        let second = Lines.judged("a.jpg", .fake, fused: 0.9)
        let reader = try read(first, second)
        #expect(reader.entries.map(\.path) == ["a.jpg", "b.jpg"])
        #expect(reader.entries[0].verdict == .fake && reader.entries[0].code == nil)
        #expect(reader.replaced == 1)
        #expect(reader.sources.map(\.sha256) == [first, second].map { SHA256.hexadecimal(of: Array($0.utf8)) })
    }

    @Test func pathsThatDifferInBytesOnlyAreDifferentFiles() throws {
        let lossy = ["/w==", "/g=="].map {
            "{\"assay\":1,\"path\":\"\u{FFFD}\",\"pathBytes\":\"\($0)\",\"status\":\"error\",\"code\":\"corrupt\"}"
        }
        #expect(try read(lossy.joined(separator: "\n")).entries.count == 2)
    }

    @Test func membersOfAnotherFormThanExpectedAreLeftOut() throws {
        let entry = try #require(
            try read(
                Lines.judged(
                    "a", .fake, fused: 0.9,
                    more: #","crops":"many","declared":{"state":"present","items":[{"source":"exif","n":3,"x":[1]}]}"#)
            ).entries.first)
        #expect(entry.crops == nil)
        #expect(entry.declared?.state == "present")
        #expect(entry.declared?.items.first?.map { "\($0.name)=\($0.value)" } == ["n=3", "source=exif"])
        let wild = try #require(try read(Lines.judged("a", .fake, fused: 7)).entries.first)
        #expect(wild.scores == nil && wild.verdict == .fake)
    }

    @Test func aLineLongerThanAnyRecordCostsNoMoreThanALine() throws {
        let reader = try read(String(repeating: "x", count: 9 << 20) + "\n" + Lines.refused("a", "corrupt"))
        #expect(reader.sources.map(\.unreadable) == [1])
        #expect(reader.entries.map(\.path) == ["a"])
    }

    @Test func entriesAreOrderedAndCounted() throws {
        let set = try records([
            Lines.refused("p/e", "corrupt"), Lines.judged("p/a", .real, fused: 0.1),
            Lines.judged(
                "p/s", .uncertain, fused: 0.7, reasons: ["score:between-thresholds", "score:suspect-threshold-reached"]),
            Lines.judged("p/f2", .fake, fused: 0.9), Lines.judged("p/f1", .fake, fused: 0.9),
            Lines.judged("p/f0", .fake, fused: 0.95),
            Lines.judged("p/o", .uncertain, fused: 0.99, reasons: ["envelope:flat"]),
            Lines.refused("p/u", "unsupported-format", status: "skipped"),
        ])
        #expect(set.entries.map(\.path) == ["p/f0", "p/f1", "p/f2", "p/s", "p/o", "p/a", "p/e", "p/u"])
        #expect(set.verdicts == VerdictCounts(fake: 3, uncertain: 2, real: 1))
        #expect(set.insideVerdicts == VerdictCounts(fake: 3, uncertain: 1, real: 1))
        #expect((set.skipped, set.errors, set.outside, set.flagged, set.suspects) == (1, 1, 1, 4, 1))
        #expect(set.folder == "p/")
        #expect(set.codes.map(\.code) == ["corrupt", "unsupported-format"])
    }

    /// What the records of a file's frames add.
    private func frame(_ index: Int, _ through: Int? = nil, of count: Int = 5, sha256: String = "aa") -> String {
        #","sha256":"\#(sha256)","frame":{"index":\#(index),"count":\#(count)"#
            + (through.map { #","through":\#($0)"# } ?? "") + "}"
    }

    /// Files are what is counted, whatever their frames are.
    @Test func aFileStandsWhereItsFramesPutIt() throws {
        let real = (0..<5).map { Lines.judged("p/a", .real, fused: 0.1, more: frame($0)) }
        let mixed = [0, 1, 2, 4].map { Lines.judged("p/b", .real, fused: 0.1, more: frame($0)) }
        let fake = Lines.judged("p/b", .fake, fused: 0.9, more: frame(3))
        let cut = [
            Lines.judged("p/c", .uncertain, fused: 0.5, more: frame(0)),
            Lines.judged("p/c", .real, fused: 0.1, reasons: ["envelope:flat"], more: frame(1)),
            Lines.refused("p/c", "too-many-frames", status: "skipped").dropLast() + frame(2, 4) + "}",
        ]
        let set = try records(real + mixed + [fake] + cut + [Lines.judged("p/d", .real, fused: 0.1)])
        #expect((set.files, set.frames, set.hasFrames, set.entries.count) == (4, 16, true, 14))
        #expect(set.verdicts == VerdictCounts(fake: 1, uncertain: 1, real: 2))
        #expect(set.insideVerdicts == set.verdicts)
        #expect((set.skipped, set.errors, set.outside, set.flagged, set.suspects) == (0, 0, 0, 1, 0))
        #expect((set.judgedInPart, set.judgedOften) == (1, 3))
        #expect(set.codes.map(\.files) == [1] && set.models.map(\.files) == [4])
        #expect(set.entries[0].path == "p/b" && set.entries[0].frame?.index == 3)

        let text = textReport(set, context)
        #expect(text.hasPrefix("4 files with 16 frames in p/, judged by "))
        // Of four files, not of fourteen pictures.
        #expect(text.contains("\nfake              1   25.0 %  0.6 – 80.6 %\n"))
        #expect(text.contains("\nin part           1 ") && text.contains("\n  too-many-frames               1\n"))
        #expect(text.contains("Of the 4 files judged within the model's bounds, "))
        #expect(text.contains("Beware: 3 files among them have several frames"))
        let html = page(set)
        #expect(html.contains("<title>Assay report: 4 files with 16 frames in p/</title>"))
        #expect(html.contains("Verdicts on the 4 files that were judged") && html.contains("0.6 – 80.6 %"))
        #expect(html.contains("A file is called fake if one of its frames is") && html.contains(">frames</text>"))
        #expect(html.contains("All frames, flagged ones first") && html.contains(#""unit":"frames""#))
        #expect(html.contains("Of 1 file not all frames have a score."))
        // Without frames there is not a word of them.
        let plain = try records([Lines.judged("p/d", .real, fused: 0.1, more: frame(0, of: 1))])
        #expect(!page(plain).contains("frames is,") && !textReport(plain, context).contains("frame"))
    }

    @Test func aFileOfManyFlaggedFramesHidesNoOther() throws {
        let many = (0..<5).map { Lines.judged("a", .fake, fused: 0.99 - Double($0) / 100, more: frame($0)) }
        let set = try records(many + [Lines.judged("b", .fake, fused: 0.9), Lines.judged("c", .real, fused: 0.1)])
        #expect(set.flagged == 2)
        #expect(set.entries.prefix(3).map { "\($0.path) \($0.frame?.index ?? -1)" } == ["a 0", "b -1", "a 1"])
        #expect(set.entries.last?.path == "c")
        #expect(page(set).components(separatedBy: "<article").count - 1 == 2)
    }

    /// Frames of a state of the file that is past are none of it, nor those that a later run has not looked at.
    @Test func laterRecordsOfAFileReplaceFramesThatItMayNotHave() throws {
        let old = (0..<5).map { Lines.judged("a", .fake, fused: 0.9, more: frame($0)) }
        let cut = [
            Lines.judged("a", .fake, fused: 0.9, more: frame(0)), Lines.judged("a", .fake, fused: 0.9, more: frame(1)),
            Lines.refused("a", "too-many-frames", status: "skipped").dropLast() + frame(2, 4) + "}",
        ]
        let set = try records(old + cut)
        #expect(set.entries.count == 3 && set.frames == 5 && set.judgedInPart == 1)
        let new = Lines.judged("a", .real, fused: 0.1, more: frame(0, of: 1, sha256: "bb"))
        let reader = try read((old + [new]).joined(separator: "\n"))
        #expect(reader.entries.count == 1 && reader.replaced == 5)
        #expect(RecordSet(reader).verdicts == VerdictCounts(real: 1))
    }

    @Test func framesOfOneFileThatLookAlikeAreNoDuplicates() throws {
        let hash = #","pdq":"\#(String(repeating: "5a", count: 32))""#
        func lines(_ path: String) -> [String] {
            (0..<2).map { Lines.judged(path, .real, fused: 0.1, more: frame($0, of: 2) + hash) }
        }
        #expect(try records(lines("a")).groups == [])
        let set = try records(lines("a") + lines("b"))
        #expect(set.groups.map { $0.members.count } == [4] && !set.groups[0].isExact)
        #expect(page(set).contains("2 files (4 frames), nearly the same picture, 0 flagged"))
    }
}
