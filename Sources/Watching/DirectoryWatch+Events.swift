// What each event of inotify means for a tree that is being watched.

internal import Files
internal import Glibc

extension DirectoryWatch {
    func handle(_ event: Inotify.Event) {
        if event.has(IN_Q_OVERFLOW) {
            statistics.countOverflow()
            rescanCause = .overflow
            warnOnce(
                "inotify's queue ran over, so everything is looked at again; sysctl fs.inotify.max_queued_events makes it "
                    + "longer")
            return
        }
        statistics.noteEvent()
        guard let directory = directories[event.directory] else { return }
        if event.has(IN_IGNORED) {
            directories.remove(event.directory)
            inotify?.noteDead()
            // There may be another directory of that name by now, or of that inode, which was then taken for this one; or soon.
            if directory.relative.bytes.isEmpty { roots[directory.root].isLost = true }
            links.lose(directory.path)
            unwalked.append((directory.path, directory.relative, directory.root))
            return
        }
        if event.name.isEmpty { return }
        let path = directory.path.appending(event.name)
        let relative = directory.relative.appending(event.name)
        if event.isDirectory {
            handle(event, directory: path, relative, directory.root)
        } else if !handlesLink(event, path, relative, directory.root), plan.walker.filter.wantsFile(relative),
            !isIgnored(relative)
        {
            handle(event, file: path)
        }
    }

    private func handle(_ event: Inotify.Event, directory path: PathBytes, _ relative: PathBytes, _ root: Int) {
        if event.has(IN_MOVED_FROM) {
            // Where it goes, if that is watched, it is walked anew: everything in it has a new path.  A walk that came by there
            // already has given it its new path, and it is not found here.
            for watch in directories.removeAll(under: path) { inotify?.remove(watch) }
            links.removeAll(under: path)
        } else if event.has(IN_CREATE | IN_MOVED_TO) {
            unwalked.append((path, relative, root))
        } else if event.has(IN_ATTRIB) {
            // One that could not be entered may let us in now.
            if let state = try? FileState(path, followingLinks: false), directories.watch(of: state.identity) == nil {
                unwalked.append((path, relative, root))
            }
        }
    }

    private func handle(_ event: Inotify.Event, file path: PathBytes) {
        if event.has(IN_CLOSE_WRITE | IN_MOVED_TO) {
            note(path, .finished)
        } else if event.has(IN_MODIFY) {
            note(path, .written)
        } else if event.has(IN_CREATE) {
            // A second name of a file is created and never closed.
            note(path, .found)
        } else if event.has(IN_ATTRIB) {
            if exchange.isUnread(path) { note(path, .finished) }
        } else if event.has(IN_DELETE | IN_MOVED_FROM) {
            queue.remove(path)
        }
    }
}
