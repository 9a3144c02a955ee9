// What a confined process sends is not believed before it is checked, byte by byte.

import Detection
import Imaging
import Testing

@testable import Inspection

struct WireTests {
    @Test func findingsSurviveTheWire() throws {
        var matched = Sample.finding()
        matched.rules.matched = ["one", "zwei"]
        matched.rules.timedOut = ["three"]
        matched.rules.isIncomplete = true
        matched.rules.near = [RuleFindings.Near(rule: "four", fact: "width", value: "12")]
        matched.result = 1 << 40
        let refused = Finding(Refusal(.skipped, code: "too-many-pixels", message: "é"))
        let seen = Finding(Refusal(.error, code: "truncated", message: "ends"), Facts(Observation(fileSize: 3)))
        for finding in [Sample.finding(), matched, refused, seen] {
            let read = try Finding(decoding: finding.encoded[...])
            #expect(read.facts == finding.facts && read.refusal == finding.refusal)
            #expect(read.rules == finding.rules && read.result == finding.result)
            #expect(read.encoded == finding.encoded)
        }
    }

    @Test func everyTruncationIsRefusedAndSoIsWhatComesAfterTheEnd() {
        let good = Sample.finding().encoded
        for length in 0..<good.count {
            #expect(throws: WireError.self) { try Finding(decoding: good[..<length]) }
        }
        #expect(throws: WireError.self) { try Finding(decoding: (good + [0])[...]) }
    }

    /// Whatever single byte is changed: it is refused, or every value still lies within its range.
    @Test func changedBytesGiveNothingBeyondTheRanges() {
        let good = Sample.finding().encoded
        var refused = 0
        for place in good.indices {
            for change: UInt8 in [1, 0x80, 0xff] {
                var bad = good
                bad[place] ^= change
                guard let finding = try? Finding(decoding: bad[...]) else {
                    refused += 1
                    continue
                }
                for (index, fact) in Facts.table.enumerated() {
                    guard let value = finding.facts.value(at: index) else { continue }
                    #expect(fact.row.type.fitted(value) == value, "\(fact.row.name)")
                }
            }
        }
        #expect(refused > good.count)
    }

    @Test func onlyCodesThatExistAreTakenAndOnlyWithTheirStatus() throws {
        let errors: [DecodeError] = [
            .unsupportedFormat(.gif), .unsupportedVariant(.jpeg, reason: ""), .truncated(reason: ""),
            .corrupt(reason: ""), .tooManyPixels(width: 1, height: 1, limit: 0), .tooManyScans(limit: 0),
            .tooMuchText(bytes: 1, limit: 0), .outOfMemory, .tooManyRows(1, limit: 0), .damagedSignature(.png),
        ]
        for error in errors {
            let finding = Finding(Refusal(error))
            #expect(try Finding(decoding: finding.encoded[...]).refusal == finding.refusal)
        }
        for invented in [
            Refusal(.error, code: "invented", message: ""), Refusal(.skipped, code: "truncated", message: ""),
            Refusal(.error, code: "crashed", message: ""), Refusal(.ok, code: "truncated", message: ""),
        ] {
            #expect(throws: WireError.self) { try Finding(decoding: Finding(invented).encoded[...]) }
        }
    }

    static let declared = FactType.object([
        FactField("state", .word(["absent", "present"]), required: true, ""),
        FactField(
            "items",
            .list(
                of: .object([
                    FactField("says", .text(limit: FactType.textLimit, .plain), required: true, ""),
                    FactField("number", .number(0...10, .exact), ""),
                ]), limit: 3), ""),
    ])

    private func roundTrip(_ value: FactValue, _ type: FactType) throws -> FactValue {
        var wire = WireWriter()
        wire.add(value, as: type)
        var reader = WireReader(wire.bytes[...])
        let read = try reader.value(type)
        #expect(reader.isAtEnd)
        return read
    }

    @Test func structuredValuesPassWithTextsOf64KiB() throws {
        let long = String(repeating: "x", count: 64 << 10)
        let value = FactValue.object([
            "state": .text("present"),
            "items": .list([
                .object(["says": .text(long), "number": .number(2.5)]), .object(["says": .text("")]),
            ]),
        ])
        #expect(Self.declared.fitted(value) == value)
        #expect(try roundTrip(value, Self.declared) == value)
    }

    @Test func whatDoesNotFitIsCutOrLeftOut() {
        let item = FactValue.object(["says": .text("é"), "number": .number(.nan)])
        let many = FactValue.object([
            "state": .text("present"), "items": .list(Array(repeating: item, count: 5)), "more": .integer(1),
        ])
        #expect(
            Self.declared.fitted(many)
                == .object([
                    "state": .text("present"),
                    "items": .list(Array(repeating: .object(["says": .text("é")]), count: 3)),
                ]))
        #expect(Self.declared.fitted(.object(["state": .text("else")])) == nil)
        #expect(Self.declared.fitted(.object([:])) == nil)
        let short = FactType.text(limit: 4, .plain)
        #expect(short.fitted(.text("aébc")) == .text("aéb"))
        #expect(short.fitted(.text("abcé")) == .text("abc"), "never half a character")
        #expect(short.fitted(.text("ab😀")) == .text("ab"))
        #expect(FactType.integer(1...8).fitted(.integer(9)) == nil)
        #expect(FactType.integer(1...8).fitted(.number(2)) == nil)
    }

    @Test func valuesThatTheirTypeForbidsAreNotRead() throws {
        func refuses(_ value: FactValue, written: FactType, read: FactType) {
            var wire = WireWriter()
            wire.add(value, as: written)
            var reader = WireReader(wire.bytes[...])
            #expect(throws: WireError.self) { try reader.value(read) }
        }
        refuses(.integer(9), written: .integer(0...9), read: .integer(1...8))
        refuses(.number(.nan), written: .number(0...1, .exact), read: .number(0...1, .exact))
        refuses(.number(1.5), written: .number(0...2, .exact), read: .number(0...1, .exact))
        refuses(.text("c"), written: .word(["a", "b", "c"]), read: .word(["a", "b"]))
        refuses(
            .text("12345"), written: .text(limit: 5, .plain), read: .text(limit: 4, .plain))
        let items = FactValue.list([.boolean(true), .boolean(false)])
        refuses(items, written: .list(of: .boolean, limit: 2), read: .list(of: .boolean, limit: 1))
        // A list of more values than there are bytes takes no memory.
        var wire = WireWriter()
        wire.add(Int.max)
        var reader = WireReader(wire.bytes[...])
        #expect(throws: WireError.self) { try reader.value(.list(of: .boolean, limit: .max)) }
    }

    @Test func moreThanAMessageMayHoldIsARefusal() {
        var finding = Sample.finding()
        #expect(finding.encoded.count < Finding.largestMessage)
        finding.rules.matched = Array(repeating: String(repeating: "r", count: 512), count: 5000)
        #expect(finding.encoded.count < Finding.largestMessage, "names are cut to 1024")
    }

    @Test func namesAndPlacesOfFactsAreTheirOwn() {
        let rows = Facts.table.map(\.row)
        #expect(Set(rows.map(\.name)).count == rows.count)
        let paths = rows.map { $0.path.joined(separator: ".") }.filter { !$0.isEmpty }
        #expect(Set(paths).count == paths.count)
        for row in rows {
            #expect(
                row.name.utf8.allSatisfy {
                    $0 == UInt8(ascii: "_") || (97...122).contains($0) || (48...57).contains($0)
                })
            #expect(row.meaning.hasSuffix("."))
        }
    }
}
