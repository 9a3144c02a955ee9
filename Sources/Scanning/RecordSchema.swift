// The JSON Schema of a record, from the same rows that write it.

internal import Files
internal import Inspection

extension Record {
    /// A JSON Schema (2020-12), laid out for readers: one line for each row.
    package static var schema: String {
        let rows = table.map(\.row)
        return """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "title": "A record of assay scan, version 1",
              "description": "One line of output. Unknown keys may be added within version 1; none is renamed or removed.",
              "type": "object",
              "required": \(list(keys(RecordFields.minimal) { $0 == .always || $0 == .alwaysOrNull })),
              "properties": {
            \(properties(rows[...], depth: 0, indent: "    "))
              },
              "anyOf": [{ "$ref": "#/$defs/minimal" }, { "$ref": "#/$defs/standard" }],
              "$defs": {
            \(extent(.minimal, "With --fields minimal."))
                "propertyNames": { "not": { "enum": \(list(onlyInLarger)) } }
                },
            \(extent(.standard, "Without --fields."))
                "type": "object"
                },
                "full": {
                  "description": "With --fields full: as standard, with what --digests and --pdq ask for.",
                  "$ref": "#/$defs/standard",
                  "if": { "properties": { "sha256": { "type": "string" } } },
                  "then": { "required": ["md5", "sha1"] },
                  "anyOf": [{ "properties": { "status": { "not": { "const": "ok" } } } }, { "required": ["pdq"] }]
                }
              }
            }

            """
    }

    /// The keys of the first level that records of this extent have, of the rows that are wanted.
    private static func keys(_ fields: RecordFields, _ wanted: (FactRow.Presence) -> Bool) -> [String] {
        var seen: [String] = []
        for row in fields.rows.map(\.row) where wanted(row.presence) && !seen.contains(row.path[0]) {
            seen.append(row.path[0])
        }
        return seen
    }

    /// What tells a larger record from a minimal one; keys that nobody knows yet may be in both.
    private static var onlyInLarger: [String] {
        let least = Set(keys(.minimal) { _ in true })
        return keys(.standard) { _ in true }.filter { !least.contains($0) }
    }

    /// The beginning of the definition of what a record of this extent must have.
    private static func extent(_ fields: RecordFields, _ meaning: String) -> String {
        var groups: [(name: String, required: [String])] = []
        for row in fields.rows.map(\.row) where row.presence == .ok && row.path.count == 2 {
            if groups.last?.name != row.path[0] { groups.append((row.path[0], [])) }
            groups[groups.count - 1].required.append(row.path[1])
        }
        let inner = groups.map { "\(quoted($0.name)): { \"required\": \(list($0.required)) }" }
        return """
                "\(fields.rawValue)": {
                  "description": \(quoted(meaning)),
                  "required": \(list(keys(fields) { $0 == .always || $0 == .alwaysOrNull })),
                  "properties": { \(inner.joined(separator: ", ")) },
                  "if": { "properties": { "status": { "const": "ok" } } },
                  "then": { "required": \(list(keys(fields) { $0 == .ok })) },
                  "else": { "required": \(list(keys(fields) { $0 == .refused })), "properties": { "verdict": { "const": null } } },
            """
    }

    /// The rows, which share `depth` keys, as members of `properties`.
    private static func properties(_ rows: ArraySlice<FactRow>, depth: Int, indent: String) -> String {
        var (members, rest) = ([String](), rows)
        while let first = rest.first {
            let key = first.path[depth]
            let group = rest.prefix { $0.path.count > depth && $0.path[depth] == key }
            rest = rest.dropFirst(group.count)
            guard first.path.count > depth + 1 else {
                members.append("\(indent)\(quoted(key)): \(property(first))")
                continue
            }
            members.append(
                """
                \(indent)\(quoted(key)): {
                \(indent)  "type": "object",
                \(indent)  "properties": {
                \(properties(group, depth: depth + 1, indent: indent + "    "))
                \(indent)  }
                \(indent)}
                """)
        }
        return members.joined(separator: ",\n")
    }

    private static func property(_ row: FactRow) -> String {
        var json = JSONText()
        json.object {
            $0.schema(of: row.type, orNull: row.presence == .alwaysOrNull)
            $0.member("description", row.meaning)
        }
        return json.text
    }

    private static func quoted(_ text: String) -> String {
        var json = JSONText()
        json.value(text)
        return json.text
    }

    private static func list(_ names: [String]) -> String { "[" + names.map(quoted).joined(separator: ", ") + "]" }
}
