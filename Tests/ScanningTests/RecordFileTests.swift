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
        #expect(index.count == 2)
        #expect(index.contains(PathBytes("a\n\"}b.jpg"), size: 183022, modified: time))
        #expect(index.contains(odd, size: 183022, modified: time))
        #expect(!index.contains(PathBytes(odd.lossy), size: 183022, modified: time))
        #expect(!index.contains(PathBytes("a\n\"}b.jpg"), size: 183021, modified: time))
        #expect(!index.contains(PathBytes("a\n\"}b.jpg"), size: 183022, modified: Timestamp(seconds: 1_767_323_045)))
    }
}
