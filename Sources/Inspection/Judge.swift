// What findings mean.  The confined process only says what it saw; the verdict is made here, by its parent.

package import Detection

/// A verdict with what it rests on.
package struct Judgement: Sendable, Equatable {
    package let verdict: Verdict
    /// As kind:name.
    package let reasons: [String]
}

/// Makes verdicts from findings.
package struct Judge: Sendable {
    private let thresholds: Thresholds

    package init(_ thresholds: Thresholds) { self.thresholds = thresholds }

    /// The verdict on a picture that was scored; nil for any other file.
    ///
    /// Beyond the bounds of the model's envelope it is `uncertain`; otherwise it depends on where the fused score lies between the
    /// model's thresholds.
    package func judge(_ finding: Finding) -> Judgement? {
        guard finding.refusal == nil, let fused = finding.facts.number(Head.fused.rawValue) else { return nil }
        let outside = finding.facts.items("outside") ?? []
        if !outside.isEmpty {
            let reasons = Envelope.Limit.allCases.map(\.rawValue).filter { outside.contains(.text($0)) }
            return Judgement(verdict: .uncertain, reasons: reasons.map { "envelope:\($0)" })
        }
        let verdict = thresholds.verdict(fused)
        let isSuspect = verdict == .uncertain && fused >= thresholds.suspect ?? .infinity
        return Judgement(
            verdict: verdict, reasons: [verdict.reason] + (isSuspect ? ["score:suspect-threshold-reached"] : []))
    }
}

extension Verdict {
    /// Why the verdict is what it is: where the fused score lies between the model's thresholds.
    fileprivate var reason: String {
        switch self {
        case .fake: "score:fake-threshold-reached"
        case .real: "score:real-threshold-reached"
        case .uncertain: "score:between-thresholds"
        }
    }
}
