// What a walk or a stream comes upon, and how to get at its bytes: the one thing that sources hand to a scan.

/// Where a file was found and how to open it without walking its path again.
package struct FoundFile: Sendable {
    /// As the record shows it.
    package let path: PathBytes
    private let directory: Directory?
    private let name: PathBytes
    /// Named by the user or a list, not met on a walk.
    package let isNamed: Bool
    private let followsLinks: Bool

    package init(path: PathBytes, directory: Directory?, name: PathBytes, isNamed: Bool, followsLinks: Bool) {
        self.path = path
        self.directory = directory
        self.name = name
        self.isNamed = isNamed
        self.followsLinks = followsLinks
    }

    /// Opens the file relative to the directory it was found in.
    package func open() throws(FileError) -> OpenFile {
        try OpenFile.open(name, in: directory, followingLinks: followsLinks)
    }

    /// What the file is now (`fstatat`).
    package func state() throws(FileError) -> FileState {
        try FileState(name, in: directory, followingLinks: followsLinks)
    }
}

/// Where in an archive a member is.
package struct ArchivePlace: Sendable, Equatable {
    /// The archive, as it was named.
    package let archive: PathBytes
    /// How many members come before it.
    package let index: Int
    /// Where its header begins in the unpacked stream; nil for an archive that is no stream of members.
    package let offset: Int?

    package init(_ archive: PathBytes, index: Int, offset: Int?) {
        (self.archive, self.index, self.offset) = (archive, index, offset)
    }
}

/// A file whose bytes are in memory already, because they came in a stream.
package struct FoundData: Sendable {
    /// As the record shows it.
    package let path: PathBytes
    package let bytes: StreamedBytes
    package let modified: Timestamp?
    /// Named by the user, not met in something that was named.
    package let isNamed: Bool
    /// The archive that it is a member of.
    package let origin: ArchivePlace?
    /// What is held for as long as the bytes are in memory.
    private let claim: (any AnyObject & Sendable)?

    package init(
        _ path: PathBytes, _ bytes: StreamedBytes, modified: Timestamp? = nil, isNamed: Bool = false,
        origin: ArchivePlace? = nil, claim: (any AnyObject & Sendable)? = nil
    ) {
        (self.path, self.bytes, self.modified, self.isNamed) = (path, bytes, modified, isNamed)
        (self.origin, self.claim) = (origin, claim)
    }
}

/// One thing that is to be looked at.
package enum Found: Sendable {
    case file(FoundFile)
    case data(FoundData)
    /// A fifo, socket or device; a member of an archive that is none but no picture either.
    case special(PathBytes, isNamed: Bool, origin: ArchivePlace? = nil)
    /// A member of an archive that can't be looked at.
    case unreadable(PathBytes, ArchivePlace, FileError)
    /// A directory that can't be listed, or a name that leads nowhere.
    case failure(PathBytes, FileError)
}
