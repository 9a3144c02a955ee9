// Judges a C2PA manifest store against the file that it came in: active manifest, assertions, binding, signature, ingredients.

/// What a manifest store comes to.
struct ManifestStore {
    private(set) var credentials = ContentCredentials()
    private(set) var items: [Declared.Item] = []
    private(set) var problem: ReadError?

    private let store: [UInt8]
    private let limits: ReadLimits
    private var manifests: [Manifest] = []
    /// Labels of manifests whose statements were taken.
    private var stated: Set<String> = []

    init(_ store: [UInt8], _ file: Span<UInt8>, _ limits: ReadLimits, anchors: TrustAnchors?) throws(ReadError) {
        (self.store, self.limits) = (store, limits)
        let root = try JUMBFBox(store, limits)
        let boxes = root.boxes.filter { ["c2ma", "c2um", "c2cm"].contains($0.type) }
        credentials.manifests = boxes.count
        guard boxes.count <= 64 else { throw .limit("more manifests than the limit") }
        // The last one is the active one.
        guard let last = boxes.last else { throw .invalid("a store without manifest") }
        let active: Manifest
        var codes: [String] = []
        do throws(ReadError) {
            active = try Manifest(last, store, limits, &codes)
        } catch {
            codes.forEach { credentials.note($0) }
            problem = error
            return
        }
        credentials.claimVersion = active.claimVersion
        credentials.claimGenerator = active.generator?.value(limits.maxValueBytes)
        checkSignature(of: active, anchors)
        checkAssertions(of: active)
        checkBinding(of: active, file)
        manifests = boxes.dropLast().compactMap { try? Manifest($0, store, limits, &codes) } + [active]
        do throws(ReadError) { try state(active, nil, depth: 0) } catch { problem = error }
    }

    // MARK: checks

    private mutating func checkSignature(of manifest: Manifest, _ anchors: TrustAnchors?) {
        guard let content = manifest.box["c2pa.signature"]?.contents.first(where: { $0.type == "cbor" }) else {
            return credentials.note("claimSignature.missing")
        }
        guard let message = try? CBOR(Array(store[content.place]), limits) else {
            credentials.signature = .invalid
            return credentials.note("claimSignature.mismatch")
        }
        let outcome = COSESignature(message).map { $0.verify(manifest.claimBytes, anchors) } ?? .malformed
        credentials.signature = outcome.signature
        credentials.signer = outcome.signer?.value(limits.maxValueBytes)
        credentials.isTrusted = outcome.isTrusted
        outcome.codes.forEach { credentials.note($0) }
    }

    /// Compares every assertion with the digest in the claim; else a signed claim would vouch for exchanged assertions.
    private mutating func checkAssertions(of manifest: Manifest) {
        for reference in manifest.references {
            // Ingredients' thumbnails and the like may lie in other boxes of the manifest.
            guard let box = manifest.assertion(reference.label) ?? manifest.box["c2pa.databoxes"]?[reference.label]
            else {
                credentials.note("assertion.missing")
                continue
            }
            guard let algorithm = DigestAlgorithm(rawValue: reference.algorithm) else {
                credentials.note("algorithm.unsupported")
                continue
            }
            let fits = algorithm.digest(store.span, [box.whole]) == reference.hash
            credentials.note(fits ? "assertion.hashedURI.match" : "assertion.hashedURI.mismatch")
        }
    }

    /// The hard binding: the digest of the file without the stretches that the assertion excludes.
    private mutating func checkBinding(of manifest: Manifest, _ file: Span<UInt8>) {
        let kinds = Set(manifest.references.map { Manifest.kind($0.label) })
        guard kinds.contains("c2pa.hash.data") else {
            let isOther = kinds.contains { $0.hasPrefix("c2pa.hash.") } || manifest.isUpdate
            credentials.binding = isOther ? .unsupported : .mismatch
            if !isOther { credentials.note("claim.hardBindings.missing") }
            return
        }
        guard let assertion = try? manifest.contents("c2pa.hash.data", store, limits).first,
            let hash = assertion["hash"]?.bytes
        else {
            credentials.binding = .mismatch
            return credentials.note("assertion.cbor.invalid")
        }
        guard let algorithm = DigestAlgorithm(rawValue: assertion["alg"]?.text ?? manifest.algorithm) else {
            credentials.binding = .unsupported
            return credentials.note("algorithm.unsupported")
        }
        guard let places = ManifestStore.included(assertion["exclusions"]?.array ?? [], file.count) else {
            credentials.binding = .mismatch
            return credentials.note("assertion.dataHash.malformed")
        }
        credentials.binding = algorithm.digest(file, places) == hash ? .match : .mismatch
        credentials.note(credentials.binding == .match ? "assertion.dataHash.match" : "assertion.dataHash.mismatch")
    }

    /// What is left of `count` bytes without the exclusions; nil when these overlap or reach beyond the end.
    static func included(_ exclusions: [CBOR], _ count: Int) -> [Range<Int>]? {
        guard exclusions.count <= 1000 else { return nil }
        var excluded: [Range<Int>] = []
        for exclusion in exclusions {
            guard let start = exclusion["start"]?.integer, let length = exclusion["length"]?.integer,
                start >= 0, length >= 0, start <= count, length <= count - start
            else { return nil }
            excluded.append(start..<start + length)
        }
        var places: [Range<Int>] = []
        var offset = 0
        for range in excluded.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard range.lowerBound >= offset else { return nil }
            places.append(offset..<range.lowerBound)
            offset = range.upperBound
        }
        return places + [offset..<count]
    }

    // MARK: statements

    /// Adds what a manifest says, then its ingredients, as deep as they lead.
    private mutating func state(_ manifest: Manifest, _ relationship: Declared.Relationship?, depth: Int)
        throws(ReadError)
    {
        guard depth < 8, items.count < limits.maxItems, stated.insert(manifest.label).inserted else { return }
        var general = Declared.Item(.c2pa)
        general.relationship = relationship
        general.software = manifest.generator?.value(limits.maxValueBytes)
        general.generator = general.software.flatMap(GeneratorName.named)
        var origins: [Declared.Item] = []
        for list in try manifest.contents("c2pa.actions", store, limits) {
            for action in (list["actions"]?.array ?? []).prefix(200) {
                if relationship == nil, credentials.actions.count < 16, let name = action["action"]?.text?.value(64),
                    !credentials.actions.contains(name)
                {
                    credentials.actions.append(name)
                }
                var item = general
                let written = action["digitalSourceType"]?.text ?? action["parameters"]?["digitalSourceType"]?.text
                item.digitalSourceType = written.flatMap(Origin.digitalSourceType)
                if let agent = Manifest.program(action["softwareAgent"]) {
                    item.software = agent.value(limits.maxValueBytes)
                    item.generator = GeneratorName.named(in: agent) ?? general.generator
                }
                if item.digitalSourceType != nil, !origins.contains(item) { origins.append(item) }
            }
        }
        items += (origins.isEmpty && !general.isEmpty ? [general] : origins).prefix(limits.maxItems - items.count)
        for ingredient in try manifest.contents("c2pa.ingredient", store, limits) {
            let target = ingredient["activeManifest"] ?? ingredient["c2pa_manifest"]
            guard let label = target?["url"]?.text.flatMap(Manifest.label),
                let other = manifests.first(where: { $0.label == label }),
                !stated.contains(label)
            else { continue }
            if let hash = target?["hash"]?.bytes,
                let algorithm = DigestAlgorithm(rawValue: target?["alg"]?.text ?? manifest.algorithm)
            {
                let fits = algorithm.digest(store.span, [other.box.whole]) == hash
                // Before version 2 implementations did not agree on what the digest is of.
                if fits || manifest.claimVersion > 1 {
                    credentials.note(fits ? "ingredient.hashedURI.match" : "ingredient.hashedURI.mismatch")
                }
            }
            let kind: Declared.Relationship
            switch ingredient["relationship"]?.text {
            case "parentOf": kind = .parent
            case "inputTo": kind = .input
            default: kind = .component
            }
            // A parent of a component is part of that component.
            try state(other, relationship == nil || relationship == .parent ? kind : relationship, depth: depth + 1)
        }
    }
}
