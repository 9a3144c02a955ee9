// What a JPEG file holds behind the picture that is looked at: a stereo camera's other view, a gain map, the video of a moment.

internal import Imaging

/// A picture or video behind the primary picture.
package struct ExtraPart: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// What makes an HDR picture of the primary one (Ultra HDR, ISO 21496-1).
        case gainMap = "gain-map"
        /// The primary picture, made for a screen.
        case preview
        /// The same scene from elsewhere: stereo, panorama, several angles.
        case view
        /// A picture of which nothing is said.
        case picture
        /// As in a Motion Photo.
        case video
    }

    package let kind: Kind
    /// Where in the file it begins, and its length.
    package let offset: Int
    package let bytes: Int

    package static let most = 16
}

/// The parts behind the end of a JPEG's primary picture, each found by walking over the one before. An index is believed in what it calls
/// a part and in where one begins behind other bytes, never in how long a part is.
func extraParts(_ file: Span<UInt8>, _ layout: Layout) -> [ExtraPart] {
    guard let trailing = layout.trailing else { return [] }
    let index = layout.multiPicture.map { multiPictureIndex(file, $0) } ?? [:]
    var parts: [ExtraPart] = []
    var place = trailing.lowerBound
    while parts.count < ExtraPart.most, let start = nextPart(file, place, index) {
        let kind: ExtraPart.Kind
        let end: Int
        if isVideo(file, start) {
            kind = .video
            end = endOfBoxes(file, start)
        } else {
            let picture = PictureWalk(file, start)
            kind = picture.isGainMap ? .gainMap : index[start] ?? .picture
            end = picture.end
        }
        parts.append(ExtraPart(kind: kind, offset: start, bytes: end - start))
        place = end
    }
    return parts
}

/// Where the next part begins: at `place` or behind zeros there, in a block of Samsung's, or where the index says.
private func nextPart(_ file: Span<UInt8>, _ place: Int, _ index: [Int: ExtraPart.Kind]) -> Int? {
    func isPart(_ place: Int) -> Bool { isPicture(file, place) || isVideo(file, place) }
    var end = place
    while end < file.count, file[end] == 0 { end += 1 }
    // The length of a box begins with up to three zeros.
    for start in max(place, end - 3)...end where isPart(start) { return start }
    // The block's type, the length of its name, and the name; then the video.
    if file.has("MotionPhoto_Data", at: place + 8), isPart(place + 24) { return place + 24 }
    return index.keys.filter { $0 >= place && isPart($0) }.min()
}

private func isPicture(_ file: Span<UInt8>, _ place: Int) -> Bool { file.number(place, size: 3) == 0xFFD8FF }

private func isVideo(_ file: Span<UInt8>, _ place: Int) -> Bool {
    file.has("ftyp", at: place + 4) && file.number(place, size: 4) >= 8
}

/// Behind the boxes of ISO/IEC 14496-12 that follow each other from `start` on; the end of the file where one is cut.
private func endOfBoxes(_ file: Span<UInt8>, _ start: Int) -> Int {
    var place = start
    while place + 8 <= file.count {
        // A type is four letters; what else stands there is no box.
        guard (place + 4..<place + 8).allSatisfy({ file[$0] >= 0x20 && file[$0] < 0x7F }) else { return place }
        var length = file.number(place, size: 4)
        if length == 1 { length = file.number(place + 8, size: 8) }
        if length == 0 || length > file.count - place { return file.count }
        guard length >= 8 else { return place }
        place += length
    }
    return place
}

/// The index of a multi-picture file (CIPA DC-007): where pictures begin that are not the first, and what they are. Empty where it
/// can't be read.
private func multiPictureIndex(_ file: Span<UInt8>, _ place: Range<Int>) -> [Int: ExtraPart.Kind] {
    let head = file.extracting(place)
    guard head.has("MM", at: 0) || head.has("II", at: 0) else { return [:] }
    let isBig = head.has("MM", at: 0)
    func number(_ offset: Int, _ size: Int) -> Int { head.number(offset, size: size, bigEndian: isBig) }
    let directory = number(4, 4)
    let fields = number(directory, 2)
    guard directory >= 8, (1...64).contains(fields) else { return [:] }
    for field in 0..<fields {
        let entry = directory + 2 + 12 * field
        guard number(entry, 2) == 0xB002 else { continue }
        let (count, list) = (number(entry + 4, 4) / 16, number(entry + 8, 4))
        var index: [Int: ExtraPart.Kind] = [:]
        for picture in 0..<min(max(count, 0), 64) {
            let (kind, offset) = (number(list + 16 * picture, 4), number(list + 16 * picture + 8, 4))
            // The first has offset 0: it is the primary picture.
            guard list > 0, kind >= 0, offset > 0 else { continue }
            index[place.lowerBound + offset] =
                switch kind & 0xFF_FFFF {
                case 0x01_0001, 0x01_0002: .preview
                case 0x02_0001...0x02_0003: .view
                default: .picture
                }
        }
        return index
    }
    return [:]
}

/// A walk over a JPEG that is part of another file.
private struct PictureWalk {
    /// Behind its end mark; the end of the file where it has none.
    private(set) var end: Int
    private(set) var isGainMap = false

    init(_ file: Span<UInt8>, _ start: Int) {
        end = file.count
        var offset = start + 2
        while let marker = nextMarker(file, &offset) {
            if marker == 0xD9 {
                end = offset
                return
            }
            if marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }
            let length = file.number(offset, size: 2)
            guard length >= 2, length <= file.count - offset else { return }
            let body = offset + 2..<offset + length
            offset += length
            if marker == 0xE2 && file.has("urn:iso:std:iso:ts:21496:-1", at: body.lowerBound) { isGainMap = true }
            if marker == 0xE1 && file.has("http://ns.adobe.com/xap/1.0/\0", at: body.lowerBound) {
                isGainMap = isGainMap || file.extracting(body).contains("http://ns.adobe.com/hdr-gain-map/1.0/")
            }
        }
    }
}

extension Span<UInt8> {
    /// Whether the text stands anywhere; for a segment, which is at most 64 KiB.
    fileprivate func contains(_ text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        let first = UInt8(ascii: "h")
        return (0...count - text.utf8CodeUnitCount).contains { self[$0] == first && has(text, at: $0) }
    }
}
