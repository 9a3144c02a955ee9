// The two text streams of the program, written without buffering and without Foundation.

import Detection
import Files
internal import Glibc
import Scanning

/// Writes text to standard output and standard error.
enum Console {
    /// What a user asked for must arrive, or the user be told; a closed reader is no failure of ours.
    static func out(_ text: String) throws(CommandFailure) { try out(bytes: Array(text.utf8)) }

    /// The same for what is no text.
    static func out(bytes: [UInt8]) throws(CommandFailure) {
        do throws(FileError) {
            try writeAll(bytes, to: STDOUT_FILENO)
        } catch .system(EPIPE) {
            return
        } catch {
            throw .failure("standard output: \(error.message)")
        }
    }

    /// Nobody could be told of a failure here.
    static func error(_ text: String) { try? writeAll(Array(text.utf8), to: STDERR_FILENO) }

    /// Whether standard error is a terminal that can do more than print lines.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 && !["", "dumb"].contains(variable("TERM")) }

    /// `line` with the count of fakes in bold red where there are any and the terminal may show colours: `NO_COLOR` is not set
    /// (no-color.org).
    static func highlighting(fakes tally: Tally, in line: String) -> String {
        let fakes = tally.verdicts[.fake] ?? 0
        guard fakes > 0, isTerminal, variable("NO_COLOR").isEmpty, let range = line.firstRange(of: "\(fakes) fake")
        else { return line }
        return line[..<range.lowerBound] + "\u{1b}[1;31m" + line[range] + "\u{1b}[0m" + line[range.upperBound...]
    }

    private static func variable(_ name: String) -> String {
        unsafe getenv(name).map { unsafe String(cString: $0) } ?? ""
    }
}

/// A line on standard error that is drawn over itself.
struct StatusLine {
    private var width = 0

    /// Shows `text` in place of what was shown before.  Spaces and a carriage return do that on every terminal there is.
    mutating func draw(_ text: String) {
        let count = text.count
        Console.error("\r" + text + String(repeating: " ", count: max(0, width - count)))
        width = count
    }

    /// Takes the line away.
    mutating func clear() {
        if width > 0 { Console.error("\r" + String(repeating: " ", count: width) + "\r") }
        width = 0
    }
}
