// What findings mean.  The confined process only says what it saw and which rules matched; the verdict is made here, by its parent.

package import Detection
package import Rules

/// A verdict with what it rests on.
package struct Judgement: Sendable, Equatable {
    package let verdict: Verdict
    /// Of the rule that decided and those of the same verdict and priority: as kind:name.
    package let reasons: [String]
    /// All rules that matched.
    package let rules: [Rule]
    /// Codes of what a person should look at.
    package let review: [String]
    /// Names of rules that took too long to tell.
    package let timedOut: [String]
    /// The beginning of the digest of all rules there are, and whether there are any.
    package let ruleset: String
    package let hasRules: Bool
}

/// Makes verdicts from findings.
package struct Judge: Sendable {
    private let rules: [String: Rule]
    /// SHA-256 of the rules' texts.
    package let digest: String
    private let ruleset: String

    /// - Parameter digest: SHA-256 of the rules' texts.
    package init(_ rules: [Rule], digest: String) {
        self.rules = Dictionary(rules.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
        self.digest = digest
        ruleset = String(digest.prefix(8))
    }

    /// The names that findings may have.
    package var names: Set<String> { Set(rules.keys) }

    /// The verdict on a picture that was scored; nil for any other file.
    package func judge(_ finding: Finding) -> Judgement? {
        guard finding.refusal == nil, finding.facts.number(Head.fused.rawValue) != nil else { return nil }
        let found = finding.rules
        let matched = found.matched.compactMap { rules[$0] }
        let decision = Decision(matched)
        let late = found.timedOut.compactMap { rules[$0]?.name } + (found.isIncomplete ? ["*"] : [])
        return Judgement(
            verdict: decision.verdict, reasons: decision.codes, rules: matched,
            review: matched.filter(\.wantsReview).map(\.code) + late.map { "rule-timeout:\($0)" }, timedOut: late,
            ruleset: ruleset, hasRules: !rules.isEmpty)
    }
}
