// SHA-256 by libcrypto, so that a record names exactly the bytes that were judged.

internal import CCrypto

/// A running SHA-256 (`EVP_DigestInit_ex`, `EVP_DigestUpdate`, `EVP_DigestFinal_ex`); reusable after `finish`.
@safe package final class SHA256 {
    private let context: OpaquePointer

    /// Takes the digest's context once; a machine without memory for it has none for anything.
    package init() {
        guard let context = unsafe EVP_MD_CTX_new() else { fatalError("out of memory for a digest context") }
        unsafe self.context = context
        restart()
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        let status = unsafe EVP_DigestUpdate(context, base, bytes.count)
        precondition(status == 1, "libcrypto refused to digest")
    }

    package func update(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe update($0) } }

    /// The digest as 64 lower-case hexadecimal digits; afterwards a new message begins.
    package func finish() -> String { finishBytes().hexadecimal }

    /// The digest as 32 bytes; afterwards a new message begins.
    package func finishBytes() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        let status = unsafe EVP_DigestFinal_ex(context, &digest, &length)
        precondition(status == 1 && length == 32, "libcrypto refused to finish a digest")
        restart()
        return digest
    }

    private func restart() {
        let status = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
        precondition(status == 1, "libcrypto has no SHA-256")
    }

    /// The digest of one message as 64 lower-case hexadecimal digits.
    package static func hexadecimal(of bytes: [UInt8]) -> String {
        let digest = SHA256()
        digest.update(bytes)
        return digest.finish()
    }
}

extension [UInt8] {
    /// Two lower-case hexadecimal digits for each byte.
    package var hexadecimal: String {
        let digits = [UInt8]("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * count)
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
