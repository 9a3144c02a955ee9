// Lines are the same however their bytes arrive, and never longer than their reader wants them.

import Files
import Testing

struct LineSplitterTests {
    private func lines(_ text: String, longest: Int, piece: Int, separator: UInt8 = 10) -> (
        lines: [String], rest: String
    ) {
        var splitter = LineSplitter(separator: separator, longest: longest)
        var lines: [String] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let goesOn = splitter.take(rest.prefix(piece)) {
                lines.append(String(decoding: $0, as: UTF8.self))
                return true
            }
            #expect(goesOn)
            rest = rest.dropFirst(piece)
        }
        return (lines, String(decoding: splitter.rest, as: UTF8.self))
    }

    @Test(arguments: 1...12) func piecesMakeNoDifference(piece: Int) {
        let read = lines("a\n\nbcd\nef", longest: 100, piece: piece)
        #expect(read.lines == ["a", "", "bcd"] && read.rest == "ef")
        let ended = lines("\nab\n", longest: 100, piece: piece)
        #expect(ended.lines == ["", "ab"] && ended.rest == "")
        #expect(lines("a\n\0b\0", longest: 100, piece: piece, separator: 0).lines == ["a\n", "b"])
    }

    @Test(arguments: 1...12) func ofALongerLineOneByteMoreIsGiven(piece: Int) {
        let read = lines("abcd\nabc\nabcdefgh\nx\nabcdefgh", longest: 3, piece: piece)
        #expect(read.lines == ["abcd", "abc", "abcd", "x"] && read.rest == "abcd")
    }

    @Test func whoHasEnoughGetsNoMore() {
        var splitter = LineSplitter(longest: 9)
        var lines = 0
        let goesOn = splitter.take(Array("a\nb\nc\n".utf8)[...]) { _ in
            lines += 1
            return lines < 2
        }
        #expect(!goesOn && lines == 2)
    }
}
