// The thread that watches: it alone talks to inotify, walks, and decides when a file may be looked at.

package import Files
internal import Glibc
internal import Scanning
internal import Threads

/// What is watched, and how.
package struct WatchPlan: Sendable {
    package var roots: [PathBytes] = []
    package var walker = Walker()
    /// Names of files that are not whole yet.
    package var ignored: [Glob] = ["*.part", "*.crdownload", "*.tmp", "*~"].compactMap { try? Glob(PathBytes($0)) }
    package var settle = Duration.milliseconds(200)
    package var poll = Duration.seconds(5)
    package var rescan = Duration.seconds(600)
    /// Files that may wait to settle; more are found again by walking.
    package var capacity = 65_536
    /// Files that are there at the start count as dealt with.
    package var newOnly = false
    package var exitOnUnmount = false
    /// Files and directories that the program itself writes to.
    package var own = OwnFiles()

    package init() {}
}

/// Watches directories until it is stopped.  Everything runs on the thread that calls `run`.
package final class DirectoryWatch {
    typealias Instant = ContinuousClock.Instant

    /// Whom the watch tells what happens.
    package struct Listener {
        /// All directories are watched or known to be polled.
        package var ready: () -> Void
        /// Called several times a second.
        package var tick: () -> Void
        package var warn: (String) -> Void
        /// Called with each file that is taken as dealt with because it was there before.
        package var pass: (Digest128, FileState) -> Void
        /// Whether to go on.
        package var goesOn: () -> Bool

        package init(
            ready: @escaping () -> Void, tick: @escaping () -> Void, warn: @escaping (String) -> Void,
            pass: @escaping (Digest128, FileState) -> Void, goesOn: @escaping () -> Bool
        ) {
            (self.ready, self.tick, self.warn, self.pass, self.goesOn) = (ready, tick, warn, pass, goesOn)
        }
    }

    struct Root {
        let path: PathBytes
        var identity: FileIdentity?
        /// The kernel has dropped its watch: what is there now is another directory, even if it has the same number.
        var isLost = false
        /// Why events of some of its directories can't be had.
        var unwatched: Set<String> = []
        /// Directories that have no watch.
        var unwatchedCount = 0
    }

    let plan: WatchPlan
    let exchange: WatchExchange
    let statistics: WatchStatistics
    let listener: Listener
    private let wake: WakePipe
    let clock = ContinuousClock()

    var roots: [Root]
    var inotify: Inotify?
    var directories = WatchedDirectories()
    var links = FollowedLinks()
    var nextLinkCheck: Instant
    /// When the next round over all links may begin.
    var linkRoundEnd: Instant
    var queue: SettleQueue
    /// Directories that appeared or came back and are still to be walked.
    var unwalked: [(path: PathBytes, relative: PathBytes, root: Int)] = []
    /// Why everything has to be walked again, if it has.
    var rescanCause: WatchStatistics.Rescan? = .start
    var lastWalk: (end: Instant, took: Duration)
    var warned: Set<String> = []
    /// Files that were there before this moment count as dealt with.
    var passesUntil: Timestamp?
    var isWalking = false
    /// Where what a walk finds queues up.
    var lane = Lane.arrivals
    private var nextRootCheck: Instant

    package init(
        _ plan: WatchPlan, _ exchange: WatchExchange, _ statistics: WatchStatistics, wake: WakePipe,
        passesExisting: Bool, _ listener: Listener
    ) {
        (self.plan, self.exchange, self.statistics, self.listener) = (plan, exchange, statistics, listener)
        self.wake = wake
        roots = plan.roots.map { Root(path: $0) }
        queue = SettleQueue(settle: plan.settle, capacity: plan.capacity)
        lastWalk = (clock.now, .zero)
        (nextRootCheck, nextLinkCheck, linkRoundEnd) = (clock.now, clock.now, clock.now)
        passesUntil = passesExisting ? .now : nil
    }

    /// Returns when `goesOn` says no, or when a watched directory went away and that is to end the watch.
    package func run() -> WatchEnd {
        do throws(FileError) {
            inotify = try Inotify()
        } catch {
            let sysctl = error == .system(EMFILE) ? " (sysctl fs.inotify.max_user_instances)" : ""
            warnOnce("inotify can't be used\(sysctl): \(error.message); everything is polled every \(plan.poll)")
        }
        checkRoots()
        watchDirectories()
        listener.ready()
        while listener.goesOn() {
            if plan.exitOnUnmount, let root = roots.first(where: { $0.identity == nil }) { return .lost(root.path) }
            pump(waiting: true)
            walkWhatIsNew()
            if let cause = dueRescan() { rescan(cause) }
        }
        return .stopped
    }

    private func dueRescan() -> WatchStatistics.Rescan? {
        if let rescanCause {
            // After the queue ran over there must be room again, or the walk would only run it over once more.
            if rescanCause == .queueFull && queue.count > plan.capacity / 2 { return nil }
            return rescanCause
        }
        let idle = lastWalk.end.duration(to: clock.now)
        if isPolling && idle >= max(plan.poll, lastWalk.took * 4) { return .poll }
        return idle >= plan.rescan ? .periodic : nil
    }

    var isPolling: Bool { inotify == nil || roots.contains { !$0.unwatched.isEmpty } }

    // MARK: the pump

    /// Takes what inotify has, hands over what has settled, and if `waiting` waits for more, at most a second.
    func pump(waiting: Bool) {
        if waiting { wait() }
        takeEvents()
        for path in exchange.takeAgain() { note(path, .found) }
        for lane in Lane.allCases { handOver(lane) }
        if clock.now >= nextRootCheck {
            nextRootCheck = clock.now + .seconds(1)
            checkRoots()
        }
        checkLinks()
        listener.tick()
    }

    private func wait() {
        guard isWalking || unwalked.isEmpty && dueRescan() == nil else { return }
        var limit = Duration.milliseconds(1000)
        for lane in Lane.allCases {
            guard let due = queue.nextDue(lane) else { continue }
            // Without room for more, the scanner wakes us.
            limit = min(
                limit, exchange.hasRoom(lane) ? max(.zero, clock.now.duration(to: due)) : .milliseconds(200))
        }
        if isPolling && !isWalking { limit = min(limit, max(.zero, plan.poll - lastWalk.end.duration(to: clock.now))) }
        if !links.isEmpty { limit = min(limit, max(.zero, clock.now.duration(to: nextLinkCheck))) }
        let (seconds, attoseconds) = limit.components
        let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        var waiting = [
            pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: inotify?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        unsafe Glibc.poll(&waiting, 2, Int32(milliseconds))
        wake.clear()
    }

    func takeEvents() {
        guard let inotify else { return }
        // Not without end: others want to be served too while somebody writes all the time.
        for _ in 0..<4096 {
            guard let event = inotify.next() else { return }
            handle(event)
        }
    }

    private func handOver(_ lane: Lane) {
        while exchange.hasRoom(lane), let path = queue.nextDue(lane, at: clock.now) {
            let state: FileState
            do throws(FileError) {
                state = try FileState(path, followingLinks: plan.walker.followsLinks)
            } catch {
                queue.remove(path)
                continue
            }
            guard state.kind == .regular, !plan.own.contains(state.identity) else {
                queue.remove(path)
                continue
            }
            guard case .take(let since) = queue.decide(path, state) else { continue }
            switch exchange.offer(path, state, lane, since: since) {
            case .taken: statistics.countSeen()
            case .known: break
            case .busy, .full: note(path, .found, in: lane, state)
            }
        }
    }

    /// Notes that something happened to a file.
    func note(_ path: PathBytes, _ sign: SettleQueue.Sign, in lane: Lane = .arrivals, _ state: FileState? = nil) {
        let isKept = queue.note(path, sign, in: lane, at: clock.now, state: state)
        if !isKept && rescanCause == nil { rescanCause = .queueFull }
    }

    func isIgnored(_ path: PathBytes) -> Bool { plan.ignored.contains { $0.matches(path) } }

    func warnOnce(_ text: String) {
        if warned.insert(text).inserted { listener.warn(text) }
    }

    /// Settles what is in the queue for the status line.
    package var waitingCount: Int { queue.count }
}

/// How a watch ended.
package enum WatchEnd: Sendable, Equatable {
    case stopped
    /// A watched directory went away.
    case lost(PathBytes)
}
