// Tells image formats apart by content, never by name: what is no image is counted, what is one gets a record.

/// An image format that is recognised by its signature.
package enum ImageFormat: String, Sendable, CaseIterable {
    case jpeg, png
    case avif, bmp, bpg, dds, exr, farbfeld, flif, gif, hdr, heif, icns, ico, jng, jp2, jxl, jxr, mng, pnm, psd, qoi,
        raw, sgi,
        tiff, webp, xcf

    /// The format that `bytes`, the beginning of a file (64 bytes are enough) or all of it, belongs to.
    ///
    /// A signature that is damaged in any byte is no signature; `sniffDamaged` finds those. Of a JPEG two bytes are enough, as for
    /// those who show it, whatever junk may follow them. Formats without one (TGA, SVG, PCX) are not recognised, and
    /// those with a weak one (BMP, ICO, PNM…) must also carry plausible fields behind it.
    package static func sniff(_ bytes: Span<UInt8>) -> ImageFormat? {
        let head = Head(bytes)
        return head.plain ?? head.isoMedia ?? head.weak
    }

    package static func sniff(_ bytes: [UInt8]) -> ImageFormat? { sniff(bytes.span) }

    package static func sniff(_ bytes: UnsafeRawBufferPointer) -> ImageFormat? {
        unsafe bytes.withMemoryRebound(to: UInt8.self) { unsafe sniff($0.span) }
    }
}

/// The first bytes of a file, with reads beyond its end answered by a byte that matches nothing.
private struct Head {
    private let bytes: [UInt8]

    init(_ span: Span<UInt8>) {
        let count = min(span.count, 64)
        bytes = [UInt8](unsafe span.extracting(first: count).withUnsafeBufferPointer { unsafe Array($0) })
    }

    func has(_ signature: [UInt8], at offset: Int = 0) -> Bool {
        bytes.count >= offset + signature.count && bytes[offset..<offset + signature.count].elementsEqual(signature)
    }

    func has(_ signature: StaticString, at offset: Int = 0) -> Bool {
        has([UInt8](signature.description.utf8), at: offset)
    }

    func byte(_ offset: Int) -> Int { offset < bytes.count ? Int(bytes[offset]) : -1 }

    func little32(_ offset: Int) -> Int {
        guard bytes.count >= offset + 4 else { return -1 }
        return (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }

    /// Formats whose signature alone is proof enough.
    var plain: ImageFormat? {
        if has([0xFF, 0xD8]) { return .jpeg }
        if has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
        if has("GIF87a") || has("GIF89a") { return .gif }
        if has("RIFF") && has("WEBP", at: 8) { return .webp }
        if has("II*\0") {
            return has("CR", at: 8) ? .raw : .tiff
        }
        if has("MM\0*") || has("II+\0") || has("MM\0+") { return .tiff }
        if has("IIRO") || has("IIRS") || has("MMOR") || has("IIU\0") || has("FUJIFILMCCD-RAW") { return .raw }
        if has([0x49, 0x49, 0xBC, 0x01]) || has([0x49, 0x49, 0xBC, 0x00]) { return .jxr }
        if has([0, 0, 0, 12]) && has([0x0D, 0x0A, 0x87, 0x0A], at: 8) {
            if has("jP  ", at: 4) { return .jp2 }
            if has("JXL ", at: 4) { return .jxl }
        }
        if has([0xFF, 0x4F, 0xFF, 0x51]) { return .jp2 }
        if has([0xFF, 0x0A]) { return .jxl }
        if has([0x8B, 0x4A, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .jng }
        if has([0x8A, 0x4D, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .mng }
        if has([0x76, 0x2F, 0x31, 0x01]) { return .exr }
        if has([0x42, 0x50, 0x47, 0xFB]) { return .bpg }
        if has("8BPS\0\u{1}") || has("8BPS\0\u{2}") { return .psd }
        if has("gimp xcf ") { return .xcf }
        if has("farbfeld") { return .farbfeld }
        if has("#?RADIANCE") || has("#?RGBE") { return .hdr }
        if has("FLIF") { return .flif }
        return nil
    }

    /// Formats in the ISO base media container, told apart by the brands of its first box.
    var isoMedia: ImageFormat? {
        guard has("ftyp", at: 4) else { return nil }
        for offset in [8] + stride(from: 16, to: min(bytes.count, 60), by: 4) {
            if has("avif", at: offset) || has("avis", at: offset) { return .avif }
            if has("crx ", at: offset) { return .raw }
            if has("jxl ", at: offset) { return .jxl }
            let isCoded = ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "j2ki"].contains { brand in
                has([UInt8](brand.utf8), at: offset)
            }
            if isCoded { return .heif }
        }
        return has("mif1", at: 8) || has("mif2", at: 8) || has("msf1", at: 8) ? .heif : nil
    }

    /// Formats whose signature is short enough to begin a text or a program, so the fields behind it must fit too.
    var weak: ImageFormat? {
        if has("BM") {
            let header = little32(14)
            let isPlausible = [12, 16, 40, 52, 56, 64, 108, 124].contains(header) && little32(10) >= 14 + header
            return isPlausible ? .bmp : nil
        }
        if has([0, 0, 1, 0]) || has([0, 0, 2, 0]) {
            let count = byte(4) | byte(5) << 8
            return count > 0 && count < 256 && byte(9) == 0 && little32(18) >= 6 + 16 * count ? .ico : nil
        }
        if has("DDS ") { return little32(4) == 124 ? .dds : nil }
        if has("qoif") { return (3...4).contains(byte(12)) && (0...1).contains(byte(13)) ? .qoi : nil }
        if has("icns") { return byte(8) >= 0x20 ? .icns : nil }
        if has([0x01, 0xDA]) { return (0...1).contains(byte(2)) && (1...2).contains(byte(3)) ? .sgi : nil }
        if has("P"), (0x31...0x37).contains(byte(1)), [0x20, 0x09, 0x0A, 0x0D].contains(byte(2)) {
            let next = byte(3)
            let isDigit = (0x30...0x39).contains(next)
            return isDigit || next == 0x23 || (byte(1) == 0x37 && has("WIDTH", at: 3)) ? .pnm : nil
        }
        return nil
    }
}
