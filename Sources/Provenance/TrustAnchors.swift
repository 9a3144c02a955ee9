// Certificates that the user trusts as the ends of chains: without them nothing is said about trust.

internal import CCrypto

/// Anchors from a PEM file, as `--trust-anchors` gives it.
package final class TrustAnchors {
    private let certificates: [Certificate]

    package var count: Int { certificates.count }

    /// Nil when there is no certificate in the text, or one that cannot be read.
    package init?(pem: [UInt8]) {
        var certificates: [Certificate] = []
        let lines = pem.split { $0 == 0x0A || $0 == 0x0D }
        var body: [UInt8]?
        for line in lines {
            if line.elementsEqual("-----BEGIN CERTIFICATE-----".utf8) {
                body = []
            } else if line.elementsEqual("-----END CERTIFICATE-----".utf8) {
                guard let text = body, let der = TrustAnchors.decoded(text), let one = Certificate(der) else {
                    return nil
                }
                certificates.append(one)
                body = nil
            } else if body != nil {
                body! += line
            }
        }
        guard !certificates.isEmpty else { return nil }
        self.certificates = certificates
    }

    /// Whether a chain leads from `certificate` to an anchor. Times are not compared: a claim stays true when its certificate has
    /// run out, and time stamps are not read here.
    func trust(_ certificate: Certificate, _ chain: [Certificate]) -> Bool {
        guard let store = unsafe X509_STORE_new(), let context = unsafe X509_STORE_CTX_new(),
            let others = unsafe OPENSSL_sk_new_null()
        else { return false }
        defer {
            unsafe OPENSSL_sk_free(others)
            unsafe X509_STORE_CTX_free(context)
            unsafe X509_STORE_free(store)
        }
        for anchor in certificates { unsafe X509_STORE_add_cert(store, anchor.handle) }
        for other in chain { unsafe OPENSSL_sk_push(others, UnsafeRawPointer(other.handle)) }
        guard unsafe X509_STORE_CTX_init(context, store, certificate.handle, others) == 1 else { return false }
        unsafe X509_STORE_CTX_set_flags(context, UInt(X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_PARTIAL_CHAIN))
        return unsafe X509_verify_cert(context) == 1
    }

    /// Base64 with padding.
    private static func decoded(_ text: [UInt8]) -> [UInt8]? {
        guard !text.isEmpty, text.count % 4 == 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: text.count / 4 * 3)
        let count = unsafe EVP_DecodeBlock(&bytes, text, CInt(text.count))
        guard count >= 0 else { return nil }
        return Array(bytes.dropLast(text.suffix(2).count { $0 == UInt8(ascii: "=") }))
    }
}
