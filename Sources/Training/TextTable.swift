// Figures for people: columns that line up on a terminal.

/// A table of text; the first column is flush left, the others flush right.
struct TextTable {
    private var rows: [[String]]

    init(_ header: [String]) { rows = [header] }

    /// A row as long as the header.
    mutating func add(_ row: [String]) { rows.append(row) }

    /// The lines, each ended, with two spaces between columns.
    var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).enumerated().map { place, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return place == 0 ? cell.0 + padding : padding + cell.0
            }
            var line = cells.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}

/// A number with a fixed count of decimals, rounded to nearest, whatever the locale; a dash for none.
func fixed(_ value: Double?, _ decimals: Int) -> String {
    guard let value, value.isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let units = Int((abs(value) * scale).rounded())
    let digits = String(units)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && units > 0 ? "-" : ""
    return decimals == 0 ? sign + digits : sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

/// A share in per cent with one decimal.
func percent(_ share: Double?) -> String { share.map { fixed(100 * $0, 1) + " %" } ?? "–" }
