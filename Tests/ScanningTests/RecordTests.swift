// Records say exactly what was found, and what a decoder process sends is not believed before it is checked.

import Detection
import Files
import Foundation
import Imaging
import Testing

@testable import Scanning

struct RecordTests {
    static func judgement(
        _ scores: Scores = Scores(fused: 0.75, spatial: 1, frequency: 0), outside: Set<Envelope.Limit> = []
    ) -> Judgement {
        var facts = ImageFacts(format: .jpeg, width: 640, height: 480, bitsPerChannel: 8, colour: .ycbcr)
        facts.orientation = 6
        facts.jpegQuality = 92
        facts.subsampling = "4:2:0"
        facts.isProgressive = true
        let assessment = Assessment(
            scores: scores, verdict: .uncertain, logits: scores, crops: 5, outside: outside, spread: 0.0421,
            featureSeconds: 0.001, networkSeconds: 0.0022)
        return Judgement(facts, warning: "odd \"marker\"", assessment, decodeSeconds: 0.0031)
    }

    static func record(_ finding: Finding, path: PathBytes = PathBytes("a/b.jpg")) -> Record {
        var record = Record(path, finding, model: "crossdomain-1:9f2c61d0")
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
            text(Self.record(.judged(Self.judgement())))
                == #"{"assay":1,"path":"a/b.jpg","status":"ok","verdict":"uncertain","#
                + #""scores":{"fused":0.75,"spatial":0.99,"frequency":0.01},"reasons":["score:between-thresholds"],"rules":[],"#
                + #""image":{"format":"jpeg","width":640,"height":480,"jpegQuality":92,"subsampling":"4:2:0","#
                + #""bitsPerChannel":8,"colour":"ycbcr","hasAlpha":false,"orientation":6,"isProgressive":true,"#
                + #""hasAdobeMarker":false},"warning":"odd \"marker\"","size":183022,"#
                + #""modified":"2026-01-02T03:04:05.000000005Z","sha256":"\#(String(repeating: "a", count: 64))","#
                + #""crops":5,"spread":0.042100,"model":"crossdomain-1:9f2c61d0","#
                + #""milliseconds":{"decode":3.100,"features":1.000,"network":2.200}}"# + "\n")
    }

    @Test func reasonsNameTheSuspectThresholdAndWhatLiesOutsideTheEnvelope() {
        var suspect = Self.record(.judged(Self.judgement()))
        suspect.suspect = 0.75
        #expect(
            text(suspect).contains(#""reasons":["score:between-thresholds","score:suspect-threshold-reached"]"#))
        suspect.suspect = 0.76
        #expect(text(suspect).contains(#""reasons":["score:between-thresholds"]"#))
        suspect.suspect = 0.5
        suspect.finding = .judged(Self.judgement(outside: [.flat, .small]))
        #expect(text(suspect).contains(#""reasons":["envelope:too-small","envelope:flat"]"#))
    }

    @Test func aVerdictOnWhatLiesOutsideTheEnvelopeIsNotBelieved() throws {
        var judgement = Self.judgement(outside: [.small])
        let finding = try Finding(decoding: Finding.judged(judgement).encoded[...])
        guard case .judged(let read) = finding else { throw WireError() }
        #expect(read.outside == [.small])
        judgement.verdict = .fake
        #expect(throws: WireError.self) { _ = try Finding(decoding: Finding.judged(judgement).encoded[...]) }
    }

    @Test func aRefusalIsWrittenWithItsReason() {
        let bytes: [UInt8] = [0x61, 0xff, 0x0a]
        var record = Self.record(
            .refused(Refusal(.error, code: "truncated", message: "ends early")), path: PathBytes(bytes))
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
        let line = text(Self.record(.judged(Self.judgement(scores))))
        for head in Head.allCases {
            let number = line.split(separator: "\"\(head.rawValue)\":").last?.prefix { !",}".contains($0) }
            #expect(number.flatMap { Double($0) } == scores[head])
        }
    }

    @Test func findingsSurviveTheWire() throws {
        let refusal = Finding.refused(Refusal(.skipped, code: "too-many-pixels", message: "é"))
        for finding in [.judged(Self.judgement()), refusal] {
            let read = try Finding(decoding: finding.encoded[...])
            #expect(read.encoded == finding.encoded)
            #expect(text(Self.record(read)) == text(Self.record(finding)))
        }
    }

    @Test func nonsenseFromADecoderIsRefused() {
        let good = Finding.judged(Self.judgement()).encoded
        for length in 0..<good.count {
            #expect(throws: WireError.self) { try Finding(decoding: good[..<length]) }
        }
        #expect(throws: WireError.self) { try Finding(decoding: (good + [0])[...]) }
        let impossible = [Scores(fused: .nan, spatial: 0, frequency: 0), Scores(fused: 0, spatial: 2, frequency: 0)]
        for scores in impossible {
            #expect(throws: WireError.self) {
                try Finding(decoding: Finding.judged(Self.judgement(scores)).encoded[...])
            }
        }
        // Every other byte value in every place either is refused or still gives a line of valid JSON.
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

    @Test func aDecoderGivesOnlyCodesThatExist() throws {
        let errors: [DecodeError] = [
            .unsupportedFormat(.gif), .unsupportedVariant(.jpeg, reason: ""), .truncated(reason: ""),
            .corrupt(reason: ""),
            .tooManyPixels(width: 1, height: 1, limit: 0), .tooManyScans(limit: 0), .tooMuchText(bytes: 1, limit: 0),
            .outOfMemory,
        ]
        for error in errors { _ = try Finding(decoding: Finding.refused(Refusal(error)).encoded[...]) }
        let invented = Finding.refused(Refusal(.error, code: "invented", message: "")).encoded
        #expect(throws: WireError.self) { try Finding(decoding: invented[...]) }
    }

    @Test func kindsSelectByStatusAndByVerdict() {
        let ok = Self.record(.judged(Self.judgement()))
        let bad = Self.record(.refused(Refusal(.error, code: "x", message: "y")))
        #expect(ok.isOf([.ok]) && ok.isOf([.uncertain, .fake]) && !ok.isOf([.fake, .real, .error]))
        #expect(bad.isOf([.error]) && !bad.isOf([.ok, .fake, .real, .uncertain, .skipped]))
    }
}
