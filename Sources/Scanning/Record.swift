// One line of output for one picture, in the format that `examples/record.schema.json` describes.

package import Detection
package import Files

/// Everything that is said about one file.
package struct Record: Sendable {
    package var path: PathBytes
    package var finding: Finding
    package var size: Int?
    package var modified: Timestamp?
    /// Of exactly the bytes that were handed to the decoder; nil when not all were read.
    package var sha256: String?
    /// `Detector.identity`.
    package var model: String
    /// The model's looser threshold, if it has one.
    package var suspect: Double?

    package init(_ path: PathBytes, _ finding: Finding, model: String, suspect: Double? = nil) {
        (self.path, self.finding, self.model, self.suspect) = (path, finding, model, suspect)
    }

    package var status: Status {
        switch finding {
        case .judged: .ok
        case .refused(let refusal): refusal.status
        }
    }

    package var verdict: Verdict? {
        if case .judged(let judgement) = finding { judgement.verdict } else { nil }
    }

    /// Why there is no score, as a word for machines.
    package var code: String? {
        if case .refused(let refusal) = finding { refusal.code } else { nil }
    }

    /// Whether the file is no picture at all; such records exist only for files that were named.
    package var isNoImage: Bool { code == "not-an-image" || code == FileError.notRegular.code }

    /// Appends the record as one line.
    ///
    /// Scores are written with as many digits as it takes to read back the same number, so that they can be compared bit
    /// for bit; times and the spread with a fixed number of digits.
    package func write(to json: inout JSONText) {
        json.object {
            $0.member("assay", 1)
            $0.member("path", path.lossy)
            if !path.isText { $0.member("pathBytes", path.bytes.base64) }
            $0.member("status", status.rawValue)
            $0.member("verdict", verdict?.rawValue)
            switch finding {
            case .refused(let refusal):
                $0.member("code", refusal.code)
                $0.member("message", refusal.message)
                writeFile(to: &$0)
                $0.member("model", model)
            case .judged(let judgement):
                $0.member("scores") { write(judgement.scores.clamped, to: &$0) }
                $0.list("reasons") { list in
                    for reason in reasons(of: judgement) { list.value(reason) }
                }
                $0.list("rules") { _ in }
                $0.member("image") { writeImage(judgement.facts, to: &$0) }
                if let warning = judgement.warning { $0.member("warning", warning) }
                writeFile(to: &$0)
                $0.member("crops", judgement.crops)
                $0.member("spread", judgement.spread, decimals: 6)
                $0.member("model", model)
                $0.member("milliseconds") {
                    $0.member("decode", judgement.decodeSeconds * 1000, decimals: 3)
                    $0.member("features", judgement.featureSeconds * 1000, decimals: 3)
                    $0.member("network", judgement.networkSeconds * 1000, decimals: 3)
                }
            }
        }
        json.endLine()
    }

    /// Bounds of the envelope that are exceeded; otherwise where the fused score lies between the model's thresholds.
    private func reasons(of judgement: Judgement) -> [String] {
        if !judgement.outside.isEmpty {
            return Envelope.Limit.allCases.filter(judgement.outside.contains).map { "envelope:\($0.rawValue)" }
        }
        let isSuspect = judgement.verdict == .uncertain && judgement.scores.fused >= suspect ?? .infinity
        return [judgement.verdict.reason] + (isSuspect ? ["score:suspect-threshold-reached"] : [])
    }

    private func writeFile(to json: inout JSONText) {
        json.member("size", size)
        json.member("modified", modified?.text)
        json.member("sha256", sha256)
    }

    private func write(_ scores: Scores, to json: inout JSONText) {
        for head in Head.allCases { json.member(head.rawValue, scores[head]) }
    }
}

extension Verdict {
    /// Why the verdict is what it is: where the fused score lies between the model's thresholds.
    var reason: String {
        switch self {
        case .fake: "score:fake-threshold-reached"
        case .real: "score:real-threshold-reached"
        case .uncertain: "score:between-thresholds"
        }
    }
}
