// Where followed links lead: what becomes of a target raises no event where the link is, so that each is looked at again and again.

internal import Files
internal import Glibc

/// The links that were met, and what each led to when it was looked at last.
struct FollowedLinks {
    /// What a link leads to, as far as a change of it matters.
    enum Target: Equatable {
        case nothing
        /// What is in it is watched for itself.
        case directory(FileIdentity)
        case file(FileState)
        case other(FileIdentity)

        init(of link: PathBytes) {
            guard let state = try? FileState(link, followingLinks: true) else {
                self = .nothing
                return
            }
            switch state.kind {
            case .directory: self = .directory(state.identity)
            case .regular: self = .file(state)
            default: self = .other(state.identity)
            }
        }
    }

    struct Link {
        /// The path below the operand.
        let relative: PathBytes
        /// Which of the operands.
        let root: Int
        var target: Target
    }

    private var links: [PathBytes: Link] = [:]
    /// Those that are still to be looked at in this round.
    private var round: [PathBytes] = []

    var isEmpty: Bool { links.isEmpty }

    /// Notes a link, unless it is known, and what it leads to.
    mutating func meet(_ path: PathBytes, _ relative: PathBytes, _ root: Int) {
        if links[path] == nil { links[path] = Link(relative: relative, root: root, target: Target(of: path)) }
    }

    /// Notes that the directory behind a link, if it is one, is about to be listed.
    mutating func enter(_ path: PathBytes, _ directory: FileIdentity) { links[path]?.target = .directory(directory) }

    /// Notes that the directory behind a link, if it is one, is gone: the next may have its number.
    mutating func lose(_ path: PathBytes) { links[path]?.target = .nothing }

    /// Forgets a link and says whether it was known.
    mutating func remove(_ path: PathBytes) -> Bool { links.removeValue(forKey: path) != nil }

    /// Forgets the links below a directory.
    mutating func removeAll(under path: PathBytes) {
        if links.isEmpty { return }
        let prefix = path.appending([]).bytes
        links = links.filter { !$0.key.bytes.starts(with: prefix) }
    }

    /// Begins to look at all links anew, unless it goes on.
    mutating func beginRound() { if round.isEmpty { round = Array(links.keys) } }

    var isRoundDone: Bool { round.isEmpty }

    /// Looks at the next link of the round, which `isRoundDone` says there is, and gives it if it leads to something else than it did.
    /// What is no link any more is forgotten, and given if it led somewhere.
    mutating func lookAtNext() -> (path: PathBytes, link: Link)? {
        guard let path = round.popLast(), var link = links[path] else { return nil }
        let target = Target(of: path)
        let isChanged = target != link.target
        // What leads nowhere may be no link at all.
        guard isChanged || target == .nothing else { return nil }
        link.target = target
        let isLink = (try? FileState(path, followingLinks: false))?.kind == .link
        links[path] = isLink ? link : nil
        return isChanged ? (path, link) : nil
    }
}

extension DirectoryWatch {
    /// Looks whether each link still leads where it did: once a second, but for no longer at a time than nobody minds, and for a twentieth
    /// of the time where there are many thousands.
    func checkLinks() {
        let start = clock.now
        guard !links.isEmpty, start >= nextLinkCheck else { return }
        if links.isRoundDone { linkRoundEnd = start + .seconds(1) }
        links.beginRound()
        while !links.isRoundDone && clock.now < start + .milliseconds(10) {
            if let (path, link) = links.lookAtNext() { follow(path, link) }
        }
        let end = clock.now
        let pause = start.duration(to: end) * 19
        nextLinkCheck = links.isRoundDone ? max(linkRoundEnd, end + pause) : end + pause
    }

    /// A link leads somewhere else than before.
    private func follow(_ path: PathBytes, _ link: FollowedLinks.Link) {
        for watch in directories.removeAll(under: path) { inotify?.remove(watch) }
        switch link.target {
        case .directory: unwalked.append((path, link.relative, link.root))
        case .file: if plan.walker.filter.wantsFile(link.relative), !isIgnored(link.relative) { note(path, .found) }
        case .nothing, .other: break
        }
    }

    /// Deals with the event if it is about a link that leads to no file.
    func handlesLink(_ event: Inotify.Event, _ path: PathBytes, _ relative: PathBytes, _ root: Int) -> Bool {
        guard plan.walker.followsLinks else { return false }
        let isGone = event.has(IN_DELETE | IN_MOVED_FROM)
        guard isGone || event.has(IN_CREATE | IN_MOVED_TO) else { return false }
        if links.remove(path) {
            for watch in directories.removeAll(under: path) { inotify?.remove(watch) }
        }
        if isGone || (try? FileState(path, followingLinks: false))?.kind != .link { return false }
        links.meet(path, relative, root)
        switch FollowedLinks.Target(of: path) {
        case .directory:
            unwalked.append((path, relative, root))
            return true
        case .nothing, .other: return true
        case .file: return false
        }
    }
}
