// A file of records stays a file of whole lines, and tells what it holds.

import Files
import Foundation
import Inspection
import Testing

@testable import Scanning

struct RecordFileTests {
    let path = FileManager.default.temporaryDirectory.path + "/assay-" + UUID().uuidString

    private func open(_ content: String, repairing: Bool = true) throws -> (RecordFile, content: String) {
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        let file = try RecordFile(PathBytes(path), repairing: repairing)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return (file, try String(contentsOfFile: path, encoding: .utf8))
    }

    @Test(arguments: [
        ("{\"assay\":1,\"pa", ""), ("{\"assay\":1,\"path\":\"\"}\n", "{\"assay\":1,\"path\":\"\"}\n"),
        ("{\"ass", ""), ("\n{\"assay\":1,\"pa", "\n"), ("\nx\n{", "\nx\n"), ("\n{\"other", "\n{\"other\n"),
        ("\nnote", "\nnote\n"),
        ("\n" + String(repeating: "y", count: 200_000), "\n" + String(repeating: "y", count: 200_000) + "\n"),
    ])
    func onlyATornRecordIsRemoved(before: String, after: String) throws {
        let first = "{\"assay\":1,\"path\":\"x\"}"
        let starts = before.hasPrefix("\n")
        #expect(try open((starts ? first : "") + before).content == (starts ? first : "") + after)
    }

    @Test(arguments: ["note\n", "\u{89}PNG\r\n", "{\"assay\":1,\"version\":\"0\"}\n", "\n", "[]", " {\"assay\":1"])
    func aFileOfSomethingElseIsLeftAsItIs(content: String) throws {
        #expect(throws: FileError.occupied("records")) { try open(content) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
        try FileManager.default.removeItem(atPath: path)
    }

    @Test func aListThatEndsInZeroBytesGetsNoOther() throws {
        for (before, after) in [("a\0b\0", "a\0b\0"), ("a\0b", "a\0b\0")] {
            try Data(before.utf8).write(to: URL(fileURLWithPath: path))
            _ = try RecordFile(PathBytes(path), .paths(separator: 0), repairing: false, terminator: 0)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == after)
            try FileManager.default.removeItem(atPath: path)
        }
    }

    @Test func withoutRepairATornLineGetsItsEnd() throws {
        #expect(try open("{\"assay\":1,\"pa", repairing: false).content == "{\"assay\":1,\"pa\n")
    }

    @Test func whatWasRecordedIsRecognised() throws {
        let odd = PathBytes([0x61, 0xff])
        var json = JSONText()
        for path in [PathBytes("a\n\"}b.jpg"), odd] {
            RecordTests.record(RecordTests.finding(), path: path).write(to: &json)
        }
        var unreadable = Record(
            PathBytes("gone"), Finding(Refusal(.error, code: "unreadable", message: "")), model: "")
        unreadable.size = nil
        unreadable.write(to: &json)
        let index = try ResumeIndex(try open(json.text + "no record\n{}\n{\"path\":\"x\"\n").0)
        let time = Timestamp(seconds: 1_767_323_045, nanoseconds: 5)
        #expect(index.count == 3)
        #expect(index.models == ["crossdomain-1:9f2c61d0", ""])
        #expect(index.contains(PathBytes("a\n\"}b.jpg"), size: 183022, modified: time))
        #expect(index.contains(odd, size: 183022, modified: time))
        #expect(!index.contains(PathBytes(odd.lossy), size: 183022, modified: time))
        #expect(!index.contains(PathBytes("a\n\"}b.jpg"), size: 183021, modified: time))
        #expect(!index.contains(PathBytes("a\n\"}b.jpg"), size: 183022, modified: Timestamp(seconds: 1_767_323_045)))
    }

    /// Records of refusals, of one file each, as an index.
    private func index(_ codes: [(Status, String)]) throws -> ResumeIndex {
        var json = JSONText()
        for (place, (status, code)) in codes.enumerated() {
            let refusal = Refusal(status, code: code, message: "")
            RecordTests.record(Finding(refusal), path: PathBytes("f\(place)")).write(to: &json)
        }
        return try ResumeIndex(try open(json.text).0)
    }

    @Test(arguments: [
        ("truncated", true), ("corrupt", true), ("unsupported-format", true), ("not-an-image", true),
        ("unreadable", false), ("changed", false), ("timeout", false), ("crashed", false), ("out-of-memory", false),
        ("no-decoder", false), ("file-too-large", false), ("too-many-pixels", false), ("too-many-scans", false),
    ])
    func onlyWhatTheFileItselfCausedStays(code: String, stays: Bool) throws {
        let time = Timestamp(seconds: 1_767_323_045, nanoseconds: 5)
        let index = try index([(.error, code)])
        #expect(index.contains(PathBytes("f0"), size: 183022, modified: time) == stays)
        let record = try #require(index.record(of: PathBytes("f0"), size: 183022, modified: time))
        #expect(record.isSame && record.outcome.status == .error)
        #expect(index.record(of: PathBytes("f0"), size: nil, modified: nil)?.isSame == false)
        #expect(index.record(of: PathBytes("f1"), size: 183022, modified: time) == nil)
    }

    /// Whatever someone has put into the file, memory does not grow with it, and what follows it is read.
    @Test func aLineThatIsNoRecordForItsLengthHidesNone() throws {
        var json = JSONText()
        RecordTests.record(RecordTests.finding(), path: PathBytes("a")).write(to: &json)
        let (file, _) = try open(
            json.text + String(repeating: "y", count: 3 * RecordFile.longestLine) + "\n" + json.text)
        var lengths: [Int] = []
        try file.forEachLine { lengths.append($0.count) }
        #expect(lengths == [json.text.utf8.count - 1, RecordFile.longestLine + 1, json.text.utf8.count - 1])
        #expect(try ResumeIndex(file).count == 1)
    }

    @Test func theLastRecordOfAPathCounts() throws {
        var json = JSONText()
        for code in ["timeout", "crashed", "timeout"] {
            RecordTests.record(Finding(Refusal(.error, code: code, message: "")), path: PathBytes("a")).write(to: &json)
        }
        RecordTests.record(Finding(Refusal(.skipped, code: "timeout", message: "")), path: PathBytes("b")).write(
            to: &json)
        let tally = try ResumeIndex(try open(json.text).0).tally
        #expect(tally.values.reduce(0, +) == 2)
        #expect(tally.filter { $0.value > 0 }.map(\.key.status).count { $0 == .error } == 1)
    }
}

extension ResumeIndex {
    /// Whether a run that judges first frames would only repeat what is recorded.
    fileprivate func contains(_ path: PathBytes, size: Int, modified: Timestamp) -> Bool {
        records(of: path, size: size, modified: modified, ofAllFrames: false) > 0
    }
}
