// Walks the directories of a TIFF file: its first picture's, and the one for Exif that hangs on it.

internal import Imaging

/// The layout of a TIFF or BigTIFF file (TIFF 6.0, section 2; Exif 3.0, 4.6; C2PA specification, "Embedding manifests into TIFF"; "The
/// BigTIFF File Format Proposal" of Aware Systems).
func tiffLayout(_ file: Span<UInt8>, _ limits: ReadLimits) -> Layout {
    var layout = Layout()
    let isBig = file.has("MM", at: 0)
    let form: TIFFForm
    switch file.number(2, size: 2, bigEndian: isBig) {
    case 42: form = TIFFForm(isBig: isBig, countSize: 2, wordSize: 4)
    // The size of a place, and two bytes for nothing.
    case 43 where file.number(4, size: 4, bigEndian: isBig) == (isBig ? 8 << 16 : 8):
        form = TIFFForm(isBig: isBig, countSize: 8, wordSize: 8)
    default:
        layout.problem = .invalid("the header is none of TIFF")
        return layout
    }
    do throws(ReadError) {
        let offset = form.number(file, form.wordSize, form.wordSize)
        try layout.addDirectory(file, offset, form, within: nil, limits)
    } catch {
        layout.problem = layout.problem ?? error
    }
    return layout
}

/// How numbers are written: BigTIFF has longer ones.
private struct TIFFForm {
    let isBig: Bool
    /// Bytes of a directory's number of entries.
    let countSize: Int
    /// Bytes of a place, and of a field's number of items.
    let wordSize: Int

    var entrySize: Int { 4 + 2 * wordSize }

    /// -1 for one that is outside of the file or that no file is long enough for.
    func number(_ file: Span<UInt8>, _ offset: Int, _ size: Int) -> Int {
        let value = file.number(offset, size: size, bigEndian: isBig)
        return (0...1 << 48).contains(value) ? value : -1
    }
}

extension Layout {
    /// Fields that say something of origin, by the number of their directory's tag: those of the file, and those of Exif.
    private static let texts: Set<Int> = [0x010E, 0x010F, 0x0110, 0x0131]
    private static let exifTexts: Set<Int> = [0x9003, 0x927C, 0x9286, 0xA434]
    private static let exifDirectory = 0x8769
    /// Bytes of an item of each type.
    private static let sizes = [
        1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8,
    ]

    fileprivate mutating func addDirectory(
        _ file: Span<UInt8>, _ offset: Int, _ form: TIFFForm, within parent: Int?, _ limits: ReadLimits
    ) throws(ReadError) {
        let count = form.number(file, offset, form.countSize)
        guard count >= 0, count <= (file.count - offset - form.countSize) / form.entrySize else {
            throw .invalid("a directory is cut off")
        }
        var hasExif = false
        for index in 0..<count {
            let entry = offset + form.countSize + form.entrySize * index
            let tag = form.number(file, entry, 2)
            let type = form.number(file, entry + 2, 2)
            let items = form.number(file, entry + 4, form.wordSize)
            let value = entry + 4 + form.wordSize
            let wanted = parent == nil ? Layout.texts : Layout.exifTexts
            let isContainer = parent == nil && [700, 33723, 34377, 52545, Layout.exifDirectory].contains(tag)
            guard wanted.contains(tag) || isContainer, let size = Layout.sizes[type] else { continue }
            let start = size * items <= form.wordSize ? value : form.number(file, value, form.wordSize)
            guard items >= 0, start >= 0, size * items <= file.count - start else {
                problem = problem ?? .invalid("a field reaches beyond the end of the file")
                continue
            }
            let place = start..<start + size * items
            switch tag {
            case Layout.exifDirectory:
                // One for Exif has no further one: this ends at the second level.
                guard size == 4 || size == form.wordSize, items == 1 else {
                    throw .invalid("the place of Exif is none")
                }
                // Else every entry could have as many walked as there are of them.
                guard !hasExif else {
                    problem = problem ?? .invalid("more than one place of Exif")
                    continue
                }
                hasExif = true
                try addDirectory(file, form.number(file, value, size), form, within: tag, limits)
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
