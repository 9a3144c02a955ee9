// The summary of `assay marks`: which share of each folder's pictures bears which mark, as a table for people.

import Files
import Scanning

/// Text for standard error.
struct MarkTable {
    private let tallies: [(folder: String, tally: MarkTally)]

    init(_ tallies: [String: MarkTally]) {
        self.tallies = tallies.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// All folders as one.
    var total: MarkTally {
        tallies.reduce(into: MarkTally()) { sum, entry in
            sum.files += entry.tally.files
            sum.unread += entry.tally.unread
            sum.marked.merge(entry.tally.marked, uniquingKeysWith: +)
            sum.meeting.merge(entry.tally.meeting, uniquingKeysWith: +)
        }
    }

    /// A heading, a line for each folder, and one for all if there are several.
    var text: String {
        let marks = Mark.allCases
        var rows = [["folder", "pictures", "any", "two"] + marks.map(\.rawValue) + ["unread"]]
        func row(_ name: String, _ tally: MarkTally) -> [String] {
            let shares = [tally.meeting[.any], tally.meeting[.two]] + marks.map { tally.marked[$0] }
            return [name.escapingControls, String(tally.files)] + shares.map { share($0 ?? 0, tally.files) }
                + [String(tally.unread)]
        }
        rows += tallies.map { row($0.folder, $0.tally) }
        if tallies.count != 1 { rows.append(row("all", total)) }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).enumerated().map { index, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + space : space + cell.0
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }

    private func share(_ count: Int, _ whole: Int) -> String {
        guard whole > 0 else { return "-" }
        let tenths = (count * 1000 + whole / 2) / whole
        return "\(tenths / 10).\(tenths % 10)%"
    }
}
