// Shows how a record tells what a file declares, and what is taken for a contradiction.

import Detection
import Files
import Foundation
import Inspection
import Provenance
import Testing

@testable import Scanning

struct DeclaredTests {
    private func declared(_ record: Record) throws -> [String: Any] {
        var json = JSONText()
        record.write(to: &json)
        let line = try JSONSerialization.jsonObject(with: Data(json.bytes))
        return try #require((line as? [String: Any])?["declared"] as? [String: Any])
    }

    private func statement(_ change: (inout Declared.Item) -> Void) -> Declared {
        var declared = Declared()
        var item = Declared.Item(.xmp)
        change(&item)
        declared.state = .present
        declared.items = [item]
        return declared
    }

    private static let iptc = "http://cv.iptc.org/newscodes/digitalsourcetype/"

    @Test func statementsAndEvidenceAreToldWhole() throws {
        var seen = statement {
            $0.digitalSourceType = Self.iptc + "compositeSynthetic"
            $0.software = "Example 1.2"
        }
        seen.camera.make = "Example Optical"
        seen.container.trailingBytes = 3
        seen.container.trailingKind = "other"
        seen.problems = [Declared.Problem(state: .invalid, part: .iim, message: "cut off")]
        var credentials = ContentCredentials()
        (credentials.signature, credentials.binding, credentials.codes) = (
            .valid, .mismatch, ["assertion.dataHash.mismatch"]
        )
        seen.contentCredentials = credentials
        let found = try declared(RecordTests.record(RecordTests.finding(declared: seen)))
        #expect(
            found as NSDictionary == [
                "state": "present", "origin": "composite",
                "items": [
                    [
                        "source": "xmp", "software": "Example 1.2",
                        "digitalSourceType": Self.iptc + "compositeSynthetic",
                        "origin": "composite", "parameters": false,
                    ] as [String: Any]
                ],
                "problems": [["part": "iim", "state": "invalid", "message": "cut off"]],
                "contentCredentials": [
                    "manifests": 0, "actions": [String](), "binding": "mismatch", "signature": "valid", "intact": false,
                    "codes": ["assertion.dataHash.mismatch"],
                ] as [String: Any],
                "camera": ["make": "Example Optical"],
                "container": ["trailingBytes": 3, "trailingKind": "other"] as [String: Any],
            ] as NSDictionary)
    }

    @Test func whatCannotBeTrueTogetherIsAContradiction() throws {
        func found(_ seen: Declared, fused: Double = 0.5, path: String = "a.jpg") throws -> [String]? {
            let scores = Scores(fused: fused, spatial: 0.5, frequency: 0.5)
            let finding = RecordTests.finding(scores, declared: seen)
            return try declared(RecordTests.record(finding, path: PathBytes(path)))["contradictions"] as? [String]
        }
        let capture = statement { $0.digitalSourceType = Self.iptc + "digitalCapture" }
        #expect(try found(capture, fused: 0.9) == ["capture-but-fake"] && found(capture, fused: 0.1) == nil)
        #expect(try found(capture) == nil)
        var generated = statement { $0.generator = "Midjourney" }
        #expect(try found(generated, fused: 0.1) == ["synthetic-but-real"] && found(generated, fused: 0.9) == nil)
        generated.camera.make = "Example Optical"
        generated.camera.model = "EX-1"
        #expect(try found(generated) == nil, "a make and a model are written by editors too")
        generated.camera.hasMakerNote = true
        #expect(try found(generated) == ["generator-beside-camera"])
        #expect(try found(Declared(), path: "a.PNG") == ["extension"])
        #expect(try found(Declared(), path: "a.JPEG") == nil && found(Declared(), path: "a.png.txt") == nil)
        #expect(try found(Declared(), path: "png") == nil && found(Declared(), path: "a.png/b") == nil)
    }
}
