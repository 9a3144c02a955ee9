// The line that keeps a person at a terminal informed while a scan runs, and the ears that listen for signals meanwhile.

import Detection
import Files
import Scanning

/// Redraws one line on standard error.
struct Progress {
    private let clock = ContinuousClock()
    private let start = ContinuousClock().now
    private var line = StatusLine()

    /// Shows the counts so far.
    mutating func draw(_ tally: Tally) {
        let elapsed = start.duration(to: clock.now)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        let rate = Int((Double(tally.seen) / max(seconds, 0.001)).rounded())
        let fakes = tally.verdicts[.fake] ?? 0
        line.draw("\(tally.seen) seen, \(fakes) fake, \(tally.unscanned) not scanned, \(rate)/s")
    }

    /// Takes the line away.
    mutating func clear() { line.clear() }
}
