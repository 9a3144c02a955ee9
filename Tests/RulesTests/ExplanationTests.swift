import Rules
import Testing

/// What rules ask for, and what they lack.
struct ExplanationTests {
    @Test func findsTheNamesThatARuleUses() {
        let text = RuleText(
            Array(
                #"""
                // rule commented { condition: nothing }
                import "math"
                /* rule block { condition: nothing } */
                private rule first : tag1 tag2
                {
                    meta:
                        author = "rule inner { condition: quoted \" }"
                    strings:
                        $text = "width"
                        $bytes = { 77 69 [2-4] 64 ( 74 | 68 ) }
                        $pattern = /height[\/}{"]+/ nocase
                    condition:
                        #text > crops and $bytes at 0 and software matches /format "{/ and math.abs(spread) / 2 > fused / 0x10
                }
                rule second { condition: first and has_alpha }
                """#.utf8))
        #expect(Set(text.names.keys) == ["first", "second"])
        let asked = text.names["first"].map { Set($0) } ?? []
        #expect(asked.isSuperset(of: ["crops", "software", "math", "abs", "spread", "fused"]))
        #expect(
            asked.isDisjoint(with: [
                "width", "height", "format", "quoted", "text", "bytes", "nothing", "inner", "x10", "tag1",
            ]))
        #expect(text.names["second"]?.contains("has_alpha") == true)
    }

    @Test func tellsWhatWouldHaveMade() throws {
        let variables = [
            RuleVariable("score", .number), RuleVariable("width", .integer), RuleVariable("flag", .boolean),
            RuleVariable("word", .text),
        ]
        let set = try compile(
            """
            rule matching { condition: score > 0.5 }
            rule close { condition: score >= 0.93 }
            rule far { condition: score >= 0.99 }
            rule narrow { condition: width < 1000 }
            rule flagged { condition: flag }
            rule needle { strings: $a = "needle" condition: $a and flag }
            rule other { condition: word == "x" }
            """, variables)
        let matcher = try #require(RuleMatcher(set))
        let values: [(name: String, value: RuleValue)] = [
            ("score", .number(0.92)), ("width", .integer(1000)), ("flag", .boolean(false)), ("word", .text("y")),
        ]
        for (name, value) in values { matcher.define(name, value) }
        func misses(_ text: String) -> [NearMiss] {
            Array(text.utf8).withUnsafeBytes { bytes in
                matcher.nearMisses(
                    [RuleMatcher.Block(bytes, start: 0)], fileSize: bytes.count, values, limit: .seconds(10))
            }
        }
        let close = NearMiss(rule: 1, variable: "score", value: .number(0.93))
        let narrow = NearMiss(rule: 3, variable: "width", value: .integer(999))
        let flagged = NearMiss(rule: 4, variable: "flag", value: .boolean(true))
        #expect(misses("") == [close, narrow, flagged])
        // What was tried is undone.
        #expect(
            misses("a needle") == [close, narrow, flagged, NearMiss(rule: 5, variable: "flag", value: .boolean(true))])
    }
}
