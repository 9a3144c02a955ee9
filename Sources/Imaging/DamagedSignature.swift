// A picture whose first bytes were damaged is no longer known as one; it must not pass unseen for that.

extension ImageFormat {
    /// Bytes from a file's beginning that `sniffDamaged` looks at.
    package static let damageReach = 64 << 10

    /// The format that a file once had whose beginning `sniff` does not know: its signature has one wrong byte, had its line
    /// ends converted as a text's, or is missing while what follows it is there.
    ///
    /// `bytes` are a file's first `damageReach` bytes, or all of it. Other files that merely contain pictures (documents, films,
    /// archives) are none.
    package static func sniffDamaged(_ bytes: Span<UInt8>) -> ImageFormat? {
        let head = bytes.extracting(first: min(bytes.count, damageReach))
        if hasPNGHeader(head) { return .png }
        if hasJPEGSegments(head) || isJPEGScan(head) { return .jpeg }
        return nearSignature(head)
    }

    package static func sniffDamaged(_ bytes: UnsafeRawBufferPointer) -> ImageFormat? {
        unsafe bytes.withMemoryRebound(to: UInt8.self) { unsafe sniffDamaged($0.span) }
    }
}

/// Converted line ends shorten or lengthen the signature, and may take a byte off the length of the first chunk.
private func hasPNGHeader(_ head: Span<UInt8>) -> Bool {
    if head.number(8, size: 4) == 13, head.has("IHDR", at: 12) { return true }
    if isText(head) { return false }
    return (0...4).contains { head.has("PNG", at: $0) } && (7...20).contains { head.has("IHDR", at: $0) }
}

/// Whether segments of a JPEG follow each other without a gap from where they would stand behind a signature: a missing one,
/// one that lost its first byte, or one with a wrong byte.
private func hasJPEGSegments(_ head: Span<UInt8>) -> Bool {
    (0...2).contains { start in
        if start == 2 && head.number(0, size: 1) != 0xFF && head.number(1, size: 1) != 0xD8 { return false }
        var (place, found) = (start, 0)
        while found < 3, head.number(place, size: 1) == 0xFF {
            switch head.number(place + 1, size: 1) {
            case 0xC0...0xC7, 0xC9...0xCF, 0xDA, 0xDB, 0xDD, 0xE0...0xEF, 0xFE: break
            default: return false
            }
            let length = head.number(place + 2, size: 2)
            guard length >= 2 else { return false }
            place += 2 + length
            found += 1
        }
        return found == 3
    }
}

/// Whether these are the codes of a scan: as even as noise, but for the bytes that stand behind each 0xFF.
private func isJPEGScan(_ head: Span<UInt8>) -> Bool {
    let enough = 4096
    guard head.count >= enough else { return false }
    var isThere = [Bool](repeating: false, count: 256)
    var stuffed = 0
    for place in 0..<head.count - 1 {
        let byte = head[place]
        isThere[Int(byte)] = true
        if place == enough && stuffed < 4 { return false }
        guard byte == 0xFF else { continue }
        switch head[place + 1] {
        case 0x00: stuffed += 1
        case 0xD0...0xD7, 0xFF: break
        case 0xD9: return place >= enough && isThere.count(where: { $0 }) >= 250
        default: return false
        }
    }
    // About every two hundredth byte of a scan is 0xFF.
    return (head.count / 2048...head.count / 32).contains(stuffed) && isThere.count(where: { $0 }) >= 250
}

private func isText(_ head: Span<UInt8>) -> Bool {
    !(0..<min(head.count, 32)).contains { head[$0] < 9 || head[$0] >= 0x80 }
}

/// The format whose signature differs in one byte. Only long signatures, and none that a text could begin with by a slip.
private func nearSignature(_ head: Span<UInt8>) -> ImageFormat? {
    if isText(head) { return nil }
    return signatures.first { head.differsInOneByte(from: $0.bytes) }?.format
}

/// Bytes that a format begins with; a zero stands for any byte where `nil` can't.
private let signatures: [(format: ImageFormat, bytes: [UInt8?])] = [
    (.gif, Array("GIF89a".utf8)), (.gif, Array("GIF87a".utf8)),
    (.webp, Array("RIFF".utf8) + [nil, nil, nil, nil] + Array("WEBPVP8".utf8)),
    (.tiff, [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0]), (.tiff, [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8]),
    (.jp2, [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]),
    (.jxl, [0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A]),
    (.jng, [0x8B, 0x4A, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), (.mng, [0x8A, 0x4D, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
    (.psd, Array("8BPS\0\u{1}\0\0\0\0\0\0".utf8)), (.xcf, Array("gimp xcf ".utf8)), (.farbfeld, Array("farbfeld".utf8)),
    (.avif, [0, 0, 0, nil] + Array("ftypavif".utf8)), (.heif, [0, 0, 0, nil] + Array("ftypheic".utf8)),
    (.heif, [0, 0, 0, nil] + Array("ftypmif1".utf8)),
]

extension Span<UInt8> {
    fileprivate func differsInOneByte(from signature: [UInt8?]) -> Bool {
        guard count >= signature.count else { return false }
        return signature.indices.count { signature[$0] != nil && signature[$0] != self[$0] } == 1
    }
}
