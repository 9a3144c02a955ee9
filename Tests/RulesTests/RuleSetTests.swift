import Detection
import Rules
import Testing

/// A text of rules by itself.
func source(_ text: String, file: String = "test.yar", namespace: String = "test") -> RuleSource {
    RuleSource(file: file, namespace: namespace, text: Array(text.utf8))
}

func compile(_ text: String, _ variables: [RuleVariable] = []) throws(RuleError) -> RuleSet {
    try RuleSet.compile([source(text)], variables: variables)
}

/// The names of the rules that match a file of these bytes.
func names(
    _ set: RuleSet, _ bytes: [UInt8] = [], _ values: [String: RuleValue] = [:], limit: Duration = .seconds(10)
) -> [String] {
    let matcher = RuleMatcher(set)!
    for (name, value) in values { matcher.define(name, value) }
    return bytes.withUnsafeBytes { all in
        matcher.match([RuleMatcher.Block(all, start: 0)], fileSize: all.count, limit: limit)
    }.matched.map { set.rules[$0].name }
}

/// Rules from their text to what they consist of.
struct RuleSetTests {
    @Test func readsMetaLinesTagsAndNamespaces() throws {
        let set = try RuleSet.compile(
            [
                source(
                    """
                    rule first : one two
                    {
                        meta:
                            verdict = "fake"
                            priority = -7
                            reason = "because"
                            code = "word:here"
                            review = true
                            author = "somebody"
                        condition: true
                    }
                    private rule hidden { condition: true }
                    rule second { condition: hidden }
                    """, namespace: "a"), source("rule first { condition: false }", namespace: "b"),
            ], variables: [])
        var first = Rule(namespace: "a", name: "first")
        first.tags = ["one", "two"]
        first.verdict = .fake
        first.priority = -7
        first.reason = "because"
        first.code = "word:here"
        first.wantsReview = true
        #expect(set.rules == [first, Rule(namespace: "a", name: "second"), Rule(namespace: "b", name: "first")])
        #expect(set.rules.map(\.identity) == ["a:first", "a:second", "b:first"])
        #expect(set.rules[1].code == "rule:second")
        #expect(names(set) == ["first", "second"])
    }

    @Test func saysWhereWhatIsWrong() throws {
        func messages(_ text: String) -> [String] {
            do throws(RuleError) {
                _ = try compile(text, [RuleVariable("known", .integer)])
                return []
            } catch {
                return error.messages.map(\.description)
            }
        }
        #expect(messages("rule a { condition: known == 1 }").isEmpty)
        #expect(messages("rule a {\n condition:\n  unknown == 1 }") == ["test.yar:3: undefined identifier \"unknown\""])
        #expect(
            messages("rule a { condition: true }\nrule a { condition: true }") == [
                "test.yar:2: duplicated identifier \"a\""
            ])
        #expect(messages("rule a { condition:").count == 1)
        #expect(messages("import \"magic\"\nrule a { condition: true }") == ["test.yar:1: unknown module \"magic\""])
        #expect(messages("import \"cuckoo\"\nrule a { condition: true }") == ["test.yar:1: unknown module \"cuckoo\""])
        #expect(messages("include \"absent.yar\"").count == 1)
        #expect(
            messages("rule a { meta: verdict = \"forged\" condition: true }")
                == ["test.yar: rule 'a': verdict is \"forged\", not fake, real or uncertain"])
        #expect(
            messages("rule a { meta: priority = \"high\" condition: true }")
                == ["test.yar: rule 'a': priority must be a whole number"])
        #expect(
            messages("rule a { meta: reason = 1 condition: true }") == ["test.yar: rule 'a': reason must be a string"])
        #expect(
            messages("rule a { meta: review = 1 condition: true }") == [
                "test.yar: rule 'a': review must be true or false"
            ])
        #expect(messages("\0\u{1}\u{ff}").count == 1)
    }

    @Test func includesWhatTheCallerFinds() throws {
        var asked: [[String]] = []
        let set = try RuleSet.compile(
            [source("include \"more.yar\"\nrule outer { condition: inner }", file: "/there/test.yar")], variables: []
        ) { name, file in
            asked.append([name, file])
            return Array("rule inner { condition: true }".utf8)
        }
        #expect(set.rules.map(\.name) == ["inner", "outer"])
        #expect(asked == [["more.yar", "/there/test.yar"]])
    }

    @Test func refusesAVariableThatIsDeclaredTwice() {
        #expect(throws: RuleError.self) {
            try compile("rule a { condition: true }", [RuleVariable("x", .integer), RuleVariable("x", .text)])
        }
    }

    @Test func survivesTheWayToAnotherProcess() throws {
        let set = try compile(
            "rule a : t { meta: verdict = \"real\" strings: $a = \"needle\" condition: $a and number > 2 }",
            [RuleVariable("number", .integer)])
        let bytes = try set.serialised()
        let loaded = try bytes.withUnsafeBytes { bytes throws(RuleError) in try RuleSet.load(bytes) }
        #expect(loaded.rules == set.rules)
        #expect(names(loaded, Array("a needle here".utf8), ["number": .integer(3)]) == ["a"])
        #expect(names(loaded, Array("a needle here".utf8), ["number": .integer(2)]) == [])
        #expect(names(loaded, Array("a nedle here".utf8), ["number": .integer(3)]) == [])
        for count in [0, 1, 4, 16, bytes.count / 2] {
            #expect(throws: RuleError.self) {
                try bytes[..<count].withUnsafeBytes { bytes throws(RuleError) in try RuleSet.load(bytes) }
            }
        }
    }

    @Test(arguments: [
        ("a=1", RuleValue.integer(1)), ("a=-12", .integer(-12)), ("a=1.5", .number(1.5)), ("a=1e3", .number(1000)),
        ("a=true", .boolean(true)),
        ("a=false", .boolean(false)), ("a=text", .text("text")), ("a=", .text("")), ("a=\"1\"", .text("1")),
        ("a=x=y", .text("x=y")),
        ("a=inf", .text("inf")), ("a=nan", .text("nan")),
    ])
    func readsDefinitions(_ text: String, _ value: RuleValue) throws {
        let definition = try #require(RuleDefinition(text))
        #expect(definition.variable == RuleVariable("a", value.kind))
        #expect(definition.value == value)
    }

    @Test(arguments: ["", "a", "=1", "1a=1", "a-b=1", "ä=1"]) func refusesDefinitions(_ text: String) {
        #expect(RuleDefinition(text) == nil)
    }
}
