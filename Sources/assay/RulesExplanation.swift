// `assay rules explain`: why a file's verdict is what it is, told rule by rule with the values that the rules saw.

import Detection
import Files
import Inspection
import Rules

/// Explains what the rules make of files.
enum RulesExplanation {
    static let file = Argument("file", repeats: true, "Pictures.")

    static let command = Command(
        "explain", "Say which rules match a picture and which nearly do.",
        discussion: [
            "For each rule the facts that it asks for are shown with their values. A rule nearly matches if it would with one of them "
                + "changed: a flag turned round, a number moved by up to a tenth, one between 0 and 1 by up to 0.05.",
            "The exit status is 0 if all files were judged, 2 if not.",
        ],
        arguments: [file],
        options: RuleOptions.choice + RuleOptions.matching + [
            ScanOptions.model, ScanOptions.maxFileSize, ScanOptions.maxPixels, ScanOptions.timeout,
            ScanOptions.isolation,
        ], run: RulesExplainer.run)

    /// The text for one file.
    static func text(
        _ path: PathBytes, size: Int, _ finding: Finding, _ judgement: Judgement, _ plan: RulePlan, _ card: ModelCard
    )
        -> String
    {
        let facts = plan.facts
        let values = Dictionary(
            (RuleFacts.values(card) + RuleFacts.values(finding.facts, fileSize: size, path: path.lossy)
                + (plan.settings?.definitions.map { ($0.variable.name, $0.value) } ?? [])),
            uniquingKeysWith: { first, _ in first })
        /// The facts of a rule as `name = value`.
        func saw(_ rule: Rule) -> String? {
            let texts = (facts[rule.identity] ?? []).compactMap { name in values[name].map { "\(name) = \($0.literal)" }
            }
            return texts.isEmpty ? nil : texts.joined(separator: ", ")
        }
        let decider = Decision(judgement.rules).rule
        var lines = ["\(path.escaped): \(judgement.verdict.rawValue)"]
        lines.append("  decided by \(decider?.identity ?? "no rule")")
        if !judgement.review.isEmpty { lines.append("  for review: \(judgement.review.joined(separator: ", "))") }
        lines.append("matched")
        for rule in judgement.rules {
            lines.append("  \(title(rule))")
            if let saw = saw(rule) { lines.append("      \(saw)") }
        }
        let near = finding.rules.near
        lines.append("nearly")
        for rule in plan.rules where near.contains(where: { $0.rule == rule.identity }) {
            lines.append("  \(title(rule))")
            if let saw = saw(rule) { lines.append("      \(saw)") }
            for miss in near where miss.rule == rule.identity {
                lines.append("      would with \(miss.fact) = \(miss.value)")
            }
        }
        if !judgement.timedOut.isEmpty {
            lines.append("no time for")
            for name in judgement.timedOut { lines.append("  \(name)") }
        }
        let others = plan.rules.count - judgement.rules.count - Set(near.map(\.rule)).count
        lines.append("\(others) other rules do not match")
        return lines.map(\.escapingControls).joined(separator: "\n") + "\n"
    }

    private static func title(_ rule: Rule) -> String {
        var parts = [rule.identity]
        if let verdict = rule.verdict { parts.append("(\(verdict.rawValue), priority \(rule.priority))") }
        if let reason = rule.reason { parts.append(reason) }
        return parts.joined(separator: "  ")
    }
}
