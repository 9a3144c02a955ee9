// A rule as the program understands it: what the user's meta lines make of a match.

package import Detection

/// One compiled rule and what it means that it matches.
package struct Rule: Sendable, Equatable {
    /// Of the file that it stands in; names are unique within one.
    package var namespace: String
    package var name: String
    package var tags: [String] = []
    /// What a match decides, if nothing of higher rank does; nil for a rule that only notes something.
    package var verdict: Verdict?
    package var priority = 0
    /// A sentence for the record.
    package var reason: String?
    /// The word for it among a record's `reasons`.
    package var code: String
    /// Whether a match sends the file to a person.
    package var wantsReview = false

    package init(namespace: String, name: String) {
        (self.namespace, self.name) = (namespace, name)
        code = "rule:\(name)"
    }

    /// What the confined process calls it.
    package var identity: String { "\(namespace):\(name)" }
}

extension Rule {
    /// A value of a meta line.
    enum Meta: Equatable {
        case text(String)
        case integer(Int)
        case boolean(Bool)
    }

    /// Takes a meta line that has a meaning here; others are the author's own.  Returns what is wrong with it.
    mutating func take(_ key: String, _ value: Meta) -> String? {
        switch (key, value) {
        case ("verdict", .text(let text)):
            verdict = Verdict(rawValue: text)
            return verdict == nil ? "rule '\(name)': verdict is \"\(text)\", not fake, real or uncertain" : nil
        case ("priority", .integer(let number)):
            priority = number
            return nil
        case ("reason", .text(let text)):
            reason = text
            return nil
        case ("code", .text(let text)):
            code = text
            return nil
        case ("review", .boolean(let flag)):
            wantsReview = flag
            return nil
        case ("verdict", _), ("reason", _), ("code", _): return "rule '\(name)': \(key) must be a string"
        case ("priority", _): return "rule '\(name)': priority must be a whole number"
        case ("review", _): return "rule '\(name)': review must be true or false"
        default: return nil
        }
    }
}

/// What a set of matches amounts to.
package struct Decision: Sendable, Equatable {
    /// `uncertain` where no rule with a verdict matches.
    package let verdict: Verdict
    /// The rule that decided.
    package let rule: Rule?
    /// The codes of all rules that say the same with the same priority, in their order.
    package let codes: [String]

    package init(_ matches: [Rule]) {
        rule = deciding(among: matches)
        verdict = rule?.verdict ?? .uncertain
        codes = matches.filter { [rule] in
            $0.verdict != nil && $0.verdict == rule?.verdict && $0.priority == rule?.priority
        }.map(\.code)
    }
}

/// What decides among the rules that match: the one of highest priority; among equals fake before uncertain before real, then the one that
/// was compiled first.  Nil when none of them has a verdict.
private func deciding(among matches: [Rule]) -> Rule? {
    var best: Rule?
    for rule in matches where rule.verdict != nil {
        if let current = best, rule.rank <= current.rank { continue }
        best = rule
    }
    return best
}

extension Rule {
    fileprivate var rank: (Int, Int) {
        switch verdict {
        case .fake: (priority, 3)
        case .uncertain: (priority, 2)
        case .real: (priority, 1)
        case nil: (priority, 0)
        }
    }
}
