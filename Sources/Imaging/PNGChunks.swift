// Reads what libpng need not see: sizes before memory is taken, how much text there is, animation and Exif.

/// The structure of a PNG file, gathered in one walk over its chunks without inflating any.
///
/// Nothing is verified here beyond the file's bounds: libpng does that while it decodes.
struct PNGChunks {
    var width: Int
    var height: Int
    var bitDepth: Int
    var colourType: Int
    var isInterlaced: Bool
    var hasTransparency = false
    var isAnimated = false
    var textBytes = 0
    var orientation: Int?

    /// Nil when the file does not begin with a whole IHDR chunk.
    init?(_ file: Span<UInt8>) {
        guard file.count >= 33, file.number(8, size: 4) == 13, file.has("IHDR", at: 12) else { return nil }
        width = file.number(16, size: 4)
        height = file.number(20, size: 4)
        bitDepth = file.number(24, size: 1)
        colourType = file.number(25, size: 1)
        isInterlaced = file.number(28, size: 1) == 1
        var offset = 33
        var pictureBegan = false
        while offset + 12 <= file.count {
            let length = file.number(offset, size: 4)
            let body = offset + 8
            guard length <= file.count - body else { break }
            switch file.number(offset + 4, size: 4) {
            case Tag.imageData: pictureBegan = true
            case Tag.imageEnd: return
            case Tag.transparency: hasTransparency = true
            case Tag.animation: isAnimated = isAnimated || !pictureBegan
            case Tag.text, Tag.compressedText, Tag.internationalText: textBytes += length
            case Tag.exif:
                if orientation == nil { orientation = exifOrientation(file.extracting(body..<body + length)) }
            default: break
            }
            offset = body + length + 4
        }
    }

    /// Chunk names as the numbers that their four ASCII letters make.
    private enum Tag {
        static let imageData = 0x4944_4154  // IDAT
        static let imageEnd = 0x4945_4E44  // IEND
        static let transparency = 0x7452_4E53  // tRNS
        static let animation = 0x6163_544C  // acTL
        static let text = 0x7445_5874  // tEXt
        static let compressedText = 0x7A54_5874  // zTXt
        static let internationalText = 0x6954_5874  // iTXt
        static let exif = 0x6558_4966  // eXIf
    }
}

extension PNGChunks {
    /// What the colour type stands for; alpha is a separate fact.
    var colour: ImageFacts.Colour {
        switch colourType {
        case 0, 4: .grey
        case 2, 6: .rgb
        case 3: .palette
        default: .other
        }
    }
}
