// Findings as a confined process makes them, to be told truly, falsely, or in pieces.

import Detection
import Imaging
import Provenance

@testable import Inspection

enum Sample {
    static let scores = Scores(fused: 0.75, spatial: 1, frequency: 0)

    /// What was seen of a JPEG of 640 × 480 pixels.
    static func observation(
        _ scores: Scores = scores, crops: Int = 5, outside: Set<Envelope.Limit> = [], spread: Double = 0.0421,
        _ change: (inout ImageFacts) -> Void = { _ in }
    ) -> Observation {
        var image = ImageFacts(format: .jpeg, width: 640, height: 480, bitsPerChannel: 8, colour: .ycbcr)
        image.orientation = 6
        image.jpegQuality = 92
        image.subsampling = "4:2:0"
        image.isProgressive = true
        image.warnings = [.noEnd, .other]
        change(&image)
        var seen = Observation(fileSize: 183_022)
        seen.image = image
        seen.declared = Declared()
        seen.warning = "odd \"marker\""
        seen.decodeSeconds = 0.0031
        seen.assessment = Assessment(
            scores: scores, logits: scores, crops: crops, outside: outside,
            flatShare: outside.contains(.flat) ? 0.9 : 0.5,
            detail: 2.5, spread: spread, featureSeconds: 0.001, networkSeconds: 0.0022)
        return seen
    }

    static func finding(
        _ scores: Scores = scores, crops: Int = 5, outside: Set<Envelope.Limit> = [], spread: Double = 0.0421,
        _ change: (inout ImageFacts) -> Void = { _ in }
    ) -> Finding {
        Finding(Facts(observation(scores, crops: crops, outside: outside, spread: spread, change)))
    }
}
