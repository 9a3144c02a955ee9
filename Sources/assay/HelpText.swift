// Writes help pages and usage lines from a command's rows, in the look of swift-argument-parser.

/// The whole help page of `command`, reached by `names`.
func helpText(_ command: Command, names: [String]) -> String {
    var page = "OVERVIEW: \(command.overview)\n"
    for paragraph in command.discussion { page += "\n" + wrapped(paragraph, indent: 0, width: 80) + "\n" }
    page += "\nUSAGE: \(usageLine(command, names: names))\n"
    if !command.arguments.isEmpty {
        page += "\nARGUMENTS:\n" + command.arguments.map { row("<\($0.name)>", $0.help) }.joined()
    }
    page += "\nOPTIONS:\n" + command.allOptions.map { row(label($0), helpWithDefault($0)) }.joined()
    let listed = command.subcommands.filter { !$0.hidden }
    if !listed.isEmpty {
        page += "\nSUBCOMMANDS:\n" + listed.map { row($0.name, $0.overview) }.joined()
        page +=
            "\n  See '\(names[0]) help\(names.dropFirst().map { " " + $0 }.joined()) <subcommand>' for detailed help.\n"
    }
    return page
}

/// E.g. `assay scan [<options>] [<path> ...]`.
func usageLine(_ command: Command, names: [String]) -> String {
    var parts = [names.joined(separator: " ")]
    if !command.options.isEmpty { parts.append("[<options>]") }
    for argument in command.arguments {
        let name = "<\(argument.name)>" + (argument.repeats ? " ..." : "")
        parts.append(argument.required ? name : "[\(name)]")
    }
    if !command.subcommands.isEmpty { parts.append("<subcommand>") }
    return parts.joined(separator: " ")
}

/// E.g. `-j, --jobs <n>` or `--equalize/--no-equalize`.
func label(_ option: Option) -> String {
    var text = option.short.map { "-\($0), " } ?? ""
    text += "--\(option.name)"
    if option.negatable { text += "/--no-\(option.name)" }
    if let value = option.value { text += option.isValueOptional ? "[=<\(value)>]" : " <\(value)>" }
    return text
}

/// The help sentences with the permitted values and the default, if they are stated.
func helpWithDefault(_ option: Option) -> String {
    var notes: [String] = []
    if !option.choices.isEmpty { notes.append("values: " + option.choices.joined(separator: ", ")) }
    if let standard = option.standard { notes.append("default: " + standard.text(of: option.name)) }
    return option.help + (notes.isEmpty ? "" : " (" + notes.joined(separator: "; ") + ")")
}

private func row(_ label: String, _ help: String) -> String {
    let column = 26
    let text = wrapped(help, indent: column, width: 80)
    let lead = "  " + label
    if lead.count >= column { return lead + "\n" + text + "\n" }
    return lead + String(repeating: " ", count: column - lead.count) + text.drop { $0 == " " } + "\n"
}

/// Breaks `text` at spaces so that no line passes `width`, every line indented.
private func wrapped(_ text: String, indent: Int, width: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = margin
    for word in text.split(separator: " ") {
        if line.count > indent && line.count + 1 + word.count > width {
            lines.append(line)
            line = margin
        }
        line += (line.count > indent ? " " : "") + word
    }
    lines.append(line)
    return lines.joined(separator: "\n")
}
