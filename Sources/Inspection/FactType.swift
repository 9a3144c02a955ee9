// What values a fact may take: said once for the wire, which checks them, and for the schema and the manual, which tell them.

/// The values of a fact.  No type contains itself, so whatever walks one comes to an end.
package indirect enum FactType: Sendable {
    case boolean
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>, NumberStyle)
    /// One of these words.
    case word([String])
    /// At most so many bytes of UTF-8.
    case text(limit: Int, TextStyle)
    /// At most so many values of one type.
    case list(of: FactType, limit: Int)
    case object([FactField])

    /// What texts without a reason for another limit may take.
    package static let textLimit = 64 << 10
}

/// How a number is written in a record.
package enum NumberStyle: Sendable, Equatable {
    /// As many digits as it takes to read back the same number.
    case exact
    /// So many digits after the point.
    case fixed(Int)
    /// Exactly, but within [0.01, 0.99]: no detector is certain.
    case score
}

/// What a text is, beyond characters.
package enum TextStyle: Sendable, Equatable {
    case plain
    case dateTime
    case base64
    /// So many digits of a hash, in lower case.
    case hexadecimal(Int)

    func permits(_ text: String) -> Bool {
        guard case .hexadecimal(let count) = self else { return true }
        let digits = (UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"))
        return text.utf8.count == count
            && text.utf8.allSatisfy { digits.0.contains($0) || digits.1.contains($0) }
    }
}

/// A member of an object.
package struct FactField: Sendable {
    package let name: String
    package let type: FactType
    package let isRequired: Bool
    package let meaning: String

    package init(_ name: String, _ type: FactType, required isRequired: Bool = false, _ meaning: String) {
        (self.name, self.type, self.isRequired, self.meaning) = (name, type, isRequired, meaning)
    }
}

/// The value of a fact.
package enum FactValue: Sendable, Hashable {
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([FactValue])
    case object([String: FactValue])
}

extension FactType {
    /// `value` as this type permits it: texts and lists are cut; nil if it is not permitted at all.
    package func fitted(_ value: FactValue?) -> FactValue? {
        guard let value else { return nil }
        return permits(value) ? value : cut(value)
    }

    /// Whether `value` is of this type as it is, as nearly all are.
    private func permits(_ value: FactValue) -> Bool {
        switch (self, value) {
        case (.boolean, .boolean): true
        case (.integer(let range), .integer(let number)): range.contains(number)
        case (.number(let range, _), .number(let number)): range.contains(number)
        case (.word(let words), .text(let word)): words.contains(word)
        case (.text(let limit, let style), .text(let text)): text.utf8.count <= limit && style.permits(text)
        case (.list(let type, let limit), .list(let values)):
            values.count <= limit && values.allSatisfy { type.permits($0) }
        case (.object(let fields), .object(let members)):
            members.count == fields.count { members[$0.name] != nil }
                && fields.allSatisfy { field in
                    members[field.name].map { field.type.permits($0) } ?? !field.isRequired
                }
        default: false
        }
    }

    private func cut(_ value: FactValue) -> FactValue? {
        switch (self, value) {
        case (.text(let limit, let style), .text(let text)):
            return style.permits(text) ? .text(text.cut(toBytes: limit)) : nil
        case (.list(let type, let limit), .list(let values)):
            return .list(values.lazy.compactMap { type.fitted($0) }.prefix(limit).map { $0 })
        case (.object(let fields), .object(let members)):
            var fitting: [String: FactValue] = [:]
            for field in fields {
                fitting[field.name] = field.type.fitted(members[field.name])
                if field.isRequired && fitting[field.name] == nil { return nil }
            }
            return .object(fitting)
        default: return nil
        }
    }
}

extension WireWriter {
    /// Writes a value that `type.fitted` has let through.
    package mutating func add(_ value: FactValue, as type: FactType) {
        switch (type, value) {
        case (.boolean, .boolean(let value)): add(value)
        case (.integer, .integer(let value)): add(value)
        case (.number, .number(let value)): add(value)
        case (.word(let words), .text(let word)): add(words.firstIndex(of: word) ?? -1)
        case (.text(let limit, _), .text(let text)): add(text, limit: limit)
        case (.list(let type, _), .list(let values)):
            add(values.count)
            for value in values { add(value, as: type) }
        case (.object(let fields), .object(let members)):
            for field in fields {
                add(members[field.name] != nil)
                if let value = members[field.name] { add(value, as: field.type) }
            }
        default: preconditionFailure("a value that does not fit its type")
        }
    }
}

extension WireReader {
    /// Reads a value of `type`, and nothing that `type` does not permit.
    package mutating func value(_ type: FactType) throws(WireError) -> FactValue {
        switch type {
        case .boolean: return .boolean(try boolean())
        case .integer(let range):
            let value = try integer()
            guard range.contains(value) else { throw WireError() }
            return .integer(value)
        case .number(let range, _):
            let value = try number()
            guard range.contains(value) else { throw WireError() }
            return .number(value)
        case .word(let words):
            let index = try integer()
            guard words.indices.contains(index) else { throw WireError() }
            return .text(words[index])
        case .text(let limit, let style):
            let value = try text(limit: limit)
            guard style.permits(value) else { throw WireError() }
            return .text(value)
        case .list(let type, let limit):
            var values: [FactValue] = []
            for _ in 0..<(try count(limit: limit)) { values.append(try value(type)) }
            return .list(values)
        case .object(let fields):
            var members: [String: FactValue] = [:]
            for field in fields {
                if try boolean() {
                    members[field.name] = try value(field.type)
                } else if field.isRequired {
                    throw WireError()
                }
            }
            return .object(members)
        }
    }
}
