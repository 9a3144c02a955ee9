// How many of a file's frames have records: a watch that wants all of them goes on with a file of which some are missing.

internal import Inspection
internal import Scanning

/// How far the records of a file go, in four bytes.
package struct RecordedFrames: Hashable, Sendable {
    /// Twice the frames, from the first on, that have a record; one more where a record speaks of the rest, which a limit kept from being
    /// looked at.
    let bits: UInt32

    /// There is nothing more to say of the file.
    package static let whole = RecordedFrames(bits: .max)
    static let none = RecordedFrames(bits: 0)
    /// One picture was looked at, and nobody knows of others.
    static let first = RecordedFrames(count: 1, isClosed: false)

    init(bits: UInt32) { self.bits = bits }

    private init(count: Int, isClosed: Bool) { bits = UInt32(min(max(count, 0), 1 << 30)) << 1 | (isClosed ? 1 : 0) }

    /// Frames that need no further record.
    var count: Int { Int(bits >> 1) }

    /// Whether a run that looks at `most` frames of a file would add nothing; nil for one that does not tell them apart.
    func suffices(_ most: Int?) -> Bool {
        guard let most, self != .whole else { return true }
        return bits & 1 == 1 && count >= most
    }
}

/// What a record says of its file's frames.
struct FrameStatement {
    let frame: FramePlace?
    let isJudged: Bool
    let code: String?
    /// Whether a file whose frames were not told apart may have others.
    let mayHaveOthers: Bool

    /// How far the records go with this one.
    ///
    /// - Parameter before: how far they went without it.
    func extent(after before: RecordedFrames) -> RecordedFrames {
        guard let frame else { return isJudged && mayHaveOthers ? .first : .whole }
        if code == FrameLimits.refusal { return RecordedFrames(upTo: frame.index) }
        if frame.isLast { return .whole }
        // Where some were not written, all are missing.
        return frame.index <= before.count ? RecordedFrames(reach: (frame.through ?? frame.index) + 1) : .none
    }

    /// Whether a file of this format has other pictures besides the first, as far as a record of that tells.
    static func mayHaveOthers(format: String?, isAnimated: Bool?) -> Bool {
        switch format {
        case "jpeg", "bmp": false
        case "gif", "webp", "png", "jxl": isAnimated ?? true
        default: true
        }
    }
}

extension RecordedFrames {
    fileprivate init(upTo index: Int) { self.init(count: index, isClosed: true) }
    fileprivate init(reach: Int) { self.init(count: reach, isClosed: false) }
}

extension FrameStatement {
    init(_ record: Record) {
        let facts = record.finding.facts
        self.init(
            frame: record.frame, isJudged: record.status == .ok, code: record.code,
            mayHaveOthers: FrameStatement.mayHaveOthers(
                format: facts.text("format"), isAnimated: facts.boolean("is_animated")))
    }

    /// Reads the members of a record that was written before.
    init(status: ArraySlice<UInt8>?, code: ArraySlice<UInt8>?, frame: ArraySlice<UInt8>?, image: ArraySlice<UInt8>?) {
        var (format, isAnimated): (String?, Bool?)
        var members = RecordMembers(frame == nil ? image ?? [] : [])
        while let (name, value) = members.next() {
            if name == "format" { format = FrameStatement.word(value) }
            if name == "isAnimated" { isAnimated = value.elementsEqual("true".utf8) }
        }
        self.init(
            frame: frame.flatMap { FramePlace($0) }, isJudged: status.map(FrameStatement.word) == "ok",
            code: code.map(FrameStatement.word),
            mayHaveOthers: FrameStatement.mayHaveOthers(format: format, isAnimated: isAnimated))
    }

    private static func word(_ value: ArraySlice<UInt8>) -> String {
        String(decoding: value.dropFirst().dropLast(), as: UTF8.self)
    }
}
