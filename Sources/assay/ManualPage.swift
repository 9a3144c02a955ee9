// Writes a manual page in mdoc from the rows of a command, so that help and manual can't disagree.

/// The page of `command`, reached by `names`; subcommands of a subcommand are sections of its page.
func manualPage(_ command: Command, names: [String]) -> String {
    let title = names.joined(separator: "-")
    var page = """
        .Dd November 23, 2026
        .Dt \(title.uppercased()) 1
        .Os
        .Sh NAME
        .Nm \(title)
        .Nd \(escaped(String(command.overview.prefix(1)).lowercased() + command.overview.dropFirst().dropLast()))
        .Sh SYNOPSIS

        """
    for (form, formNames) in forms(command, names) { page += synopsis(form, formNames) }
    page += ".Sh DESCRIPTION\n\(escaped(command.overview))\n"
    for paragraph in command.discussion { page += ".Pp\n\(escaped(paragraph))\n" }
    for (form, formNames) in forms(command, names) {
        if form.name != command.name {
            page += ".Ss \(formNames.dropFirst().joined(separator: " "))\n\(escaped(form.overview))\n"
            for paragraph in form.discussion { page += ".Pp\n\(escaped(paragraph))\n" }
        }
        page += list(form)
    }
    for section in command.manual {
        page += ".Sh \(section.title.uppercased())\n"
        page += section.paragraphs.map(escaped).joined(separator: "\n.Pp\n") + "\n"
    }
    let others = names.count == 1 ? command.subcommands.filter { !$0.hidden }.map { "assay-\($0.name)" } : ["assay"]
    page += ".Sh SEE ALSO\n" + others.map { ".Xr \($0) 1" }.joined(separator: " ,\n") + "\n"
    return page
}

/// What can be run: the command itself, or each of its subcommands.
private func forms(_ command: Command, _ names: [String]) -> [(Command, [String])] {
    let inner = names.count > 1 ? command.subcommands.filter { !$0.hidden } : []
    return inner.isEmpty ? [(command, names)] : inner.map { ($0, names + [$0.name]) }
}

private func synopsis(_ command: Command, _ names: [String]) -> String {
    var text = ".Nm \(names.joined(separator: " "))\n"
    if !command.options.isEmpty { text += ".Op Ar options\n" }
    for argument in command.arguments {
        let name = "Ar \(argument.name)" + (argument.repeats ? " ..." : "")
        text += argument.required ? ".\(name)\n" : ".Op \(name)\n"
    }
    if command.run == nil { text += ".Ar subcommand\n" }
    return text
}

/// Arguments, options and subcommands as one list.
private func list(_ command: Command) -> String {
    var text = ".Bl -tag -width Ds\n"
    for argument in command.arguments { text += ".It Ar \(argument.name)\n\(escaped(argument.help))\n" }
    for option in command.allOptions {
        let short = option.short.map { "Fl \($0) , " } ?? ""
        let names = option.negatable ? [option.name, "no-" + option.name] : [option.name]
        let value = option.value.map { option.isValueOptional ? " Ns Op = Ns Ar \($0)" : " Ar \($0)" } ?? ""
        text += ".It \(short)" + names.map { "Fl Fl \($0)" }.joined(separator: " , ") + value + "\n"
        text += escaped(helpWithDefault(option)) + "\n"
    }
    for subcommand in command.subcommands where !subcommand.hidden {
        text += ".It Cm \(subcommand.name)\n\(escaped(subcommand.overview))\n"
    }
    return text + ".El\n"
}

/// Text that roff takes literally: backslashes doubled, leading dots and quotes guarded, dashes kept as they are.
func escaped(_ text: String) -> String {
    var safe = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    if safe.hasPrefix(".") || safe.hasPrefix("'") { safe = "\\&" + safe }
    return safe
}
