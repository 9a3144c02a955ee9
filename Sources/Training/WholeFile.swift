// Reading what a run needs besides pictures: manifests and checkpoints, which are the user's own.
import Files

/// The bytes of a regular file; a link is followed, a pipe or device refused.
func readWhole(_ path: String) throws(FileError) -> [UInt8] {
    try OpenFile.open(PathBytes(path), in: nil, followingLinks: true).readAll(limit: .max)
}
