// The rules that ship are compiled ahead, since compiling them takes a third of the time in which the program starts.

internal import Files
package import Rules

/// The compiled form of the rules that ship, as it is embedded in the program.
///
/// It begins with a digest of all that it was made from, and is passed over where that is not what the program would compile now,
/// so that it can be out of date but never wrong.
package enum ShippedRules {
    /// What the compiled form depends on: the rules' texts, the variables that they may ask for, and libyara.
    private static var digest: [UInt8] {
        var whole = Array(RuleSet.yaraVersion.utf8)
        for variable in RuleFacts.variables { whole += Array("\n\(variable.name) \(variable.kind.rawValue)".utf8) }
        for source in RuleSource.shipped {
            whole += Array("\n\(source.namespace) \(source.text.count)\n".utf8) + source.text
        }
        return Array(SHA256.hexadecimal(of: whole).utf8)
    }

    /// Nil if what is embedded was made from something else.
    package static func load() -> (set: RuleSet, compiled: [UInt8])? {
        let embedded = RuleSource.compiled
        let digest = digest
        guard embedded.starts(with: digest) else { return nil }
        let compiled = Array(embedded.dropFirst(digest.count))
        let set = unsafe compiled.withUnsafeBytes { bytes in try? unsafe RuleSet.load(bytes) }
        return set.map { ($0, compiled) }
    }

    /// What to embed.
    package static func compile() throws(RuleError) -> [UInt8] {
        let set = try RuleSet.compile(RuleSource.shipped, variables: RuleFacts.variables)
        return digest + (try set.serialised())
    }
}
