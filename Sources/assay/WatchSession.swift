// A running watch: three threads that scan, watch and listen for signals, and how they end.

import Files
internal import Glibc
internal import Inspection
internal import Rules
import Scanning
import Threads
import Watching

/// Runs a watch until a signal ends it.  To be run on the main thread, which decoders depend on.
final class WatchSession: Sendable {
    private struct State {
        var plan: ScanPlan
        var isStopping = false
        /// A plan that takes effect when the pictures in work are done.
        var next: ScanPlan?
        var end: WatchEnd?
        var waiting = 0
    }

    private let state: Monitor<State>
    private let watchPlan: WatchPlan
    private let exchange: WatchExchange
    private let sinkPlan: WatchSink.Plan
    private let log: RecordLog
    private let ledger: Monitor<Ledger>?
    private let statistics: WatchStatistics
    private let metrics: PathBytes?
    private let grace: Duration
    /// Says where model and rules are read again.
    private let line: Invocation
    private let signals: SignalPipe
    private let wake: WakePipe
    private let notifier = ServiceNotifier()
    private let warn: @Sendable (String) -> Void

    init(
        _ plan: ScanPlan, _ watchPlan: WatchPlan, _ sinkPlan: WatchSink.Plan, _ index: RecordIndex, _ log: RecordLog,
        _ ledger: Monitor<Ledger>?, _ statistics: WatchStatistics, metrics: PathBytes?, grace: Duration,
        _ line: Invocation, warn: @escaping @Sendable (String) -> Void
    ) throws(FileError) {
        ScanSession.prepareProcess()
        signals = try SignalPipe(reportsUserSignal: true)
        wake = try WakePipe()
        exchange = WatchExchange(index, capacity: 64 + 4 * plan.jobs, wake: wake)
        var plan = plan
        // What is further ahead can't be overtaken by what arrives.
        plan.ahead = min(plan.ahead, 2 * plan.jobs)
        plan.sources = [WatchSource(exchange, followsLinks: watchPlan.walker.followsLinks)]
        state = Monitor(State(plan: plan))
        (self.watchPlan, self.sinkPlan, self.log, self.ledger) = (watchPlan, sinkPlan, log, ledger)
        (self.statistics, self.metrics, self.grace) = (statistics, metrics, grace)
        (self.line, self.warn) = (line, warn)
    }

    func run() throws(CommandFailure) -> Int32 {
        let watching = BackgroundTask { self.watch() }
        _ = BackgroundTask { self.listen() }
        while true {
            scan(state.with { $0.plan })
            let goesOn = state.with { state in
                if log.end != nil || state.isStopping || state.end != nil { return false }
                if let next = state.next { (state.plan, state.next) = (next, nil) }
                // Under the lock, or what closes it meanwhile would be undone.
                exchange.open()
                return true
            }
            if !goesOn { break }
            notifier.ready(status)
        }
        state.with { $0.isStopping = true }
        wake.wake()
        let end = watching.result()
        sinkPlan.program?.finish()
        writeMetrics()
        switch log.end {
        case .closedPipe: throw .failure("the output was closed by its reader")
        case .failed(let number): throw .failure("the output: \(FileError.system(number).message)")
        case nil: break
        }
        if case .lost(let path) = end { throw .failure("\(path.escaped): the watched directory is gone") }
        return 0
    }

    /// Scans until the exchange is closed.  What is recorded bears the rules that it was decided by.
    private func scan(_ plan: ScanPlan) {
        var sinkPlan = sinkPlan
        sinkPlan.rules = plan.judge?.digest ?? ""
        Scanner(plan, sink: WatchSink(sinkPlan, exchange, log, ledger, statistics, warn: warn)).run()
    }

    private var isStopping: Bool { state.with { $0.isStopping } }

    private var queue: (waiting: Int, ready: Int, inFlight: Int) {
        let counts = exchange.counts
        return (state.with { $0.waiting }, counts.ready, counts.inFlight)
    }

    private var status: String { statistics.line(queue, problem: log.problem) }

    // MARK: the watching thread

    private func watch() -> WatchEnd {
        let clock = ContinuousClock()
        var nextReport = clock.now
        var alive = Liveness(interval: notifier.watchdog)
        var watch: DirectoryWatch?
        let listener = DirectoryWatch.Listener(
            ready: { self.notifier.ready(self.status) },
            tick: {
                let waiting = watch?.waitingCount ?? 0
                self.state.with { $0.waiting = waiting }
                if self.log.noticesClosedReader() { self.exchange.close() }
                let queue = self.queue
                // Output that waits for room is no standstill that a restart would mend.
                let isIdle = queue.ready + queue.inFlight == 0 || self.log.problem != nil
                if alive.isDue(self.statistics.progress, isIdle: isIdle) { self.notifier.isAlive() }
                if clock.now < nextReport { return }
                nextReport = clock.now + .seconds(5)
                self.writeMetrics()
                self.notifier.status(self.status)
                self.compactLedger()
            },
            warn: warn, pass: { self.pass($0, $1) }, goesOn: { !self.isStopping })
        let started = DirectoryWatch(
            watchPlan, exchange, statistics, wake: wake, passesExisting: watchPlan.newOnly, listener)
        watch = started
        let end = started.run()
        state.with { $0.end = end }
        exchange.close()
        watch = nil
        return end
    }

    /// Keeps what --new-only passes over from being new to the next start.
    private func pass(_ key: Digest128, _ file: FileState) {
        ledger?.with { ledger in
            do throws(FileError) {
                try ledger.append(nil, of: key, file)
            } catch {
                warn("the ledger: \(error.message)")
            }
        }
    }

    private func compactLedger() {
        ledger?.with { ledger in
            exchange.changeIndex { index in
                do throws(FileError) {
                    try ledger.compactIfUseful(index)
                } catch {
                    warn("the ledger: \(error.message)")
                }
            }
        }
    }

    private func writeMetrics() {
        guard let metrics else { return }
        let model = state.with { $0.plan.model }
        let text = statistics.metrics(
            queue, isBlocked: log.problem != nil, version: Assay.versionText, model: model)
        do throws(FileError) {
            try replaceFile(metrics, with: Array(text.utf8), .metrics)
        } catch {
            warn("\(metrics.escaped): \(error.message)")
        }
    }

    // MARK: the listening thread

    private func listen() {
        while true {
            guard case .signal(let number) = signals.wait(milliseconds: -1) else { continue }
            switch number {
            case SIGHUP: reload()
            case SIGUSR1: Console.error("assay: \(status)\n")
            default:
                if isStopping { SignalPipe.end(by: number) }
                stop()
            }
        }
    }

    private func stop() {
        notifier.stopping("finishing what is in work")
        state.with { state in
            state.isStopping = true
            exchange.close()
        }
        wake.wake()
        let (grace, log) = (grace, log)
        _ = BackgroundTask {
            let clock = ContinuousClock()
            let end = clock.now + grace
            // A signal ends a sleep, and the longest one is shorter than the longest grace.
            while case let left = clock.now.duration(to: end), left > .zero {
                usleep(UInt32(min(left.seconds, 1000) * 1e6) + 1)
            }
            // What could not be written has no record, and the next start scans it.
            log.stop()
            usleep(500_000)
            _exit(0)
        }
    }

    private func reload() {
        notifier.reloading()
        log.reopen()
        do throws(CommandFailure) {
            let basis = try WatchBasis(line)
            for warning in basis.rules.warnings { warn(warning.description) }
            state.with { state in
                var plan = state.plan
                plan.use(basis.model.detector, basis.sharedModel, rules: basis.rules)
                state.next = plan
                // The scanner ends when what is in work is done, and the next one begins.
                exchange.close()
            }
            statistics.countReload(true)
        } catch {
            statistics.countReload(false)
            if case .failure(let message) = error {
                warn("\(message); model and rules that were loaded before stay in force")
            }
            notifier.ready(status)
        }
    }
}

/// Whether to tell the watchdog that we are alive: while there is work, only work that gets done counts.
private struct Liveness {
    private let interval: Duration?
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant
    private var progress = 0

    init(interval: Duration?) {
        self.interval = interval
        last = clock.now
    }

    mutating func isDue(_ progress: Int, isIdle: Bool) -> Bool {
        guard let interval, clock.now >= last + interval / 3, isIdle || progress != self.progress else { return false }
        last = clock.now
        self.progress = progress
        return true
    }
}
