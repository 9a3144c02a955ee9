// What can go wrong between a path and the bytes behind it.

internal import Glibc

/// Why a file or directory could not be read or written.
package enum FileError: Error, Sendable, Equatable {
    /// A system call failed with this `errno`.
    case system(Int32)
    /// A fifo, socket, device or directory where a regular file was wanted.
    case notRegular
    /// The file grew or shrank while it was read, so its bytes are no one state of it.
    case changed
    /// More bytes than the limit allows.
    case tooLarge(size: Int, limit: Int)
    /// What was to be written to or replaced holds something else.
    case occupied(String)

    /// An archive ends within a member, or before its end is marked.
    case truncatedArchive(offset: Int)
    /// What packs an archive ends too early, but the archive's own end was there.
    case truncatedPacking(offset: Int, lacking: String)
    /// An archive has what no program writes.
    case corruptArchive(offset: Int, reason: String)

    /// Neither a tar nor anything else that is read as an archive; or what one of the usual programs has packed is no tar.
    case notAnArchive(packing: String?)
    /// An archive that is not read, and why.
    case unsupportedArchive(ArchiveKind, reason: String)
    /// What became of the process that was to unpack an archive.
    case unpackingFailed(String)

    /// A member of an archive whose bytes can't be had: scattered, encrypted, packed in a way that is not known.
    case unsupportedMember(String)
    /// A member of an archive whose bytes are not what they were.
    case corruptMember(String)

    /// A stable word for machines.
    package var code: String {
        switch self {
        case .system(ENOENT): "not-found"
        case .system: "unreadable"
        case .notRegular: "not-a-regular-file"
        case .changed: "changed"
        case .tooLarge: "file-too-large"
        case .truncatedArchive, .truncatedPacking: "truncated-archive"
        case .corruptArchive, .corruptMember: "corrupt-archive"
        case .notAnArchive: "not-an-archive"
        case .unsupportedArchive: "unsupported-archive"
        case .unpackingFailed: "unpacking-failed"
        case .unsupportedMember: "unsupported-member"
        case .occupied: "occupied"
        }
    }

    /// The reason in words; for system calls the text of `strerror`.
    package var message: String {
        switch self {
        case .system(let number): unsafe String(cString: strerror(number)).lowercasedFirst
        case .notRegular: "not a regular file"
        case .changed: "the file changed while it was read"
        case .tooLarge(let size, let limit): "\(size) bytes, the limit is \(limit)"
        case .truncatedArchive(let offset): "the archive ends at byte \(offset), before its end is marked"
        case .truncatedPacking(let offset, let lacking):
            "\(lacking): missing behind byte \(offset), though the archive's own end is there: all members before it were read"
        case .notAnArchive(nil): "neither a tar nor an archive of another kind that is read"
        case .notAnArchive(let packing?): "what \(packing) has packed is no tar"
        case .unsupportedArchive(let kind, let reason): "unsupported archive: \(kind.rawValue), \(reason)"
        case .unpackingFailed(let what): "the process that unpacks \(what)"
        case .unsupportedMember(let reason): reason
        case .corruptMember(let reason): "damaged in the archive: \(reason)"
        case .corruptArchive(let offset, let reason): "no member of an archive at byte \(offset): \(reason)"
        case .occupied(let form): "it holds something, but no \(form), and is left as it is"
        }
    }

    /// The error of the system call that failed last on this thread.
    package static var last: FileError { .system(errno) }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
