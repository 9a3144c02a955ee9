// Walks the directories of a TIFF file: its first picture's, and the one for Exif that hangs on it.

internal import Imaging

/// The layout of a TIFF file (TIFF 6.0, section 2; Exif 3.0, 4.6; C2PA specification, "Embedding manifests into TIFF").
func tiffLayout(_ file: Span<UInt8>, _ limits: ReadLimits) -> Layout {
    var layout = Layout()
    let isBig = file.has("MM", at: 0)
    guard file.number(2, size: 2, bigEndian: isBig) == 42 else {
        layout.problem = .limit("BigTIFF")
        return layout
    }
    do throws(ReadError) {
        try layout.addDirectory(file, file.number(4, size: 4, bigEndian: isBig), isBig, within: nil, limits)
    } catch {
        layout.problem = layout.problem ?? error
    }
    return layout
}

extension Layout {
    /// Fields that say something of origin, by the number of their directory's tag: those of the file, and those of Exif.
    private static let texts: Set<Int> = [0x010E, 0x010F, 0x0110, 0x0131]
    private static let exifTexts: Set<Int> = [0x9003, 0x927C, 0x9286, 0xA434]
    private static let exifDirectory = 0x8769

    fileprivate mutating func addDirectory(
        _ file: Span<UInt8>, _ offset: Int, _ isBig: Bool, within parent: Int?, _ limits: ReadLimits
    ) throws(ReadError) {
        let count = file.number(offset, size: 2, bigEndian: isBig)
        guard count >= 0, count <= (file.count - offset - 2) / 12 else { throw .invalid("a directory is cut off") }
        for index in 0..<count {
            let entry = offset + 2 + 12 * index
            let tag = file.number(entry, size: 2, bigEndian: isBig)
            let type = file.number(entry + 2, size: 2, bigEndian: isBig)
            let items = file.number(entry + 4, size: 4, bigEndian: isBig)
            let wanted = parent == nil ? Layout.texts : Layout.exifTexts
            let isContainer = parent == nil && [700, 33723, 34377, 52545, Layout.exifDirectory].contains(tag)
            guard wanted.contains(tag) || isContainer, (1...13).contains(type) else { continue }
            let size = [1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4][type - 1]
            let start = size * items <= 4 ? entry + 8 : file.number(entry + 8, size: 4, bigEndian: isBig)
            guard size * items <= file.count - start else {
                problem = problem ?? .invalid("a field reaches beyond the end of the file")
                continue
            }
            let place = start..<start + size * items
            switch tag {
            case Layout.exifDirectory:
                // One for Exif has no further one: this ends at the second level.
                guard size == 4, items == 1 else { throw .invalid("the place of Exif is none") }
                try addDirectory(
                    file, file.number(entry + 8, size: 4, bigEndian: isBig), isBig, within: tag, limits)
            case 700: add(place, to: \.xmp, limits.maxBlocks)
            case 33723: add(place, to: \.iim, limits.maxBlocks)
            case 34377: add(place, to: \.photoshop, limits.maxParts)
            case 52545: if jumbf.isEmpty { jumbf.append((0, 1, place)) }
            default:
                guard place.count <= limits.maxExifBytes else {
                    problem = problem ?? .limit("a field longer than the limit")
                    continue
                }
                fields[tag] = fields[tag] ?? place
            }
        }
    }
}
