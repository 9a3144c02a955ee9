// The JSON Schema of a record, from the same rows that write it.

internal import Files
internal import Inspection

extension Record {
    /// A JSON Schema (2020-12), laid out for readers: one line for each row.
    package static var schema: String {
        let rows = table.map(\.row)
        func names(_ wanted: (FactRow.Presence) -> Bool) -> String {
            var seen: [String] = []
            for row in rows where wanted(row.presence) && !seen.contains(row.path[0]) { seen.append(row.path[0]) }
            return list(seen)
        }
        let always = names { $0 == .always || $0 == .alwaysOrNull }
        return """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "title": "A record of assay scan, version 1",
              "description": "One line of output. Unknown keys may be added within version 1; none is renamed or removed.",
              "type": "object",
              "required": \(always),
              "properties": {
            \(properties(rows[...], depth: 0, indent: "    "))
              },
              "if": { "properties": { "status": { "const": "ok" } } },
              "then": { "required": \(names { $0 == .ok }) },
              "else": { "required": \(names { $0 == .refused }), "properties": { "verdict": { "const": null } } }
            }

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
            let required = list(group.filter { $0.presence == .ok }.map { $0.path[depth + 1] })
            members.append(
                """
                \(indent)\(quoted(key)): {
                \(indent)  "type": "object",
                \(indent)  "required": \(required),
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
