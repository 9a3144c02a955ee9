// What a report says of one file, read back from its record.

package import Detection
import FoundationEssentials

/// One record, as far as a report shows it.  Only what identifies a record must be there; a member of another form than expected is
/// left out, since later versions of the program add members.
package struct Entry: Sendable {
    package enum Status: String, Sendable, CaseIterable, Decodable { case ok, skipped, error }

    package var path: String
    /// The exact path in base64 where `path` is not.
    package var pathBytes: String?
    /// Which of the file's frames was looked at, where those are told apart.
    package var frame: Frame?
    package var status: Status
    package var verdict: Verdict?
    package var scores: Scores?
    package var reasons: [String] = []
    package var rules: [FiredRule] = []
    package var image: ImageFacts?
    package var declared: Declared?
    /// Why somebody should look at it.
    package var review: [String] = []
    package var code: String?
    package var message: String?
    package var warning: String?
    package var size: Int?
    package var modified: String?
    package var sha256: String?
    package var crops: Int?
    package var spread: Double?
    package var detail: Double?
    package var model: String?
    /// Perceptual hash (PDQ), 64 hexadecimal digits.
    package var perceptualHash: String?

    /// What tells one record's picture from another's.
    var identity: String { Self.identity(file, frame: frame?.index ?? 0) }

    static func identity(_ file: String, frame: Int) -> String { frame > 0 ? "\(file)\0\(frame)" : file }

    /// Whether it speaks of a picture that is not the file's first.
    package var isFurtherFrame: Bool { frame.map { $0.index > 0 } ?? false }

    /// The path, and which of several frames it is.
    var title: String {
        guard let frame, frame.count > 1 else { return path }
        let last = frame.through.map { " to \($0 + 1)" } ?? ""
        return "\(path) (frame \(frame.index + 1)\(last) of \(frame.count))"
    }

    /// One of the pictures of a file.
    package struct Frame: Sendable, Decodable {
        package let index: Int
        package let count: Int
        package let through: Int?
    }

    /// Whether it is of `--fields minimal`: of verdict and score, without what they rest on.
    package private(set) var isMinimal = false

    /// Whether it lies outside the bounds of what the model can judge.
    package var isOutside: Bool { reasons.contains { $0.hasPrefix("envelope:") } }

    /// Whether it is called fake, comes near that, or is to be looked at for another reason.
    package var isFlagged: Bool {
        verdict == .fake || !review.isEmpty || reasons.contains("score:suspect-threshold-reached")
    }

    /// A rule that matched.
    package struct FiredRule: Sendable, Decodable {
        package let rule: String
        package let tags: [String]?
        package let reason: String?
    }

    /// What the file says of its picture.
    package struct ImageFacts: Sendable, Decodable {
        package let format: String?
        package let width: Int?
        package let height: Int?
        package let jpegQuality: Int?
        package let subsampling: String?
        package let bitsPerChannel: Int?
        package let colour: String?
        package let hasAlpha: Bool?
    }

    /// What the file says of its origin.
    package struct Declared: Sendable {
        package let state: String?
        package let contradictions: [String]
        /// What the program makes of all sources together.
        package let statements: [(name: String, value: String)]
        /// Names and values of what each source of it says.
        package let items: [[(name: String, value: String)]]
    }
}

extension Entry: Decodable {
    private enum Key: String, CodingKey {
        case assay, path, pathBytes, frame, status, verdict, scores, reasons, rules, image, declared, review, code,
            message,
            warning
        case size, modified, sha256, crops, spread, detail, model, pdq
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        guard try members.decode(Int.self, forKey: .assay) == 1 else {
            throw DecodingError.dataCorruptedError(forKey: .assay, in: members, debugDescription: "another version")
        }
        path = try members.decode(String.self, forKey: .path)
        status = try members.decode(Status.self, forKey: .status)
        func value<Value: Decodable>(_ key: Key) -> Value? {
            guard let found = try? members.decodeIfPresent(Value.self, forKey: key) else { return nil }
            return found
        }
        pathBytes = value(.pathBytes)
        frame = (value(.frame) as Frame?).flatMap { frame in
            let last = frame.through ?? frame.index
            return 0 <= frame.index && frame.index <= last && last < frame.count ? frame : nil
        }
        if status == .ok {
            struct Numbers: Decodable { let fused: Double, spatial: Double, frequency: Double }
            verdict = (value(.verdict) as String?).flatMap(Verdict.init)
            scores = (value(.scores) as Numbers?).flatMap { numbers in
                let scores = Scores(fused: numbers.fused, spatial: numbers.spatial, frequency: numbers.frequency)
                return Head.allCases.allSatisfy { (0...1).contains(scores[$0]) } ? scores : nil
            }
            struct Score: Decodable { let fused: Double }
            isMinimal = scores == nil && !members.contains(.model) && (value(.scores) as Score?) != nil
            reasons = value(.reasons) ?? []
            rules = value(.rules) ?? []
            image = value(.image)
            crops = value(.crops)
            spread = value(.spread)
            detail = value(.detail)
            warning = value(.warning)
            struct Hash: Decodable { let hash: String }
            perceptualHash = (value(.pdq) as Hash?)?.hash ?? value(.pdq)
        } else {
            code = value(.code)
            message = value(.message)
        }
        declared = value(.declared)
        if let review: Review = value(.review), review.required { self.review = review.because ?? ["asked for"] }
        (size, modified, sha256, model) = (value(.size), value(.modified), value(.sha256), value(.model))
    }

    private struct Review: Decodable {
        let required: Bool
        let because: [String]?
    }
}

extension Entry.Declared: Decodable {
    /// Any key.
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        func value<Value: Decodable>(_ name: String) -> Value? {
            (try? members.decodeIfPresent(Value.self, forKey: Key(stringValue: name))) ?? nil
        }
        state = (value("state") as JSONScalar?)?.text
        contradictions = value("contradictions") ?? []
        // What is known to have parts is not tried as a scalar: every failure costs as much as a hundred texts.
        statements = members.allKeys.map(\.stringValue).filter { !["state", "contradictions", "items"].contains($0) }
            .sorted().compactMap { name in (value(name) as JSONScalar?)?.text.map { (name: name, value: $0) } }
        let listed: [[String: JSONScalar]]? = value("items")
        items = (listed ?? []).map { item in
            item.sorted { $0.key < $1.key }.compactMap { name, value in value.text.map { (name: name, value: $0) } }
        }
    }
}

/// A text, number or truth value as text; nil for null and for anything that has parts.
struct JSONScalar: Decodable, Sendable {
    let text: String?

    init(from decoder: any Decoder) throws {
        guard let value = try? decoder.singleValueContainer() else {
            text = nil
            return
        }
        if let string = try? value.decode(String.self) {
            text = string
        } else if let truth = try? value.decode(Bool.self) {
            text = truth ? "yes" : "no"
        } else if let integer = try? value.decode(Int.self) {
            text = String(integer)
        } else {
            text = (try? value.decode(Double.self))?.description
        }
    }
}
