// X.509 certificates and the signatures that they verify, by libcrypto.

internal import CCrypto

/// The signature algorithms that C2PA allows, by their COSE numbers (RFC 9053, RFC 8230).
enum SignatureScheme {
    /// ECDSA with a digest; the bytes of each of the two numbers follow from the key.
    case ecdsa(DigestAlgorithm)
    /// RSASSA-PSS with a digest that is also its mask's.
    case pss(DigestAlgorithm)
    case ed25519

    init?(cose number: Int) {
        switch number {
        case -7: self = .ecdsa(.sha256)
        case -35: self = .ecdsa(.sha384)
        case -36: self = .ecdsa(.sha512)
        case -37: self = .pss(.sha256)
        case -38: self = .pss(.sha384)
        case -39: self = .pss(.sha512)
        case -8: self = .ed25519
        default: return nil
        }
    }
}

/// A certificate, read from DER.
@safe final class Certificate {
    let handle: OpaquePointer

    init?(_ der: [UInt8]) {
        // Certificates are small; what else it could be is not tried.
        guard der.count <= 65_536 else { return nil }
        // Else libcrypto reads its configuration, which a confined process must not.
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG) | UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
        let handle: OpaquePointer? = unsafe der.withUnsafeBufferPointer { bytes in
            var next = bytes.baseAddress
            return unsafe d2i_X509(nil, &next, bytes.count)
        }
        guard let handle = unsafe handle else { return nil }
        unsafe self.handle = unsafe handle
    }

    deinit { unsafe X509_free(handle) }

    /// Organisation, or else the common name.
    var subject: String? {
        let name = unsafe X509_get_subject_name(handle)
        for field in [NID_organizationName, NID_commonName] {
            let index = unsafe X509_NAME_get_index_by_NID(name, field, -1)
            guard index >= 0, let entry = unsafe X509_NAME_get_entry(name, index) else { continue }
            var text: UnsafeMutablePointer<UInt8>?
            let count = unsafe ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry))
            guard count >= 0, let start = unsafe text else { continue }
            defer { unsafe CRYPTO_free(start, nil, 0) }
            return unsafe String(decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
        }
        return nil
    }

    /// Whether `signature` was made over `message` with the key of this certificate.
    func verifies(_ signature: [UInt8], of message: [UInt8], _ scheme: SignatureScheme) -> Bool {
        guard let key = unsafe X509_get0_pubkey(handle), let context = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        var details: OpaquePointer?
        switch scheme {
        case .ed25519:
            guard unsafe EVP_PKEY_get_base_id(key) == NID_ED25519,
                unsafe EVP_DigestVerifyInit(context, &details, nil, nil, key) == 1
            else { return false }
            return unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        case .ecdsa(let digest):
            guard unsafe EVP_PKEY_get_base_id(key) == NID_X9_62_id_ecPublicKey,
                unsafe EVP_DigestVerifyInit(context, &details, digest.evp, nil, key) == 1,
                let encoded = Certificate.encoded(signature)
            else { return false }
            return unsafe EVP_DigestVerify(context, encoded, encoded.count, message, message.count) == 1
        case .pss(let digest):
            // A key of 16,384 bits is what anybody needs; larger ones only take time.
            guard [NID_rsaEncryption, NID_rsassaPss].contains(unsafe EVP_PKEY_get_base_id(key)),
                unsafe EVP_PKEY_get_bits(key) <= 16_384,
                unsafe EVP_DigestVerifyInit(context, &details, digest.evp, nil, key) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_padding(details, RSA_PKCS1_PSS_PADDING) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(details, RSA_PSS_SALTLEN_DIGEST) == 1
            else { return false }
            return unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        }
    }

    /// The two numbers of an ECDSA signature, which COSE writes one after the other, as the ASN.1 that libcrypto takes.
    private static func encoded(_ signature: [UInt8]) -> [UInt8]? {
        guard signature.count >= 2, signature.count % 2 == 0, signature.count <= 132 else { return nil }
        func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            var digits = Array(bytes.drop { $0 == 0 })
            if digits.first.map({ $0 >= 0x80 }) ?? true { digits.insert(0, at: 0) }
            return [0x02, UInt8(digits.count)] + digits
        }
        let half = signature.count / 2
        let body = integer(signature[..<half]) + integer(signature[half...])
        return body.count < 128 ? [0x30, UInt8(body.count)] + body : [0x30, 0x81, UInt8(body.count)] + body
    }
}

extension DigestAlgorithm {
    @unsafe fileprivate var evp: OpaquePointer? {
        switch self {
        case .sha256: unsafe EVP_sha256()
        case .sha384: unsafe EVP_sha384()
        case .sha512: unsafe EVP_sha512()
        }
    }
}
