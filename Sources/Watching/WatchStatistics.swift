// What a watch has seen and done, for the status line and for Prometheus.

internal import Detection
internal import Glibc
internal import Inspection
internal import Scanning
internal import Threads

/// Counters that every thread of a watch adds to.
package final class WatchStatistics: Sendable {
    /// Why everything was walked.
    package enum Rescan: String, Sendable, CaseIterable {
        case start, periodic, poll, overflow
        case queueFull = "queue_full"
        case returned
    }

    struct Counts {
        var seen = 0
        var verdicts: [Verdict: Int] = [:]
        var codes: [String: Int] = [:]
        var notImages = 0
        /// Files whose contents, model and path had a record already.
        var repeats = 0
        var vanished = 0
        var rescans: [Rescan: Int] = [:]
        var overflows = 0
        var lostRoots = 0
        var lastEvent: ContinuousClock.Instant?
        var latency = LatencyHistogram()
        var watched = 0
        var unwatched = 0
        var isPolling = false
        var programs = 0
        var failedPrograms = 0
        var moved = 0
        var failedMoves = 0
        var ledgerFailures = 0
        var unwrittenSpectra = 0
        var reloads = 0
        var failedReloads = 0
        /// Files that the scanner is through with, whatever came of them.
        var done = 0
        /// Frames behind the first of a file, which may not be done itself yet.
        var frames = 0
    }

    private let counts = Monitor(Counts())
    private let clock = ContinuousClock()
    private let start = ContinuousClock().now

    package init() {}

    /// Seconds since an instant, or since the start.
    func age(_ instant: ContinuousClock.Instant?) -> Double { (instant ?? start).duration(to: clock.now).seconds }

    var current: Counts { counts.with { $0 } }

    /// Grows with everything that is done.
    package var progress: Int { counts.with { $0.done + $0.frames } }

    func countSeen() { counts.with { $0.seen += 1 } }
    func count(_ rescan: Rescan) { counts.with { $0.rescans[rescan, default: 0] += 1 } }
    func countOverflow() { counts.with { $0.overflows += 1 } }
    func countLostRoot() { counts.with { $0.lostRoots += 1 } }
    func noteEvent() { counts.with { $0.lastEvent = clock.now } }

    func note(watched: Int, unwatched: Int, isPolling: Bool) {
        counts.with { ($0.watched, $0.unwatched, $0.isPolling) = (watched, unwatched, isPolling) }
    }

    package func countUnwrittenSpectrum() { counts.with { $0.unwrittenSpectra += 1 } }

    package func countFrame() { counts.with { $0.frames += 1 } }

    package func countReload(_ succeeded: Bool) {
        counts.with { if succeeded { $0.reloads += 1 } else { $0.failedReloads += 1 } }
    }

    func change(_ body: (inout Counts) -> Void) { counts.with { body(&$0) } }

    /// Counts a record, or what would have been one, and how long it took.
    func count(verdict: Verdict?, code: String?, since: ContinuousClock.Instant) {
        let seconds = since.duration(to: clock.now).seconds
        counts.with {
            $0.done += 1
            if let verdict { $0.verdicts[verdict, default: 0] += 1 }
            if let code { $0.codes[code, default: 0] += 1 }
            $0.latency.add(seconds)
        }
    }

    /// One line for people.
    package func line(_ queue: (waiting: Int, ready: Int, inFlight: Int), problem: String?) -> String {
        let counts = current
        let verdicts = Verdict.allCases.map { "\(counts.verdicts[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
        let failed = counts.codes.values.reduce(0, +)
        var text = "\(counts.verdicts.values.reduce(0, +)) scanned (\(verdicts)), \(failed) not scanned"
        text += ", \(queue.waiting) settling, \(queue.ready) ready, \(queue.inFlight) in work"
        text +=
            "; \(counts.watched) of \(counts.watched + counts.unwatched) directories watched"
            + (counts.isPolling ? ", polling" : "")
        if counts.unwrittenSpectra > 0 { text += "; \(counts.unwrittenSpectra) spectra not written" }
        if let problem { text += "; \(problem)" }
        return text
    }
}

/// How long it took from a file's close to its record, in the buckets of a Prometheus histogram.
struct LatencyHistogram {
    static let bounds = [0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 10, 30, 60, 300, 1800]
    private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    private(set) var sum = 0.0

    mutating func add(_ seconds: Double) {
        counts[LatencyHistogram.bounds.firstIndex { seconds <= $0 } ?? LatencyHistogram.bounds.count] += 1
        sum += seconds
    }
}
