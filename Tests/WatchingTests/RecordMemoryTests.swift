// What is known after a restart: from records, from rotated and compressed ones, and from the ledger.

import Files
import Foundation
import Testing

@testable import Watching

struct RecordMemoryTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/assay-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    private func state(_ inode: UInt, size: Int = 10, seconds: Int = 0, changed: Int = 0) -> FileState {
        FileState(
            identity: FileIdentity(device: 1, inode: inode), kind: .regular, size: size,
            modified: Timestamp(seconds: seconds), changed: Timestamp(seconds: changed))
    }

    private func key(_ path: String) -> Digest128 { RecordIndex.key(PathBytes(path)) }

    private func line(_ path: String, size: Int = 10, id: String = "", more: String = "") -> String {
        let id = id.isEmpty ? "" : #""id":"\#(id)","#
        return #"{"assay":1,"path":"\#(path)",\#(id)"status":"ok","scores":{"path":"no","size":7},"size":\#(size),"#
            + #""modified":"1970-01-01T00:00:00.000000000Z"\#(more)}"# + "\n"
    }

    @Test func recordsAreKnownByPathSizeAndModification() throws {
        try write("out", line("a") + line("b\\n\\\"\\\\\\u0007") + "no record\n" + line("torn").dropLast(5))
        var index = RecordIndex()
        try RecordHistory.read(PathBytes(folder + "/out"), into: &index)
        #expect(index.count == 2)
        #expect(index.contains(key("a"), state(1)))
        #expect(index.contains(key("a"), state(2, changed: 9)))
        #expect(!index.contains(key("a"), state(1, size: 11)))
        #expect(!index.contains(key("a"), state(1, seconds: 1)))
        #expect(index.contains(key("b\n\"\\\u{7}"), state(1)))
        #expect(!index.contains(key("torn"), state(1)))
    }

    @Test func aPathThatIsNoTextIsKnownByItsBytes() throws {
        let bytes: [UInt8] = [0x61, 0xff, 0x0a, 0xfe]
        try write("out", line("a\u{fffd}", more: #","pathBytes":"\#(bytes.base64)""#))
        var index = RecordIndex()
        try RecordHistory.read(PathBytes(folder + "/out"), into: &index)
        #expect(index.contains(RecordIndex.key(PathBytes(bytes)), state(1)))
        #expect(!index.contains(key("a\u{fffd}"), state(1)))
    }

    @Test func rotatedAndCompressedPredecessorsAreReadOldestFirst() throws {
        let (old, new) = (String(repeating: "a", count: 32), String(repeating: "b", count: 32))
        for (name, text) in [
            ("out-20260101", line("x", size: 1, id: old)), ("out.1", line("x", size: 2, id: new)),
            ("out.bak", line("bak")), ("output", line("other")), ("out", line("y")),
        ] { try write(name, text) }
        for (name, time) in [("out-20260101", 1000.0), ("out.1", 2000)] {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: time)], ofItemAtPath: folder + "/" + name)
        }
        let gzip = try Process.run(
            URL(fileURLWithPath: "/usr/bin/env"), arguments: ["gzip", "-q", folder + "/out-20260101"])
        gzip.waitUntilExit()
        let files = RecordHistory.files(of: PathBytes(folder + "/out"))
        #expect(files.map { String($0.lossy.dropFirst(folder.count + 1)) } == ["out-20260101.gz", "out.1", "out"])
        var index = RecordIndex()
        for file in files { try RecordHistory.read(file, into: &index) }
        #expect(index.count == 2)
        #expect(index.contains(key("x"), state(1, size: 2)))
        #expect(index.lastRecord(of: key("x"))?.text == new)
        #expect(index.contains(key("y"), state(1)))
    }

    @Test func filesThatAreGoneAreForgottenByASweep() {
        var index = RecordIndex()
        for name in ["a", "b", "c"] { index.note(nil, of: key(name), state(1)) }
        index.beginSweep()
        index.keep(key("a"))
        index.note(nil, of: key("c"), state(2))
        index.note(nil, of: key("d"), state(3))
        index.endSweep()
        #expect(index.count == 3)
        #expect(!index.contains(key("b"), state(1)))
        #expect(index.contains(key("c"), state(2)))
    }

    // MARK: ledger

    @Test func theLedgerKnowsTheWholeState() throws {
        let id = Digest128(high: 1, low: 2)
        var index = RecordIndex()
        do {
            let ledger = try Ledger(in: PathBytes(folder), into: &index, syncs: true)
            #expect(ledger.isNew)
            try ledger.append(id, of: key("a"), state(1))
            try ledger.append(nil, of: key("b"), state(2))
            try ledger.append(id, of: key("a"), state(3))
            #expect(throws: Ledger.inUse) {
                var other = RecordIndex()
                _ = try Ledger(in: PathBytes(folder), into: &other, syncs: false)
            }
        }
        let ledger = try Ledger(in: PathBytes(folder), into: &index, syncs: false)
        #expect(!ledger.isNew)
        #expect(index.contains(key("a"), state(3)))
        #expect(!index.contains(key("a"), state(1)))
        #expect(!index.contains(key("a"), state(3, changed: 1)))
        #expect(index.contains(key("b"), state(2)))
        #expect(index.lastRecord(of: key("a")) == id)
        #expect(index.lastRecord(of: key("b")) == nil)
    }

    @Test func whatACrashLeavesOfAnEntryIsCutOff() throws {
        var index = RecordIndex()
        let path = folder + "/ledger"
        do {
            let ledger = try Ledger(in: PathBytes(folder), into: &index, syncs: false)
            for number in 0..<3 { try ledger.append(nil, of: key("\(number)"), state(UInt(number))) }
        }
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for length in stride(from: 0, through: whole.count, by: 7) {
            try whole.prefix(length).write(to: URL(fileURLWithPath: path))
            var index = RecordIndex()
            do {
                let ledger = try Ledger(in: PathBytes(folder), into: &index, syncs: false)
                #expect(index.count == max(0, (length - 15) / Ledger.entrySize))
                try ledger.append(nil, of: key("new"), state(9))
            }
            var again = RecordIndex()
            _ = try Ledger(in: PathBytes(folder), into: &again, syncs: false)
            #expect(again.count == index.count + 1)
            #expect(again.contains(key("new"), state(9)))
        }
    }

    @Test func aDamagedEntryCostsItsFileAlone() throws {
        var index = RecordIndex()
        let path = folder + "/ledger"
        do {
            let ledger = try Ledger(in: PathBytes(folder), into: &index, syncs: false)
            for number in 0..<3 { try ledger.append(nil, of: key("\(number)"), state(UInt(number))) }
        }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[15 + Ledger.entrySize + 20] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        var damaged = RecordIndex()
        _ = try Ledger(in: PathBytes(folder), into: &damaged, syncs: false)
        #expect(damaged.contains(key("0"), state(0)))
        #expect(!damaged.contains(key("1"), state(1)))
        #expect(damaged.contains(key("2"), state(2)))
    }

    @Test func aForeignFileIsNotTakenForALedger() throws {
        try write("ledger", "somebody's accounts, which are dear to him\n")
        #expect(throws: FileError.self) {
            var index = RecordIndex()
            _ = try Ledger(in: PathBytes(folder), into: &index, syncs: false)
        }
        #expect(try String(contentsOfFile: folder + "/ledger", encoding: .utf8).hasPrefix("somebody"))
    }

    /// One that was written when frames were not told apart: of an animation in it nobody knows whether all was looked at.
    @Test func aLedgerOfTheFirstFormIsReadAndRewritten() throws {
        let id = Digest128(high: 1, low: 2)
        do {
            var index = RecordIndex()
            let ledger = try Ledger(in: PathBytes(folder), into: &index, syncs: false)
            try ledger.append(id, of: key("a"), state(1))
            try ledger.append(nil, of: key("b"), state(2))
        }
        let path = URL(fileURLWithPath: folder + "/ledger")
        let new = [UInt8](try Data(contentsOf: path))
        var old = Array("assay-ledger 1\n".utf8)
        for number in 0..<2 {
            let entry = new[(15 + number * Ledger.entrySize)...].prefix(Ledger.entrySize - 16)
            old += entry + littleEndian(Digest128(of: [Array(entry)]).high)
        }
        // And what a crash has left of a third.
        try Data(old + [1, 2, 3]).write(to: path)
        for _ in 0..<2 {
            var index = RecordIndex()
            let ledger = try Ledger(in: PathBytes(folder), into: &index, syncs: false)
            #expect(index.count == 2 && index.contains(key("a"), state(1)) && index.contains(key("b"), state(2)))
            #expect(index.lastRecord(of: key("a")) == id && !ledger.isNew)
            var all = RecordIndex(mostFrames: 1000)
            all.note(ledger: id, of: key("a"), state(1), .first)
            #expect(!all.contains(key("a"), state(1)) && all.recordedFrames(of: key("a"), state(1)) == 1)
        }
        #expect(try Data(contentsOf: path).count == 15 + 2 * Ledger.entrySize)
        var all = RecordIndex(mostFrames: 1000)
        _ = try Ledger(in: PathBytes(folder), into: &all, syncs: false)
        #expect(!all.contains(key("a"), state(1)))
    }

    @Test func recordsTellHowManyFramesAreMissing() throws {
        func told(_ lines: [String], _ most: Int?) throws -> (isKnown: Bool, recorded: Int) {
            try write("out", lines.joined())
            var index = RecordIndex(mostFrames: most)
            try RecordHistory.read(PathBytes(folder + "/out"), into: &index)
            return (index.contains(key("a"), state(1)), index.recordedFrames(of: key("a"), state(1)))
        }
        func frame(_ index: Int, _ more: String = "") -> String {
            line("a", more: #","frame":{"index":\#(index),"count":5\#(more)}"#)
        }
        let first = line("a", more: #","image":{"format":"gif","isAnimated":true}"#)
        let cut = line("a", more: #","code":"too-many-frames","frame":{"index":2,"count":5,"through":4}"#)
        let pages = line("a", more: #","image":{"format":"tiff"}"#)
        for lines in [[first], [frame(0), frame(1)], [frame(0), frame(1), cut], [pages]] {
            #expect(try told(lines, nil) == (true, 0))
        }
        #expect(try told([first], 1000) == (false, 1))
        #expect(try told([pages], 1000) == (false, 1))
        #expect(try told([frame(0), frame(1)], 2) == (false, 2))
        #expect(try told([frame(0), frame(1), cut], 3) == (false, 2))
        #expect(try told([frame(0), frame(1), cut], 2) == (true, 0))
        #expect(try told([first] + (1..<5).map { frame($0) }, 1000) == (true, 0))
        #expect(try told([frame(0), frame(1), cut, frame(2), frame(3)], 1000) == (false, 4))
        #expect(try told([frame(0), frame(1), cut] + (2..<5).map { frame($0) }, 1000) == (true, 0))
        // Where some were left out, all are missing.
        #expect(try told([frame(0), frame(3)], 1000) == (false, 0))
        // Of one picture, by its format, or because it says so.
        for image in [#"{"format":"jpeg"}"#, #"{"format":"gif","isAnimated":false}"#] {
            #expect(try told([line("a", more: #","image":\#(image)"#)], 1000) == (true, 0))
        }
        // Those of another state of the file are none of this.
        #expect(try told([line("a", size: 9, more: #","frame":{"index":0,"count":5}"#), frame(1)], 1000) == (false, 0))
    }

    @Test func theLedgerShrinksWhenLittleOfItCounts() throws {
        var index = RecordIndex()
        let path = folder + "/ledger"
        do {
            let ledger = try Ledger(in: PathBytes(folder), into: &index, syncs: false)
            for number in 0..<300 { try ledger.append(nil, of: key("\(number % 100)"), state(UInt(number))) }
        }
        var loaded = RecordIndex()
        let ledger = try Ledger(in: PathBytes(folder), into: &loaded, syncs: false, slack: 50)
        let size = try Data(contentsOf: URL(fileURLWithPath: path)).count
        #expect(size == 15 + 100 * Ledger.entrySize)
        #expect(loaded.count == 100)
        #expect(loaded.contains(key("99"), state(299)))
        try ledger.append(nil, of: key("after"), state(1))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == size + Ledger.entrySize)
    }
}
