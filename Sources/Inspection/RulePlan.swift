// Everything about a scan's rules in one value: what the confined process gets, what its parent knows, and what the summary says.

internal import Files
package import Rules

/// Compiled rules, ready for a scan.
package struct RulePlan: Sendable {
    package let rules: [Rule]
    package let warnings: [RuleError.Message]
    package let sources: [RuleSource]
    /// SHA-256 of all texts in their order, those that were included and the user's definitions at the end.
    package let digest: String
    /// Nil when there are no rules, so that nothing is to be matched.
    package var settings: RuleSettings?
    /// Whether any text asks for `path`.
    package let needsPath: Bool

    /// Compiles texts of rules, those that ship first unless they are left out.
    package init(
        _ own: [RuleSource], withShipped: Bool = true, _ definitions: [RuleDefinition] = [],
        include: @escaping RuleInclude = { _, _ in nil }
    ) throws(RuleError) {
        sources = (withShipped ? RuleSource.shipped : []) + own
        let taken = Set(RuleFacts.variables.map(\.name))
        for (index, definition) in definitions.enumerated() {
            let name = definition.variable.name
            guard !taken.contains(name), !definitions[..<index].contains(where: { $0.variable.name == name }) else {
                throw RuleError(file: "\(name)=\(definition.value.literal)", "'\(name)' is a variable already")
            }
        }
        let included = Included()
        if withShipped && own.isEmpty && definitions.isEmpty, let shipped = ShippedRules.load() {
            (rules, warnings) = (shipped.set.rules, [])
            digest = SHA256.hexadecimal(of: sources.flatMap(\.text))
            needsPath = false
            settings = RuleSettings(compiled: shipped.compiled)
            return
        }
        let set = try RuleSet.compile(sources, variables: RuleFacts.variables + definitions.map(\.variable)) {
            name, from in
            guard let text = include(name, from) else { return nil }
            included.texts.append(text)
            return text
        }
        (rules, warnings) = (set.rules, set.warnings)
        var whole = (sources.map(\.text) + included.texts).flatMap { $0 }
        for definition in definitions {
            whole += Array("\(definition.variable.name)=\(definition.value.literal)\n".utf8)
        }
        digest = SHA256.hexadecimal(of: whole)
        needsPath = (own.map(\.text) + included.texts).contains { text in
            RuleText(text).names.values.contains { $0.contains("path") }
        }
        guard !set.rules.isEmpty else {
            settings = nil
            return
        }
        settings = RuleSettings(compiled: try set.serialised())
        settings?.definitions = definitions
    }

    package var judge: Judge { Judge(rules, digest: digest) }

    /// For each rule the facts that it asks for, by `Rule.identity`.
    package var facts: [String: [String]] {
        let variables = Set(RuleFacts.variables.map(\.name) + (settings?.definitions.map(\.variable.name) ?? []))
        var facts: [String: [String]] = [:]
        for source in sources {
            for (rule, names) in RuleText(source.text).names {
                facts["\(source.namespace):\(rule)"] = names.filter(variables.contains)
            }
        }
        return facts
    }

    private final class Included {
        var texts: [[UInt8]] = []
    }
}
