// What is written is written whole or told to be not, and never over something else.

import Files
import Foundation
import Testing

struct WritingTests {
    private let sandbox = Sandbox()

    private func path(_ name: String) -> PathBytes { PathBytes(sandbox.path + "/" + name) }
    private func read(_ name: String) -> String? {
        try? String(contentsOfFile: sandbox.path + "/" + name, encoding: .utf8)
    }
    private let notes = OutputForm("notes", beginning: "note")

    private func write(_ text: String, to name: String, _ mode: OutputMode) throws {
        let descriptor = try openOutput(path(name), notes, mode)
        defer { close(descriptor) }
        try writeAll(Array(text.utf8), to: descriptor)
    }

    @Test func filesOfTheFormGrowOrAreReplaced() throws {
        try write("note 1\n", to: "a", .appending)
        try write("more\n", to: "a", .appending)
        #expect(read("a") == "note 1\nmore\n")
        try write("note 2\n", to: "a", .replacing)
        #expect(read("a") == "note 2\n")
        // Torn after two bytes.
        sandbox.write("b", "no")
        try write("te\n", to: "b", .appending)
        #expect(read("b") == "note\n")
        sandbox.write("empty", "")
        try write("x", to: "empty", .appending)
        #expect(read("empty") == "x")
    }

    @Test func anythingElseIsLeftAsItIs() throws {
        sandbox.write("photograph", "\u{1}JFIF")
        sandbox.link("link", to: "photograph")
        for name in ["photograph", "link"] {
            for mode in [OutputMode.appending, .replacing] {
                #expect(throws: FileError.occupied("notes")) { try write("note", to: name, mode) }
            }
            #expect(throws: FileError.occupied("notes")) { try replaceFile(path(name), with: [1], notes) }
        }
        #expect(read("photograph") == "\u{1}JFIF")
        #expect(throws: FileError.system(EISDIR)) { try write("note", to: ".", .appending) }
    }

    @Test func whatLiesInTheWayOfATemporaryFileIsNeitherWrittenToNorWaitedFor() throws {
        sandbox.write("victim", "note of somebody")
        sandbox.link("a.part", to: "victim")
        link(sandbox.path + "/victim", sandbox.path + "/b.part")
        mkfifo(sandbox.path + "/c.part", 0o600)
        for name in ["a", "b", "c"] {
            #expect(throws: FileError.notRegular) { try replaceFile(path(name), with: [1], notes) }
            #expect(read(name) == nil)
        }
        #expect(read("victim") == "note of somebody")
        // What a kill has left.
        sandbox.write("d.part", "note 1")
        try replaceFile(path("d"), with: Array("note".utf8), notes)
        #expect(read("d") == "note" && read("d.part") == nil)
    }

    @Test func replacingFollowsLinksAndRefusesWhatIsNoFile() throws {
        sandbox.write("d/old", "note")
        sandbox.link("link", to: "d/old")
        sandbox.link("dangling", to: "nowhere")
        mkfifo(sandbox.path + "/pipe", 0o600)
        try replaceFile(path("link"), with: Array("new".utf8), notes)
        #expect(read("d/old") == "new")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: sandbox.path + "/link") == "d/old")
        #expect(throws: FileError.notRegular) { try replaceFile(path("pipe"), with: [1], notes) }
        #expect(throws: FileError.notRegular) { try replaceFile(path("d"), with: [1], notes) }
        #expect(throws: FileError.system(ENOENT)) { try replaceFile(path("dangling"), with: [1], notes) }
        try replaceFile(path("made"), with: Array("note".utf8), notes)
        #expect(read("made") == "note")
        // The temporary name may be somebody's too.
        sandbox.write("made.part", "precious")
        #expect(throws: FileError.occupied("notes")) { try replaceFile(path("made"), with: [1], notes) }
        #expect(read("made.part") == "precious" && read("made") == "note")
        #expect(throws: FileError.notRegular) { try replaceFile(PathBytes("/dev/null"), with: [1], notes) }
    }

    @Test(
        arguments: [
            ([2, 0, 0, 0, 0, 0, 0, 0, 123, 125], true), ([2, 0, 0, 0, 0, 0, 0, 0, 91, 93], false),
            (Array("{\"assay\":1,\"path\"".utf8), false), ([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 123], false),
            ([2, 0, 0, 0, 0, 0, 0, 0], false),
        ] as [([UInt8], Bool)])
    func modelsAreToldFromOtherFiles(head: [UInt8], expected: Bool) {
        let name = sandbox.path + "/m"
        _ = FileManager.default.createFile(atPath: name, contents: Data(head))
        #expect((try? resolveReplaceable(PathBytes(name), .model)) == (expected ? path("m") : nil))
    }

    @Test(
        arguments: [
            ("a.jpg\n", 10, true), ("{\"assay\"", 10, false), ("GIF89a\0", 10, false), ("a.jpg\0", 0, true),
            ("a.jpg\n", 0, false), ("\0\0", 0, false), ("\u{8}JFIF\0\u{1}\u{1}\0\0", 0, false), ("a\0b", 0, true),
        ] as [(String, UInt8, Bool)])
    func listsOfPathsAreToldFromOtherFiles(content: String, separator: UInt8, expected: Bool) {
        sandbox.write("list", content)
        let descriptor = try? openOutput(path("list"), .paths(separator: separator), .appending)
        #expect((descriptor != nil) == expected)
        if let descriptor { close(descriptor) }
    }

    @Test func aFullDeviceIsTold() throws {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        #expect(throws: FileError.system(ENOSPC)) { try writeAll([1], to: full) }
        #expect(throws: FileError.system(ENOSPC)) { try writeLine([1], to: full) }
        #expect(throws: FileError.system(EBADF)) { try writeAll([1], to: -1) }
    }

    @Test func listsWithTheLineEndsOfWindowsLeadToTheirFiles() throws {
        sandbox.write("odd\r")
        let text = "a b.jpg\r\n\(sandbox.path)/odd\r\n\r\nlast\r"
        sandbox.write("list", text)
        func paths(_ separator: Character) throws -> [String] {
            var found: [String] = []
            try PathList(path("list"), separator: separator.asciiValue!).forEach {
                found.append($0.lossy)
                return true
            }
            return found
        }
        #expect(try paths("\n") == ["a b.jpg", sandbox.path + "/odd\r", "last"])
        #expect(try paths("\0") == [text])
    }
}
