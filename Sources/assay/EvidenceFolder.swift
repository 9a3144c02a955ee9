// Where the files of evidence go: named by the digest of the picture that they are of, so that none takes another's place.

import Files
internal import Glibc

/// A directory, made if need be.
struct EvidenceFolder {
    private let path: PathBytes

    init(_ path: PathBytes) throws(CommandFailure) {
        self.path = path
        let made = unsafe path.withCString { unsafe mkdir($0, 0o777) }
        if made != 0 && errno != EEXIST { throw .failure("\(path.escaped): \(FileError.last.message)") }
    }

    /// Writes a file and gives its path. One of the same name is of the same picture and is replaced, if it has the same form.
    func write(_ bytes: [UInt8], _ name: String, _ form: OutputForm) throws(CommandFailure) -> PathBytes {
        let file = path.appending(Array(name.utf8))
        try replace(file, with: bytes, form)
        return file
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
