// What a C2PA manifest store comes to: who claims what, and whether claim, assertions and picture belong together.

/// The active manifest of a file and the state of its checks. Trust in the signer is another matter; see `isTrusted`.
package struct ContentCredentials: Sendable, Equatable {
    /// 1 or 2: `c2pa.claim` or `c2pa.claim.v2`.
    package var claimVersion: Int?
    package var claimGenerator: String?
    package var manifests = 0
    /// Actions of the active manifest, such as `c2pa.created`.
    package var actions: [String] = []
    package var binding = Binding.unchecked
    package var signature = Signature.unchecked
    /// Organisation or common name of the certificate that signed, as it calls itself.
    package var signer: String?
    /// Whether the certificate leads to one of the user's anchors; nil when none were given.
    package var isTrusted: Bool?
    /// Status codes of the C2PA specification ("Validation status codes"), each once, in the order of the checks.
    package var codes: [String] = []

    /// Whether the hard binding fits the bytes of the file.
    package enum Binding: String, Sendable, CaseIterable {
        case match, mismatch
        /// A kind of binding that is not computed here, such as `c2pa.hash.bmff`.
        case unsupported
        case unchecked
    }

    /// Whether the claim was signed by the certificate beside it.
    package enum Signature: String, Sendable, CaseIterable {
        case valid, invalid
        /// No signature was reached, or its algorithm is not known here.
        case unchecked
    }

    package init() {}

    mutating func note(_ code: String) {
        if !codes.contains(code) { codes.append(code) }
    }

    /// Signed by somebody, unchanged since, and about these very bytes. An assertion that was not compared may have been exchanged.
    package var isIntact: Bool {
        let doubts = ["assertion.hashedURI.mismatch", "assertion.missing", "algorithm.unsupported"]
        return signature == .valid && binding == .match && !codes.contains { doubts.contains($0) }
    }
}
