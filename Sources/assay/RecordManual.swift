// Writes assay-record(5) from the rows that records are written from, so that the page can't lack a key.

import Inspection
import Scanning

/// The manual page of the format of records, in mdoc.
func recordPage() -> String {
    var page = """
        .Dd November 26, 2026
        .Dt ASSAY-RECORD 5
        .Os
        .Sh NAME
        .Nm assay-record
        .Nd what assay writes about a file
        .Sh DESCRIPTION
        A record is one JSON object on a line of its own, in UTF\\-8. Unknown keys may be added within version 1; none is renamed or
        removed. Control characters are escaped, so that a record is safe on a terminal.
        .Pp
        Below stand the keys, with a point between the key of an object and a key in it, in the order in which they are written.
        .Bl -tag -width Ds

        """
    for row in Record.table.map(\.row) {
        page += ".It Va \(row.path.joined(separator: ".")) Pq \(escaped(described(row.type)))\n"
        page += escaped([row.meaning, described(row.presence)].compactMap(\.self).joined(separator: " ")) + "\n"
        page += fields(row.type)
    }
    page += """
        .El
        .Pp
        With
        .Fl Fl fields Cm minimal ,
        a record has only these:
        \(escaped(RecordFields.minimal.rows.map { $0.row.path.joined(separator: ".") }.joined(separator: ", "))).

        """
    return page + ".Sh SEE ALSO\n.Xr assay-scan 1\n"
}

/// What values of a type are, in words.
func described(_ type: FactType) -> String {
    switch type {
    case .boolean: "true or false"
    case .integer(let range) where range.lowerBound == range.upperBound: "always \(range.lowerBound)"
    case .integer(let range):
        range.upperBound < Int(UInt32.max)
            ? "whole number from \(range.lowerBound) to \(range.upperBound)" : "whole number from \(range.lowerBound)"
    case .number(_, .score): "number from 0.01 to 0.99"
    case .number(_, .exact): "number"
    case .number(_, .fixed(let decimals)): "number with \(decimals) decimals"
    case .word(let words): words.count > 8 ? "one of \(words.count) words" : words.joined(separator: ", ")
    case .text(_, .plain): "text"
    case .text(_, .dateTime): "date and time"
    case .text(_, .base64): "Base64"
    case .text(_, .hexadecimal(let digits)): "\(digits) hexadecimal digits"
    case .list: "list"
    case .object: "object"
    }
}

private func described(_ presence: FactRow.Presence) -> String? {
    switch presence {
    case .always, .alwaysOrNull, .ok: nil
    case .refused: "Only where the status is not ok."
    case .sometimes: "Left out where it does not apply."
    }
}

/// The members of an object, or of the objects in a list.
private func fields(_ type: FactType) -> String {
    switch type {
    case .list(let inner, _): return fields(inner)
    case .object(let fields):
        let items = fields.map { ".It Va \($0.name) Pq \(escaped(described($0.type)))\n\(escaped($0.meaning))\n" }
        return ".Bl -tag -width Ds -compact\n" + items.joined() + ".El\n"
    default: return ""
    }
}
