// How rules and detectors are told in a record.

internal import Detection
internal import Files
internal import Inspection
internal import Rules

extension Rule {
    /// As a record's `rules` lists it.
    var told: FactValue {
        var members: [String: FactValue] = [
            "rule": .text(name), "namespace": .text(namespace), "tags": .list(tags.map { .text($0) }),
        ]
        if let verdict { members["verdict"] = .text(verdict.rawValue) }
        if let reason { members["reason"] = .text(reason) }
        return .object(members)
    }
}

extension Record {
    /// What looked at a picture that was judged, and what did not.
    func detectors(_ judgement: Judgement) -> [FactValue] {
        let late = judgement.timedOut.isEmpty ? nil : "no time for: " + judgement.timedOut.joined(separator: ", ")
        let state = finding.facts.text("declared_state")
        let declared: [FactValue] =
            switch state {
            case nil: []
            case "unchecked": [Detectors.declaredInPart]
            case "error": [Detectors.declaredFailed]
            default: [Detectors.declared]
            }
        let rules =
            if let late { Detectors.detector("rules", ran: true, late) } else {
                judgement.hasRules ? Detectors.rules : Detectors.noRules
            }
        return [Detectors.pixels, rules] + declared + [Detectors.synthID]
    }
}

/// What is said of most files alike, made once.
private enum Detectors {
    static let pixels = detector("pixels", ran: true)
    static let rules = detector("rules", ran: true)
    static let noRules = detector("rules", ran: false, "there are none")
    static let declared = detector("declared", ran: true)
    static let declaredInPart = detector("declared", ran: false, "its metadata could not be read in full")
    static let declaredFailed = detector("declared", ran: false, "a library that reads metadata failed")
    /// Whoever could read it keeps the reader to himself.
    static let synthID = detector(
        "synthid", ran: false, "a SynthID mark can only be read by its maker's service")

    static func detector(_ id: String, ran: Bool, _ why: String? = nil) -> FactValue {
        var members: [String: FactValue] = ["id": .text(id), "ran": .boolean(ran)]
        if let why { members["why"] = .text(why) }
        return .object(members)
    }
}
