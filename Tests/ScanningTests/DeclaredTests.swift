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

    /// Which rules match what is for tests of rules.
    @Test func whatCannotBeTrueTogetherIsAContradictionAndForAPerson() throws {
        func told(_ rules: [String], path: String = "a.jpg") throws -> (contradictions: [String]?, because: [String]?) {
            var finding = RecordTests.finding()
            finding.rules.matched += rules.map { "declared:\($0)" }
            var json = JSONText()
            RecordTests.record(finding, path: PathBytes(path)).write(to: &json)
            let line = try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: Any]
            return (
                (line?["declared"] as? [String: Any])?["contradictions"] as? [String],
                (line?["review"] as? [String: Any])?["because"] as? [String]
            )
        }
        for (rule, word) in [
            ("capture_but_fake", "capture-but-fake"), ("synthetic_but_real", "synthetic-but-real"),
            ("parameters_beside_camera", "parameters-beside-camera"),
        ] {
            let both = try told(["says_capture", rule], path: "a.PNG")
            #expect(both.contradictions == [word, "extension"])
            #expect(both.because == ["contradiction:\(word)", "contradiction:extension"])
        }
        for path in ["a.JPEG", "a.png.txt", "png", "a.png/b", ".png/a"] {
            let none = try told(["says_capture"], path: path)
            #expect(none.contradictions == nil && none.because == [])
        }
        #expect(try told([], path: "a.jpg.tif").contradictions == ["extension"])
    }

    @Test func aNameThatBelongsToAnotherFormatIsToldOfWhatCantBeDecodedToo() throws {
        var record = RecordTests.record(
            Finding(Refusal(.error, code: "truncated", message: "ends early"), RecordTests.finding().facts))
        record.path = PathBytes("a.gif")
        #expect(try declared(record)["contradictions"] as? [String] == ["extension"])
    }
}
