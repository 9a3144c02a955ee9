// What a JPEG file's segments say that libjpeg doesn't ask, or doesn't know: orientation, late heights, foreign variants.

/// A marker and what belongs to it.
struct JPEGSegment {
    let marker: Int
    /// What follows the length, which is empty where a marker has none.
    let body: Range<Int>

    static let endOfImage = 0xD9
    static let startOfScan = 0xDA
    static let numberOfLines = 0xDC
    static let exif = 0xE1

    /// The frame header of any kind of JPEG: SOF0 to SOF15, that of JPEG-LS, or the start of a hierarchy.
    var isFrame: Bool {
        switch marker {
        case 0xC4, 0xC8, 0xCC: false
        case 0xC0...0xCF, 0xF7, 0xDE: true
        default: false
        }
    }
}

extension Span<UInt8> {
    /// The first segment at `offset` or behind it, bytes that belong to none passed over as libjpeg does. Nil where the file ends
    /// or a segment is cut.
    func jpegSegment(from offset: Int) -> JPEGSegment? {
        var place = offset
        while true {
            while place < count, self[place] != 0xFF { place += 1 }
            while place < count, self[place] == 0xFF { place += 1 }
            guard place < count else { return nil }
            if self[place] != 0 { break }
        }
        let marker = Int(self[place])
        place += 1
        if marker == 0x01 || (0xD0...0xD9).contains(marker) { return JPEGSegment(marker: marker, body: place..<place) }
        let length = number(place, size: 2)
        guard length >= 2, length <= count - place else { return nil }
        return JPEGSegment(marker: marker, body: place + 2..<place + length)
    }
}

/// The orientation from the first Exif segment (APP1) before the first scan of a JPEG file, or nil.
func jpegOrientation(_ file: Span<UInt8>) -> Int? {
    var offset = 2
    while let segment = file.jpegSegment(from: offset) {
        switch segment.marker {
        case JPEGSegment.startOfScan, JPEGSegment.endOfImage: return nil
        case JPEGSegment.exif where segment.body.count >= 6 && file.has("Exif\0\0", at: segment.body.lowerBound):
            return exifOrientation(file.extracting(segment.body.lowerBound + 6..<segment.body.upperBound))
        default: offset = segment.body.upperBound
        }
    }
    return nil
}

/// The frame header of a JPEG file, looked at where libjpeg refuses it.
struct JPEGFrame {
    let marker: Int
    /// Bits of a sample.
    let precision: Int
    let rows: Int
    /// Where the number of rows stands in the file.
    private let place: Int

    init?(_ file: Span<UInt8>) {
        var offset = 2
        while let segment = file.jpegSegment(from: offset) {
            if segment.isFrame && segment.body.count >= 6 {
                marker = segment.marker
                precision = file.number(segment.body.lowerBound, size: 1)
                place = segment.body.lowerBound + 1
                rows = file.number(place, size: 2)
                return
            }
            if segment.marker == JPEGSegment.startOfScan || segment.marker == JPEGSegment.endOfImage { return nil }
            offset = segment.body.upperBound
        }
        return nil
    }

    /// The kind of JPEG, if it is none that libjpeg decodes.
    var unsupportedProcess: String? {
        switch marker {
        case 0xF7: "JPEG-LS"
        case 0xC3, 0xCB: "lossless JPEG"
        case 0xC5...0xC7, 0xCD...0xCF, 0xDE: "hierarchical JPEG"
        default: precision == 8 ? nil : "JPEG of \(precision)-bit samples"
        }
    }

    /// The file with the number of rows in its header, where a segment behind the first scan defines it (DNL); otherwise nil.
    func definingRows(_ file: Span<UInt8>) -> [UInt8]? {
        guard rows == 0 else { return nil }
        var offset = 2
        while let segment = file.jpegSegment(from: offset), segment.marker != JPEGSegment.endOfImage {
            offset = segment.body.upperBound
            guard segment.marker == JPEGSegment.startOfScan else { continue }
            // Between the codes of a scan only restart markers stand.
            while let next = file.jpegSegment(from: offset) {
                offset = next.body.upperBound
                if (0xD0...0xD7).contains(next.marker) { continue }
                guard next.marker == JPEGSegment.numberOfLines, next.body.count == 2,
                    file.number(next.body.lowerBound, size: 2) > 0
                else { return nil }
                var whole = unsafe file.withUnsafeBufferPointer { unsafe Array($0) }
                whole[place] = file[next.body.lowerBound]
                whole[place + 1] = file[next.body.lowerBound + 1]
                return whole
            }
        }
        return nil
    }
}
