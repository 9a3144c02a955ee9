// Where the files of evidence go: named by the digest of the picture that they are of, so that none takes another's place.

import Files
internal import Glibc

/// A directory, made if need be.
struct EvidenceFolder: Sendable {
    let path: PathBytes
    /// Which tells it from directories that are read.
    let identity: FileIdentity

    /// Fails where nothing can be written to it.
    init(_ path: PathBytes) throws(CommandFailure) {
        self.path = path
        do throws(FileError) {
            let made = unsafe path.withCString { unsafe mkdir($0, 0o777) }
            if made != 0 && errno != EEXIST { throw .last }
            let state = try FileState(path, followingLinks: true)
            guard state.kind == .directory else { throw .system(ENOTDIR) }
            guard unsafe path.withCString({ unsafe access($0, W_OK | X_OK) }) == 0 else { throw .last }
            identity = state.identity
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
    }

    /// Whether a path leads here.
    func isSame(as other: PathBytes) -> Bool {
        (try? FileState(other, followingLinks: true))?.identity == identity
    }

    /// Writes a file and gives its path. One of the same name is of the same picture and is replaced, if it has the same form.
    func write(_ bytes: [UInt8], _ name: String, _ form: OutputForm) throws(CommandFailure) -> PathBytes {
        // One that has taken its place may be one that is read: what is written there would be met as something new.
        guard isSame(as: path) else { throw .failure("\(path.escaped): no more the directory that it was") }
        let file = path.appending(Array(name.utf8))
        try replace(file, with: bytes, form)
        return file
    }

    /// Writes the names of its files through to the disk, so that what tells of a file isn't there before it.
    func sync() throws(CommandFailure) {
        do throws(FileError) {
            let directory = try Directory(path, in: nil, followingLinks: true)
            // Some file systems have no such call for directories.
            guard fsync(directory.descriptor) == 0 || errno == EINVAL else { throw .last }
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
    }
}

/// Replaces a file, or says why not.
func replace(_ path: PathBytes, with bytes: [UInt8], _ form: OutputForm) throws(CommandFailure) {
    do throws(FileError) {
        try replaceFile(path, with: bytes, form)
    } catch {
        throw .failure("\(path.escaped): \(error.message)")
    }
}

extension OutputForm {
    static let array = OutputForm("NumPy array") { $0.starts(with: [0x93] + Array("NUMPY".utf8)) }
    static let png = OutputForm("PNG") { $0.starts(with: [0x89] + Array("PNG".utf8)) }
    static let profile = OutputForm("radial profile", beginning: "frequency,luminance")
    /// What `assay spectrum --mean` keeps while it runs.
    static let partialMean = OutputForm("partial mean") { $0.starts(with: Array("assay-mean".utf8)) }
}
