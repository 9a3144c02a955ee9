// JSON, digests, times and names are written exactly, whatever is in them.

import Files
import Foundation
import Testing

struct TextTests {
    @Test func writesNestedJSONWithCommasInPlace() {
        var json = JSONText()
        json.object {
            $0.member("a", "x")
            $0.member("b") { _ in }
            $0.list("c") {
                $0.value(1)
                $0.object { $0.member("d", nil as Int?) }
                $0.value(true)
            }
            $0.member("e", 0.5)
        }
        json.endLine()
        #expect(json.text == #"{"a":"x","b":{},"c":[1,{"d":null},true],"e":0.5}"# + "\n")
    }

    @Test(arguments: [
        (0.98, 2, "0.98"), (0.005, 2, "0.01"), (-0.001, 2, "0.00"), (-1.5, 0, "-2"), (1e9, 3, "1000000000.000"),
        (.nan, 2, "null"), (.infinity, 2, "null"), (1e300, 2, "null"), (0.1, 4, "0.1000"),
    ])
    func writesFixedNumbers(value: Double, decimals: Int, expected: String) {
        var json = JSONText()
        json.value(value, decimals: decimals)
        #expect(json.text == expected)
    }

    @Test func escapesWhatCouldBreakALineOrSteerATerminal() throws {
        let name = "a\"\\\n\r\t\u{1b}[31m\u{7f}\u{9b}\u{2028}é😀"
        var json = JSONText()
        json.value(name)
        #expect(json.text == #""a\"\\\n\r\t\u001b[31m\u007f\u009b"# + "\u{2028}é😀\"")
        let read = try JSONSerialization.jsonObject(with: Data(json.bytes), options: .fragmentsAllowed)
        #expect(read as? String == name)
        #expect(PathBytes("a\u{1b}\u{9b}b").escaped == "a\\x1b\\x9bb")
        #expect(
            PathBytes("\u{202E}gpj\u{2028}\u{FEFF}\u{E0041}").escaped == "\\u{202e}gpj\\u{2028}\\u{feff}\\u{e0041}")
        #expect(PathBytes("👩\u{200D}🔬é").escaped == "👩\u{200D}🔬é", "what joins an emoji stays")
    }

    @Test func digestsAsPublished() {
        #expect(
            SHA256.hexadecimal(of: Array("abc".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let digest = SHA256()
        digest.update(Array("a".utf8))
        digest.update(Array("bc".utf8))
        #expect(digest.finish().hasPrefix("ba7816bf"))
        #expect(digest.finish().hasPrefix("e3b0c442"))
    }

    @Test(arguments: [
        (0, 0, "1970-01-01T00:00:00.000000000Z"), (1_767_323_045, 123_456_789, "2026-01-02T03:04:05.123456789Z"),
        (951_782_400, 5, "2000-02-29T00:00:00.000000005Z"), (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
        (4_102_444_799, 0, "2099-12-31T23:59:59.000000000Z"), (-62_135_596_800, 0, "0001-01-01T00:00:00.000000000Z"),
        (-68_169_600_000, 0, "0000-01-01T00:00:00.000000000Z"), (.max, 1, "9999-12-31T23:59:59.000000001Z"),
    ])
    func writesTimes(seconds: Int, nanoseconds: Int, expected: String) {
        #expect(Timestamp(seconds: seconds, nanoseconds: nanoseconds).text == expected)
    }

    @Test func joinsPathsWithOneSlash() {
        #expect(PathBytes("a/").appending(Array("b".utf8)) == PathBytes("a/b"))
        #expect(PathBytes("").appending(Array("b".utf8)) == PathBytes("b"))
        #expect(Array(PathBytes("x/yz//").lastComponent) == Array("yz".utf8))
    }
}
