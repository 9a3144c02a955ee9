// The digests that C2PA names, by libcrypto's plain functions: no providers are loaded for a file without a signature.

internal import CCrypto

/// A hash algorithm by its name in manifests.
enum DigestAlgorithm: String {
    case sha256, sha384, sha512

    /// The digest of several stretches of bytes, one after the other.
    func digest(_ bytes: Span<UInt8>, _ places: [Range<Int>]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 64)
        if self == .sha256 {
            var context = SHA256_CTX()
            unsafe SHA256_Init(&context)
            for place in places {
                unsafe bytes.extracting(place).withUnsafeBytes {
                    _ = unsafe SHA256_Update(&context, $0.baseAddress, $0.count)
                }
            }
            unsafe SHA256_Final(&result, &context)
            return Array(result[..<32])
        }
        var context = SHA512_CTX()
        if self == .sha384 { unsafe SHA384_Init(&context) } else { unsafe SHA512_Init(&context) }
        for place in places {
            unsafe bytes.extracting(place).withUnsafeBytes {
                _ = unsafe SHA512_Update(&context, $0.baseAddress, $0.count)
            }
        }
        if self == .sha384 { unsafe SHA384_Final(&result, &context) } else { unsafe SHA512_Final(&result, &context) }
        return Array(result[..<(self == .sha384 ? 48 : 64)])
    }
}
