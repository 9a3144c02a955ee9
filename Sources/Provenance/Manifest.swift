// Reads one C2PA manifest: the claim, and the assertions that it vouches for (C2PA specification 1.0 to 2.2).

/// A manifest of a store.
struct Manifest {
    let box: JUMBFBox
    /// The claim's CBOR as it stands: what is signed.
    let claimBytes: [UInt8]
    let claim: CBOR
    let claimVersion: Int
    let algorithm: String

    var label: String { box.label }
    /// A manifest that adds to its parent's without touching the picture (`c2um`).
    var isUpdate: Bool { box.type == "c2um" }

    /// The code of the specification goes into `codes` where there is one for what is wrong.
    init(_ box: JUMBFBox, _ store: [UInt8], _ limits: ReadLimits, _ codes: inout [String]) throws(ReadError) {
        let claims = box.boxes.filter { $0.label == "c2pa.claim" || $0.label == "c2pa.claim.v2" }
        guard let first = claims.first, let content = first.contents.first(where: { $0.type == "cbor" }) else {
            codes.append("claim.missing")
            throw .invalid("a manifest without claim")
        }
        guard claims.count == 1 else {
            codes.append("claim.multiple")
            throw .invalid("a manifest with several claims")
        }
        self.box = box
        claimVersion = first.label == "c2pa.claim" ? 1 : 2
        claimBytes = Array(store[content.place])
        do throws(ReadError) {
            claim = try CBOR(claimBytes, limits)
        } catch {
            codes.append("claim.cbor.invalid")
            throw error
        }
        algorithm = claim["alg"]?.text ?? "sha256"
    }

    /// "Name/version …" or "Name version", whichever the claim has.
    var generator: String? {
        let info = claim["claim_generator_info"]
        return Manifest.program(info?.array?.first ?? info) ?? claim["claim_generator"]?.text
    }

    /// A program as text or as a map of name and version.
    static func program(_ item: CBOR?) -> String? {
        if let text = item?.text { return text }
        guard let name = item?["name"]?.text else { return nil }
        return item?["version"]?.text.map { "\(name) \($0)" } ?? name
    }

    /// Where an assertion of the claim points, and the digest that it must have.
    struct Reference {
        var label: String
        var hash: [UInt8]
        var algorithm: String
    }

    /// All assertions of the claim: of version 1 in one list, of version 2 in two.
    var references: [Reference] {
        let lists = ["assertions", "created_assertions", "gathered_assertions"].compactMap { claim[$0]?.array }
        var seen: Set<Substring> = []
        return lists.joined().prefix(1000).compactMap { item in
            // Each once: many references to one large assertion would be much to digest.
            guard let url = item["url"]?.text, let hash = item["hash"]?.bytes,
                let label = url.split(separator: "/").last, seen.insert(label).inserted
            else { return nil }
            return Reference(label: String(label), hash: hash, algorithm: item["alg"]?.text ?? algorithm)
        }
    }

    /// The superbox of an assertion.
    func assertion(_ label: String) -> JUMBFBox? { box["c2pa.assertions"]?[label] }

    /// The content of the assertions of one kind, versions and numbers of further ones included: those that the claim refers to,
    /// since nobody vouches for others.
    func contents(_ kind: String, _ store: [UInt8], _ limits: ReadLimits) throws(ReadError) -> [CBOR] {
        var result: [CBOR] = []
        for reference in references where Manifest.kind(reference.label) == kind {
            guard let content = assertion(reference.label)?.contents.first, content.type == "cbor" else { continue }
            result.append(try CBOR(Array(store[content.place]), limits))
        }
        return result
    }

    /// "c2pa.actions" of "c2pa.actions.v2__1".
    static func kind(_ label: String) -> String {
        let end = label.indices.first { label[$0...].hasPrefix("__") } ?? label.endIndex
        var parts = label[..<end].split(separator: ".", omittingEmptySubsequences: false)
        if let last = parts.last, last.first == "v", !last.dropFirst().isEmpty, last.dropFirst().allSatisfy(\.isNumber)
        {
            parts.removeLast()
        }
        return parts.joined(separator: ".")
    }

    /// The manifest that a URI such as "self#jumbf=/c2pa/urn:…/c2pa.claim" leads to.
    static func label(of uri: String) -> String? {
        let prefix = "self#jumbf="
        guard uri.hasPrefix(prefix) else { return nil }
        let parts = uri.dropFirst(prefix.count).split(separator: "/")
        guard parts.count >= 2, parts[0] == "c2pa" else { return nil }
        return String(parts[1])
    }
}
