// Verifies the signature of a claim with the certificate beside it, by libcrypto; whom the certificate belongs to is another matter.

internal import CCrypto

/// A COSE_Sign1 message with detached payload (RFC 9052, 4.2), as C2PA uses it.
struct COSESignature {
    private let protected: [UInt8]
    private let algorithm: Int?
    private let chain: [[UInt8]]
    private let signature: [UInt8]

    /// What verifying came to.
    struct Outcome {
        var signature: ContentCredentials.Signature
        var codes: [String]
        var signer: String?
        var isTrusted: Bool?

        static let malformed = Outcome(signature: .invalid, codes: ["claimSignature.mismatch"])
    }

    /// Nil for what is no such message.
    init?(_ message: CBOR) {
        var message = message
        if case .tagged(18, let inner) = message { message = inner }
        guard let parts = message.array, parts.count == 4, let protected = parts[0].bytes,
            let signature = parts[3].bytes,
            let header = protected.isEmpty ? .map([]) : try? CBOR(protected, ReadLimits())
        else { return nil }
        (self.protected, self.signature) = (protected, signature)
        algorithm = header[1]?.integer
        // Label 33 of RFC 9360; a text in manifests before version 2.
        let written = header[33] ?? header["x5chain"] ?? parts[1][33] ?? parts[1]["x5chain"]
        chain = written?.bytes.map { [$0] } ?? written?.array?.prefix(16).compactMap(\.bytes) ?? []
    }

    /// The structure that is signed: ["Signature1", protected header, nothing, payload].
    private func signed(_ payload: [UInt8]) -> [UInt8] {
        [0x84, 0x6A] + "Signature1".utf8 + COSESignature.byteString(protected) + [0x40]
            + COSESignature.byteString(payload)
    }

    /// A byte string with the shortest head, as all who verify write it anew.
    private static func byteString(_ bytes: [UInt8]) -> [UInt8] {
        func digits(_ size: Int) -> [UInt8] {
            (0..<size).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) }
        }
        switch bytes.count {
        case ..<24: return [0x40 | UInt8(bytes.count)] + bytes
        case ..<0x100: return [0x58] + digits(1) + bytes
        case ..<0x1_0000: return [0x59] + digits(2) + bytes
        default: return [0x5A] + digits(4) + bytes
        }
    }

    func verify(_ payload: [UInt8], _ anchors: TrustAnchors?) -> Outcome {
        guard let algorithm, let scheme = SignatureScheme(cose: algorithm) else {
            return Outcome(signature: .unchecked, codes: ["algorithm.unsupported"])
        }
        guard let first = chain.first, let certificate = Certificate(first) else {
            return Outcome(signature: .unchecked, codes: ["signingCredential.invalid"])
        }
        let isValid = certificate.verifies(signature, of: signed(payload), scheme)
        var outcome = Outcome(
            signature: isValid ? .valid : .invalid,
            codes: [isValid ? "claimSignature.validated" : "claimSignature.mismatch"], signer: certificate.subject)
        if let anchors, isValid {
            let isTrusted = anchors.trust(certificate, chain.dropFirst().compactMap(Certificate.init))
            outcome.isTrusted = isTrusted
            outcome.codes.append(isTrusted ? "signingCredential.trusted" : "signingCredential.untrusted")
        }
        return outcome
    }
}
