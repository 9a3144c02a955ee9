// Files that options name for what is written at the end, opened before the work so that a wrong path is known at once.

import Files
internal import Glibc

/// A file to be written at the end; `-` is standard output.
struct TextFile {
    private let name: String
    private let descriptor: Int32

    /// A regular file is emptied, if it holds what an earlier run has written; see `openOutput`.
    init(_ path: PathBytes, _ form: OutputForm) throws(CommandFailure) {
        if path == PathBytes("-") {
            (name, descriptor) = ("standard output", STDOUT_FILENO)
            return
        }
        name = path.escaped
        do throws(FileError) {
            descriptor = try openOutput(path, form, .replacing)
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
    }

    /// A reader of standard output that is gone is no failure of ours.
    func write(_ text: [UInt8]) throws(CommandFailure) {
        do throws(FileError) {
            try writeAll(text, to: descriptor)
        } catch .system(EPIPE) where descriptor == STDOUT_FILENO {
            return
        } catch {
            throw .failure("\(name): \(error.message)")
        }
    }
}

extension OutputForm {
    /// What `assay evaluate --scores` writes.
    static let scores = OutputForm("scores") { head in
        // A manifest may begin as scores do.
        let first = head.prefix { $0 != UInt8(ascii: "\n") }
        return first.starts(with: Array(#"{"path":"#.utf8))
            && (first.count == 4096 || String(decoding: first, as: UTF8.self).utf8.contains(#""unclamped":"#.utf8))
    }
    /// What `assay train --log` writes.
    static let log = OutputForm("training log", beginning: #"{"stage":"#)
}

/// SHA-256 of this program.
func programDigest() -> String? {
    guard let file = try? OpenFile.open(PathBytes("/proc/self/exe"), in: nil, followingLinks: true) else { return nil }
    let digest = SHA256()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while let count = try? unsafe buffer.withUnsafeMutableBytes({ try unsafe file.read(into: $0) }), count > 0 {
        unsafe buffer.withUnsafeBytes { unsafe digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
    return digest.finish()
}
