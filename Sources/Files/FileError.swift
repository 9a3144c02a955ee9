// What can go wrong between a path and the bytes behind it.

internal import Glibc

/// Why a file or directory could not be read.
package enum FileError: Error, Sendable, Equatable {
    /// A system call failed with this `errno`.
    case system(Int32)
    /// A fifo, socket, device or directory where a regular file was wanted.
    case notRegular
    /// The file grew or shrank while it was read, so its bytes are no one state of it.
    case changed
    /// More bytes than the limit allows.
    case tooLarge(size: Int, limit: Int)

    /// A stable word for machines.
    package var code: String {
        switch self {
        case .system(ENOENT): "not-found"
        case .system: "unreadable"
        case .notRegular: "not-a-regular-file"
        case .changed: "changed"
        case .tooLarge: "file-too-large"
        }
    }

    /// The reason in words; for system calls the text of `strerror`.
    package var message: String {
        switch self {
        case .system(let number): unsafe String(cString: strerror(number)).lowercasedFirst
        case .notRegular: "not a regular file"
        case .changed: "the file changed while it was read"
        case .tooLarge(let size, let limit): "\(size) bytes, the limit is \(limit)"
        }
    }

    /// The error of the system call that failed last on this thread.
    package static var last: FileError { .system(errno) }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
