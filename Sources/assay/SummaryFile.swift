// The file that `--summary` names, opened before the scan so that a wrong path is known at once.

import Files
internal import Glibc

/// A file to be written at the end.
struct SummaryFile {
    private let path: PathBytes
    private let descriptor: Int32

    init(_ path: PathBytes) throws(CommandFailure) {
        self.path = path
        descriptor = unsafe path.withCString { unsafe open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) }
        if descriptor < 0 { throw .failure("\(path.escaped): \(FileError.last.message)") }
    }

    func write(_ text: [UInt8]) throws(CommandFailure) {
        let written = unsafe Glibc.write(descriptor, text, text.count)
        if written != text.count { throw .failure("\(path.escaped): \(FileError.last.message)") }
    }

    /// SHA-256 of this program.
    static func programDigest() -> String? {
        guard let file = try? OpenFile.open(PathBytes("/proc/self/exe"), in: nil, followingLinks: true) else {
            return nil
        }
        let digest = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while let count = try? unsafe buffer.withUnsafeMutableBytes({ try unsafe file.read(into: $0) }), count > 0 {
            unsafe buffer.withUnsafeBytes { unsafe digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        return digest.finish()
    }
}
