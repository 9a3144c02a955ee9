// An open directory: it lists its entries and stays open as long as a file in it is still to be opened by its name.

internal import Glibc

/// A directory stream (`fdopendir`), closed with the last reference.  One thread lists it; any thread may open files
/// relative to its descriptor.
@safe package final class Directory: @unchecked Sendable {
    private let stream: OpaquePointer
    package let descriptor: Int32
    /// Device and inode, which tell whether two paths lead to the same directory.
    package let identity: FileIdentity

    /// Opens `name` relative to `parent` (nil: the working directory).
    package init(_ name: PathBytes, in parent: Directory?, followingLinks: Bool) throws(FileError) {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | (followingLinks ? 0 : O_NOFOLLOW)
        let base = parent?.descriptor ?? AT_FDCWD
        descriptor = unsafe name.withCString { unsafe openat(base, $0, flags) }
        guard descriptor >= 0 else { throw .last }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, let stream = unsafe fdopendir(descriptor) else {
            let failure = FileError.last
            close(descriptor)
            throw failure
        }
        identity = FileIdentity(status)
        unsafe self.stream = stream
    }

    deinit { unsafe closedir(stream) }

    /// One name in a directory and what it seems to be.
    struct Entry {
        let name: PathBytes
        let kind: FileKind
    }

    /// The next entry except `.` and `..`, nil at the end (`readdir`).
    func next() throws(FileError) -> Entry? {
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                if errno != 0 { throw .last }
                return nil
            }
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            let start = unsafe UnsafeRawPointer(entry) + offset
            let length = unsafe strlen(start.assumingMemoryBound(to: CChar.self))
            let name = PathBytes(unsafe Array(UnsafeRawBufferPointer(start: start, count: length)))
            if name.bytes == [46] || name.bytes == [46, 46] { continue }
            return Entry(name: name, kind: unsafe FileKind(directoryType: entry.pointee.d_type))
        }
    }

    /// The next name except `.` and `..`, nil at the end.
    package func nextName() throws(FileError) -> PathBytes? { try next()?.name }

    /// What `name` in this directory is now (`fstatat`).
    func kind(of name: PathBytes, followingLinks: Bool) throws(FileError) -> FileKind {
        try FileKind.of(name, in: self, followingLinks: followingLinks)
    }
}

/// Device and inode of a file.
package struct FileIdentity: Hashable, Sendable {
    package let device: UInt
    package let inode: UInt

    package init(device: UInt, inode: UInt) { (self.device, self.inode) = (device, inode) }

    init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }
}

/// What kind of thing a name leads to.
package enum FileKind: Sendable {
    case regular, directory, link, special
    /// The directory does not say; ask `fstatat`.
    case unknown

    init(directoryType type: UInt8) {
        switch Int(type) {
        case 8: self = .regular  // DT_REG
        case 4: self = .directory  // DT_DIR
        case 10: self = .link  // DT_LNK
        case 0: self = .unknown  // DT_UNKNOWN
        default: self = .special
        }
    }

    /// What `name` relative to `directory` is (`fstatat`).
    static func of(_ name: PathBytes, in directory: Directory?, followingLinks: Bool) throws(FileError) -> FileKind {
        var status = stat()
        let result = unsafe name.withCString {
            unsafe fstatat(
                directory?.descriptor ?? AT_FDCWD, $0, &status, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW)
        }
        guard result == 0 else { throw .last }
        return FileKind(status)
    }

    init(_ status: stat) {
        self =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .link
            default: .special
            }
    }
}
