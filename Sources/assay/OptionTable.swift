// The rows that describe a command line: parsing, help, suggestions and manual pages all read the same data.
//
// To add a subcommand: write `FooCommand.swift` with an enum that holds one static row per option, a static
// `command` that lists them, and a `run` function; then add `FooCommand.command` to `Assay.command`.
//
//     enum FooCommand {
//         static let epochs = Option("epochs", short: "n", value: "n", default: .integer(100), "Stop after <n> epochs.")
//         static let equalize = Option("equalize", negatable: true, default: .set, "Balance the classes.")
//         static let data = Argument("data", "Folder or manifest.")
//         static let command = Command(
//             "foo", "Does foo.", arguments: [data], options: [epochs, equalize], run: run)
//         static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
//             let epochs = try line.integer(epochs, within: 1...100_000)
//             let equalize = line.flag(equalize)
//             let path: PathBytes = line.operands[0]
//             …
//             return 0
//         }
//     }
//
// `--help`, `--version` and the manual page come for free (run `man/update` to write the pages anew).  A wrong value is reported by the accessor that reads it
// (`throw .usage(…)`, exit 64); a failure of the work itself is `throw .failure(…)`, exit 2.

/// One option of a command: a flag when `value` is nil, otherwise it takes a value (`--name VALUE`, `--name=VALUE`,
/// `-n VALUE`, `-nVALUE`).  Short flags may be bundled (`-lq`).
struct Option: Sendable {
    /// Long name without dashes.
    let name: String
    let short: Character?
    /// Placeholder of the value in help, without brackets; nil for a flag.
    let value: String?
    /// Whether the option may be given without its value, which then needs the form `--name=VALUE`.
    let isValueOptional: Bool
    /// Closed set of permitted values, checked while parsing; empty means any.
    let choices: [String]
    /// May be given several times (`Invocation.all`); otherwise the last one wins.
    let repeats: Bool
    /// A flag that also exists as `--no-name`.
    let negatable: Bool
    /// What holds when it is not given, if anything does.
    let standard: OptionDefault?
    /// Sentences for help and manual.
    let help: String

    init(
        _ name: String, short: Character? = nil, value: String? = nil, isValueOptional: Bool = false,
        choices: [String] = [], repeats: Bool = false, negatable: Bool = false, default standard: OptionDefault? = nil,
        _ help: String
    ) {
        self.name = name
        self.short = short
        self.value = value
        self.isValueOptional = isValueOptional
        self.choices = choices
        self.repeats = repeats
        self.negatable = negatable
        self.standard = standard
        self.help = help
    }
}

/// One positional argument; only the last of a command may repeat.
struct Argument: Sendable {
    let name: String
    let required: Bool
    let repeats: Bool
    let help: String

    init(_ name: String, required: Bool = true, repeats: Bool = false, _ help: String) {
        self.name = name
        self.required = required
        self.repeats = repeats
        self.help = help
    }
}

/// A command: either runs itself or only holds subcommands.
struct Command: Sendable {
    let name: String
    /// One sentence for the list of subcommands and OVERVIEW.
    let overview: String
    /// Further paragraphs for help and manual; may be empty.
    let discussion: [String]
    let arguments: [Argument]
    /// The command's own options, without `--help` and `--version`, which every command has.
    let options: [Option]
    let subcommands: [Command]
    /// Further sections of the manual page, which help leaves out: title and paragraphs.
    let manual: [(title: String, paragraphs: [String])]
    /// Not listed in help: part of the program's inner workings.
    let hidden: Bool
    let run: (@Sendable (Invocation) throws(CommandFailure) -> Int32)?

    init(
        _ name: String, _ overview: String, discussion: [String] = [], arguments: [Argument] = [],
        options: [Option] = [], subcommands: [Command] = [],
        manual: [(title: String, paragraphs: [String])] = [], hidden: Bool = false,
        run: (@Sendable (Invocation) throws(CommandFailure) -> Int32)? = nil
    ) {
        self.name = name
        self.overview = overview
        self.discussion = discussion
        self.arguments = arguments
        self.options = options
        self.subcommands = subcommands
        self.manual = manual
        self.hidden = hidden
        self.run = run
    }

    static let help = Option("help", short: "h", "Show help information.")
    static let version = Option("version", "Show the version.")

    /// Own options and the two that every command has.
    var allOptions: [Option] { options + [Command.version, Command.help] }
}

/// Why a command could not do its work.
enum CommandFailure: Error, Equatable {
    /// The command line is wrong: exit 64, with the usage line.
    case usage(String)
    /// The work itself failed: exit 2.
    case failure(String)
}
