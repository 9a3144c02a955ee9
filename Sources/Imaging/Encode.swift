// Pixels to files in memory: for augmentation, for evaluation, and for pictures that people look at.

internal import CCodec

/// How much coarser colour is stored than brightness.
package enum ChromaSubsampling: String, Sendable, CaseIterable {
    case s444 = "4:4:4"
    case s422 = "4:2:2"
    case s420 = "4:2:0"
}

/// A baseline JPEG file of `pixels`. `quality` is 1…100 on the IJG scale; sides are at most 65 500 pixels.
package func encodeJPEG(_ pixels: Pixels, quality: Int, subsampling: ChromaSubsampling) -> [UInt8] {
    precondition(pixels.width <= 65_500 && pixels.height <= 65_500, "JPEG sides are at most 65500 pixels")
    return unsafe encode(pixels) { source, width, height, out, length, message in
        unsafe codec_jpeg_encode(
            source, width, height, CInt(min(max(quality, 1), 100)), subsampling == .s444 ? 1 : 2,
            subsampling == .s420 ? 2 : 1, out, length, message)
    }
}

/// An 8-bit RGB PNG file of `pixels`, not interlaced.
package func encodePNG(_ pixels: Pixels) -> [UInt8] {
    unsafe encode(pixels) { source, width, height, out, length, message in
        unsafe codec_png_encode(source, width, height, out, length, message)
    }
}

/// Formats beside JPEG that the web and phones turn pictures into.
package enum LossyFormat: String, Sendable, CaseIterable {
    case webp, avif, heic

    private var kind: codec_written {
        switch self {
        case .webp: CODEC_WRITE_WEBP
        case .avif: CODEC_WRITE_AVIF
        case .heic: CODEC_WRITE_HEIC
        }
    }

    /// Whether this program was built with what reads and writes it, and the libraries are there.
    package var isEncodable: Bool {
        let library: ImageFormat.Library = self == .webp ? .webp : .heif
        return codec_can_write(kind) == 1 && library.load()
    }

    /// Pixels of a side that it can hold.
    package var longestSide: Int { self == .webp ? 16_383 : 16_384 }

    /// A file of `pixels` in this format. `quality` is 0…100 on the scale of the format's library.
    package func encode(_ pixels: Pixels, quality: Int) -> [UInt8] {
        precondition(max(pixels.width, pixels.height) <= longestSide, "sides are at most \(longestSide) pixels")
        return unsafe Imaging.encode(pixels) { source, width, height, out, length, message in
            unsafe codec_write(kind, source, width, height, CInt(min(max(quality, 0), 100)), out, length, message)
        }
    }
}

/// A call of CCodec that allocates a file: pixels, sizes, where to put it, message.
private typealias Encoder = (
    UnsafePointer<UInt8>?, UInt32, UInt32, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>,
    UnsafeMutablePointer<Int>,
    UnsafeMutablePointer<CChar>
) -> codec_status

private func encode(_ pixels: Pixels, with encoder: Encoder) -> [UInt8] {
    var file: UnsafeMutablePointer<UInt8>?
    var length = 0
    var message = [CChar](repeating: 0, count: Int(CODEC_TEXT_SIZE))
    let status = unsafe pixels.bytes.withUnsafeBufferPointer { source in
        unsafe encoder(
            source.baseAddress, UInt32(pixels.width), UInt32(pixels.height), &file, &length, &message)
    }
    // Every valid picture can be encoded, so only exhausted memory or a missing library, which the caller has asked about, leads here;
    // Swift's own allocations trap then too.
    precondition(status == CODEC_OK, "out of memory, or a library is missing")
    defer { unsafe codec_free(file) }
    return unsafe [UInt8](UnsafeBufferPointer(start: file, count: length))
}
