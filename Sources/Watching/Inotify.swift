// The one file that talks to libinotifytools, and the ways around what it gets wrong.

internal import CInotifyTools
package import Files
internal import Glibc

/// inotify by libinotifytools, whose state is global and not guarded: one instance at a time, used by one thread.
///
/// The library keeps a table of names that can't be kept right from outside: it has no way to forget a watch that the kernel
/// dropped with its directory, and then answers with the dead watch's number when a directory of that name is watched again.
/// So names are no part of this seam: every watch is added under a spelling that was never used before, and who it belongs to is
/// `WatchedDirectories`' business.  What the dead ones take is given back by starting anew (`deadCount`).
@safe package final class Inotify {
    /// One event; `directory` is -1 for an overflow of the kernel's queue.
    package struct Event {
        package let directory: Int32
        package let mask: UInt32
        package let name: [UInt8]

        package func has(_ bits: Int32) -> Bool { mask & UInt32(bits) != 0 }
        /// `IN_ISDIR`.
        package var isDirectory: Bool { mask & 0x4000_0000 != 0 }
    }

    /// What is asked of each directory.
    private static let mask =
        IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF
        | IN_MOVE_SELF | IN_ONLYDIR

    /// To be polled for reading together with others: the library waits in whole seconds only.
    package private(set) var descriptor: Int32
    /// Watches that the kernel dropped and the library still holds.
    package private(set) var deadCount = 0
    private var spellings = 0

    /// Fails with `EMFILE` when the user has no instances left (`fs.inotify.max_user_instances`).
    package init() throws(FileError) { descriptor = try Inotify.start() }

    deinit { inotifytools_cleanup() }

    /// Drops every watch and all that the library holds.
    package func restart() throws(FileError) {
        inotifytools_cleanup()
        descriptor = -1
        deadCount = 0
        descriptor = try Inotify.start()
    }

    private static func start() throws(FileError) -> Int32 {
        guard inotifytools_initialize() == 1 else { throw .system(inotifytools_error()) }
        // The library does not say which descriptor is its own.
        let wanted = PathBytes("anon_inode:inotify")
        for descriptor in Int32(3)..<1024 {
            var target = [UInt8](repeating: 0, count: 32)
            let count = unsafe PathBytes("/proc/self/fd/\(descriptor)").withCString { path in
                unsafe target.withUnsafeMutableBytes { buffer -> Int in
                    guard let start = buffer.baseAddress else { return 0 }
                    return unsafe readlink(path, start.assumingMemoryBound(to: CChar.self), buffer.count)
                }
            }
            if count > 0 && Array(target[..<count]) == wanted.bytes {
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                return descriptor
            }
        }
        inotifytools_cleanup()
        throw .system(ENOSYS)
    }

    /// Watches an open directory and returns the watch's number: that of an earlier call if it is the same directory.
    /// Fails with `ENOSPC` when the user has no watches left (`fs.inotify.max_user_watches`).
    package func add(_ directory: Directory) throws(FileError) -> Int32 {
        spellings += 1
        var spelling = "/proc/self/fd/\(directory.descriptor)/"
        for bit in 0..<48 { spelling += spellings >> bit & 1 == 1 ? "./" : "/" }
        let name = PathBytes(spelling)
        let isWatched = unsafe name.withCString { unsafe inotifytools_watch_file($0, Inotify.mask) }
        guard isWatched == 1 else { throw .system(inotifytools_error()) }
        return unsafe name.withCString { unsafe inotifytools_wd_from_filename($0) }
    }

    /// Ends a watch that the kernel still has.
    package func remove(_ watch: Int32) { inotifytools_remove_watch_by_wd(watch) }

    /// Notes that the kernel has dropped a watch (`IN_IGNORED`).
    package func noteDead() { deadCount += 1 }

    /// The next event, nil when there is none at the moment.
    package func next() -> Event? {
        // `inotifytools_next_event` takes 0 for "wait".
        guard let event = unsafe inotifytools_next_events(0, 1) else { return nil }
        let length = Int(unsafe event.pointee.len)
        let start = unsafe UnsafeRawPointer(event) + MemoryLayout<inotify_event>.size
        // Padded with zeros to a multiple of the event's size.
        let name = unsafe UnsafeRawBufferPointer(start: start, count: length).prefix { $0 != 0 }
        return Event(
            directory: unsafe event.pointee.wd, mask: unsafe event.pointee.mask, name: unsafe Array(name))
    }

    /// How many watches the user may have, nil where the system does not say.
    package static var watchLimit: Int? {
        let count = Int(inotifytools_get_max_user_watches())
        return count > 0 ? count : nil
    }
}
