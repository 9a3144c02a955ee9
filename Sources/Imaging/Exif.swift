// Finds the Exif orientation in files by a bounded parser of our own: four fields are not worth another library.

extension Span<UInt8> {
    /// The unsigned number of `size` bytes at `offset`, or −1 beyond the end.
    package func number(_ offset: Int, size: Int, bigEndian: Bool = true) -> Int {
        guard offset >= 0, offset <= count - size else { return -1 }
        var value = 0
        for i in 0..<size {
            value = value << 8 | Int(self[offset + (bigEndian ? i : size - 1 - i)])
        }
        return value
    }

    /// Whether the ASCII text is found at `offset`.
    package func has(_ text: StaticString, at offset: Int) -> Bool {
        guard offset >= 0, offset <= count - text.utf8CodeUnitCount else { return false }
        var position = offset
        for unit in text.description.utf8 {
            if self[position] != unit { return false }
            position += 1
        }
        return true
    }
}

/// The orientation 1…8 from the first directory of a TIFF structure (Exif 2.3, tag 0x0112), or nil.
func exifOrientation(_ tiff: Span<UInt8>) -> Int? {
    let isBigEndian = tiff.has("MM", at: 0)
    guard isBigEndian || tiff.has("II", at: 0), tiff.number(2, size: 2, bigEndian: isBigEndian) == 42 else {
        return nil
    }
    let directory = tiff.number(4, size: 4, bigEndian: isBigEndian)
    let entries = tiff.number(directory, size: 2, bigEndian: isBigEndian)
    guard directory >= 8, entries > 0 else { return nil }
    for index in 0..<entries {
        let entry = directory + 2 + 12 * index
        guard entry + 12 <= tiff.count else { return nil }
        guard tiff.number(entry, size: 2, bigEndian: isBigEndian) == 0x0112 else { continue }
        let type = tiff.number(entry + 2, size: 2, bigEndian: isBigEndian)
        let value = tiff.number(entry + 8, size: type == 4 ? 4 : 2, bigEndian: isBigEndian)
        return (1...8).contains(value) && (type == 3 || type == 4) ? value : nil
    }
    return nil
}
