// Which picture of its file a record speaks of, and how it is read back: what keeps the records of one file's frames apart.

internal import Inspection

/// Which of a file's frames, pages or pictures a record speaks of.
package struct FramePlace: Sendable, Equatable {
    /// From 0 on.
    package let index: Int
    /// How many the file has.
    package let count: Int
    /// The last of those that the record speaks of, where these are several that were not looked at.
    package let through: Int?

    package init(index: Int, count: Int, through: Int? = nil) {
        (self.index, self.count, self.through) = (index, count, through)
    }

    /// Reads what a record says; nil for what no record says.
    package init?(_ value: ArraySlice<UInt8>) {
        var members = RecordMembers(value)
        var numbers: [String: Int] = [:]
        while let (key, value) = members.next() { numbers[key] = Int(String(decoding: value, as: UTF8.self)) }
        guard members.isWhole, let index = numbers["index"], let count = numbers["count"] else { return nil }
        let last = numbers["through"] ?? index
        guard 0 <= index, index <= last, last < count else { return nil }
        self.init(index: index, count: count, through: numbers["through"])
    }

    /// How many frames come up to and with this record's.
    var reach: Int { (through ?? index) + 1 }

    /// Whether no further record of the file is to come.
    package var isLast: Bool { reach == count }

    /// As a record has it.
    var told: FactValue {
        var members: [String: FactValue] = ["index": .integer(index), "count": .integer(count)]
        if let through { members["through"] = .integer(through) }
        return .object(members)
    }
}

/// How much of a file's frames is looked at.
package struct FrameLimits: Sendable {
    /// Frames of one file.
    package var most = 1000

    package init() {}

    /// Why the frames behind them are not looked at, as a record's code.
    package static let refusal = "too-many-frames"

    /// What all frames of a file together may have, times what one picture may: pixels, and time.
    static let together = 10
}
