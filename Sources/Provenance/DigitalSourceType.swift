// Maps the vocabulary of digital source types to the few distinctions that decide anything.

/// What a declaration of origin comes to.
package enum Origin: String, Sendable, CaseIterable {
    /// Made by a generator or an algorithm.
    case synthetic
    /// Put together from several pictures, some of them possibly synthetic.
    case composite
    /// Taken by a camera or scanned from film or print.
    case capture
    /// Changed by a person or an algorithm, origin not told.
    case edited
    case other

    /// The meaning of a full URI (IPTC NewsCodes "Digital Source Type" as of 2025, and C2PA's own terms); `other` for one that is not known.
    package init(digitalSourceType uri: String) {
        self = Origin.terms[String(uri.split(separator: "/").last ?? "")] ?? .other
    }

    /// https://cv.iptc.org/newscodes/digitalsourcetype/, retired terms included since files keep them.
    private static let terms: [String: Origin] = [
        "trainedAlgorithmicMedia": .synthetic, "algorithmicMedia": .synthetic, "trainedAlgorithmicData": .synthetic,
        "compositeWithTrainedAlgorithmicMedia": .composite, "compositeSynthetic": .composite, "composite": .composite,
        "compositeCapture": .composite,
        "digitalCapture": .capture, "computationalCapture": .capture, "negativeFilm": .capture,
        "positiveFilm": .capture, "print": .capture,
        "humanEdits": .edited, "minorHumanEdits": .edited, "algorithmicallyEnhanced": .edited,
    ]

    /// The full URI of what stands in a file: a URI, with either scheme, or the bare term. Nil for what is neither.
    static func digitalSourceType(_ written: String) -> String? {
        let text = written.trimmed
        let iptc = "cv.iptc.org/newscodes/digitalsourcetype/"
        for prefix in ["http://", "https://", ""] where text.hasPrefix(prefix + iptc) {
            let term = text.dropFirst((prefix + iptc).count)
            return isTerm(term) ? "http://" + iptc + term : nil
        }
        let own = "c2pa.org/digitalsourcetype/"
        for prefix in ["http://", "https://"] where text.hasPrefix(prefix + own) {
            let term = text.dropFirst((prefix + own).count)
            return isTerm(term) ? "http://" + own + term : nil
        }
        return terms[text] == nil ? nil : "http://" + iptc + text
    }

    private static func isTerm(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.count <= 64 && text.utf8.allSatisfy { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }
    }
}
