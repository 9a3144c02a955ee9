import Detection
import Rules
import Testing

/// Which of several matches decides.
struct DecisionTests {
    private static func rule(_ name: String, _ verdict: Verdict?, _ priority: Int = 0) -> Rule {
        var rule = Rule(namespace: "test", name: name)
        (rule.verdict, rule.priority) = (verdict, priority)
        return rule
    }

    @Test(
        arguments: [
            ([], Verdict.uncertain, nil, []),
            ([rule("n", nil, 100)], .uncertain, nil, []),
            ([rule("f", .fake)], .fake, "f", ["rule:f"]),
            ([rule("r", .real)], .real, "r", ["rule:r"]),
            ([rule("r", .real), rule("u", .uncertain)], .uncertain, "u", ["rule:u"]),
            ([rule("r", .real), rule("u", .uncertain), rule("f", .fake)], .fake, "f", ["rule:f"]),
            ([rule("f", .fake), rule("u", .uncertain), rule("r", .real)], .fake, "f", ["rule:f"]),
            ([rule("f", .fake), rule("u", .uncertain, 1)], .uncertain, "u", ["rule:u"]),
            ([rule("r", .real, 2), rule("f", .fake, 1)], .real, "r", ["rule:r"]),
            ([rule("r", .real, 2), rule("n", nil, 3)], .real, "r", ["rule:r"]),
            ([rule("f", .fake, -1), rule("r", .real, -2)], .fake, "f", ["rule:f"]),
            (
                [rule("a", .uncertain, 1), rule("b", .uncertain, 1), rule("c", .uncertain)], .uncertain, "a",
                ["rule:a", "rule:b"]
            ),
            ([rule("a", .fake, 1), rule("b", .real, 1), rule("c", .fake, 1)], .fake, "a", ["rule:a", "rule:c"]),
        ] as [([Rule], Verdict, String?, [String])])
    func decides(_ matches: [Rule], _ verdict: Verdict, _ name: String?, _ codes: [String]) {
        let decision = Decision(matches)
        #expect(decision.verdict == verdict)
        #expect(decision.rule?.name == name)
        #expect(decision.codes == codes)
    }
}
