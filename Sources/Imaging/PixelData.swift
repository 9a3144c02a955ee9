// Tells apart what a file says from its compressed pixels, which look like any bytes and are most of it.

internal import Glibc

/// Where in a file there is something else than compressed pixels: headers, metadata, what follows the picture.
///
/// A file whose structure ends early is taken to say something from there on, and so is one of a format that is not walked here.  The parts
/// are in order, apart, and at most a thousand; what is left then is one part.
package func partsOutsidePixelData(_ file: UnsafeRawBufferPointer, _ format: ImageFormat) -> [Range<Int>] {
    var parts = Parts(fileSize: file.count)
    switch format {
    case .jpeg: unsafe parts.walkJPEG(file)
    case .png: unsafe parts.walkPNG(file)
    default: break
    }
    return parts.finish()
}

/// The parts so far.
private struct Parts {
    private static let most = 1000
    private let fileSize: Int
    private var ranges: [Range<Int>] = []
    /// Where the part begins that is being walked over.
    private var start = 0

    init(fileSize: Int) { self.fileSize = fileSize }

    /// Leaves out what lies in `pixels`.  False when nothing more may be left out.
    mutating func leaveOut(_ pixels: Range<Int>) -> Bool {
        if pixels.lowerBound > start { ranges.append(start..<pixels.lowerBound) }
        start = pixels.upperBound
        return ranges.count < Parts.most - 1
    }

    mutating func finish() -> [Range<Int>] {
        if start < fileSize { ranges.append(start..<fileSize) }
        return ranges
    }

    /// Segments up to the end of the image; the entropy-coded data of each scan is left out (ITU-T T.81, B.1).
    mutating func walkJPEG(_ file: UnsafeRawBufferPointer) {
        var offset = 2
        while offset + 4 <= file.count, unsafe file[offset] == 0xFF {
            let marker = unsafe file[offset + 1]
            switch marker {
            case 0xFF:
                offset += 1
                continue
            case 0xD9: return
            case 0x01, 0xD0...0xD8:
                offset += 2
                continue
            default: break
            }
            let next = unsafe offset + 2 + Int(file[offset + 2]) << 8 + Int(file[offset + 3])
            guard next >= offset + 4, next <= file.count else { return }
            offset = next
            if marker == 0xDA {
                offset = unsafe Parts.endOfScan(file, next)
                guard leaveOut(next..<offset) else { return }
            }
        }
    }

    /// The next marker that is no restart and no stuffed zero; the end of the file where there is none.
    private static func endOfScan(_ file: UnsafeRawBufferPointer, _ start: Int) -> Int {
        var offset = start
        while offset + 1 < file.count {
            let base = unsafe file.baseAddress.unsafelyUnwrapped
            guard let found = unsafe memchr(base + offset, 0xFF, file.count - 1 - offset) else { break }
            offset = unsafe UnsafeRawPointer(found) - base
            let marker = unsafe file[offset + 1]
            if marker != 0 && !(0xD0...0xD7).contains(marker) && marker != 0xFF { return offset }
            offset += marker == 0xFF ? 1 : 2
        }
        return file.count
    }

    /// Chunks up to the last; runs of IDAT and of fdAT, animation frames, are left out with the heads between them (PNG, 11.2.3).
    mutating func walkPNG(_ file: UnsafeRawBufferPointer) {
        var offset = 8
        var pixels: Range<Int>?
        while offset + 12 <= file.count {
            let length = unsafe Int(file.loadUnaligned(fromByteOffset: offset, as: UInt32.self).bigEndian)
            let name = unsafe file.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self).bigEndian
            guard length <= file.count - offset - 12 else { break }
            let next = offset + 12 + length
            if name == 0x4944_4154 || name == 0x6664_4154 {
                pixels = (pixels?.lowerBound ?? offset + 8)..<next - 4
            } else if let run = pixels {
                pixels = nil
                guard leaveOut(run) else { return }
            }
            if name == 0x4945_4E44 { break }
            offset = next
        }
        if let pixels { _ = leaveOut(pixels) }
    }
}
