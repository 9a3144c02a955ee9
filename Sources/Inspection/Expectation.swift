// What the parent knows without asking, held against what a confined process says: one that contradicts it is not believed.

package import Detection
package import Imaging

/// A finding that cannot be true.
package struct Contradiction: Error, Equatable {
    /// What was found to be wrong, for people.
    package let message: String
}

/// What findings must agree with.
package struct Expectation: Sendable {
    private let card: ModelCard?
    private let limits: DecodeLimits
    /// Names of the rules that there are.
    private let rules: Set<String>

    /// - Parameter card: of the model that scores; nil where none does.
    package init(_ card: ModelCard?, _ limits: DecodeLimits, rules: Set<String> = []) {
        (self.card, self.limits, self.rules) = (card, limits, rules)
    }

    /// Refuses a finding on a file of `format` that contradicts itself, the model, the limits, or the file's first bytes.
    package func check(_ finding: Finding, on request: Request, format: ImageFormat?) throws(Contradiction) {
        guard finding.rules.names.allSatisfy(rules.contains) else {
            throw Contradiction(message: "a rule that does not exist")
        }
        let facts = finding.facts
        if let named = facts.text("format") {
            guard named == format?.rawValue else { throw Contradiction(message: "another format than the file's") }
            guard Expectation.belong.allSatisfy({ $0.formats.contains(named) || facts[$0.fact] == nil }) else {
                throw Contradiction(message: "a fact that the format does not have")
            }
        }
        if let width = facts.integer("width"), let height = facts.integer("height") {
            let (area, overflows) = width.multipliedReportingOverflow(by: height)
            guard !overflows, area <= limits.maxPixels else {
                throw Contradiction(message: "more pixels than the limit")
            }
        }
        switch request {
        case .judge, .judgeNamed: try checkScores(facts, isRefused: finding.refusal != nil)
        case .judgeFrame(let frame, _):
            try checkScores(facts, isRefused: finding.refusal != nil)
            guard finding.refusal != nil || frame < facts.integer("frame_count") ?? 0 else {
                throw Contradiction(message: "a frame that there is not")
            }
        case .declare: try checkScores(facts, isRefused: true)
        case .header, .pixels:
            guard Head.allCases.allSatisfy({ facts[$0.rawValue] == nil }) else {
                throw Contradiction(message: "scores that nobody asked for")
            }
            guard finding.refusal != nil || ImageFacts(facts) != nil else {
                throw Contradiction(message: "a fact is missing")
            }
        case .hash:
            try checkScores(facts, isRefused: true)
            guard finding.refusal != nil || facts["pdq"] != nil && facts["pdq_quality"] != nil else {
                throw Contradiction(message: "no hash of a picture that was hashed")
            }
        }
        guard facts["frame_count"] == nil || request.frame != nil else {
            throw Contradiction(message: "frames that nobody asked for")
        }
        guard finding.result == (finding.refusal == nil ? request.resultSize(of: facts) : 0) else {
            throw Contradiction(message: "another size than the question gives")
        }
    }

    /// Facts of certain formats only.
    private static let belong: [(fact: String, formats: Set<String>)] = [
        ("jpeg_quality", ["jpeg"]), ("subsampling", ["jpeg", "webp"]), ("is_progressive", ["jpeg"]),
        ("has_adobe_marker", ["jpeg"]), ("application_segments", ["jpeg"]), ("quantisation", ["jpeg"]),
        ("is_interlaced", ["png", "gif"]), ("extra", ["jpeg"]),
        ("is_animated", ["png", "gif", "webp", "tiff", "heif", "avif", "jxl"]),
    ]

    private func checkScores(_ facts: Facts, isRefused: Bool) throws(Contradiction) {
        guard !isRefused else {
            guard Head.allCases.allSatisfy({ facts[$0.rawValue] == nil }) else {
                throw Contradiction(message: "scores of a picture that was not scored")
            }
            return
        }
        guard facts.isWhole, let card, let width = facts.integer("width"), let height = facts.integer("height"),
            let crops = facts.integer("crops"), let spread = facts.number("spread"),
            facts.number("detail") != nil, let outside = facts.items("outside"),
            let flatShare = facts.number("flat_share")
        else { throw Contradiction(message: "a fact is missing") }
        let blueprint = card.blueprint
        let places = blueprint.crops.origins(width: width, height: height, size: blueprint.side)
        guard crops == places.count else {
            throw Contradiction(message: "another number of crops than the picture gives")
        }
        guard crops > 1 || spread == 0 else { throw Contradiction(message: "one crop that differs from itself") }
        let exceeded = card.envelope?.exceeded(width: width, height: height, flatShare: flatShare) ?? []
        guard Set(exceeded.map { FactValue.text($0.rawValue) }) == Set(outside), exceeded.count == outside.count else {
            throw Contradiction(message: "another place in the model's envelope than the picture has")
        }
    }
}
