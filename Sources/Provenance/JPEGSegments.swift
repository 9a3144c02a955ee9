// Walks the marker segments of a JPEG file from its start to its end, past the coded data.

internal import Glibc
internal import Imaging

/// The layout of a JPEG file (ITU-T T.81, annex B).
func jpegLayout(_ file: Span<UInt8>, _ limits: ReadLimits) -> Layout {
    var layout = Layout()
    var offset = 2
    var applications = 0
    while let marker = nextMarker(file, &offset) {
        if marker == 0xD9 {
            if offset < file.count { layout.trailing = offset..<file.count }
            break
        }
        if marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }
        let length = file.number(offset, size: 2)
        guard length >= 2, length <= file.count - offset else {
            layout.problem = .invalid("a segment reaches beyond the end of the file")
            break
        }
        let body = offset + 2..<offset + length
        offset += length
        switch marker {
        case 0xE0...0xEF:
            applications += 1
            if applications <= limits.maxPieces {
                layout.addApplication(marker, file, body, limits)
            } else {
                layout.tooMany()
            }
        case 0xFE: layout.add(body, to: \.comments, limits.maxParts)
        case 0xDB: layout.add(body, to: \.quantisation, limits.maxParts)
        default: break
        }
    }
    layout.applicationSegments = applications
    return layout
}

/// The next marker at or behind `offset`, which is moved behind it. Bytes that belong to none are passed over, as libjpeg does,
/// and so is coded data, whose FF bytes stand before 0 or a restart marker.
func nextMarker(_ file: Span<UInt8>, _ offset: inout Int) -> Int? {
    unsafe file.withUnsafeBytes { bytes in
        while offset < bytes.count {
            guard let base = bytes.baseAddress,
                let found = unsafe memchr(base + offset, 0xFF, bytes.count - offset)
            else { break }
            offset = unsafe UnsafeRawPointer(found) - base + 1
            while offset < bytes.count, unsafe bytes[offset] == 0xFF { offset += 1 }
            guard offset < bytes.count else { break }
            let marker = unsafe Int(bytes[offset])
            offset += 1
            if marker != 0 && !(0xD0...0xD7).contains(marker) { return marker }
        }
        offset = bytes.count
        return nil
    }
}

extension Layout {
    fileprivate mutating func addApplication(
        _ marker: Int, _ file: Span<UInt8>, _ body: Range<Int>, _ limits: ReadLimits
    ) {
        /// The rest of the segment if it begins with `signature`.
        func rest(_ signature: StaticString) -> Range<Int>? {
            let end = body.lowerBound + signature.utf8CodeUnitCount
            return end <= body.upperBound && file.has(signature, at: body.lowerBound) ? end..<body.upperBound : nil
        }
        switch marker {
        case 0xE1:
            // Some writers pad the signature with something else than a zero.
            if let tiff = rest("Exif\0"), !tiff.isEmpty {
                add(tiff.dropFirst(), to: \.exif, limits.maxBlocks)
            } else if let packet = rest("http://ns.adobe.com/xap/1.0/\0") {
                add(packet, to: \.xmp, limits.maxBlocks)
            } else if let piece = rest("http://ns.adobe.com/xmp/extension/\0") {
                add(piece, to: \.extendedXMP, limits.maxPieces)
            }
        case 0xE2:
            if multiPicture == nil { multiPicture = rest("MPF\0") }
        case 0xEB:
            // ISO 19566-5, D.2: "JP", number of the box, number of the piece, then the box with its header in every piece.
            if let piece = rest("JP"), piece.count >= 14 {
                let box = file.number(piece.lowerBound, size: 2)
                jumbf.append((box, file.number(piece.lowerBound + 2, size: 4), piece.dropFirst(6)))
            }
        case 0xED:
            if let resources = rest("Photoshop 3.0\0") { add(resources, to: \.photoshop, limits.maxParts) }
        default: break
        }
    }
}
