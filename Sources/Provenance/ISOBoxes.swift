// Walks the boxes of HEIF, AVIF and JPEG XL files (ISO/IEC 14496-12, 23008-12, 18181-2) as far as metadata hang on them.

internal import Imaging

/// The layout of a file of boxes.
func isoLayout(_ file: Span<UInt8>, _ limits: ReadLimits) -> Layout {
    var layout = Layout()
    // The codestream of JPEG XL alone has no metadata.
    if file.number(0, size: 2) == 0xFF0A { return layout }
    let end = endOfPictures(file, limits)
    if end < file.count { layout.trailing = end..<file.count }
    do throws(ReadError) {
        try forEachBox(file, 0..<end, limits) { box throws(ReadError) in
            switch box.type {
            case 0x6D65_7461: try layout.addItems(file, box.body, limits)  // meta
            case 0x7575_6964: layout.addExtension(file, box.body, limits)  // uuid
            // Of JPEG XL.
            case 0x4578_6966: layout.addExif(file, box.body, limits)  // Exif
            case 0x786D_6C20: layout.add(box.body, to: \.xmp, limits.maxBlocks)  // xml
            case 0x6A75_6D62: layout.jumbf.append((layout.jumbf.count, 1, box.whole))  // jumb
            case 0x6272_6F62: layout.problem = layout.problem ?? .limit("metadata compressed by Brotli")  // brob
            default: break
            }
        }
    } catch {
        layout.problem = layout.problem ?? error
    }
    return layout
}

/// Where the boxes end that a HEIF file consists of, if something else follows; else the end of the file.
///
/// As where its pictures are decoded: zeros are no box that is all the rest, and what begins as a usual box is one that was cut.
private func endOfPictures(_ file: Span<UInt8>, _ limits: ReadLimits) -> Int {
    let kinds: [StaticString] = ["mdat", "meta", "moov", "moof", "idat", "ftyp", "free", "skip", "uuid", "wide"]
    var (offset, count, isDescribed) = (0, 0, false)
    while offset < file.count, count < limits.maxBoxes {
        let isKnown = kinds.contains { file.has($0, at: offset + 4) }
        let isAnyRest = file.number(offset, size: 4) == 0 && !isKnown
        guard !isAnyRest, let box = Box(file, offset..<file.count) else {
            return isDescribed && !isKnown ? offset : file.count
        }
        if file.has("meta", at: offset + 4) || file.has("moov", at: offset + 4) { isDescribed = true }
        (offset, count) = (box.whole.upperBound, count + 1)
    }
    return file.count
}

/// A box: its type as a number, all of it, and what is behind its header.
private struct Box {
    let type: Int
    let whole: Range<Int>
    let body: Range<Int>

    /// The one that `place` begins with; nil where it is cut off.
    init?(_ file: Span<UInt8>, _ place: Range<Int>) {
        let offset = place.lowerBound
        var length = file.number(offset, size: 4)
        var head = 8
        if length == 1 {
            guard place.count >= 16, file[offset + 8] == 0 else { return nil }
            length = file.number(offset + 8, size: 8)
            head = 16
        } else if length == 0 {
            length = place.count
        }
        guard length >= head, length <= place.count else { return nil }
        let whole = offset..<offset + length
        (type, self.whole, body) = (file.number(offset + 4, size: 4), whole, whole.dropFirst(head))
    }
}

private func forEachBox(
    _ file: Span<UInt8>, _ place: Range<Int>, _ limits: ReadLimits, _ visit: (Box) throws(ReadError) -> Void
) throws(ReadError) {
    var offset = place.lowerBound
    var count = 0
    while offset < place.upperBound {
        count += 1
        guard count <= limits.maxBoxes else { throw .limit("more boxes than the limit") }
        guard let box = Box(file, offset..<place.upperBound) else { throw .invalid("a box is cut off") }
        try visit(box)
        offset = box.whole.upperBound
    }
}

extension Layout {
    /// Four bytes say where behind them the TIFF structure begins.
    fileprivate mutating func addExif(_ file: Span<UInt8>, _ body: Range<Int>, _ limits: ReadLimits) {
        let skipped = body.count >= 4 ? 4 + file.number(body.lowerBound, size: 4) : .max
        guard skipped < body.count else {
            problem = problem ?? .invalid("an Exif block is cut off")
            return
        }
        add(body.dropFirst(skipped), to: \.exif, limits.maxBlocks)
    }

    /// XMP by Adobe, and C2PA (specification, "Embedding manifests into BMFF-based assets"): version, purpose, a place, then the store.
    fileprivate mutating func addExtension(_ file: Span<UInt8>, _ body: Range<Int>, _ limits: ReadLimits) {
        let name = file.array(body.prefix(16))
        if name == [0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8, 0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC] {
            add(body.dropFirst(16), to: \.xmp, limits.maxBlocks)
        }
        guard name == [0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81],
            file.has("manifest\0", at: body.lowerBound + 20), body.count > 37
        else { return }
        if jumbf.count < limits.maxParts { jumbf.append((jumbf.count, 1, body.dropFirst(37))) } else { tooMany() }
    }

    /// The items of a `meta` box that are Exif or XMP: named by `iinf`, placed by `iloc`.
    fileprivate mutating func addItems(_ file: Span<UInt8>, _ meta: Range<Int>, _ limits: ReadLimits) throws(ReadError)
    {
        var wanted: [Int: Bool] = [:]
        var locations: Range<Int>?
        var data: Range<Int>?
        try forEachBox(file, meta.dropFirst(4), limits) { box throws(ReadError) in
            switch box.type {
            case 0x6969_6E66:  // iinf
                let head = file.number(box.body.lowerBound, size: 1) == 0 ? 6 : 8
                try forEachBox(file, box.body.dropFirst(head), limits) { entry throws(ReadError) in
                    let version = file.number(entry.body.lowerBound, size: 1)
                    guard version >= 2 else { return }
                    let size = version == 2 ? 2 : 4
                    let id = file.number(entry.body.lowerBound + 4, size: size)
                    let type = entry.body.lowerBound + 6 + size
                    if file.has("Exif", at: type) { wanted[id] = true }
                    // The name in between is empty as a rule.
                    if file.has("mime", at: type), wanted.count < limits.maxParts {
                        let text = String(decoding: file.array(type + 4..<entry.body.upperBound), as: UTF8.self)
                        if text.split(separator: "\0").contains("application/rdf+xml") { wanted[id] = false }
                    }
                }
            case 0x696C_6F63: locations = box.body  // iloc
            case 0x6964_6174: data = box.body  // idat
            default: break
            }
        }
        guard let locations, !wanted.isEmpty else { return }
        var reader = LocationReader(file, locations)
        for (id, place) in try reader.places(data, limits) where place.upperBound <= file.count {
            switch wanted[id] {
            case true?: addExif(file, place, limits)
            case false?: add(place, to: \.xmp, limits.maxBlocks)
            case nil: break
            }
        }
    }
}

/// Reads `iloc` (ISO/IEC 14496-12, 8.11.3).
private struct LocationReader: ~Escapable {
    private let file: Span<UInt8>
    private var offset: Int
    private let end: Int

    @_lifetime(copy file)
    init(_ file: Span<UInt8>, _ body: Range<Int>) {
        (self.file, offset, end) = (file, body.lowerBound, body.upperBound)
    }

    private mutating func number(_ size: Int) throws(ReadError) -> Int {
        guard size > 0 else { return 0 }
        guard size <= 8, offset <= end - size, size < 8 || file[offset] == 0 else {
            throw .invalid("places of items are cut off")
        }
        defer { offset += size }
        return file.number(offset, size: size)
    }

    /// The items that lie in one piece in the file or in `data`.
    mutating func places(_ data: Range<Int>?, _ limits: ReadLimits) throws(ReadError) -> [(id: Int, place: Range<Int>)]
    {
        let version = try number(1)
        _ = try number(3)
        let sizes = try number(2)
        let (offsetSize, lengthSize) = (sizes >> 12, sizes >> 8 & 15)
        let (baseSize, indexSize) = (sizes >> 4 & 15, version > 0 ? sizes & 15 : 0)
        let count = try number(version < 2 ? 2 : 4)
        guard count <= limits.maxBoxes else { throw .limit("more items than the limit") }
        var result: [(id: Int, place: Range<Int>)] = []
        for _ in 0..<count {
            let id = try number(version < 2 ? 2 : 4)
            let method = version > 0 ? try number(2) & 15 : 0
            _ = try number(2)
            let base = try number(baseSize)
            let pieces = try number(2)
            guard pieces <= limits.maxPieces else { throw .limit("an item in more pieces than the limit") }
            var place: Range<Int>?
            for _ in 0..<pieces {
                _ = try number(indexSize)
                let start = base.addingReportingOverflow(try number(offsetSize))
                let length = try number(lengthSize)
                let end = start.partialValue.addingReportingOverflow(length)
                guard !start.overflow, !end.overflow else { throw .invalid("an item beyond any file") }
                place = start.partialValue..<end.partialValue
            }
            guard pieces == 1, let place else { continue }
            if method == 0 { result.append((id, place)) }
            if method == 1, let data, place.upperBound <= data.count {
                result.append((id, data.lowerBound + place.lowerBound..<data.lowerBound + place.upperBound))
            }
        }
        return result
    }
}
