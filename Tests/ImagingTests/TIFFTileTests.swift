// Shows that tiles of a TIFF are joined whatever their widths, where they meet between bytes, and refused where they do not.

import Testing

@testable import Imaging

@Suite(.enabled(if: ImageFormat.tiff.isDecodable)) struct TIFFTileTests {
    private let height = 5
    private let tileHeight = 3

    /// What the grey pictures show.
    private func sample(_ x: Int, _ y: Int, _ bits: Int) -> Int { (7 * x + 5 * y + x * y) & ((1 << bits) - 1) }

    /// A row of samples, the first in the highest bits.
    private func row(_ samples: [Int], _ bits: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (samples.count * bits + 7) / 8)
        for (index, sample) in samples.enumerated() {
            bytes[index * bits / 8] |= UInt8(sample << (8 - bits - index * bits % 8))
        }
        return bytes
    }

    /// A picture in tiles that are not packed.
    private func tiff(width: Int, bits: Int, tileWidth: Int) -> [UInt8] {
        var file = Array("MM".utf8) + bigEndian(42, size: 2) + bigEndian(0)
        var (places, sizes) = ([Int](), [Int]())
        for top in stride(from: 0, to: height, by: tileHeight) {
            for left in stride(from: 0, to: width, by: tileWidth) {
                let tile: [UInt8] = (top..<top + tileHeight).flatMap { y in
                    row((left..<left + tileWidth).map { x in sample(x, y, bits) }, bits)
                }
                places.append(file.count)
                sizes.append(tile.count)
                file += tile
            }
        }
        // Tags with the sizes of their numbers.
        let fields: [(tag: Int, size: Int, values: [Int])] = [
            (256, 4, [width]), (257, 4, [height]), (258, 2, [bits]), (259, 2, [1]), (262, 2, [1]), (277, 2, [1]),
            (322, 4, [tileWidth]), (323, 4, [tileHeight]), (324, 4, places), (325, 4, sizes),
        ]
        var directory = bigEndian(fields.count, size: 2)
        for field in fields {
            let values: [UInt8] = field.values.flatMap { bigEndian($0, size: field.size) }
            directory += bigEndian(field.tag, size: 2) + bigEndian(field.size == 2 ? 3 : 4, size: 2)
            directory += bigEndian(field.values.count)
            if values.count > 4 {
                directory += bigEndian(file.count)
                file += values
            } else {
                directory += values + [UInt8](repeating: 0, count: 4 - values.count)
            }
        }
        file.replaceSubrange(4..<8, with: bigEndian(file.count))
        return file + directory + bigEndian(0)
    }

    @Test(arguments: [(8, 12, 5), (8, 3, 1), (1, 20, 8), (2, 11, 4), (4, 7, 2), (1, 10, 10), (1, 10, 13), (4, 5, 7)])
    func tilesThatMeetBetweenBytesAreJoined(_ bits: Int, _ width: Int, _ tileWidth: Int) throws {
        let file = tiff(width: width, bits: bits, tileWidth: tileWidth)
        let values: [UInt8] = (0..<height).flatMap { y in
            (0..<width).flatMap { x -> [UInt8] in
                let grey = UInt8(sample(x, y, bits) * 255 / ((1 << bits) - 1))
                return [grey, grey, grey]
            }
        }
        #expect(try decode(file).pixels == Pixels(width: width, height: height, bytes: values))
    }

    /// Of 40 pixels in tiles of one, a byte each, the last would stand far behind the end of the rows.
    @Test(arguments: [(1, 4), (1, 12), (1, 1), (2, 7), (2, 1), (4, 9), (4, 1)])
    func tilesThatMeetWithinAByteAreRefused(_ bits: Int, _ tileWidth: Int) {
        let file = tiff(width: 40, bits: bits, tileWidth: tileWidth)
        #expect(decodeError(file) == .unsupportedVariant(.tiff, reason: "tiles of an unusual layout"))
    }
}
