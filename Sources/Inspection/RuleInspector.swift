// Rules within an inspection: loaded from what the parent compiled, fed with facts, matched against what is not pixels.

internal import Detection
internal import Imaging
package import Rules

/// What the confined process needs to match rules.
package struct RuleSettings: Sendable, Equatable {
    /// `RuleSet.serialised`.
    package var compiled: [UInt8]
    package var definitions: [RuleDefinition] = []
    /// Whether rules see compressed pixels too.
    package var seesPixelData = false
    /// Seconds that the rules may take for a file.  Those that take longer are found within as much time again, thrice.
    package var limit = 5.0
    /// Whether rules are looked for that nearly match.
    package var findsNear = false

    package init(compiled: [UInt8]) { self.compiled = compiled }
}

extension RuleSettings {
    /// The settings for another process of this program.
    package var encoded: [UInt8] {
        var wire = WireWriter()
        wire.add(seesPixelData)
        wire.add(limit)
        wire.add(findsNear)
        wire.add(definitions.count)
        for definition in definitions { wire.add(definition.text, limit: .max) }
        return wire.bytes + compiled
    }

    /// Reads what `encoded` wrote.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        var wire = WireReader(bytes[...])
        compiled = []
        seesPixelData = try wire.boolean()
        limit = try wire.number()
        findsNear = try wire.boolean()
        for _ in 0..<(try wire.count(limit: .max)) {
            guard let definition = RuleDefinition(try wire.text(limit: .max)) else { throw WireError() }
            definitions.append(definition)
        }
        compiled = Array(wire.remainder)
    }
}

/// Matches the rules of a scan against the files of one inspector.
struct RuleInspector {
    private let matcher: RuleMatcher
    /// The variables as the last file left them.
    private var current: [(name: String, value: RuleValue)] = []
    private let names: [String]
    private let settings: RuleSettings
    private let limit: Duration
    private let thresholds: Thresholds

    init(_ settings: RuleSettings, _ card: ModelCard) {
        let loaded = unsafe settings.compiled.withUnsafeBytes { bytes in try? unsafe RuleSet.load(bytes) }
        guard let set = loaded, let matcher = RuleMatcher(set) else {
            fatalError("these rules were not compiled by this program, or there is no memory for them")
        }
        (self.matcher, self.settings, thresholds) = (matcher, settings, card.thresholds)
        names = set.rules.map(\.identity)
        limit = .milliseconds(Int64(settings.limit * 1000))
        for (name, value) in RuleFacts.values(card) { matcher.define(name, value) }
        for definition in settings.definitions { matcher.define(definition.variable.name, definition.value) }
    }

    mutating func match(_ file: UnsafeRawBufferPointer, _ facts: Facts, path: String) -> RuleFindings {
        let values = RuleFacts.values(facts, thresholds, fileSize: file.count, path: path)
        // Most are as they were: declared facts that are absent, formats.
        for (index, (name, value)) in values.enumerated()
        where !current.indices.contains(index) || current[index] != (name, value) {
            matcher.define(name, value)
        }
        current = values
        let format = facts.text("format").flatMap { ImageFormat(rawValue: $0) }
        let parts =
            if let format, !settings.seesPixelData { unsafe partsOutsidePixelData(file, format) } else {
                [0..<file.count]
            }
        let blocks = parts.map { part in
            unsafe RuleMatcher.Block(UnsafeRawBufferPointer(rebasing: file[part]), start: part.lowerBound)
        }
        let matches = matcher.match(blocks, fileSize: file.count, limit: limit)
        var findings = RuleFindings()
        findings.matched = matches.matched.map { names[$0] }
        findings.timedOut = matches.timedOut.map { names[$0] }
        findings.isIncomplete = matches.isIncomplete
        if settings.findsNear {
            findings.near = matcher.nearMisses(blocks, fileSize: file.count, values, limit: limit).map {
                RuleFindings.Near(rule: names[$0.rule], fact: $0.variable, value: $0.value.literal)
            }
        }
        return findings
    }
}
