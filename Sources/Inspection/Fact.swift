// A fact is a row: what rules and manual call it, where records have it, what it may be, what it means, and where it is read.

/// What is said of a fact, whatever it is read from.  A class, so that walking the table for every file copies no row.
package final class FactRow: Sendable {
    /// As rules and the manual call it: lower case, words joined by `_`.
    package let name: String
    /// The keys that lead to it in a record, outermost first; empty if records don't have it.
    package let path: [String]
    /// The last of the keys, and those before it.
    package let key: String
    package let groups: [String]
    package let type: FactType
    package let presence: Presence
    /// A sentence, or a few.
    package let meaning: String

    init(name: String, path: [String], type: FactType, presence: Presence, meaning: String) {
        (self.name, self.path, self.type, self.presence, self.meaning) = (name, path, type, presence, meaning)
        (key, groups) = (path.last ?? name, path.dropLast())
    }

    /// When records have a fact.
    package enum Presence: Sendable, Equatable {
        case always
        /// Always, but null where it is not known.
        case alwaysOrNull
        /// Whenever the status is `ok`.
        case ok
        /// Whenever the status is not `ok`.
        case refused
        case sometimes
    }
}

/// One fact that is told of a file, read from what `Source` has seen of it.
package final class Fact<Source>: Sendable {
    package let row: FactRow
    private let read: @Sendable (Source) -> FactValue?

    package init(
        _ name: String, at path: String?, _ type: FactType, _ presence: FactRow.Presence, _ meaning: String,
        _ read: @escaping @Sendable (Source) -> FactValue?
    ) {
        let path = path.map { $0.split(separator: ".").map(String.init) } ?? []
        row = FactRow(name: name, path: path, type: type, presence: presence, meaning: meaning)
        self.read = read
    }

    /// What the source has for it, if that is permitted.
    package func value(_ source: Source) -> FactValue? { row.type.fitted(read(source)) }
}

/// One function for each type, so that a row reads from left to right: name, place, range, presence, meaning, value.
extension Fact {
    package static func boolean(
        _ name: String, at path: String?, _ presence: FactRow.Presence, _ meaning: String,
        _ read: @escaping @Sendable (Source) -> Bool?
    ) -> Fact {
        Fact(name, at: path, .boolean, presence, meaning) { read($0).map { .boolean($0) } }
    }

    package static func integer(
        _ name: String, at path: String?, _ range: ClosedRange<Int>, _ presence: FactRow.Presence,
        _ meaning: String, _ read: @escaping @Sendable (Source) -> Int?
    ) -> Fact {
        Fact(name, at: path, .integer(range), presence, meaning) { read($0).map { .integer($0) } }
    }

    package static func number(
        _ name: String, at path: String?, _ range: ClosedRange<Double>, _ style: NumberStyle,
        _ presence: FactRow.Presence, _ meaning: String, _ read: @escaping @Sendable (Source) -> Double?
    ) -> Fact {
        Fact(name, at: path, .number(range, style), presence, meaning) { read($0).map { .number($0) } }
    }

    package static func word(
        _ name: String, at path: String?, _ words: [String], _ presence: FactRow.Presence,
        _ meaning: String,
        _ read: @escaping @Sendable (Source) -> String?
    ) -> Fact {
        Fact(name, at: path, .word(words), presence, meaning) { read($0).map { .text($0) } }
    }

    package static func text(
        _ name: String, at path: String?, limit: Int = FactType.textLimit, style: TextStyle = .plain,
        _ presence: FactRow.Presence, _ meaning: String, _ read: @escaping @Sendable (Source) -> String?
    ) -> Fact {
        Fact(name, at: path, .text(limit: limit, style), presence, meaning) { read($0).map { .text($0) } }
    }

    package static func list(
        _ name: String, at path: String?, of type: FactType, limit: Int, _ presence: FactRow.Presence,
        _ meaning: String, _ read: @escaping @Sendable (Source) -> [FactValue]?
    ) -> Fact {
        Fact(name, at: path, .list(of: type, limit: limit), presence, meaning) { read($0).map { .list($0) } }
    }

    package static func object(
        _ name: String, at path: String?, _ fields: [FactField], _ presence: FactRow.Presence,
        _ meaning: String,
        _ read: @escaping @Sendable (Source) -> [String: FactValue]?
    ) -> Fact {
        Fact(name, at: path, .object(fields), presence, meaning) { read($0).map { .object($0) } }
    }
}
