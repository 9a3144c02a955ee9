// `assay rules explain`: why a file's verdict is what it is, told rule by rule with the values that the rules saw.

import Detection
import Files
import Inspection
import Rules

/// What the rules make of one file.
struct RulesExplanation {
    /// A rule with the facts that it asks for.
    fileprivate struct Told {
        let rule: Rule
        let facts: [(name: String, value: RuleValue)]
        /// Facts with another value with which the rule would match, as a rule would write it.
        var would: [(fact: String, value: String)] = []
    }

    private let path: PathBytes
    private let judgement: Judgement
    private let decider: Rule?
    private let matched: [Told]
    private let near: [Told]
    private let others: Int

    init(
        _ path: PathBytes, size: Int, _ finding: Finding, _ judgement: Judgement, _ plan: RulePlan, _ card: ModelCard
    ) {
        (self.path, self.judgement) = (path, judgement)
        decider = Decision(judgement.rules).rule
        let asked = plan.facts
        let values = Dictionary(
            (RuleFacts.values(card) + RuleFacts.values(finding.facts, card.thresholds, fileSize: size, path: path.lossy)
                + (plan.settings?.definitions.map { ($0.variable.name, $0.value) } ?? [])),
            uniquingKeysWith: { first, _ in first })
        func told(_ rule: Rule) -> Told {
            Told(rule: rule, facts: (asked[rule.identity] ?? []).compactMap { name in values[name].map { (name, $0) } })
        }
        matched = judgement.rules.map(told)
        let misses = finding.rules.near
        near = plan.rules.filter { rule in misses.contains { $0.rule == rule.identity } }.map { rule in
            var near = told(rule)
            near.would = misses.filter { $0.rule == rule.identity }.map { ($0.fact, $0.value) }
            return near
        }
        others = plan.rules.count - matched.count - near.count
    }

    // MARK: for people

    var text: String {
        var lines = ["\(path.escaped): \(judgement.verdict.rawValue)"]
        lines.append("  decided by \(decider?.identity ?? "no rule")")
        if !judgement.review.isEmpty { lines.append("  for review: \(judgement.review.joined(separator: ", "))") }
        for (title, rules) in [("matched", matched), ("nearly", near)] {
            lines.append(title)
            for told in rules {
                lines.append("  \(RulesExplanation.title(told.rule))")
                let saw = told.facts.map { "\($0.name) = \($0.value.literal)" }.joined(separator: ", ")
                if !saw.isEmpty { lines.append("      \(saw)") }
                for (fact, value) in told.would { lines.append("      would with \(fact) = \(value)") }
            }
        }
        if !judgement.timedOut.isEmpty {
            lines.append("no time for")
            for name in judgement.timedOut { lines.append("  \(name)") }
        }
        lines.append("\(others) other rules do not match")
        return lines.map(\.escapingControls).joined(separator: "\n") + "\n"
    }

    private static func title(_ rule: Rule) -> String {
        var parts = [rule.identity]
        if let verdict = rule.verdict { parts.append("(\(verdict.rawValue), priority \(rule.priority))") }
        if let reason = rule.reason { parts.append(reason) }
        return parts.joined(separator: "  ")
    }

    // MARK: for programs

    /// One line.
    var json: String {
        var json = JSONText()
        json.object {
            $0.member("path", path.lossy)
            if !path.isText { $0.member("pathBytes", path.bytes.base64) }
            $0.member("verdict", judgement.verdict.rawValue)
            $0.member("decidedBy", decider?.identity)
            $0.list("review") { for code in judgement.review { $0.value(code) } }
            for (name, rules) in [("matched", matched), ("nearly", near)] {
                $0.list(name) { list in
                    for told in rules { list.object { told.write(to: &$0, isNear: name == "nearly") } }
                }
            }
            $0.list("timedOut") { for name in judgement.timedOut { $0.value(name) } }
            $0.member("others", others)
        }
        json.endLine()
        return json.text
    }
}

extension RulesExplanation.Told {
    func write(to json: inout JSONText, isNear: Bool) {
        json.member("rule", rule.name)
        json.member("namespace", rule.namespace)
        json.list("tags") { for tag in rule.tags { $0.value(tag) } }
        json.member("verdict", rule.verdict?.rawValue)
        json.member("priority", rule.priority)
        json.member("reason", rule.reason)
        json.member("facts") {
            for (name, value) in facts {
                switch value {
                case .boolean(let value): $0.member(name, value)
                case .integer(let value): $0.member(name, value)
                case .number(let value): $0.member(name, value)
                case .text(let value): $0.member(name, value)
                }
            }
        }
        guard isNear else { return }
        json.list("would") {
            for (fact, value) in would {
                $0.object {
                    $0.member("fact", fact)
                    $0.member("value", value)
                }
            }
        }
    }
}
