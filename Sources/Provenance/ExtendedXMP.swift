// Puts together XMP that is too long for one segment of a JPEG (XMP specification, part 3, "Extended XMP in JPEG").

internal import Imaging

/// Pieces of extended XMP that belong to one packet.
struct ExtendedXMP {
    /// The packet that the standard one names by its GUID, from pieces in any order; nil when there is no piece of it.
    ///
    /// A piece: 32 bytes GUID, 4 bytes length of the whole, 4 bytes place of this piece, and its text.
    static func packet(
        _ guid: String, _ file: Span<UInt8>, _ pieces: [Range<Int>], _ limits: ReadLimits
    ) throws(ReadError) -> [UInt8]? {
        var whole: [UInt8] = []
        var isThere: [Range<Int>] = []
        for place in pieces {
            guard place.count >= 40 else { throw .invalid("a piece of an extended packet is cut off") }
            let head = place.lowerBound
            guard file.array(head..<head + 32).elementsEqual(guid.utf8) else { continue }
            let length = file.number(head + 32, size: 4)
            let start = file.number(head + 36, size: 4)
            guard length <= limits.maxTextBytes else { throw .limit("an extended packet longer than the limit") }
            if isThere.isEmpty { whole = [UInt8](repeating: 0, count: length) }
            let text = head + 40..<place.upperBound
            guard length == whole.count, start <= length - text.count else {
                throw .invalid("the pieces of an extended packet do not fit together")
            }
            whole.replaceSubrange(start..<start + text.count, with: file.array(text))
            isThere.append(start..<start + text.count)
        }
        guard !isThere.isEmpty else { return nil }
        var end = 0
        for piece in isThere.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard piece.lowerBound <= end else { break }
            end = max(end, piece.upperBound)
        }
        guard end == whole.count else { throw .invalid("a piece of an extended packet is missing") }
        return whole
    }
}
