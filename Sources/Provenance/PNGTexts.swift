// Walks the chunks of a PNG file, and reads the keyword and text of those that carry text.

internal import Imaging

/// The layout of a PNG file.
func pngLayout(_ file: Span<UInt8>, _ limits: ReadLimits) -> Layout {
    var layout = Layout()
    var offset = 8
    while true {
        let length = file.number(offset, size: 4)
        guard length >= 0, length <= file.count - offset - 12 else {
            layout.problem = layout.problem ?? .invalid("the chunks do not end with IEND")
            return layout
        }
        let body = offset + 8..<offset + 8 + length
        switch file.number(offset + 4, size: 4) {
        case 0x7445_5874: layout.addText(.plain, body, limits)  // tEXt
        case 0x7A54_5874: layout.addText(.zipped, body, limits)  // zTXt
        case 0x6954_5874: layout.addText(.international, body, limits)  // iTXt
        case 0x6558_4966: layout.add(body, to: \.exif, limits.maxBlocks)  // eXIf
        case 0x6361_4258:  // caBX
            if layout.jumbf.count < limits.maxParts {
                layout.jumbf.append((layout.jumbf.count, 1, body))
            } else {
                layout.tooMany()
            }
        case 0x4945_4E44:  // IEND
            if body.upperBound + 4 < file.count { layout.trailing = body.upperBound + 4..<file.count }
            return layout
        default: break
        }
        offset = body.upperBound + 4
    }
}

extension Layout {
    fileprivate mutating func addText(_ kind: TextKind, _ place: Range<Int>, _ limits: ReadLimits) {
        if texts.count < limits.maxParts { texts.append((kind, place)) } else { tooMany() }
    }
}

/// The keyword and the text of a text chunk.
struct PNGText {
    var keyword: String
    var text: [UInt8]

    /// - Parameter budget: bytes that all texts of the file may still take; what this one takes is subtracted.
    init(
        _ kind: Layout.TextKind, _ chunk: [UInt8], _ limits: ReadLimits, budget: inout Int
    ) throws(ReadError) {
        guard let end = chunk.prefix(80).firstIndex(of: 0), end > 0 else { throw .invalid("a text without keyword") }
        keyword = String(unknownEncoding: chunk[..<end])
        var rest = chunk[(end + 1)...]
        var isZipped = kind == .zipped
        if kind == .international {
            guard rest.count >= 4 else { throw .invalid("an international text is cut off") }
            let (flag, method) = (rest.removeFirst(), rest.removeFirst())
            guard flag == 0 || flag == 1 && method == 0 else {
                throw .invalid("a text compressed by an unknown method")
            }
            isZipped = flag == 1
            // Language, translated keyword.
            for _ in 0..<2 {
                guard let end = rest.firstIndex(of: 0) else { throw .invalid("an international text is cut off") }
                rest = rest[(end + 1)...]
            }
        } else if kind == .zipped {
            guard rest.popFirst() == 0 else { throw .invalid("a text compressed by an unknown method") }
        }
        let limit = min(limits.maxTextBytes, budget)
        // What is refused has taken as long as what is read.
        budget -= limit
        text = isZipped ? try inflated(rest, limit: limit) : Array(rest)
        guard text.count <= limit else { throw .limit("a text longer than the limit") }
        budget += limit - text.count
    }
}
