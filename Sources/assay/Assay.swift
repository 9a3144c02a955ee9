// The program: reads the command line, runs the command it names, turns failures into messages and exit status.

import CProcess
import Confinement
import Files
internal import Glibc
import Imaging
import Network

/// `assay`.
@main
enum Assay {
    static let versionText = "0.1.0"

    static let command = Command(
        "assay", "Tells photographs from synthesised images, and shows why.",
        subcommands: [
            ScanCommand.command, WatchCommand.command, ReportCommand.command, ExplainCommand.command,
            SpectrumCommand.command, MergeCommand.command,
            MarksCommand.command,
            HashCommand.command,
            TrainCommand.command,
            EvaluateCommand.command,
            ModelCommand.command, RulesCommand.command,
            DecoderCommand.command, UnpackerCommand.command, ManualCommand.command,
        ],
        manual: ProgramManual.sections)

    static func main() {
        process_begin()
        process_explain_traps()
        exit(run(arguments))
    }

    /// The exact bytes of the command line, without the program's name.
    static var arguments: [PathBytes] {
        (0..<process_argument_count()).dropFirst().map { index in
            guard let word = unsafe process_argument(index) else { return PathBytes("") }
            return PathBytes(unsafe Array(UnsafeRawBufferPointer(start: word, count: strlen(word))))
        }
    }

    /// Runs `arguments` (without the program's name) and returns the exit status.
    static func run(_ arguments: [PathBytes]) -> Int32 {
        do throws(UsageError) {
            switch try parse(arguments, root: command) {
            case .help(let command, let names):
                return try perform(command, names) { () throws(CommandFailure) in
                    try Console.out(helpText(command, names: names))
                    return 0
                }
            case .version:
                return try perform(command, [command.name]) { () throws(CommandFailure) in
                    let formats = ImageFormat.decodable.map(\.rawValue).joined(separator: ", ")
                    let archives = (["tar", "gzip"] + ArchiveKind.readable.map(\.rawValue)).joined(separator: ", ")
                    try Console.out("assay \(versionText)\nreads \(formats)\narchives \(archives)\n")
                    return 0
                }
            case .run(let command, let line):
                if let refusal = InstructionSet.refusal {
                    Console.error("Error: \(refusal.escapingControls)\n")
                    return 64
                }
                guard let run = command.run else { return 64 }
                // Whoever starts a decoder blocks them on purpose.
                if !command.hidden { process_unblock_signals() }
                return try perform(command, line.names) { () throws(CommandFailure) in try run(line) }
            }
        } catch {
            let path = error.names.joined(separator: " ")
            Console.error(
                "Error: \(error.message.escapingControls)\nUsage: \(usageLine(error.command, names: error.names))\n"
                    + "  See '\(path) --help' for more information.\n")
            return 64
        }
    }

    private static func perform(
        _ command: Command, _ names: [String], _ body: () throws(CommandFailure) -> Int32
    ) throws(UsageError) -> Int32 {
        do throws(CommandFailure) {
            return try body()
        } catch {
            switch error {
            case .usage(let message): throw UsageError(message: message, command: command, names: names)
            case .failure(let message):
                // A message may have several lines; what it quotes may not add any.
                let lines = message.split(separator: "\n").map { String($0).escapingControls }
                Console.error("Error: \(lines.joined(separator: "\n"))\n")
                return 2
            }
        }
    }
}
