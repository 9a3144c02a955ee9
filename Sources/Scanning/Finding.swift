// What looking at one file's bytes comes to: a judged picture or a refusal, in memory and on the wire.

package import Detection
package import Imaging

/// What became of one file, as records and counts name it.
package enum Status: String, Sendable, CaseIterable {
    case ok
    /// A limit or a format that is not decoded stood in the way; the file may be fine.
    case skipped
    /// Unreadable, corrupt, timed out, decoder crashed.
    case error
}

/// What a decoder process found out about one file.
package enum Finding: Sendable {
    case judged(Judgement)
    case refused(Refusal)
}

/// A picture that was decoded and scored.
package struct Judgement: Sendable {
    package var facts: ImageFacts
    /// The decoder's first complaint about something that changes no pixel.
    package var warning: String?
    /// Calibrated probabilities of "synthesised", not clamped.
    package var scores: Scores
    package var verdict: Verdict
    package var crops: Int
    /// Bounds of the model's envelope that the picture exceeds.
    package var outside: Set<Envelope.Limit>
    package var spread: Double
    package var decodeSeconds: Double
    package var featureSeconds: Double
    package var networkSeconds: Double

    package init(_ facts: ImageFacts, warning: String?, _ assessment: Assessment, decodeSeconds: Double) {
        self.facts = facts
        self.warning = warning
        scores = assessment.scores
        verdict = assessment.verdict
        crops = assessment.crops
        outside = assessment.outside
        spread = assessment.spread
        self.decodeSeconds = decodeSeconds
        featureSeconds = assessment.featureSeconds
        networkSeconds = assessment.networkSeconds
    }
}

/// Why there is no score.
package struct Refusal: Sendable, Equatable {
    package var status: Status
    /// A stable word for machines.
    package var code: String
    package var message: String

    /// The codes that a decoder process may give.  A fixed set, so that one that was taken over can't fill the counts.
    static let decoderCodes: Set<String> = [
        "unsupported-format", "truncated", "corrupt", "too-many-pixels", "too-many-scans", "too-much-text",
        "out-of-memory",
    ]

    package init(_ status: Status, code: String, message: String) {
        (self.status, self.code, self.message) = (status, code, message)
    }

    package init(_ error: DecodeError) {
        let isSkipped = error.isLimit || error.isUnsupported || error == .notAnImage
        self.init(isSkipped ? .skipped : .error, code: error.code, message: error.message)
    }
}

extension Finding {
    /// The finding as a message to the scanner.
    var encoded: [UInt8] {
        var wire = WireWriter()
        switch self {
        case .refused(let refusal):
            wire.add(false)
            wire.add(refusal.status.rawValue)
            wire.add(refusal.code)
            wire.add(refusal.message)
        case .judged(let judgement):
            wire.add(true)
            wire.add(judgement.facts)
            wire.add(judgement.warning)
            for head in Head.allCases { wire.add(judgement.scores[head]) }
            wire.add(judgement.verdict.rawValue)
            wire.add(judgement.crops)
            for limit in Envelope.Limit.allCases { wire.add(judgement.outside.contains(limit)) }
            wire.add(judgement.spread)
            wire.add(judgement.decodeSeconds)
            wire.add(judgement.featureSeconds)
            wire.add(judgement.networkSeconds)
        }
        return wire.bytes
    }

    /// Reads a message that may come from a process that hostile bytes have taken over: nothing but well-formed values of
    /// possible size gets through.
    init(decoding bytes: ArraySlice<UInt8>) throws(WireError) {
        var wire = WireReader(bytes)
        if try wire.boolean() {
            self = .judged(try Judgement(&wire))
        } else {
            guard let status = Status(rawValue: try wire.text()), status != .ok else { throw WireError() }
            let code = try wire.text()
            guard Refusal.decoderCodes.contains(code) else { throw WireError() }
            self = .refused(Refusal(status, code: code, message: try wire.text()))
        }
        guard wire.isAtEnd else { throw WireError() }
    }
}

extension Judgement {
    fileprivate init(_ wire: inout WireReader) throws(WireError) {
        facts = try wire.facts()
        warning = try wire.optionalText()
        scores = Scores(fused: try wire.number(), spatial: try wire.number(), frequency: try wire.number())
        guard Head.allCases.allSatisfy({ [scores] in (0...1).contains(scores[$0]) }),
            let verdict = Verdict(rawValue: try wire.text())
        else { throw WireError() }
        self.verdict = verdict
        crops = try wire.integer()
        outside = []
        for limit in Envelope.Limit.allCases where try wire.boolean() { outside.insert(limit) }
        // No verdict is built on what the model cannot judge.
        guard outside.isEmpty || verdict == .uncertain else { throw WireError() }
        spread = try wire.number()
        decodeSeconds = try wire.number()
        featureSeconds = try wire.number()
        networkSeconds = try wire.number()
    }
}

extension WireWriter {
    fileprivate mutating func add(_ facts: ImageFacts) {
        add(facts.format.rawValue)
        add(facts.width)
        add(facts.height)
        add(facts.bitsPerChannel)
        add(facts.colour.rawValue)
        add(facts.orientation)
        add(facts.jpegQuality)
        add(facts.subsampling)
        for flag in [
            facts.hasAlpha, facts.isProgressive, facts.isInterlaced, facts.isAnimated, facts.hasAdobeMarker,
        ] { add(flag) }
    }
}

extension WireReader {
    fileprivate mutating func facts() throws(WireError) -> ImageFacts {
        guard let format = ImageFormat(rawValue: try text()) else { throw WireError() }
        let (width, height, bits) = (try integer(), try integer(), try integer())
        guard width > 0, height > 0, let colour = ImageFacts.Colour(rawValue: try text()) else { throw WireError() }
        var facts = ImageFacts(format: format, width: width, height: height, bitsPerChannel: bits, colour: colour)
        facts.orientation = try optionalInteger()
        facts.jpegQuality = try optionalInteger()
        facts.subsampling = try optionalText()
        facts.hasAlpha = try boolean()
        facts.isProgressive = try boolean()
        facts.isInterlaced = try boolean()
        facts.isAnimated = try boolean()
        facts.hasAdobeMarker = try boolean()
        return facts
    }
}
