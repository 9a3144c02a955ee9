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
}
