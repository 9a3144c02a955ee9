// What would have had to be different for a rule to match: the question that everybody asks of a rule that did not.

/// A rule that does not match, but would if one fact were a little different.
package struct NearMiss: Sendable, Equatable {
    /// The place in `RuleSet.rules`.
    package let rule: Int
    /// The fact, and a value of it with which the rule matches.
    package let variable: String
    package let value: RuleValue

    package init(rule: Int, variable: String, value: RuleValue) {
        (self.rule, self.variable, self.value) = (rule, variable, value)
    }
}

extension RuleMatcher {
    /// The rules that match when one of `values` changes and all others stay: flags turned round, numbers moved by up to a tenth, those
    /// between 0 and 1 by 0.05 at least.  For each rule and fact the least change that was tried.  The values are in force
    /// afterwards as before.
    package func nearMisses(
        _ blocks: [Block], fileSize: Int, _ values: [(name: String, value: RuleValue)], limit: Duration
    ) -> [NearMiss] {
        let matched = Set(match(blocks, fileSize: fileSize, limit: limit).matched)
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        var misses: [NearMiss] = []
        for (name, value) in values {
            defer { define(name, value) }
            var seen = matched
            for other in value.neighbours {
                guard clock.now < end else { return misses }
                define(name, other)
                for rule in match(blocks, fileSize: fileSize, limit: limit).matched where seen.insert(rule).inserted {
                    misses.append(NearMiss(rule: rule, variable: name, value: other))
                }
            }
        }
        return misses.sorted { ($0.rule, $0.variable) < ($1.rule, $1.variable) }
    }
}

extension RuleValue {
    /// Values close by, nearest first.
    fileprivate var neighbours: [RuleValue] {
        switch self {
        case .boolean(let flag): return [.boolean(!flag)]
        case .text: return []
        case .integer(let number):
            let steps = [1, abs(number) / 20, abs(number) / 10]
            return steps.flatMap { [.integer(number &- $0), .integer(number &+ $0)] }
        case .number(let number):
            let isShare = (0...1).contains(number)
            let steps = isShare ? [0.01, 0.02, 0.05] : [abs(number) / 50, abs(number) / 20, abs(number) / 10]
            return steps.flatMap { step in
                [number - step, number + step].map { .number(isShare ? min(max($0, 0), 1) : $0) }
            }
        }
    }
}
