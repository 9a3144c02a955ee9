// The hidden subcommand that `man/update` calls to write what is made from the program's tables: manual pages, the schema of records, and
// the compiled form of the rules that ship.

import Files
import Inspection
import Rules
import Scanning

/// `assay manual [SUBCOMMAND]`.
enum ManualCommand {
    static let subcommand = Argument(
        "subcommand", required: false,
        "Subcommand to describe, or record, rules.5, schema or rules.compiled; the program if none is given.")
    static let command = Command(
        "manual", "Print a manual page as mdoc.", arguments: [subcommand], hidden: true, run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        guard let name = line.operands.first?.lossy else {
            try Console.out(manualPage(Assay.command, names: ["assay"]))
            return 0
        }
        switch name {
        case "record":
            try Console.out(recordPage())
            return 0
        case "rules.5":
            try Console.out(rulesPage())
            return 0
        case "schema":
            try Console.out(Record.schema)
            return 0
        case "rules.compiled":
            try Console.out(bytes: try compiledRules())
            return 0
        default: break
        }
        guard let command = Assay.command.subcommands.first(where: { $0.name == name && !$0.hidden }) else {
            throw .usage("Unknown subcommand '\(name)'.")
        }
        try Console.out(manualPage(command, names: ["assay", name]))
        return 0
    }

    private static func compiledRules() throws(CommandFailure) -> [UInt8] {
        do throws(RuleError) { return try ShippedRules.compile() } catch { throw .failure(error.message) }
    }
}
