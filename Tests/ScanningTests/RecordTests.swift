// Records say exactly what was found.

import Detection
import Files
import Foundation
import Imaging
import Inspection
import Provenance
import Testing

@testable import Scanning

struct RecordTests {
    static func finding(
        _ scores: Scores = Scores(fused: 0.75, spatial: 1, frequency: 0), declared: Declared = Declared()
    ) -> Finding {
        var image = ImageFacts(format: .jpeg, width: 640, height: 480, bitsPerChannel: 8, colour: .ycbcr)
        image.orientation = 6
        image.jpegQuality = 92
        image.subsampling = "4:2:0"
        image.isProgressive = true
        var seen = Observation(fileSize: 183_022)
        seen.image = image
        seen.declared = declared
        seen.warning = "odd \"marker\""
        seen.image?.warnings = [.strayBytes, .other]
        seen.decodeSeconds = 0.0031
        seen.assessment = Assessment(
            scores: scores, logits: scores, crops: 5, spread: 0.0421, featureSeconds: 0.001, networkSeconds: 0.0022)
        var finding = Finding(Facts(seen))
        // As the rules that ship match between thresholds of 0.2 and 0.8.
        let rule =
            scores.fused >= 0.8 ? "model_says_fake" : scores.fused <= 0.2 ? "model_says_real" : "between_thresholds"
        finding.rules.matched = ["default:\(rule)"]
        return finding
    }

    static let rules = try! RulePlan([])

    static let refusal = Finding(Refusal(.error, code: "truncated", message: "ends early"))

    static func record(_ finding: Finding, path: PathBytes = PathBytes("a/b.jpg")) -> Record {
        var record = Record(path, finding, rules.judge.judge(finding), model: "crossdomain-1:9f2c61d0")
        record.size = 183022
        record.modified = Timestamp(seconds: 1_767_323_045, nanoseconds: 5)
        record.sha256 = String(repeating: "a", count: 64)
        return record
    }

    private func text(_ record: Record) -> String {
        var json = JSONText()
        record.write(to: &json)
        return json.text
    }

    @Test func aJudgedPictureIsWrittenWithClampedScores() {
        #expect(
            text(Self.record(Self.finding()))
                == #"{"assay":1,"path":"a/b.jpg","status":"ok","verdict":"uncertain","#
                + #""scores":{"fused":0.75,"spatial":0.99,"frequency":0.01},"reasons":["score:between-thresholds"],"#
                + #""rules":[{"rule":"between_thresholds","namespace":"default","tags":["score"],"verdict":"uncertain","#
                + #""reason":"the score lies between the model's thresholds"}],"review":{"required":false,"because":[]},"#
                + #""detectors":[{"id":"pixels","ran":true},{"id":"rules","ran":true},{"id":"declared","ran":true},{"id":"synthid","ran":false,"#
                + #""why":"a SynthID mark can only be read by its maker's service"}],"#
                + #""image":{"format":"jpeg","width":640,"height":480,"jpegQuality":92,"subsampling":"4:2:0","#
                + #""bitsPerChannel":8,"colour":"ycbcr","hasAlpha":false,"orientation":6,"isProgressive":true,"#
                + #""hasAdobeMarker":false},"warning":"odd \"marker\"","#
                + #""warnings":["stray-bytes","other"],"declared":{"state":"absent"},"size":183022,"#
                + #""modified":"2026-01-02T03:04:05.000000005Z","sha256":"\#(String(repeating: "a", count: 64))","#
                + #""crops":5,"spread":0.042100,"detail":0.000,"model":"crossdomain-1:9f2c61d0","#
                + #""ruleset":"\#(Self.rules.digest.prefix(8))","milliseconds":{"decode":3.100,"features":1.000,"network":2.200}}"#
                + "\n")
    }

    @Test func aRefusalIsWrittenWithItsReason() {
        let bytes: [UInt8] = [0x61, 0xff, 0x0a]
        var record = Self.record(Self.refusal, path: PathBytes(bytes))
        record.sha256 = nil
        #expect(
            text(record)
                == #"{"assay":1,"path":"a\#u{fffd}\n","pathBytes":"Yf8K","status":"error","verdict":null,"#
                + #""code":"truncated","message":"ends early","size":183022,"#
                + #""modified":"2026-01-02T03:04:05.000000005Z","sha256":null,"model":"crossdomain-1:9f2c61d0"}"# + "\n"
        )
    }

    @Test func scoresReadBackAsTheSameNumbers() throws {
        let scores = Scores(fused: 0.1 + 0.2, spatial: 1 / 3, frequency: 0.987654321012345678)
        let line = text(Self.record(Self.finding(scores)))
        for head in Head.allCases {
            let number = line.split(separator: "\"\(head.rawValue)\":").last?.prefix { !",}".contains($0) }
            #expect(number.flatMap { Double($0) } == scores[head])
        }
    }

    /// Every other byte value in every place of a decoder's message is refused or still gives a line of valid JSON.
    @Test func whateverADecoderSaysARecordIsJSON() {
        let good = Self.finding().encoded
        for place in good.indices {
            for change: UInt8 in [1, 0x80, 0xff] {
                var bad = good
                bad[place] ^= change
                guard let finding = try? Finding(decoding: bad[...]) else { continue }
                let line = Data(text(Self.record(finding)).utf8)
                #expect((try? JSONSerialization.jsonObject(with: line)) != nil)
            }
        }
    }

    @Test func everyFactThatHasAPlaceIsInTheRecord() {
        let placed = Set(Facts.table.map(\.row).filter { !$0.path.isEmpty }.map(\.name))
        let names = Record.table.map(\.row.name)
        #expect(placed.subtracting(names) == [])
        #expect(Set(names).count == names.count)
        let paths = Record.table.map { $0.row.path.joined(separator: ".") }
        #expect(Set(paths).count == paths.count)
        // Rows that share keys follow each other: otherwise an object would be written twice.
        let groups = Record.table.map { $0.row.path.dropLast().joined(separator: ".") }
        var seen: [String] = []
        for group in groups where group != seen.last { seen.append(group) }
        #expect(Set(seen.filter { !$0.isEmpty }).count == seen.count { !$0.isEmpty })
    }

    @Test func kindsSelectByStatusAndByVerdict() {
        let ok = Self.record(Self.finding())
        let bad = Self.record(Self.refusal)
        #expect(ok.isOf([.ok]) && ok.isOf([.uncertain, .fake]) && !ok.isOf([.fake, .real, .error]))
        #expect(bad.isOf([.error]) && !bad.isOf([.ok, .fake, .real, .uncertain, .skipped]))
    }
}
