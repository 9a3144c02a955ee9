// Whether a file is still the one that was looked at, told without reading it.

internal import Glibc

/// What changes when a file is replaced or written to (`stat`).
package struct FileState: Hashable, Sendable {
    package let identity: FileIdentity
    package let kind: FileKind
    package let size: Int
    /// Last modification (`st_mtim`); its owner may set it to anything.
    package let modified: Timestamp
    /// Last change of contents or attributes (`st_ctim`), which only the kernel sets.
    package let changed: Timestamp

    package init(identity: FileIdentity, kind: FileKind, size: Int, modified: Timestamp, changed: Timestamp) {
        (self.identity, self.kind, self.size) = (identity, kind, size)
        (self.modified, self.changed) = (modified, changed)
    }

    init(_ status: stat) {
        identity = FileIdentity(status)
        kind = FileKind(status)
        size = Int(status.st_size)
        modified = Timestamp(status.st_mtim)
        changed = Timestamp(status.st_ctim)
    }

    /// The state of `name` relative to `directory` (nil: the working directory).
    package init(_ name: PathBytes, in directory: Directory? = nil, followingLinks: Bool) throws(FileError) {
        var status = stat()
        let result = unsafe name.withCString {
            unsafe fstatat(
                directory?.descriptor ?? AT_FDCWD, $0, &status, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW)
        }
        guard result == 0 else { throw .last }
        self.init(status)
    }

    /// The state of an open file (`fstat`).
    package init(descriptor: Int32) throws(FileError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .last }
        self.init(status)
    }
}
