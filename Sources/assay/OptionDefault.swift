// What a command goes by when an option is not given: a value in the option's row, from which help, manual and command all take it.

/// The default of an option.
enum OptionDefault: Sendable, Equatable {
    case integer(Int)
    case number(Double)
    /// A count whose suffixes K, M and G are powers of `unit`.
    case quantity(Int, unit: Int)
    case word(String)
    /// Of a flag that exists as `--no-name` too: as if it were given.
    case set
    /// Something that the command finds out for itself, in words.
    case described(String)

    /// As help and manual write it, of the option of this name.
    func text(of name: String) -> String {
        switch self {
        case .integer(let value): return String(value)
        case .number(let value): return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
        case .quantity(var value, let unit):
            var suffixes = ["", "K", "M", "G", "T"][...]
            while value % unit == 0, suffixes.count > 1 {
                value /= unit
                suffixes.removeFirst()
            }
            return "\(value)\(suffixes[suffixes.startIndex])"
        case .word(let text), .described(let text): return text
        case .set: return "--" + name
        }
    }
}

extension OptionDefault: ExpressibleByStringLiteral {
    init(stringLiteral text: String) { self = .described(text) }
}

/// Values of options that have a default in their row.
extension Invocation {
    func integer(_ option: Option, within range: ClosedRange<Int>) throws(CommandFailure) -> Int {
        if let value = try integer(option, range) { return value }
        guard case .integer(let value)? = option.standard else { Invocation.missing(option) }
        return value
    }

    func number(_ option: Option, within range: ClosedRange<Double>) throws(CommandFailure) -> Double {
        if let value = try number(option, range) { return value }
        guard case .number(let value)? = option.standard else { Invocation.missing(option) }
        return value
    }

    func quantity(_ option: Option) throws(CommandFailure) -> Int {
        guard case .quantity(let value, let unit)? = option.standard else { Invocation.missing(option) }
        return try quantity(option, unit: unit) ?? value
    }

    func word(_ option: Option) -> String {
        if let text = text(option) { return text }
        guard case .word(let text)? = option.standard else { Invocation.missing(option) }
        return text
    }

    private static func missing(_ option: Option) -> Never {
        preconditionFailure("--\(option.name) has no default of the kind that is asked for")
    }
}
