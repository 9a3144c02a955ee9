// A process takes the settings and questions that were meant, or none.

import Detection
import Imaging
import Inspection
import Testing

@testable import Confinement

struct MessageTests {
    private static let settings: ConfinementSettings = {
        var settings = ConfinementSettings(ConfinementSettings.Model(ModelCard(.seed), nil))
        settings.limits = DecodeLimits(maxPixels: 123, maxScans: 4, maxTextBytes: 56, maxRows: 78)
        settings.isolation = [.deniesFiles]
        settings.results = 789
        return settings
    }()

    @Test func settingsArriveWhole() throws {
        let message = SettingsMessage(Self.settings)
        let read = try SettingsMessage(decoding: message.encoded[...])
        #expect(read.limits == Self.settings.limits && read.isolation == [.deniesFiles])
        #expect(read.memory == Self.settings.memory && read.results == 789 && read.scoring == .shipped)
        #expect(read.encoded == message.encoded && message.encoded.count < SettingsMessage.largest)
        #expect(SettingsMessage(ConfinementSettings(nil)).scoring == .none)
    }

    /// Names and version are part of the message: a process of another make does not guess.
    @Test func otherSettingsAreRefused() {
        let good = SettingsMessage(Self.settings).encoded
        for length in 0..<good.count {
            #expect(throws: WireError.self) { try SettingsMessage(decoding: good[..<length]) }
        }
        #expect(throws: WireError.self) { try SettingsMessage(decoding: (good + [0])[...]) }
        let text = Array("maxScans".utf8)
        let place = good.indices.first { good[$0...].starts(with: text) }!
        var renamed = good
        renamed[place] = UInt8(ascii: "n")
        #expect(throws: WireError.self) { try SettingsMessage(decoding: renamed[...]) }
        var later = good
        later[8 + good[0].asInt] += 1
        #expect(throws: WireError.self) { try SettingsMessage(decoding: later[...]) }
    }

    @Test func questionsArriveWhole() throws {
        let message = RequestMessage(place: 64..<1064, request: .judge).encoded
        let read = try RequestMessage(decoding: message[...])
        #expect(read.place == 64..<1064 && read.request == .judge)
        for length in 0..<message.count {
            #expect(throws: WireError.self) { try RequestMessage(decoding: message[..<length]) }
        }
        var beyond = message
        for index in 8..<16 { beyond[index] = 0xff }
        #expect(throws: WireError.self) { try RequestMessage(decoding: beyond[...]) }
    }

    @Test(arguments: [
        Request.judge, .declare, .judgeNamed(path: "a/ü"), .header, .pixels([]),
        .pixels([Region(x: 1, y: 2, width: 3, height: 4), Region(x: 0, y: 0, width: 1 << 30, height: 1)]),
    ])
    func everyQuestionArrives(request: Request) throws {
        let message = RequestMessage(place: 0..<1, request: request).encoded
        #expect(try RequestMessage(decoding: message[...]).request == request)
        #expect(message.count < RequestMessage.largest)
    }

    @Test func answersSayHowLongTheyAre() {
        let answer = AnswerMessage.encode(Finding(Refusal(.error, code: "corrupt", message: "é")))
        #expect(AnswerMessage.size(answer) == answer.count)
        #expect(AnswerMessage.size([1, 2, 3]) == nil)
        #expect(AnswerMessage.size([UInt8](repeating: 0xff, count: 8)) == nil)
        #expect(AnswerMessage.size([1, 0, 0x40, 0, 0, 0, 0, 0]) == nil, "4 MiB and one byte")
    }
}

extension UInt8 {
    fileprivate var asInt: Int { Int(self) }
}
