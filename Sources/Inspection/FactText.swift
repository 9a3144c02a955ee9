// Facts as JSON: values in records, and the types of values in the schema that describes records.

package import Files

extension JSONText {
    /// Writes a value that is of `type`.
    package mutating func value(_ value: FactValue, as type: FactType) {
        switch (type, value) {
        case (_, .boolean(let value)): self.value(value)
        case (_, .integer(let value)): self.value(value)
        case (.number(_, .exact), .number(let value)): self.value(value)
        case (.number(_, .fixed(let decimals)), .number(let value)): self.value(value, decimals: decimals)
        case (.number(_, .score), .number(let value)): self.value(min(max(value, 0.01), 0.99))
        case (_, .text(let value)): self.value(value)
        case (.list(let type, _), .list(let values)): array { for value in values { $0.value(value, as: type) } }
        case (.object(let fields), .object(let members)):
            object {
                for field in fields {
                    guard let value = members[field.name] else { continue }
                    $0.key(field.name)
                    $0.value(value, as: field.type)
                }
            }
        default: null()
        }
    }

    /// Writes the members of a JSON Schema (2020-12) that permit values of `type`, and null if `orNull`.
    package mutating func schema(of type: FactType, orNull: Bool = false) {
        func member(type name: String, _ json: inout JSONText) {
            if !orNull { return json.member("type", name) }
            json.list("type") {
                $0.value(name)
                $0.value("null")
            }
        }
        switch type {
        case .boolean: member(type: "boolean", &self)
        case .integer(let range) where range.lowerBound == range.upperBound: self.member("const", range.lowerBound)
        case .integer(let range):
            member(type: "integer", &self)
            if range.lowerBound != .min { self.member("minimum", range.lowerBound) }
            if range.upperBound != .max { self.member("maximum", range.upperBound) }
        case .number(let range, let style):
            member(type: "number", &self)
            self.member("minimum", style == .score ? 0.01 : range.lowerBound)
            self.member("maximum", style == .score ? 0.99 : range.upperBound)
        case .word(let words):
            list("enum") {
                for word in words { $0.value(word) }
                if orNull { $0.null() }
            }
        case .text(_, let style):
            member(type: "string", &self)
            switch style {
            case .plain: break
            case .dateTime: self.member("format", "date-time")
            case .base64: self.member("contentEncoding", "base64")
            case .hexadecimal(let digits): self.member("pattern", "^[0-9a-f]{\(digits)}$")
            }
        case .list(let type, let limit):
            member(type: "array", &self)
            if limit != .max { self.member("maxItems", limit) }
            self.member("items") { $0.schema(of: type) }
        case .object(let fields):
            member(type: "object", &self)
            list("required") { for field in fields where field.isRequired { $0.value(field.name) } }
            self.member("properties") {
                for field in fields {
                    $0.member(field.name) { json in
                        json.schema(of: field.type)
                        json.member("description", field.meaning)
                    }
                }
            }
        }
    }
}
