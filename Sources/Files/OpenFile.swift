// Opens what may be hostile: regular files only, once, without waiting, without following links unless asked to.

internal import Glibc

/// An open regular file; closed when it goes out of scope.
package struct OpenFile: ~Copyable {
    private let descriptor: Int32
    /// Bytes at the time of opening (`st_size`).
    package let size: Int
    /// Time of last modification (`st_mtim`).
    package let modified: Timestamp

    private init(_ descriptor: Int32, _ status: stat) {
        self.descriptor = descriptor
        size = Int(status.st_size)
        modified = Timestamp(status.st_mtim)
    }

    deinit { close(descriptor) }

    /// Opens `name` relative to `directory` (nil: the working directory) with `openat`.  A fifo doesn't block, a device is
    /// not kept open, and where the caller owns the file not even its access time changes.
    package static func open(_ name: PathBytes, in directory: Directory?, followingLinks: Bool) throws(FileError)
        -> OpenFile
    {
        let base = directory?.descriptor ?? AT_FDCWD
        let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | (followingLinks ? 0 : O_NOFOLLOW)
        var descriptor = unsafe name.withCString { unsafe openat(base, $0, flags | keepAccessTime) }
        if descriptor < 0 && errno == EPERM {
            descriptor = unsafe name.withCString { unsafe openat(base, $0, flags) }
        }
        guard descriptor >= 0 else { throw .last }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notRegular
        }
        return OpenFile(descriptor, status)
    }

    /// Reads up to `target.count` bytes from the current position with `read`; fewer only at the end of the file.
    package borrowing func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        var done = 0
        while done < target.count {
            let count = unsafe Glibc.read(descriptor, target.baseAddress.unsafelyUnwrapped + done, target.count - done)
            if count < 0 {
                if errno == EINTR { continue }
                throw .last
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// The whole file, which must not change meanwhile and not pass `limit` bytes.
    package borrowing func readAll(limit: Int) throws(FileError) -> [UInt8] {
        guard size <= limit else { throw .tooLarge(size: size, limit: limit) }
        var failure: FileError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
            do throws(FileError) {
                count = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer))
            } catch { failure = error }
        }
        if let failure { throw failure }
        guard bytes.count == size else { throw .changed }
        return bytes
    }
}

/// Linux `O_NOATIME`, which Glibc shows only to GNU sources.
private let keepAccessTime: Int32 = 0o1000000
