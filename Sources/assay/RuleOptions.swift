// The rules that a command works with: chosen by the same options everywhere, read and compiled in one place.

import Files
import Inspection
import Rules

/// Options of every command that compiles rules.
enum RuleOptions {
    static let rules = Option(
        "rules", value: "path", repeats: true,
        "Also decide by the YARA rules in <path>, a file or a directory with files *.yar and *.yara. May be repeated; "
            + "assay-rules(5) explains the language and what it can ask for.")
    static let noDefaultRules = Option(
        "no-default-rules", "Leave out the rules that are part of the program, those of the thresholds among them.")
    static let define = Option(
        "define", value: "name=value", repeats: true,
        "Set a variable that rules can ask for: true or false, a whole number, a number with a point, or else text.")
    static let rulesScan = Option(
        "rules-scan", value: "what", choices: ["metadata", "all"], default: .word("metadata"),
        "What rules see of a file's bytes: all but compressed pixels, or everything.")
    static let rulesTimeout = Option(
        "rules-timeout", value: "seconds", default: .number(5),
        "Leave out rules that take longer for a file; the record names them.")

    /// What decides which rules there are.
    static let choice = [rules, noDefaultRules, define]
    /// What else a scan can be told about them.
    static let matching = [rulesScan, rulesTimeout]

    /// Most bytes of one file of rules.
    private static let maxSize = 64 << 20

    /// Compiles what the options ask for.
    static func plan(_ line: Invocation, others: [PathBytes] = []) throws(CommandFailure) -> RulePlan {
        var definitions: [RuleDefinition] = []
        for text in line.all(define) {
            guard let definition = RuleDefinition(text.lossy) else {
                throw .usage(
                    "The value '\(text.escaped)' is invalid for '--define <name=value>': expected a name and a value")
            }
            definitions.append(definition)
        }
        let limit = try line.number(rulesTimeout, 0.001...1e6)
        let sources = try sources(line.all(rules) + others)
        do throws(RuleError) {
            var plan = try RulePlan(sources, withShipped: !line.flag(noDefaultRules), definitions) { name, from in
                let path = included(name, from)
                return try? OpenFile.open(path, in: nil, followingLinks: true).readAll(limit: maxSize)
            }
            plan.settings?.seesPixelData = line.text(rulesScan) == "all"
            if let limit { plan.settings?.limit = limit }
            return plan
        } catch {
            throw .failure(error.message)
        }
    }

    /// Relative to the directory of the file that includes it, as libyara has it.
    private static func included(_ name: String, _ from: String) -> PathBytes {
        let isAbsolute = name.hasPrefix("/")
        guard !isAbsolute, let slash = from.lastIndex(of: "/") else { return PathBytes(name) }
        return PathBytes(String(from[...slash]) + name)
    }

    /// Every file of rules that the paths lead to, in order; those of a directory by name.
    private static func sources(_ paths: [PathBytes]) throws(CommandFailure) -> [RuleSource] {
        var sources: [RuleSource] = []
        var walker = Walker()
        walker.maxDepth = 1
        walker.sorted = true
        walker.followsLinks = true
        for path in paths {
            var failure: CommandFailure?
            let before = sources.count
            walker.walk(path) { found in
                do throws(FileError) {
                    switch found {
                    case .file(let file):
                        let name = file.path.lossy
                        guard file.isNamed || name.hasSuffix(".yar") || name.hasSuffix(".yara") else { return true }
                        let text = try file.open().readAll(limit: maxSize)
                        sources.append(source(file.path, text, among: sources))
                    // Only archives and streams hold such.
                    case .data, .unreadable: break
                    case .special(let path, let isNamed, _):
                        if isNamed { failure = .failure("\(path.escaped): \(FileError.notRegular.message)") }
                    case .failure(let path, let error): failure = .failure("\(path.escaped): \(error.message)")
                    }
                } catch {
                    failure = .failure("\(path.escaped): \(error.message)")
                }
                return failure == nil
            }
            if let failure { throw failure }
            if sources.count == before { throw .failure("\(path.escaped): no rules (*.yar, *.yara) in this directory") }
        }
        return sources
    }

    /// The namespace is the file's name without its ending, and a number where another has it already.
    private static func source(_ path: PathBytes, _ text: [UInt8], among others: [RuleSource]) -> RuleSource {
        let name = String(decoding: path.lastComponent, as: UTF8.self)
        let stem = name.hasSuffix(".yar") ? name.dropLast(4) : name.hasSuffix(".yara") ? name.dropLast(5) : name[...]
        let taken = Set((RuleSource.shipped + others).map(\.namespace))
        var namespace = String(stem)
        var number = 2
        while taken.contains(namespace) {
            namespace = "\(stem)-\(number)"
            number += 1
        }
        return RuleSource(file: path.lossy, namespace: namespace, text: text)
    }
}
