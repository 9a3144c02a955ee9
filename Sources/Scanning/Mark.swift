// Machine-readable marks of origin, as duties of transparency ask for them: which of them a file bears.

internal import Files
internal import Inspection

/// A kind of mark.
package enum Mark: String, Sendable, CaseIterable {
    /// A C2PA manifest whose signature is valid and which is about these very bytes.
    case c2paSigned = "c2pa-signed"
    /// A C2PA manifest of which that cannot be said.
    case c2paUnverified = "c2pa-unverified"
    /// An IPTC digital source type in XMP.
    case iptcSourceType = "iptc-source-type"
    /// The fields that IPTC added for generators in 2025.
    case iptcAIFields = "iptc-ai-fields"
    /// A generator's name or settings in Exif, XMP, IIM, PNG texts or a comment.
    case generatorText = "generator-text"
}

/// The marks that a file bears.
package struct Marks: Sendable, Equatable {
    /// Where marks are: those of one place are lost together, so that two marks there count as one.
    package enum Layer: Sendable { case c2pa, xmp, text }

    package private(set) var kinds: [Mark] = []
    /// Places of marks that prove something: a manifest counts only if it is signed.
    package private(set) var layers: Set<Layer> = []

    /// What the facts of a record come to.
    init(_ record: Record) {
        let facts = record.finding.facts
        var found: Set<Mark> = []
        if let isIntact = facts.boolean("c2pa_intact") {
            found.insert(isIntact ? .c2paSigned : .c2paUnverified)
            if isIntact { layers.insert(.c2pa) }
        }
        for item in facts.items("declared_items") ?? [] {
            guard case .object(let members) = item, let source = members["source"], source != .text("c2pa") else {
                continue
            }
            var marks: Set<Mark> = []
            if members["digitalSourceType"] != nil { marks.insert(.iptcSourceType) }
            if members["aiSystem"] != nil || members["aiSystemVersion"] != nil { marks.insert(.iptcAIFields) }
            if members["generator"] != nil || members["parameters"] == .boolean(true) { marks.insert(.generatorText) }
            if !marks.isEmpty { layers.insert(source == .text("xmp") ? .xmp : .text) }
            found.formUnion(marks)
        }
        kinds = Mark.allCases.filter(found.contains)
    }
}

/// What is demanded of every file.
package enum MarkDemand: String, Sendable, CaseIterable {
    /// A mark that proves something.
    case any
    /// Marks in two places.
    case two
    /// A signed manifest about these very bytes.
    case signed

    package func isMet(by marks: Marks) -> Bool {
        switch self {
        case .any: !marks.layers.isEmpty
        case .two: marks.layers.count >= 2
        case .signed: marks.layers.contains(.c2pa)
        }
    }
}
