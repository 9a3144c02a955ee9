// What stands behind the bytes of a member whose header was written before they were known.

/// The checksum and the sizes of a member: with a mark before them or without, in numbers of four bytes, which hold but the last bits of large
/// ones for some programs (Apple's), or of eight.
struct ZipDescriptor {
    /// Bytes of the longest.
    static let longest = 24

    /// Bytes of it.
    let length: Int
    private let width: Int
    private let checksum: UInt32
    private let packed: Int
    private let size: Int

    /// Everything that what comes next would be, if it was one.
    static func readings(_ rest: ArraySlice<UInt8>) -> [ZipDescriptor] {
        let fields = ZipBytes(rest)
        return (rest.starts(with: ZipMark.descriptor) ? [4, 0] : [0]).flatMap { start in
            [4, 8].compactMap { width in
                let length = start + 4 + 2 * width
                guard rest.count >= length else { return nil }
                return ZipDescriptor(
                    length: length, width: width, checksum: UInt32(fields.number(start, 4)),
                    packed: fields.number(start + 4, width), size: fields.number(start + 4 + width, width))
            }
        }
    }

    func agrees(checksum: UInt32, size: Int) -> Bool { self.checksum == checksum && isSame(self.size, size) }

    private func isSame(_ stated: Int, _ value: Int) -> Bool { stated == (width == 4 ? value & 0xFFFF_FFFF : value) }

    /// Whether what comes next is neither the descriptor of these bytes nor another record, as where a header says all and none was written.
    static func isFalse(_ rest: ArraySlice<UInt8>, checksum: UInt32, packed: Int, size: Int) -> Bool {
        let isTrue = readings(rest).contains {
            $0.agrees(checksum: checksum, size: size) && $0.isSame($0.packed, packed)
        }
        return !isTrue && (rest.starts(with: ZipMark.descriptor) || !ZipMark.begins(rest))
    }

    /// Whether what comes next seems to be a descriptor at all: by its mark, or by the record behind it.
    static func mayBegin(_ rest: ArraySlice<UInt8>) -> Bool {
        rest.starts(with: ZipMark.descriptor)
            || readings(rest).contains { ZipMark.begins(rest.dropFirst($0.length)) }
    }

    /// Bytes of a descriptor and of the mark behind it.
    static let longestWithMark = longest + 4

    /// Whether a stored member ends here whose bytes are not what they were, or of whose header the lengths are false, so that there are more of
    /// them or fewer than it says. One within the member, as in a zip that is stored, says of less than came before it.
    static func ends(_ rest: ArraySlice<UInt8>, count: Int) -> Bool {
        guard rest.starts(with: ZipMark.descriptor) else { return false }
        return readings(rest).contains { reading in
            let next = rest.dropFirst(reading.length)
            guard next.starts(with: ZipMark.member) || next.starts(with: ZipMark.entry) else { return false }
            let excess = reading.size - (reading.width == 4 ? count & 0xFFFF_FFFF : count)
            return reading.isSame(reading.packed, reading.size) && -ZipMember.headerSize < excess
                && excess <= ZipLine.reach
        }
    }
}
