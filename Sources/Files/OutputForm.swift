// What a command writes to is looked at first: a slip of the hand must not cost a photograph.

internal import Glibc

/// What a file must hold already if more is to be written to it or it is to be replaced.
package struct OutputForm: Sendable {
    /// For messages, such as "records".
    let name: String
    /// Whether a file that begins with these bytes, 4096 or all that it has, is of this form.
    let recognises: @Sendable ([UInt8]) -> Bool

    package init(_ name: String, recognises: @escaping @Sendable ([UInt8]) -> Bool) {
        (self.name, self.recognises) = (name, recognises)
    }

    /// Files that begin with this text, or with as much of it as they have.
    package init(_ name: String, beginning: String) {
        let beginning = Array(beginning.utf8)
        self.init(name) { $0.starts(with: beginning) || beginning.starts(with: $0) }
    }

    /// Models and checkpoints: safetensors, the length of a JSON object and that object.
    package static let model = OutputForm("model") { head in
        guard head.count > 8, head[8] == UInt8(ascii: "{") else { return false }
        let length = head[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return (2...(1 << 30)).contains(length)
    }

    /// Paths that end in a separator: text, as far as they can be told from what is no list.
    package static func paths(separator: UInt8) -> OutputForm {
        OutputForm("list of paths") { head in
            // No path is empty.
            if separator == 0 {
                return head.contains(0)
                    && !head.split(separator: 0, omittingEmptySubsequences: false).dropLast().contains([])
            }
            return !head.contains(0) && head.first != UInt8(ascii: "{")
        }
    }
}

/// What becomes of the content of a file that is written to.
package enum OutputMode: Sendable {
    case appending, replacing
}

/// Opens a file to write to, or makes one. A pipe or a device is written through; opening a pipe waits for its reader.
///
/// A regular file that is not empty must be of the form given, and is left as it is otherwise.
package func openOutput(_ path: PathBytes, _ form: OutputForm, _ mode: OutputMode) throws(FileError) -> Int32 {
    var status = stat()
    let exists = unsafe path.withCString { unsafe stat($0, &status) } == 0
    // A pipe that was opened for reading too would have this process for a reader, and a write wait for it for ever.
    let access = exists && status.st_mode & S_IFMT != S_IFREG ? O_WRONLY : O_RDWR
    let flags = access | O_CREAT | O_CLOEXEC | O_NOCTTY | (mode == .appending ? O_APPEND : 0)
    let descriptor = unsafe path.withCString { unsafe open($0, flags, 0o666) }
    guard descriptor >= 0 else { throw .last }
    do throws(FileError) {
        guard unsafe fstat(descriptor, &status) == 0 else { throw .last }
        if status.st_mode & S_IFMT == S_IFREG && status.st_size > 0 {
            try check(descriptor, form)
            if mode == .replacing && ftruncate(descriptor, 0) != 0 { throw .last }
        }
    } catch {
        close(descriptor)
        throw error
    }
    return descriptor
}

/// Opens a regular file to write to it anew, or makes one. Others may write to its directory too: it does not go where a link leads, and does
/// not wait for the reader of a pipe.
package func openTemporary(_ path: PathBytes, _ form: OutputForm) throws(FileError) -> Int32 {
    let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK
    let descriptor = unsafe path.withCString { unsafe open($0, flags, 0o666) }
    guard descriptor >= 0 else { throw errno == ELOOP ? .notRegular : .last }
    do throws(FileError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .last }
        // Of several names one may be of what must not be written to.
        guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else { throw .notRegular }
        if status.st_size > 0 {
            try check(descriptor, form)
            guard ftruncate(descriptor, 0) == 0 else { throw .last }
        }
    } catch {
        close(descriptor)
        throw error
    }
    return descriptor
}

/// The file that `path` leads to, which is to be replaced by one of the form given: the path itself where there is no file yet, or
/// a regular file that is empty or of that form.
package func resolveReplaceable(_ path: PathBytes, _ form: OutputForm) throws(FileError) -> PathBytes {
    var status = stat()
    guard unsafe path.withCString({ unsafe lstat($0, &status) }) == 0 else {
        guard errno == ENOENT else { throw .last }
        return path
    }
    let resolved = unsafe path.withCString { path -> PathBytes? in
        guard let text = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(text) }
        return unsafe PathBytes(Array(UnsafeRawBufferPointer(start: text, count: strlen(text))))
    }
    guard let resolved, unsafe resolved.withCString({ unsafe stat($0, &status) }) == 0 else { throw .last }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    if status.st_size > 0 {
        // Whoever may write to the directory may replace what can't be read, but not unseen.
        let descriptor = unsafe resolved.withCString { unsafe open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        try check(descriptor, form)
    }
    return resolved
}

private func check(_ descriptor: Int32, _ form: OutputForm) throws(FileError) {
    let head = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
        count = max(0, unsafe pread(descriptor, buffer.baseAddress, buffer.count, 0))
    }
    guard form.recognises(head) else { throw .occupied(form.name) }
}
