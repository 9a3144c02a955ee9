// MD5 and SHA-1 prove nothing any more, but sets of known files are keyed by them; so all that such sets use are made in one place.

internal import CCrypto

/// A digest by which known files are looked up.
package enum FileDigest: String, Sendable, CaseIterable {
    case md5, sha1, sha256
}

/// Running digests of one file; reusable after `finish`.
package final class FileDigests {
    private let kinds: Set<FileDigest>
    private var md5 = MD5_CTX()
    private var sha1 = SHA_CTX()
    private let sha256 = SHA256()

    package init(_ kinds: Set<FileDigest>) {
        self.kinds = kinds
        restart()
    }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        if kinds.contains(.md5) { check(unsafe MD5_Update(&md5, bytes.baseAddress, bytes.count)) }
        if kinds.contains(.sha1) { check(unsafe SHA1_Update(&sha1, bytes.baseAddress, bytes.count)) }
        if kinds.contains(.sha256) { unsafe sha256.update(bytes) }
    }

    /// Each digest in lower-case hexadecimal digits; afterwards a new file begins.
    package func finish() -> [FileDigest: String] {
        var digests: [FileDigest: String] = [:]
        if kinds.contains(.md5) {
            var bytes = [UInt8](repeating: 0, count: 16)
            check(unsafe MD5_Final(&bytes, &md5))
            digests[.md5] = bytes.hexadecimal
        }
        if kinds.contains(.sha1) {
            var bytes = [UInt8](repeating: 0, count: 20)
            check(unsafe SHA1_Final(&bytes, &sha1))
            digests[.sha1] = bytes.hexadecimal
        }
        if kinds.contains(.sha256) { digests[.sha256] = sha256.finish() }
        restart()
        return digests
    }

    private func restart() {
        check(unsafe MD5_Init(&md5))
        check(unsafe SHA1_Init(&sha1))
    }

    private func check(_ status: Int32) { precondition(status == 1, "libcrypto refused to digest") }
}
