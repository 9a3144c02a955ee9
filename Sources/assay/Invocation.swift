// What was typed, kept apart from what will run: values stay bytes until a command asks for them as something else.

import Files

/// A parsed command line.  Ask for values with the same rows that declared them.
struct Invocation: Sendable {
    /// The names that led here, e.g. `["assay", "model", "show"]`.
    let names: [String]
    /// Positional arguments in order.
    private(set) var operands: [PathBytes] = []
    private var given: [(name: String, value: PathBytes?)] = []

    init(names: [String]) { self.names = names }

    mutating func add(operand: PathBytes) { operands.append(operand) }
    mutating func add(option name: String, _ value: PathBytes?) { given.append((name, value)) }

    /// Whether a flag was given; for a negatable one the last of `--x` and `--no-x` wins.
    func flag(_ option: Option) -> Bool {
        for (name, _) in given.reversed() {
            if name == option.name { return true }
            if option.negatable && name == "no-" + option.name { return false }
        }
        return option.standard == .set
    }

    /// The exact bytes of the last value, nil when the option was not given.
    func path(_ option: Option) -> PathBytes? { all(option).last }

    /// Every value of a repeatable option, in order.
    func all(_ option: Option) -> [PathBytes] {
        given.compactMap { $0.name == option.name ? $0.value : nil }
    }

    /// SHA-256 of the operands, in whatever order and with or without a slash at their end, and of all that was given of `options`: of
    /// each option the values in their order, as typed.
    func digest(of options: [Option]) -> String {
        let digest = SHA256()
        func add(_ bytes: [UInt8]) { digest.update(bytes + [0]) }
        let paths = operands.map { operand in
            var bytes = operand.bytes
            while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
            return bytes
        }
        for path in paths.sorted(by: { $0.lexicographicallyPrecedes($1) }) { add(path) }
        for option in options where given.contains(where: { $0.name == option.name }) {
            add(Array("--\(option.name)".utf8))
            for value in all(option) { add(value.bytes) }
        }
        return digest.finish()
    }

    /// The last value as text (invalid UTF-8 repaired).
    func text(_ option: Option) -> String? { path(option)?.lossy }

    /// The last value as an integer within `range`.
    func integer(_ option: Option, _ range: ClosedRange<Int>) throws(CommandFailure) -> Int? {
        guard let text = text(option) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw invalid(option, text, Invocation.describe(range))
        }
        return value
    }

    /// The last value as an unsigned 64-bit number, for seeds.
    func seed(_ option: Option) throws(CommandFailure) -> UInt64? {
        guard let text = text(option) else { return nil }
        guard let value = UInt64(text) else {
            throw invalid(option, text, "a whole number from 0 to 18446744073709551615")
        }
        return value
    }

    /// The last value as a number within `range`, written with a point whatever the locale.
    func number(_ option: Option, _ range: ClosedRange<Double>) throws(CommandFailure) -> Double? {
        guard let text = text(option) else { return nil }
        guard let value = Double(text), range.contains(value) else {
            throw invalid(option, text, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The last value as a count with an optional suffix K, M, G or T, each `unit` times the one before
    /// (1024 for bytes, 1000 for pixels).
    func quantity(_ option: Option, unit: Int) throws(CommandFailure) -> Int? {
        guard let text = text(option) else { return nil }
        var digits = Substring(text)
        var factor = 1
        if let last = digits.last, let power = ["k": 1, "m": 2, "g": 3, "t": 4][last.lowercased()] {
            digits.removeLast()
            for _ in 0..<power { factor *= unit }
        }
        guard let value = Int(digits), value > 0,
            case let (result, overflow) = value.multipliedReportingOverflow(by: factor),
            !overflow
        else { throw invalid(option, text, "a count above 0, with K, M, G or T at its end if you like") }
        return result
    }

    /// The values of every occurrence, split at commas, each one of `allowed`.
    func words(_ option: Option, of allowed: [String]) throws(CommandFailure) -> [String]? {
        let lists = all(option)
        if lists.isEmpty { return nil }
        var words: [String] = []
        for list in lists {
            for word in list.lossy.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
                guard allowed.contains(word) else {
                    throw invalid(option, word, "one of " + allowed.joined(separator: ", "))
                }
                words.append(word)
            }
        }
        return words
    }

    private func invalid(_ option: Option, _ text: String, _ wanted: String) -> CommandFailure {
        .usage("The value '\(text)' is invalid for '--\(option.name) <\(option.value ?? "value")>': expected \(wanted)")
    }

    private static func describe(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max
            ? "a whole number from \(range.lowerBound)"
            : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    }
}
