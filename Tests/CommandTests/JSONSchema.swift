// Holds values against a JSON Schema, as far as the schema of records goes: with a word that it does not know it fails.

import Foundation

/// A schema of draft 2020-12.
struct JSONSchema {
    private let root: [String: Any]

    init(_ root: [String: Any]) { self.root = root }

    /// Whether the schema says anything of a key of the first level.
    func knows(_ key: String) -> Bool { (root["properties"] as? [String: Any])?[key] != nil }

    /// What is wrong with a value; nothing where it fits.
    func faults(of value: Any) -> [String] { faults(value, root, "") }

    /// The same by one of the schema's definitions.
    func faults(of value: Any, as name: String) -> [String] { faults(value, ["$ref": "#/$defs/\(name)"], "") }

    private func faults(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
        var found: [String] = []
        func fits(_ other: Any?) -> Bool { faults(value, other as? [String: Any] ?? ["unreadable": 1], place).isEmpty }
        func check(_ isRight: Bool, _ fault: String) { if !isRight { found.append("\(place): \(fault)") } }
        let members = value as? [String: Any]
        for (word, rule) in schema {
            switch word {
            case "$schema", "title", "description", "$defs", "then", "else", "contentEncoding", "format": break
            case "$ref":
                let name = (rule as? String ?? "").split(separator: "/").last.map(String.init) ?? ""
                let definition = (root["$defs"] as? [String: [String: Any]])?[name] ?? ["missing \(name)": 1]
                found += faults(value, definition, place)
            case "type":
                let kinds = rule as? [String] ?? [rule as? String ?? ""]
                check(kinds.contains { Self.isOf($0, value) }, "no \(kinds)")
            case "const": check(Self.equal(value, rule), "not \(rule)")
            case "enum": check((rule as? [Any] ?? []).contains { Self.equal(value, $0) }, "none of \(rule)")
            case "minimum": if let number = Self.number(value) { check(number >= Self.number(rule)!, "too small") }
            case "maximum": if let number = Self.number(value) { check(number <= Self.number(rule)!, "too large") }
            case "maxLength": if let text = value as? String { check(text.count <= rule as! Int, "too long") }
            case "maxItems": if let items = value as? [Any] { check(items.count <= rule as! Int, "too many") }
            case "pattern":
                if let text = value as? String {
                    check(text.range(of: rule as! String, options: .regularExpression) != nil, "not \(rule)")
                }
            case "required":
                for name in rule as? [String] ?? [] where members?[name] == nil && members != nil {
                    check(false, "no \(name)")
                }
            case "properties":
                for (name, inner) in rule as? [String: [String: Any]] ?? [:] {
                    if let member = members?[name] { found += faults(member, inner, "\(place).\(name)") }
                }
            case "propertyNames":
                for name in members?.keys.sorted() ?? [] {
                    found += faults(name, rule as! [String: Any], "\(place).\(name)")
                }
            case "items":
                for item in value as? [Any] ?? [] { found += faults(item, rule as! [String: Any], "\(place)[]") }
            case "anyOf": check((rule as? [Any] ?? []).contains { fits($0) }, "none of several")
            case "not": check(!fits(rule), "what it must not be")
            case "if":
                if let next = schema[fits(rule) ? "then" : "else"] {
                    found += faults(value, next as! [String: Any], place)
                }
            default: check(false, "a word that is not known: \(word)")
            }
        }
        return found
    }

    private static func number(_ value: Any) -> Double? {
        guard let number = value as? NSNumber, !isBoolean(value) else { return nil }
        return number.doubleValue
    }

    private static func isBoolean(_ value: Any) -> Bool {
        if type(of: value) == Bool.self { return true }
        return (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
    }

    private static func isOf(_ kind: String, _ value: Any) -> Bool {
        switch kind {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": isBoolean(value)
        case "null": value is NSNull
        case "integer": number(value).map { $0 == $0.rounded() } ?? false
        case "number": number(value) != nil
        default: false
        }
    }

    private static func equal(_ one: Any, _ other: Any) -> Bool {
        if one is NSNull || other is NSNull { return one is NSNull && other is NSNull }
        if let one = one as? String { return one == other as? String }
        if isBoolean(one) || isBoolean(other) {
            return isBoolean(one) && isBoolean(other) && one as? Bool == other as? Bool
        }
        guard let a = number(one), let b = number(other) else { return false }
        return a == b
    }
}
