import Rules
import Testing

/// Rules against bytes and facts, hostile ones among them.
struct RuleMatcherTests {
    @Test func seesFactsOfEveryKind() throws {
        let set = try compile(
            """
            rule whole { condition: a == 5000000000 }
            rule float { condition: b >= 0.1 }
            rule flag { condition: c }
            rule word { condition: d == "jpeg" and e icontains "GIMP" }
            """,
            [
                RuleVariable("a", .integer), RuleVariable("b", .number), RuleVariable("c", .boolean),
                RuleVariable("d", .text),
                RuleVariable("e", .text),
            ])
        let values: [String: RuleValue] = [
            "a": .integer(5_000_000_000), "b": .number(0.1), "c": .boolean(true), "d": .text("jpeg"),
            "e": .text("the gimp"),
        ]
        #expect(names(set, [], values) == ["whole", "float", "flag", "word"])
        #expect(names(set, [], values.merging(["b": .number(0.1.nextDown)]) { $1 }) == ["whole", "flag", "word"])
        #expect(
            names(set, [], values.merging(["c": .boolean(false), "d": .text("png")]) { $1 }) == ["whole", "float"])
        #expect(names(set, []) == [])
    }

    @Test func keepsValuesAndForgetsMatchesFromFileToFile() throws {
        let set = try compile(
            "rule a { strings: $x = \"xyz\" condition: $x and n == 1 }", [RuleVariable("n", .integer)])
        let matcher = try #require(RuleMatcher(set))
        func match(_ text: String) -> [Int] {
            Array(text.utf8).withUnsafeBytes { bytes in
                matcher.match([RuleMatcher.Block(bytes, start: 0)], fileSize: bytes.count, limit: .seconds(10)).matched
            }
        }
        matcher.define("n", .integer(1))
        #expect(match("xyz") == [0])
        #expect(match("xy") == [])
        #expect(match(" xyz") == [0])
        matcher.define("n", .integer(2))
        #expect(match("xyz") == [])
    }

    @Test func matchesPartsAtTheirPlaces() throws {
        let set = try compile(
            """
            rule placed { strings: $a = "tail" condition: $a at 1000 and uint8(1000) == 0x74 and filesize == 1004 }
            rule gap { strings: $a = "headtail" condition: $a }
            rule beyond { condition: defined uint8(500) }
            """)
        let matcher = try #require(RuleMatcher(set))
        let matches = Array("headtail".utf8).withUnsafeBytes { bytes in
            matcher.match(
                [
                    RuleMatcher.Block(UnsafeRawBufferPointer(rebasing: bytes[..<4]), start: 0),
                    RuleMatcher.Block(UnsafeRawBufferPointer(rebasing: bytes[4...]), start: 1000),
                ], fileSize: 1004, limit: .seconds(10))
        }
        #expect(matches.matched == [0])
    }

    @Test func looksAtRulesEvenWhereThereAreNoBytes() throws {
        let set = try compile("rule a { condition: filesize == 7 }")
        let matcher = try #require(RuleMatcher(set))
        #expect(matcher.match([], fileSize: 7, limit: .seconds(10)).matched == [0])
    }

    @Test func hasTheUsualModules() throws {
        let set = try compile(
            """
            import "hash" import "math" import "pe" import "elf" import "time" import "console" import "dotnet" import "dex" import "macho"
            rule digest { condition: hash.md5(0, filesize) == "900150983cd24fb0d6963f7d28e17f72"
                and hash.sha256(0, filesize) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" }
            rule entropy { condition: math.entropy(0, filesize) > 1.5 and console.log("seen") }
            rule program { condition: pe.is_pe or elf.type == elf.ET_EXEC }
            rule now { condition: time.now() > 1700000000 }
            """)
        #expect(names(set, Array("abc".utf8)) == ["digest", "entropy", "now"])
    }

    @Test func namesRulesThatTakeTooLongAndMatchesTheRest() throws {
        let set = try compile(
            """
            rule before { condition: true }
            rule endless { condition: for all i in (0..1000000000000) : (i >= 0) }
            rule between { strings: $a = "abc" condition: $a }
            rule as_slow { condition: for any i in (0..1000000000000) : (i == 1000000000001) }
            rule after { condition: between }
            """)
        let matcher = try #require(RuleMatcher(set))
        for _ in 0..<2 {
            let matches = Array("abc".utf8).withUnsafeBytes { bytes in
                matcher.match([RuleMatcher.Block(bytes, start: 0)], fileSize: 3, limit: .milliseconds(800))
            }
            #expect(matches.matched.map { set.rules[$0].name } == ["before", "between", "after"])
            #expect(matches.timedOut.map { set.rules[$0].name } == ["endless", "as_slow"])
            #expect(!matches.isIncomplete)
        }
    }

    @Test func holdsOutAgainstRulesThatMatchEverywhere() throws {
        let set = try compile(
            """
            rule everywhere { strings: $a = /.{1,200}x?/s $b = { 00 [0-200] 00 } condition: #a > 3 or #b > 3 }
            rule plain { strings: $a = "end" condition: $a }
            """)
        let bytes = [UInt8](repeating: 0, count: 1 << 16) + Array("end".utf8)
        let matcher = try #require(RuleMatcher(set))
        let matches = bytes.withUnsafeBytes { bytes in
            matcher.match([RuleMatcher.Block(bytes, start: 0)], fileSize: bytes.count, limit: .milliseconds(800))
        }
        // Either it is within its means or it is named; the other rule is not harmed.
        #expect(matches.matched.contains(1))
        #expect(matches.matched.contains(0) != matches.timedOut.contains(0))
    }

    @Test func takesThousandsOfRules() throws {
        let text = (0..<5000).map { "rule r\($0) { strings: $a = \"word\($0)!\" condition: $a }" }.joined(
            separator: "\n")
        let set = try compile(text)
        #expect(set.rules.count == 5000)
        #expect(names(set, Array("word17! and word4999!".utf8)) == ["r17", "r4999"])
    }
}
