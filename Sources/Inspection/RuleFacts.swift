// Facts as rules see them: every row of the table that is a plain value or a list of such, the model's bounds, and what is known of a file
// besides its content.

package import Detection
internal import Imaging
package import Rules

/// The external variables of rules, and their values.
package enum RuleFacts {
    /// All of them; users' own definitions come on top.
    package static let variables: [RuleVariable] =
        others.map(\.variable) + Facts.table.compactMap { variable($0.row) }

    /// The rows of the table that rules can ask for.
    package static var rows: [FactRow] { Facts.table.map(\.row).filter { variable($0) != nil } }

    /// What a model's card says, what follows from facts, and what is no fact of the content.
    package static let others: [(variable: RuleVariable, meaning: String)] = [
        (
            RuleVariable("threshold_fake", .number),
            "Of the model: a fused score from which on a picture of this much detail is fake."
        ),
        (RuleVariable("threshold_real", .number), "Of the model: a fused score up to which a picture is real."),
        (
            RuleVariable("threshold_suspect", .number),
            "Of the model: a fused score from which on a picture of this much detail is worth a look; above 1 if the model has none."
        ),
        (RuleVariable("envelope_side", .integer), "Of the model: pixels of the shortest side that it can judge."),
        (RuleVariable("envelope_flat_share", .number), "Of the model: the largest flat_share that it can judge."),
        (RuleVariable("disagreement", .number), "How far the scores of both branches lie apart."),
        (RuleVariable("file_size", .integer), "Bytes of the file; YARA's own filesize is the same."),
        (RuleVariable("path", .text), "As the record has it."),
    ]

    /// The model's bounds, the same for every file of a scan.  Where the model has no such bound, one that nothing can exceed.
    package static func values(_ card: ModelCard) -> [(name: String, value: RuleValue)] {
        [
            ("envelope_side", .integer(card.envelope?.smallestSide ?? 0)),
            ("envelope_flat_share", .number(card.envelope?.flatShare ?? 1)),
        ]
    }

    /// Everything that differs from file to file.  A fact that a file does not have is 0, false or an empty text.
    package static func values(
        _ facts: Facts, _ thresholds: Thresholds, fileSize: Int, path: String
    ) -> [(name: String, value: RuleValue)] {
        let thresholds = facts.number("detail").map { thresholds.at(detail: $0) } ?? thresholds
        var values: [(name: String, value: RuleValue)] = [
            ("file_size", .integer(fileSize)), ("path", .text(path.visible)),
            ("threshold_fake", .number(thresholds.fake)), ("threshold_real", .number(thresholds.real)),
            ("threshold_suspect", .number(thresholds.suspect ?? 2)),
        ]
        if let spatial = facts.number("spatial"), let frequency = facts.number("frequency") {
            values.append(("disagreement", .number(abs(spatial - frequency))))
        }
        for (place, variable) in places {
            values.append((variable.name, value(facts.value(at: place)) ?? .nothing(variable.kind)))
        }
        return values
    }

    private static let places: [(place: Int, variable: RuleVariable)] = Facts.table.indices.compactMap { place in
        variable(Facts.table[place].row).map { (place, $0) }
    }

    /// Nil for an object and what is made of objects.
    private static func variable(_ row: FactRow) -> RuleVariable? { kind(row.type).map { RuleVariable(row.name, $0) } }

    private static func kind(_ type: FactType) -> RuleVariable.Kind? {
        switch type {
        case .boolean: .boolean
        case .integer: .integer
        case .number: .number
        case .word, .text: .text
        case .list(let type, _): kind(type) == .text ? .text : nil
        case .object: nil
        }
    }

    /// The texts of a list stand on lines of their own.
    private static func value(_ value: FactValue?) -> RuleValue? {
        switch value {
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .text(let value): .text(value.visible)
        case .list(let values):
            .text(
                values.map { value in
                    if case .text(let text) = value { text.visible } else { "" }
                }.joined(separator: "\n"))
        case .object, nil: nil
        }
    }
}

extension String {
    /// Without zero bytes, at which rules would stop reading.
    fileprivate var visible: String { utf8.contains(0) ? String(filter { $0 != "\0" }) : self }
}
