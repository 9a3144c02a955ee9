// Walks: to set watches, to find what no event told of, and to see whether the directories are still the same.

internal import Files
internal import Glibc

extension DirectoryWatch {
    // MARK: roots

    /// Looks whether each operand still leads to the directory that is watched.
    func checkRoots() {
        for index in roots.indices {
            let path = roots[index].path
            let state = try? FileState(path, followingLinks: true)
            let identity = state?.kind == .directory ? state?.identity : nil
            if identity == roots[index].identity && !roots[index].isLost { continue }
            roots[index].isLost = false
            if roots[index].identity != nil {
                for watch in directories.removeAll(under: path) { inotify?.remove(watch) }
                let isWaiting = identity == nil && !plan.exitOnUnmount
                let outcome =
                    isWaiting
                    ? "; waiting for it to come back" : identity == nil ? "" : " and another has taken its place"
                listener.warn("\(path.escaped): the watched directory is gone\(outcome)")
                if identity == nil { statistics.countLostRoot() }
            } else if identity != nil && rescanCause != .start {
                listener.warn("\(path.escaped): the watched directory is back")
            }
            roots[index].identity = identity
            if identity != nil && rescanCause != .start { rescanCause = .returned }
        }
    }

    // MARK: walks

    /// Sets watches on all directories, without looking at files.
    func watchDirectories() {
        for index in roots.indices where roots[index].identity != nil {
            walk(roots[index].path, PathBytes([]), index) { _ in true }
        }
        warnOfUnwatched()
    }

    /// Walks directories that appeared.
    func walkWhatIsNew() {
        if unwalked.isEmpty { return }
        let outer = lane
        lane = .arrivals
        defer { lane = outer }
        while !unwalked.isEmpty && listener.goesOn() {
            // All that there are: taken one by one from the front, each would move all others.
            let places = unwalked
            unwalked = []
            for place in places where listener.goesOn() {
                if !place.relative.bytes.isEmpty {
                    guard plan.walker.filter.entersDirectory(place.relative) else { continue }
                }
                guard let state = try? FileState(place.path, followingLinks: plan.walker.followsLinks),
                    state.kind == .directory
                else { continue }
                walk(place.path, place.relative, place.root, look)
            }
        }
        warnOfUnwatched()
    }

    /// Looks at everything there is.
    func rescan(_ cause: WatchStatistics.Rescan) {
        statistics.count(cause)
        rescanCause = nil
        lane = .backlog
        defer { lane = .arrivals }
        let start = clock.now
        // What ran over may have told that a watch is gone.
        if let inotify, cause == .overflow || inotify.deadCount > directories.count + 10_000 { startAnew(inotify) }
        let isWhole = roots.allSatisfy { $0.identity != nil }
        var hasFailed = false
        exchange.changeIndex { $0.beginSweep() }
        for index in roots.indices where roots[index].identity != nil {
            roots[index].unwatched = []
            roots[index].unwatchedCount = 0
            walk(roots[index].path, PathBytes([]), index) { found in
                if case .failure = found { hasFailed = true }
                return look(found)
            }
        }
        // Of a directory that is away for a while, what was recorded must stay known.
        if isWhole && !hasFailed && listener.goesOn() && roots.allSatisfy({ $0.identity != nil }) {
            exchange.changeIndex { $0.endSweep() }
        }
        passesUntil = nil
        lastWalk = (clock.now, start.duration(to: clock.now))
        warnOfUnwatched()
    }

    private func startAnew(_ inotify: Inotify) {
        directories.removeAll()
        do throws(FileError) {
            try inotify.restart()
        } catch {
            self.inotify = nil
            warnOnce("inotify can't be used: \(error.message); everything is polled every \(plan.poll)")
        }
    }

    private func walk(_ path: PathBytes, _ relative: PathBytes, _ root: Int, _ report: (Found) -> Bool) {
        let place = Walker.Place(
            path: path, relative: relative, device: roots[root].identity?.device,
            above: directories(above: relative, root))
        var count = 0
        let isWithin = isWalking
        isWalking = true
        defer { isWalking = isWithin }
        plan.walker.walk(place) { directory, path, relative in
            if plan.own.contains(directory.identity) { return false }
            links.enter(path, directory.identity)
            watch(
                directory,
                WatchedDirectories.Entry(path: path, relative: relative, root: root, identity: directory.identity))
            return true
        } meeting: { path, relative in
            links.meet(path, relative, root)
        } report: { found in
            count += 1
            // The kernel's queue must not run over while a large tree is walked.
            if count % 256 == 0 {
                keepUp(waiting: false)
                if !listener.goesOn() { return false }
            }
            return report(found)
        }
    }

    /// The directories on the way to one below an operand, where a link may lead back to one of them.
    private func directories(above relative: PathBytes, _ root: Int) -> [FileIdentity] {
        guard plan.walker.followsLinks, !relative.bytes.isEmpty else { return [] }
        var path = roots[root].path
        var above = [roots[root].identity].compactMap(\.self)
        for name in relative.bytes.split(separator: UInt8(ascii: "/")).dropLast() {
            path = path.appending(Array(name))
            if let state = try? FileState(path, followingLinks: true) { above.append(state.identity) }
        }
        return above
    }

    /// Does during a walk what can't wait for its end.
    private func keepUp(waiting: Bool) {
        pump(waiting: waiting)
        // What appears during a walk over everything does not wait for all that is found on it.
        if lane == .backlog { walkWhatIsNew() }
    }

    private func watch(_ directory: Directory, _ entry: WatchedDirectories.Entry) {
        let kind = FileSystemKind(of: directory)
        if let unreliable = kind.unreliable { roots[entry.root].unwatched.insert(unreliable) }
        guard let inotify else {
            roots[entry.root].unwatchedCount += 1
            return
        }
        if let watch = directories.watch(of: entry.identity), let known = directories[watch] {
            if known.path == entry.path { return }
            if let other = try? FileState(known.path, followingLinks: true), other.identity == entry.identity {
                // Two ways lead here, and events tell of one only.
                roots[entry.root].unwatched.insert("two paths lead to one directory")
                return
            }
            return directories.set(watch, entry)
        }
        do throws(FileError) {
            directories.set(try inotify.add(directory), entry)
        } catch {
            roots[entry.root].unwatchedCount += 1
            roots[entry.root].unwatched.insert(error == .system(ENOSPC) ? limitReached : error.message)
        }
    }

    /// Deals with one thing that was found on a walk.
    private func look(_ found: Found) -> Bool {
        switch found {
        case .file(let file):
            if isIgnored(file.path) { return true }
            let state: FileState
            do throws(FileError) {
                state = try file.state()
            } catch {
                if error != .system(ENOENT) { exchange.offer(file.path, error, lane, since: clock.now) }
                return true
            }
            if plan.own.contains(state.identity) || exchange.keeps(file.path, state) { return true }
            // The kernel's clock stamps changes, so a file that came after the watches stood is not taken for an older one.
            if let passesUntil,
                (state.changed.seconds, state.changed.nanoseconds) < (passesUntil.seconds, passesUntil.nanoseconds)
            {
                // A clock that was set back makes new files look old, but of those there was an event.
                takeEvents()
                if lane == .backlog && !queue.contains(file.path) {
                    listener.pass(exchange.pass(file.path, state), state)
                    return true
                }
            }
            // The walk waits for room: this way one walk finds everything, however much that is.
            while queue.isFull(lane) && !queue.contains(file.path) && listener.goesOn() { keepUp(waiting: true) }
            note(file.path, .found, in: lane, state)
        case .failure(let path, let error):
            if error != .system(ENOENT) { exchange.offer(path, error, lane, since: clock.now) }
        default: break
        }
        return listener.goesOn()
    }

    /// Says once for each cause what has no events, and what would help.
    private func warnOfUnwatched() {
        for root in roots {
            for cause in root.unwatched.sorted() where warned.insert("\(cause) \(root.path.escaped)").inserted {
                if cause == limitReached {
                    let limit = Inotify.watchLimit.map(String.init) ?? "?"
                    let needed = roots.reduce(directories.count) { $0 + $1.unwatchedCount }
                    listener.warn(
                        "\(root.path.escaped): \(needed) directories need a watch each, \(directories.count) have one: the "
                            + "limit of this user is reached (sysctl fs.inotify.max_user_watches, now \(limit)); the directory "
                            + "is polled every \(plan.poll)")
                } else {
                    listener.warn(
                        "\(root.path.escaped): not every change raises an event (\(cause)); the directory is polled every "
                            + "\(plan.poll)")
                }
            }
        }
        noteDirectories()
    }

    private func noteDirectories() {
        statistics.note(
            watched: directories.count, unwatched: roots.reduce(0) { $0 + $1.unwatchedCount }, isPolling: isPolling)
    }
}

private let limitReached = "watch limit"
