// Turns argument bytes into an `Invocation` by the rows of a command, or says what is wrong and what was probably meant.

import Files

/// What a command line asks for.
enum ParsedLine: Sendable {
    case run(Command, Invocation)
    case help(Command, names: [String])
    case version
}

/// A wrong command line together with the command whose usage line is to be shown.
struct UsageError: Error {
    let message: String
    let command: Command
    let names: [String]
}

/// Parses `arguments` (without the program's name) for `root`.  Options and operands may be mixed; `--` ends options.
func parse(_ arguments: [PathBytes], root: Command) throws(UsageError) -> ParsedLine {
    var command = root
    var names = [root.name]
    var rest = arguments[...]
    if let first = rest.first, first.lossy == "help" {
        for name in rest.dropFirst() {
            command = try subcommand(name.lossy, of: command, names)
            names.append(command.name)
        }
        return .help(command, names: names)
    }
    while let name = rest.first?.lossy, !command.subcommands.isEmpty, !name.hasPrefix("-") {
        command = try subcommand(name, of: command, names)
        names.append(command.name)
        rest = rest.dropFirst()
    }
    var reader = LineReader(command: command, names: names)
    return try reader.read(rest)
}

private func subcommand(_ name: String, of command: Command, _ names: [String]) throws(UsageError) -> Command {
    if let found = command.subcommands.first(where: { $0.name == name }) { return found }
    let known = command.subcommands.filter { !$0.hidden }.map(\.name)
    let hint = closest(to: name, in: known).map { " Did you mean '\($0)'?" } ?? ""
    throw UsageError(message: "Unknown subcommand '\(name)'.\(hint)", command: command, names: names)
}

/// Walks over the arguments of one command.
private struct LineReader {
    let command: Command
    let names: [String]
    var invocation: Invocation
    var asked: ParsedLine?

    init(command: Command, names: [String]) {
        self.command = command
        self.names = names
        invocation = Invocation(names: names)
    }

    mutating func read(_ arguments: ArraySlice<PathBytes>) throws(UsageError) -> ParsedLine {
        var rest = arguments
        var onlyOperands = false
        while let argument = rest.popFirst() {
            let bytes = argument.bytes
            if onlyOperands || bytes.count < 2 || bytes[0] != UInt8(ascii: "-") {
                invocation.add(operand: argument)
            } else if bytes == Array("--".utf8) {
                onlyOperands = true
            } else if bytes[1] == UInt8(ascii: "-") {
                try long(bytes.dropFirst(2), &rest)
            } else {
                try short(bytes.dropFirst(1), &rest)
            }
            if let asked { return asked }
        }
        guard command.run != nil else {
            let known = command.subcommands.filter { !$0.hidden }.map(\.name)
            throw error("Missing expected subcommand: one of " + known.joined(separator: ", "))
        }
        let least = command.arguments.filter(\.required).count
        if invocation.operands.count < least {
            throw error("Missing expected argument '<\(command.arguments[invocation.operands.count].name)>'")
        }
        if command.arguments.last?.repeats != true, invocation.operands.count > command.arguments.count {
            throw error("Unexpected argument '\(invocation.operands[command.arguments.count].escaped)'")
        }
        return .run(command, invocation)
    }

    private mutating func long(_ text: ArraySlice<UInt8>, _ rest: inout ArraySlice<PathBytes>) throws(UsageError) {
        let parts = text.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(decoding: parts[0], as: UTF8.self)
        let attached = parts.count > 1 ? PathBytes(Array(parts[1])) : nil
        for option in command.allOptions {
            let negated = option.negatable && name == "no-" + option.name
            guard option.name == name || negated else { continue }
            if attached != nil && option.value == nil { throw error("The option '--\(name)' takes no value") }
            return try take(option, as: name, attached, &rest)
        }
        let known = command.allOptions.flatMap { $0.negatable ? [$0.name, "no-" + $0.name] : [$0.name] }
        let hint = closest(to: name, in: known).map { " Did you mean '--\($0)'?" } ?? ""
        throw error("Unknown option '--\(name)'.\(hint)")
    }

    private mutating func short(_ text: ArraySlice<UInt8>, _ rest: inout ArraySlice<PathBytes>) throws(UsageError) {
        var letters = text
        while let letter = letters.popFirst() {
            let name = Character(UnicodeScalar(letter))
            guard let option = command.allOptions.first(where: { $0.short == name }) else {
                throw error("Unknown option '-\(PathBytes([letter]).escaped)'.")
            }
            if option.value == nil {
                try take(option, as: option.name, nil, &rest)
            } else {
                if letters.first == UInt8(ascii: "=") { letters = letters.dropFirst() }
                return try take(option, as: option.name, letters.isEmpty ? nil : PathBytes(Array(letters)), &rest)
            }
        }
    }

    private mutating func take(
        _ option: Option, as name: String, _ attached: PathBytes?, _ rest: inout ArraySlice<PathBytes>
    ) throws(UsageError) {
        if option.name == Command.help.name { asked = .help(command, names: names) }
        if option.name == Command.version.name { asked = .version }
        guard let placeholder = option.value, attached != nil || !option.isValueOptional else {
            return invocation.add(option: name, nil)
        }
        guard let value = attached ?? rest.popFirst() else {
            throw error("Missing value for '--\(option.name) <\(placeholder)>'")
        }
        if !option.choices.isEmpty && !option.choices.contains(value.lossy) {
            throw error(
                "The value '\(value.escaped)' is invalid for '--\(option.name) <\(placeholder)>': expected one of "
                    + option.choices.joined(separator: ", "))
        }
        invocation.add(option: option.name, value)
    }

    private func error(_ message: String) -> UsageError {
        UsageError(message: message, command: command, names: names)
    }
}

/// The candidate that `word` was probably meant to be: least Damerau–Levenshtein distance (optimal string alignment),
/// at most a third of the word's length and at least 1; a candidate that starts with `word` counts as near.
func closest(to word: String, in candidates: [String]) -> String? {
    let limit = max(1, word.utf8.count / 3)
    var best: (name: String, distance: Int)?
    for name in candidates {
        let distance =
            word.utf8.count > 2 && name.hasPrefix(word) ? 1 : editDistance(Array(word.utf8), Array(name.utf8))
        if distance <= limit && distance < best?.distance ?? .max { best = (name, distance) }
    }
    return best?.name
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var before = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 0..<a.count {
        var row = [i + 1]
        for j in 0..<b.count {
            var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
            row.append(best)
        }
        before = last
        last = row
    }
    return last[b.count]
}
