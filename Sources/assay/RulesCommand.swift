// `assay rules`: checks rules before they decide anything, lists them, and explains what they make of a file.

import Detection
import Files
import Inspection
import Rules

/// Checks, lists and explains rules.
enum RulesCommand {
    static let ruleFiles = Argument(
        "path", repeats: true, "Files of rules, or directories with files *.yar and *.yara.")

    static let command = Command(
        "rules", "Check, list and explain the rules that decide verdicts.",
        discussion: ["Rules are YARA rules over facts and bytes; assay-rules(5) describes them."],
        subcommands: [
            Command(
                "check", "Compile rules together with those that ship.",
                discussion: [
                    "Errors and warnings are printed as file:line: message. The exit status is 0 if all rules compile, 2 if not."
                ],
                arguments: [ruleFiles], options: [RuleOptions.noDefaultRules, RuleOptions.define], run: check),
            Command(
                "list", "List the rules in force, those of highest priority first.",
                discussion: [
                    "A line has priority, verdict, name with namespace, tags and reason, separated by tabs; - where there is none."
                ], options: RuleOptions.choice, run: list),
            RulesExplainer.command,
        ])

    static func check(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let plan = try RuleOptions.plan(line, others: line.operands)
        for warning in plan.warnings { Console.error("Warning: \(warning.description.escapingControls)\n") }
        for source in plan.sources {
            let count = plan.rules.count { $0.namespace == source.namespace }
            try Console.out("\(source.file.escapingControls): \(count) \(count == 1 ? "rule" : "rules")\n")
        }
        return 0
    }

    static func list(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let plan = try RuleOptions.plan(line)
        let ranked = plan.rules.enumerated().sorted {
            ($1.element.priority, $0.offset) < ($0.element.priority, $1.offset)
        }
        for (_, rule) in ranked {
            let columns = [
                String(rule.priority), rule.verdict?.rawValue ?? "-", rule.identity,
                rule.tags.isEmpty ? "-" : rule.tags.joined(separator: ","), rule.reason ?? "-",
            ]
            try Console.out(columns.map(\.escapingControls).joined(separator: "\t") + "\n")
        }
        return 0
    }
}
