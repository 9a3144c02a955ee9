// What the confined process says of the rules: names alone, since only its parent knows what they mean.

/// Names of rules, as `Rule.identity` gives them, and what became of them.
package struct RuleFindings: Sendable, Equatable {
    package var matched: [String] = []
    /// Rules that took too long and were left out.
    package var timedOut: [String] = []
    /// Whether time ran out for all of them, so that `matched` is empty whatever the file is.
    package var isIncomplete = false
    /// Rules that a small change would make match; only where that was asked for.
    package var near: [Near] = []

    package init() {}

    /// A rule that would match if a fact had another value.
    package struct Near: Sendable, Equatable {
        package var rule: String
        package var fact: String
        /// As a rule would write it.
        package var value: String

        package init(rule: String, fact: String, value: String) {
            (self.rule, self.fact, self.value) = (rule, fact, value)
        }
    }

    /// Every rule that is named.
    var names: [String] { matched + timedOut + near.map(\.rule) }
}

extension RuleFindings {
    private static let most = 1024
    private static let longest = 512

    func encode(to wire: inout WireWriter) {
        for names in [matched, timedOut] {
            wire.add(min(names.count, RuleFindings.most))
            for name in names.prefix(RuleFindings.most) { wire.add(name, limit: RuleFindings.longest) }
        }
        wire.add(isIncomplete)
        wire.add(min(near.count, RuleFindings.most))
        for miss in near.prefix(RuleFindings.most) {
            for text in [miss.rule, miss.fact, miss.value] { wire.add(text, limit: RuleFindings.longest) }
        }
    }

    init(_ wire: inout WireReader) throws(WireError) {
        matched = try RuleFindings.names(&wire)
        timedOut = try RuleFindings.names(&wire)
        isIncomplete = try wire.boolean()
        for _ in 0..<(try wire.count(limit: RuleFindings.most)) {
            near.append(
                Near(
                    rule: try wire.text(limit: RuleFindings.longest), fact: try wire.text(limit: RuleFindings.longest),
                    value: try wire.text(limit: RuleFindings.longest)))
        }
    }

    private static func names(_ wire: inout WireReader) throws(WireError) -> [String] {
        var names: [String] = []
        for _ in 0..<(try wire.count(limit: most)) { names.append(try wire.text(limit: longest)) }
        return names
    }
}
