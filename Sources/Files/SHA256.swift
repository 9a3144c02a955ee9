// SHA-256 by libcrypto, so that a record names exactly the bytes that were judged.

internal import CCrypto

/// A running SHA-256 (`SHA256_Init`, `SHA256_Update`, `SHA256_Final`); reusable after `finish`.
package final class SHA256 {
    private var context = SHA256_CTX()

    package init() { restart() }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        let status = unsafe SHA256_Update(&context, bytes.baseAddress, bytes.count)
        precondition(status == 1, "libcrypto refused to digest")
    }

    package func update(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe update($0) } }

    /// The digest as 64 lower-case hexadecimal digits; afterwards a new message begins.
    package func finish() -> String { finishBytes().hexadecimal }

    /// The digest as 32 bytes; afterwards a new message begins.
    package func finishBytes() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        let status = unsafe SHA256_Final(&digest, &context)
        precondition(status == 1, "libcrypto refused to finish a digest")
        restart()
        return digest
    }

    private func restart() {
        let status = unsafe SHA256_Init(&context)
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
