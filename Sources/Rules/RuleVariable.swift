// What rules can ask for besides a file's bytes: facts, under the names and types that the compiler is told.

/// An external variable of rules.
package struct RuleVariable: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case boolean, integer, number, text
    }

    package let name: String
    package let kind: Kind

    package init(_ name: String, _ kind: Kind) { (self.name, self.kind) = (name, kind) }
}

/// The value of a variable for one file.
package enum RuleValue: Sendable, Equatable {
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    /// What follows a zero byte is invisible to rules, so there should be none.
    case text(String)

    package var kind: RuleVariable.Kind {
        switch self {
        case .boolean: .boolean
        case .integer: .integer
        case .number: .number
        case .text: .text
        }
    }

    /// The value of a variable about which there is nothing to say.
    package static func nothing(_ kind: RuleVariable.Kind) -> RuleValue {
        switch kind {
        case .boolean: .boolean(false)
        case .integer: .integer(0)
        case .number: .number(0)
        case .text: .text("")
        }
    }

    /// As a rule would write it.
    package var literal: String {
        switch self {
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .text(let value): "\"\(value)\""
        }
    }
}

/// A variable that a user defines, as in `NAME=VALUE`.
package struct RuleDefinition: Sendable, Equatable {
    package let variable: RuleVariable
    package let value: RuleValue
    /// As it was given.
    package let text: String

    /// `true` and `false` are booleans, whole numbers integers, numbers with a point or an exponent floats; all else is text, as it is
    /// between quotation marks.  Nil when there is no `=` or what stands before it can't name a variable.
    package init?(_ text: String) {
        guard let equals = text.firstIndex(of: "=") else { return nil }
        let name = String(text[..<equals])
        let written = String(text[text.index(after: equals)...])
        let letters = name.utf8
        guard let first = letters.first, letters.count <= 128, RuleDefinition.isLetter(first),
            letters.allSatisfy({ RuleDefinition.isLetter($0) || (0x30...0x39).contains($0) }), !written.utf8.contains(0)
        else { return nil }
        value = RuleDefinition.read(written)
        self.text = text
        variable = RuleVariable(name, value.kind)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }

    private static func read(_ text: String) -> RuleValue {
        if text == "true" { return .boolean(true) }
        if text == "false" { return .boolean(false) }
        if let number = Int(text) { return .integer(number) }
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { "0123456789.eE+-".utf8.contains($0) }
        if isNumber, let number = Double(text), number.isFinite { return .number(number) }
        if text.utf8.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") {
            return .text(String(text.dropFirst().dropLast()))
        }
        return .text(text)
    }
}
