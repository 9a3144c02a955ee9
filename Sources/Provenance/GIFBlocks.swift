// Walks the blocks of a GIF file.

internal import Imaging

/// The layout of a GIF file (GIF89a specification; XMP specification, part 3, 1.1.2; C2PA specification, "Embedding manifests into GIF").
func gifLayout(_ file: Span<UInt8>, _ limits: ReadLimits) -> Layout {
    var layout = Layout()
    guard file.count >= 13 else {
        layout.problem = .invalid("the header is cut off")
        return layout
    }
    var offset = 13 + colourTable(file[10])
    var isBeforePictures = true
    while true {
        switch file.number(offset, size: 1) {
        case 0x21:
            let body = offset + 2
            guard let end = endOfBlocks(file, body) else {
                layout.problem = layout.problem ?? .invalid("a block is cut off")
                return layout
            }
            layout.addExtension(file, file[offset + 1], body..<end, isBeforePictures, limits)
            offset = end
        case 0x2C:
            // A descriptor, the picture's own colours, the size of its codes, its data.
            guard offset + 10 <= file.count, let end = endOfBlocks(file, offset + 11 + colourTable(file[offset + 9]))
            else {
                layout.problem = layout.problem ?? .invalid("a picture is cut off")
                return layout
            }
            (offset, isBeforePictures) = (end, false)
        // As where its pictures are decoded.
        case 0: offset += 1
        case 0x3B:
            if offset + 1 < file.count { layout.trailing = offset + 1..<file.count }
            return layout
        default:
            layout.problem = layout.problem ?? .invalid("what stands between blocks is none")
            return layout
        }
    }
}

/// Bytes of the colours that these flags announce.
private func colourTable(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }

/// Behind the empty block that ends the blocks from `offset` on, each of which begins with its length.
private func endOfBlocks(_ file: Span<UInt8>, _ offset: Int) -> Int? {
    var offset = offset
    while case let length = file.number(offset, size: 1), length >= 0 {
        offset += 1 + length
        if length == 0 { return offset }
    }
    return nil
}

extension Layout {
    fileprivate mutating func addExtension(
        _ file: Span<UInt8>, _ label: UInt8, _ blocks: Range<Int>, _ isBeforePictures: Bool, _ limits: ReadLimits
    ) {
        if label == 0xFE { add(blocks, to: \.blockedComments, limits.maxParts) }
        // The packet stands there as it is, and behind it bytes that lead a reader of blocks to the end from anywhere.
        let (name, trailer) = (12, 258)
        if label == 0xFF, file.has("\u{B}XMP DataXMP", at: blocks.lowerBound), blocks.count > name + trailer {
            add(blocks.lowerBound + name..<blocks.upperBound - trailer, to: \.xmp, limits.maxBlocks)
        }
        // The version of the block follows its name. Behind a picture there is no place for it.
        if label == 0xFF, isBeforePictures, blockedStore == nil,
            file.has("\u{B}C2PA_GIF\u{1}\0\0", at: blocks.lowerBound)
        {
            blockedStore = blocks.lowerBound + name..<blocks.upperBound
        }
    }
}

extension Span<UInt8> {
    /// What the blocks in `place`, which `endOfBlocks` has found, hold together.
    func unblocked(_ place: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        var offset = place.lowerBound
        while offset < place.upperBound, self[offset] > 0 {
            bytes += array(offset + 1..<offset + 1 + Int(self[offset]))
            offset += 1 + Int(self[offset])
        }
        return bytes
    }
}
