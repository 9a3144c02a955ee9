// The two text streams of the program, written without buffering and without Foundation.

import Detection
internal import Glibc
import Scanning

/// Writes text to standard output and standard error; a closed reader is no failure of ours.
enum Console {
    static func out(_ text: String) { write(text, to: STDOUT_FILENO) }
    static func error(_ text: String) { write(text, to: STDERR_FILENO) }

    /// `line` with the count of fakes in bold red where there are any and the terminal may show colours: standard error is
    /// one, `NO_COLOR` is not set (no-color.org) and `TERM` is not `dumb`.
    static func highlighting(fakes tally: Tally, in line: String) -> String {
        func variable(_ name: String) -> String { unsafe getenv(name).map { unsafe String(cString: $0) } ?? "" }
        let fakes = tally.verdicts[.fake] ?? 0
        guard fakes > 0, isatty(STDERR_FILENO) == 1, variable("NO_COLOR").isEmpty, variable("TERM") != "dumb",
            let range = line.firstRange(of: "\(fakes) fake")
        else { return line }
        return line[..<range.lowerBound] + "\u{1b}[1;31m" + line[range] + "\u{1b}[0m" + line[range.upperBound...]
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            if written <= 0 { return }
            rest = rest.dropFirst(written)
        }
    }
}
