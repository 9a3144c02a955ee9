// What the watch itself writes is not to be scanned, but an upload that gets the number of a file that is gone is.

package import Files
internal import Threads

/// Files and directories that the program itself writes to.
///
/// They are told by device and inode, whatever they are called by now.  Numbers of what is gone are used again, so that those count
/// only while they are held open or found under the path that they had.
package final class OwnFiles: Sendable {
    private struct State {
        var open: Set<FileIdentity> = []
        var places: [FileIdentity: PathBytes] = [:]
    }

    private let state = Monitor(State())

    package init() {}

    /// Notes what is at `path`, if there is anything.
    package func insert(_ path: PathBytes) {
        guard let identity = try? FileState(path, followingLinks: true).identity else { return }
        state.with { $0.places[identity] = path }
    }

    /// Notes an open file, which stays until `close`.
    func open(_ descriptor: Int32) {
        guard let identity = try? FileState(descriptor: descriptor).identity else { return }
        state.with { _ = $0.open.insert(identity) }
    }

    /// The file is about to be closed.
    func close(_ descriptor: Int32) {
        guard let identity = try? FileState(descriptor: descriptor).identity else { return }
        state.with { _ = $0.open.remove(identity) }
    }

    package func contains(_ identity: FileIdentity) -> Bool {
        state.with { state in
            if state.open.contains(identity) { return true }
            guard let path = state.places[identity] else { return false }
            return (try? FileState(path, followingLinks: true).identity) == identity
        }
    }
}
