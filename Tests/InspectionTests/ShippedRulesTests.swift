// What is compiled ahead must be what would be compiled, or the program starts slowly and nobody notices.

import Inspection
import Rules
import Testing

struct ShippedRulesTests {
    @Test func theEmbeddedFormIsUpToDate() throws {
        let embedded = try #require(ShippedRules.load(), "man/update writes it anew")
        let compiled = try RuleSet.compile(RuleSource.shipped, variables: RuleFacts.variables)
        #expect(!compiled.rules.isEmpty)
        #expect(embedded.set.rules == compiled.rules)
    }

    @Test func plansWithAndWithoutItAgree() throws {
        let embedded = try RulePlan([])
        let compiled = try RulePlan([], [#require(RuleDefinition("unused=1"))])
        #expect(embedded.rules == compiled.rules)
        #expect(embedded.settings != nil && !embedded.needsPath)
        #expect(embedded.digest != compiled.digest, "definitions are part of the digest")
    }
}
