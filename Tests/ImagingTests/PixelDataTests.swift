import Imaging
import Testing

/// What of a file is not its compressed pixels.
struct PixelDataTests {
    private func parts(_ bytes: [UInt8], _ format: ImageFormat) -> [Range<Int>] {
        bytes.withUnsafeBytes { partsOutsidePixelData($0, format) }
    }

    private func chunk(_ name: String, _ body: [UInt8] = []) -> [UInt8] {
        [0, 0, UInt8(body.count >> 8), UInt8(body.count & 255)] + Array(name.utf8) + body + [1, 2, 3, 4]
    }

    private let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    @Test func leavesOutTheScansOfAJPEG() {
        let head: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 9, 9, 0xFF, 0xDA, 0, 3, 7]
        // A stuffed zero, a restart and fill bytes are part of a scan.
        let scan: [UInt8] = [1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4, 0xFF]
        let second: [UInt8] = [0xFF, 0xC4, 0, 3, 8, 0xFF, 0xFF, 0xDA, 0, 2]
        let tail: [UInt8] = [0xFF, 0xD9] + Array("tail".utf8)
        let file = head + scan + second + [5, 6] + tail
        let afterScan = head.count + scan.count
        #expect(
            parts(file, .jpeg) == [
                0..<head.count, afterScan..<afterScan + second.count, file.count - tail.count..<file.count,
            ])
        #expect(parts(head + [1, 2, 3], .jpeg) == [0..<head.count])
        #expect(parts(head, .jpeg) == [0..<head.count])
        // Damage outside a scan says something.
        #expect(parts(Array(file[..<10]) + [0xFF], .jpeg) == [0..<11])
        #expect(parts([0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF, 1, 2], .jpeg) == [0..<8])
        #expect(parts([0xFF, 0xD8, 0xFF, 0xE1, 0, 0, 1, 2], .jpeg) == [0..<8])
    }

    @Test func leavesOutTheImageDataOfAPNG() {
        let head = signature + chunk("IHDR", [UInt8](repeating: 0, count: 13)) + chunk("tEXt", Array("a".utf8))
        let pixels = chunk("IDAT", [1, 2, 3]) + chunk("IDAT", [4]) + chunk("IDAT")
        let text = chunk("zTXt", [5])
        let more = chunk("fdAT", [6, 7])
        let tail = chunk("IEND") + Array("tail".utf8)
        let file = head + pixels + text + more + tail
        let second = head.count + pixels.count - 4
        #expect(
            parts(file, .png) == [
                0..<head.count + 8, second..<head.count + pixels.count + text.count + 8,
                head.count + pixels.count + text.count + more.count - 4..<file.count,
            ])
        #expect(parts(head + chunk("IDAT", [1, 2]), .png) == [0..<head.count + 8, head.count + 10..<head.count + 14])
        // A chunk that claims more than there is says something.
        #expect(
            parts(head + [0xFF, 0xFF, 0xFF, 0xFF] + Array("IDAT".utf8) + [1, 2, 3, 4], .png) == [0..<head.count + 12])
    }

    @Test func takesOtherFormatsWhole() {
        #expect(parts([1, 2, 3], .gif) == [0..<3])
        #expect(parts([], .jpeg) == [])
    }

    @Test func staysBounded() {
        var file: [UInt8] = [0xFF, 0xD8]
        for _ in 0..<5000 { file += [0xFF, 0xDA, 0, 2, 9, 9] }
        let jpeg = parts(file, .jpeg)
        #expect(jpeg.count == 1000)
        #expect(jpeg.last?.upperBound == file.count)
        file = signature
        for _ in 0..<5000 { file += chunk("IDAT", [1]) + chunk("tEXt") }
        let png = parts(file, .png)
        #expect(png.count == 1000)
        #expect(png.last?.upperBound == file.count)
    }
}
