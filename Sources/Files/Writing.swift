// Every write of the program goes through here: short ones are continued, interrupted ones repeated, failed ones told.

internal import Glibc

/// Writes all of `bytes` (`write`).
package func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(FileError) {
    var written = 0
    try writeAll(bytes, to: descriptor, &written)
}

/// Writes all of a line, or nothing where the descriptor's file can be shortened: what a full disk took of it is cut off again.
package func writeLine(_ line: [UInt8], to descriptor: Int32) throws(FileError) {
    var written = 0
    do throws(FileError) {
        try writeAll(line, to: descriptor, &written)
    } catch {
        takeBack(written, from: descriptor)
        throw error
    }
}

private func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ written: inout Int) throws(FileError) {
    while written < bytes.count {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe write(descriptor, $0.baseAddress.unsafelyUnwrapped + written, bytes.count - written)
        }
        if count < 0 {
            if errno == EINTR { continue }
            throw .last
        }
        written += count
    }
}

/// Shortens a file by the last bytes that were written, unless another writer has gone on since.
private func takeBack(_ count: Int, from descriptor: Int32) {
    var status = stat()
    guard count > 0, unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    let end = lseek(descriptor, 0, SEEK_CUR)
    guard end >= count, end == status.st_size, ftruncate(descriptor, end - count) == 0 else { return }
    lseek(descriptor, end - count, SEEK_SET)
}

/// Writes a file under a temporary name in the same directory, syncs it and renames it over `path`, so that a kill leaves the old
/// file or the new one.
///
/// Where `path` is a link, what it leads to is replaced. Only a regular file of the same form is; see `resolveReplaceable`.
package func replaceFile(_ path: PathBytes, with bytes: [UInt8], _ form: OutputForm) throws(FileError) {
    let target = try resolveReplaceable(path, form)
    // With a fixed name, what a kill leaves is not added to by the next.
    let temporary = PathBytes(target.bytes + Array(".part".utf8))
    let descriptor = try openTemporary(temporary, form)
    do throws(FileError) {
        try writeAll(bytes, to: descriptor)
        guard fsync(descriptor) == 0 else { throw .last }
    } catch {
        close(descriptor)
        _ = unsafe temporary.withCString { unsafe unlink($0) }
        throw error
    }
    guard close(descriptor) == 0,
        unsafe temporary.withCString({ from in unsafe target.withCString { unsafe rename(from, $0) } }) == 0
    else { throw .last }
}
