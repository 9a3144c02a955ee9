// Walks the chunks of a WebP file.

internal import Imaging

/// The layout of a WebP file (RFC 9649).
func riffLayout(_ file: Span<UInt8>, _ limits: ReadLimits) -> Layout {
    var layout = Layout()
    let end = 8 + file.number(4, size: 4, bigEndian: false)
    guard end >= 12, end <= file.count else {
        layout.problem = .invalid("the file is shorter than it says")
        return layout
    }
    if end < file.count { layout.trailing = end..<file.count }
    var offset = 12
    while offset < end {
        let length = file.number(offset + 4, size: 4, bigEndian: false)
        guard length >= 0, length <= end - offset - 8 else {
            layout.problem = layout.problem ?? .invalid("a chunk reaches beyond the end of the file")
            break
        }
        var body = offset + 8..<offset + 8 + length
        if file.has("EXIF", at: offset) {
            // Some writers leave the signature of JPEG before the TIFF structure.
            if file.has("Exif\0\0", at: body.lowerBound), length > 6 { body = body.dropFirst(6) }
            layout.add(body, to: \.exif, limits.maxBlocks)
        } else if file.has("XMP ", at: offset) {
            layout.add(body, to: \.xmp, limits.maxBlocks)
        } else if file.has("C2PA", at: offset) {
            if layout.jumbf.count < limits.maxParts { layout.jumbf.append((layout.jumbf.count, 1, body)) }
        }
        // Chunks begin at even places.
        offset = body.upperBound + (length & 1)
    }
    return layout
}
