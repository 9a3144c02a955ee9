// JSON whose meaning is not known yet, so that one text can be laid over another and every key be looked at.
internal import FoundationEssentials

/// Any JSON value.
package enum JSONTree: Equatable {
    case null
    case truth(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([JSONTree])
    case object([String: JSONTree])

    /// This value with what `other` has instead: objects key by key, all else as a whole.
    package func overlaid(with other: JSONTree) -> JSONTree {
        guard case .object(let own) = self, case .object(let new) = other else { return other }
        return .object(own.merging(new) { $0.overlaid(with: $1) })
    }

    /// The place of a key that has no counterpart in `pattern`, where a list's first value stands for all of them.
    package func unknownKey(beside pattern: JSONTree, _ place: String = "") -> String? {
        switch (self, pattern) {
        case (.object(let own), .object(let known)):
            for (key, value) in own.sorted(by: { $0.key < $1.key }) {
                let place = place.isEmpty ? key : "\(place).\(key)"
                guard let counterpart = known[key] else { return place }
                if let found = value.unknownKey(beside: counterpart, place) { return found }
            }
            return nil
        case (.list(let own), .list(let known)):
            guard let example = known.first else { return nil }
            return own.enumerated().lazy.compactMap {
                $0.element.unknownKey(beside: example, "\(place)[\($0.offset)]")
            }.first
        default: return nil
        }
    }

    /// As text, keys sorted; what does not fit into a line is broken into several.
    ///
    /// - Parameter before: characters that stand on the first line already.
    package func lines(width: Int, indent: String = "", before: Int = 0) -> String {
        let (inner, short) = (indent + "  ", compact)
        if before + short.utf8.count < width { return short }
        switch self {
        case .list(let values):
            let parts = values.map { inner + $0.lines(width: width, indent: inner, before: inner.utf8.count) }
            return "[\n\(parts.joined(separator: ",\n"))\n\(indent)]"
        case .object(let members):
            let parts = members.sorted { $0.key < $1.key }.map { key, value in
                let head = "\(inner)\(JSONTree.text(key).compact): "
                return head + value.lines(width: width, indent: inner, before: head.utf8.count)
            }
            return "{\n\(parts.joined(separator: ",\n"))\n\(indent)}"
        default: return short
        }
    }

    /// As text on one line.
    package var compact: String {
        switch self {
        case .list(let values): return "[\(values.map(\.compact).joined(separator: ", "))]"
        case .object(let members):
            let parts = members.sorted { $0.key < $1.key }.map {
                "\(JSONTree.text($0.key).compact): \($0.value.compact)"
            }
            return "{\(parts.joined(separator: ", "))}"
        default:
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
        }
    }
}

extension JSONTree: Codable {
    package init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Key.self) {
            var members: [String: JSONTree] = [:]
            for key in container.allKeys {
                members[key.stringValue] = try container.decode(JSONTree.self, forKey: key)
            }
            self = .object(members)
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let truth = try? value.decode(Bool.self) {
            self = .truth(truth)
        } else if let integer = try? value.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else {
            self = .list(try value.decode([JSONTree].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .truth(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .object(let members): try container.encode(members)
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
