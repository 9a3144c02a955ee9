// Names are chosen by whoever uploads: none of them may pass for a record, or cost a file.

import Files
import Foundation
import Testing

@testable import Watching

struct QuarantineTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/assay-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(atPath: folder + "/held", withIntermediateDirectories: true)
    }

    private var held: Quarantine { Quarantine(PathBytes(folder + "/held")) }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    private func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)), as: UTF8.self)
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder + "/held").sorted() }
    }

    private func record(_ target: String) -> String {
        #"{"assay":1,"path":"up","quarantined":"\#(target)"}"# + "\n"
    }

    private func move(_ name: String, to quarantine: Quarantine? = nil) throws -> Quarantine.Move {
        try write(name, "evidence")
        let path = PathBytes(folder + "/" + name)
        return try (quarantine ?? held).move(path, try FileState(path, followingLinks: false), sha256: nil) { target in
            Array(record(target.lossy).utf8)
        }
    }

    @Test(arguments: ["a.json", "a.json.pending", "a.partial", ".json"])
    func aNameThatEndsLikeThatOfARecordGetsAnother(name: String) throws {
        let move = try move(name)
        #expect(try names == [name + ".file", name + ".file.json.pending"])
        held.settle(move)
        #expect(try names == [name + ".file", name + ".file.json"])
        #expect(try read("held/" + name + ".file") == "evidence")
        try held.recover { _ in
            Issue.record("nothing is pending")
            return true
        }
        #expect(try names.count == 2)
    }

    @Test func theLongestNameIsKeptInPart() throws {
        let name = String(repeating: "n", count: 255)
        held.settle(try move(name))
        held.settle(try move(name))
        let kept = String(repeating: "n", count: 200)
        #expect(try names == [kept, kept + ".1", kept + ".1.json", kept + ".json"])
    }

    @Test func aNumberThatWasGivenIsNotLookedForAgain() throws {
        let quarantine = held
        for _ in 0..<3 { quarantine.settle(try move("a", to: quarantine)) }
        #expect(try names == ["a", "a.1", "a.1.json", "a.2", "a.2.json", "a.json"])
        for name in ["a.1", "a.1.json"] { try FileManager.default.removeItem(atPath: folder + "/held/" + name) }
        quarantine.settle(try move("a", to: quarantine))
        quarantine.settle(try move("b", to: quarantine))
        #expect(try names == ["a", "a.2", "a.2.json", "a.3", "a.3.json", "a.json", "b", "b.json"])
        // One that knows of none yet looks for all.
        held.settle(try move("a"))
        #expect(try names.contains("a.1"))
    }

    @Test func numbersHaveNoEnd() throws {
        for name in ["n.99999", "n.100000.json", "n.100001.partial"] { try write("held/" + name, "taken") }
        let (place, number) = held.freePlace(for: Array("n".utf8), from: 99_999)
        #expect(place == PathBytes(folder + "/held/n.100002") && number == 100_002)
    }

    @Test func aCopyThatFailsLeavesNothingBehind() throws {
        try write("a", "evidence")
        let path = PathBytes(folder + "/a")
        let state = try FileState(path, followingLinks: false)
        let digest = SHA256.hexadecimal(of: Array("evidence".utf8))
        let target = PathBytes(folder + "/held/a")
        #expect(throws: FileError.changed) { try held.copy(path, to: target, state, "another") }
        // Whole and renamed, but what it is in can't be written through.
        let elsewhere = Quarantine(PathBytes(folder + "/gone"))
        #expect(throws: FileError.system(ENOENT)) { try elsewhere.copy(path, to: target, state, digest) }
        #expect(try names.isEmpty && read("a") == "evidence")
        try held.copy(path, to: target, state, digest)
        #expect(try names == ["a"] && read("held/a") == "evidence")
        #expect(!FileManager.default.fileExists(atPath: folder + "/a"))
    }

    @Test func whatIsNotWhatWasJudgedStays() throws {
        try write("a", "judged")
        let path = PathBytes(folder + "/a")
        let judged = try FileState(path, followingLinks: false)
        try FileManager.default.removeItem(atPath: folder + "/a")
        try write("b", "another")
        try FileManager.default.moveItem(atPath: folder + "/b", toPath: folder + "/a")
        #expect(throws: FileError.changed) { try held.move(path, judged, sha256: nil) { _ in [] } }
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: folder + "/a")
        let link = PathBytes(folder + "/link")
        let target = try FileState(link, followingLinks: true)
        #expect(throws: FileError.notRegular) { try held.move(link, target, sha256: nil) { _ in [] } }
        #expect(try read("a") == "another" && names.isEmpty)
    }

    @Test func onlyWhatWasCopiedIsRemoved() throws {
        try write("a", "copied")
        let path = PathBytes(folder + "/a")
        let copied = try FileState(path, followingLinks: false)
        // Another upload under the same name, with the first still there under another as it is during the copy.
        try FileManager.default.moveItem(atPath: folder + "/a", toPath: folder + "/b")
        try write("a", "another")
        held.removeOriginal(path, copied)
        #expect(try read("a") == "another")
        // Written to in place.
        try write("c", "copied")
        let place = PathBytes(folder + "/c")
        let before = try FileState(place, followingLinks: false)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/c"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(" and more".utf8))
        try handle.close()
        held.removeOriginal(place, before)
        #expect(try read("c") == "copied and more")
        held.removeOriginal(place, try FileState(place, followingLinks: false))
        #expect(!FileManager.default.fileExists(atPath: folder + "/c"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a", "b", "held"])
    }

    @Test func onlyRecordsOfFilesThatAreHereAreTaken() throws {
        let held = folder + "/held"
        try write("held/lost", "evidence")
        try write("held/lost.json.pending", record(held + "/lost"))
        // Not moved after all.
        try write("held/gone.json.pending", record(held + "/gone"))
        // Pictures, and what pretends to be a record of another file, or of more than one.
        try write("held/x", "evidence")
        try write("held/x.json.pending", "picture\n" + record(held + "/x"))
        try write("held/y", "evidence")
        try write("held/y.json.pending", record(held + "/x"))
        try write("held/z.json.pending", "picture")
        var lines: [String] = []
        try self.held.recover { line in
            lines.append(String(decoding: line, as: UTF8.self))
            return true
        }
        #expect(lines == [record(held + "/lost")])
        #expect(
            try names == ["lost", "lost.json", "x", "x.json.pending", "y", "y.json.pending", "z.json.pending"])
    }
}
