// A manifest lists labelled pictures with what is known of their origin; collections come as CSV or JSON lines.

import Files
import FoundationEssentials

/// Reading of manifests: CSV (RFC 4180, with a header line) or JSON lines.
///
/// Columns or keys: `path` and `label` (`real` or `fake`), optionally `source`, `generator`, `group`, `split`, `pair`; others are
/// ignored, empty values count as absent. Paths are relative to the manifest's directory unless they start with a slash.
enum Manifest {
    private struct Row: Decodable {
        var path: String?
        var label: String?
        var source: String?
        var generator: String?
        var group: String?
        var split: String?
        var pair: String?
    }

    static func read(_ path: String) throws(DatasetError) -> [Dataset.Entry] {
        let file: [UInt8]
        do {
            file = try readWhole(path)
        } catch {
            throw .unreadable(path: path, reason: error.message)
        }
        var text = file[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        let first = text.first { !isBlank($0) }
        let rows = first == UInt8(ascii: "{") ? try jsonRows(text, path) : try csvRows(text, path)
        if rows.isEmpty { throw .neitherForm(path: path, reason: "the manifest lists no picture") }

        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        // By bytes: names that are written differently are different files.
        var lines: [[UInt8]: Int] = [:]
        var entries: [Dataset.Entry] = []
        for (line, row) in rows {
            guard let name = present(row.path) else {
                throw .badManifest(path: path, line: line, reason: "the path is missing")
            }
            guard !name.utf8.contains(0) else {
                throw .badManifest(path: path, line: line, reason: "the path has a zero byte")
            }
            guard let label = present(row.label) else {
                throw .badManifest(path: path, line: line, reason: "the label is missing")
            }
            let isFake: Bool
            switch label.lowercased() {
            case "fake": isFake = true
            case "real": isFake = false
            default: throw .badManifest(path: path, line: line, reason: "the label '\(label)' is neither real nor fake")
            }
            // Listed twice, a picture could be trained on and validated with.
            if let earlier = lines.updateValue(line, forKey: Array(name.utf8)) {
                throw .badManifest(path: path, line: line, reason: "'\(name)' is listed on line \(earlier) already")
            }
            let source = present(row.source) ?? ""
            // A model file has it for a key, and is not read with longer ones.
            guard source.utf8.count <= 255 else {
                throw .badManifest(path: path, line: line, reason: "the source has more than 255 bytes")
            }
            let sample = Sample(
                path: name.hasPrefix("/") ? name : directory + name, isFake: isFake, source: source,
                generator: present(row.generator) ?? (isFake ? source : ""), group: present(row.group),
                split: present(row.split), pair: present(row.pair))
            entries.append(Dataset.Entry(name: name, sample: sample))
        }
        return entries
    }

    private static func present(_ text: String?) -> String? {
        guard let text, !text.isEmpty else { return nil }
        return text
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private static func jsonRows(_ text: ArraySlice<UInt8>, _ path: String) throws(DatasetError) -> [(Int, Row)] {
        let decoder = JSONDecoder()
        var rows: [(Int, Row)] = []
        for (index, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        where !line.allSatisfy(isBlank) {
            guard let row = try? decoder.decode(Row.self, from: Data(line)) else {
                throw .badManifest(
                    path: path, line: index + 1, reason: "the line is not a JSON object with texts for the known keys")
            }
            rows.append((index + 1, row))
        }
        return rows
    }

    private static func csvRows(_ text: ArraySlice<UInt8>, _ path: String) throws(DatasetError) -> [(Int, Row)] {
        var reader = CSVReader(text)
        guard let header = try reader.record(path) else {
            throw .neitherForm(path: path, reason: "the manifest is empty")
        }
        let columns = header.fields.map { $0.lowercased() }
        guard columns.contains("path"), columns.contains("label") else {
            throw .neitherForm(path: path, reason: "its first line does not name the columns path and label")
        }
        for name in ["path", "label", "source", "generator", "group", "split", "pair"]
        where columns.count(where: { $0 == name }) > 1 {
            throw .neitherForm(path: path, reason: "its first line names the column \(name) twice")
        }
        var rows: [(Int, Row)] = []
        while let (line, fields) = try reader.record(path) {
            if fields == [""] { continue }
            guard fields.count == columns.count else {
                throw .badManifest(
                    path: path, line: line, reason: "\(fields.count) fields where the first line names \(columns.count)"
                )
            }
            var row = Row()
            for (column, field) in zip(columns, fields) {
                switch column {
                case "path": row.path = field
                case "label": row.label = field
                case "source": row.source = field
                case "generator": row.generator = field
                case "group": row.group = field
                case "split": row.split = field
                case "pair": row.pair = field
                default: continue
                }
            }
            rows.append((line, row))
        }
        return rows
    }
}
