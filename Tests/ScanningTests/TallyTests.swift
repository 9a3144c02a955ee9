// Counts add up whatever happens.

import Confinement
import Files
import Foundation
import Inspection
import Testing

@testable import Scanning

struct TallyTests {
    @Test func everythingSeenIsCountedOnce() {
        var tally = Tally()
        tally.count(RecordTests.record(RecordTests.finding()))
        for (status, code) in [
            (Status.error, "truncated"), (.error, "timeout"), (.skipped, "too-many-pixels"), (.skipped, "not-an-image"),
            (.skipped, "not-a-regular-file"),
        ] {
            tally.count(RecordTests.record(Finding(Refusal(status, code: code, message: ""))))
        }
        tally.notImages += 1
        let counts: [Int] = [tally.ok, tally.error, tally.skipped, tally.notImages]
        #expect(counts == [1, 2, 1, 3] as [Int])
        #expect(tally.seen == 7)
        #expect(tally.unscanned == 5)
        #expect(tally.verdicts == [.uncertain: 1])
    }

    @Test func theSummarySaysItInOneLine() throws {
        var tally = Tally()
        (tally.ok, tally.error, tally.notImages, tally.resumed, tally.verdicts) = (3, 1, 2, 4, [.fake: 1, .real: 2])
        let summary = Summary(
            tally, started: Timestamp(seconds: 10, nanoseconds: 900_000_000), finished: Timestamp(seconds: 12),
            signal: nil, isComplete: true, version: "1", model: ("m", "d"), rules: (7, "r"),
            isolation: (.weak, .deniesFiles),
            binary: nil,
            arguments: ["scan", "a\u{1b}"])
        #expect(
            summary.line
                == "6 seen: 3 ok (1 fake, 2 real, 0 uncertain), 1 error, 2 not images; 4 recorded before; 1.1 s")
        let json = try JSONSerialization.jsonObject(with: Data(summary.json)) as? [String: Any]
        #expect(json?["seconds"] as? Double == 1.1)
        let rules = try #require(json?["rules"] as? [String: Any])
        #expect(rules["count"] as? Int == 7 && rules["sha256"] as? String == "r")
        let isolation = try #require(json?["isolation"] as? [String: Any])
        #expect(isolation["demand"] as? String == "weak")
        #expect(isolation["seccomp"] as? Bool == false && isolation["landlock"] as? Bool == true)
        #expect(json?["arguments"] as? [String] == ["scan", "a\u{1b}"])
    }
}
