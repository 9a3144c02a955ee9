// The formats beside JPEG and PNG: which of them this program reads, by which library, and the way from bytes to pixels.

internal import CCodec

extension ImageFormat {
    /// What of CCodec reads this format; nil for JPEG and PNG, which are read without it, and for formats that nothing reads.
    fileprivate var codec: codec_format? {
        switch self {
        case .avif, .heif: CODEC_HEIF
        case .bmp: CODEC_BMP
        case .gif: CODEC_GIF
        case .jxl: CODEC_JXL
        case .tiff: CODEC_TIFF
        case .webp: CODEC_WEBP
        default: nil
        }
    }

    /// Whether `decode` reads this format, as far as this program was built with what that takes.
    package var isDecodable: Bool {
        if self == .jpeg || self == .png { return true }
        guard let codec else { return false }
        return codec_is_built_in(codec) == 1
    }

    /// The formats that this program reads.
    package static var decodable: [ImageFormat] { allCases.filter(\.isDecodable) }

    /// The library that must be in the process before the first file of this format can be decoded: equal for formats that share
    /// one, nil where nothing is to be loaded.
    package var library: Library? {
        switch self {
        case .avif, .heif: .heif
        case .jxl: .jxl
        case .tiff: .tiff
        case .webp: .webp
        default: nil
        }
    }

    /// A library that is loaded when it is first wanted, since loading all takes longer than scanning a small picture.
    package enum Library: String, Sendable, CaseIterable {
        case webp, tiff, heif, jxl

        private var reader: codec_format {
            switch self {
            case .heif: CODEC_HEIF
            case .jxl: CODEC_JXL
            case .tiff: CODEC_TIFF
            case .webp: CODEC_WEBP
            }
        }

        /// Loads it, if this program was built with it and it is there. Decoding does so by itself where nothing stands against it.
        @discardableResult package func load() -> Bool { codec_load(reader) == 1 }

        /// Name and version as the library tells them, once it is loaded.
        package var title: String? {
            guard load() else { return nil }
            return unsafe String(cString: codec_library(reader))
        }
    }
}

/// From now on no library is loaded: a format that wants one is unsupported, and the process need not reach any file.
package func stopLoadingLibraries() { codec_stop_loading() }

/// Decodes parts of a picture whose format `reader` reads.
///
/// - Parameter canvas: for a frame other than the first.
func decode(
    _ file: Span<UInt8>, _ format: ImageFormat, frame: Int = 0, on canvas: FrameCanvas? = nil, _ limits: DecodeLimits,
    _ regions: (Int, Int) -> [Region]
) throws(DecodeError) -> DecodedParts {
    guard format.isDecodable, let reader = format.codec else { throw .unsupportedFormat(format) }
    var header = codec_header()
    var message = Text()
    let frame = UInt32(clamping: frame)
    let status = unsafe file.withUnsafeBufferPointer { bytes in
        unsafe codec_read_header(reader, bytes.baseAddress, bytes.count, frame, &header, &message.bytes)
    }
    try check(status, format, message, limits)
    var facts = ImageFacts(
        format: format, width: Int(header.width), height: Int(header.height), bitsPerChannel: Int(header.bits),
        colour: storedColour(header.colour))
    facts.hasAlpha = header.alpha != 0
    facts.isAnimated = header.animated != 0
    facts.isInterlaced = header.interlaced != 0
    if header.chroma_x > 0 { facts.subsampling = subsampling(x: header.chroma_x, y: header.chroma_y) }
    facts.orientation = header.orientation > 0 ? Int(header.orientation) : nil
    let (start, length) = (header.exif_offset, header.exif_length)
    if facts.orientation == nil, length > 0, start <= file.count, length <= file.count - start {
        facts.orientation = exifOrientation(file.extracting(start..<start + length))
    }
    return try unsafe decodePixels(file, facts, limits, regions) { bytes, regions, target, message, warning, _ in
        unsafe codec_decode(
            reader, bytes.baseAddress, bytes.count, frame, canvas?.canvas, header.width, header.height,
            regions.baseAddress, regions.count, target, message, warning)
    }
}

/// How many frames, pages or pictures of its own a file of `format` has, as far as `reader` knows.
func countFrames(_ file: Span<UInt8>, _ format: ImageFormat) -> FrameCount {
    guard let reader = format == .png ? CODEC_APNG : format.codec else { return FrameCount() }
    var (count, message) = (UInt32(1), Text())
    let status = unsafe file.withUnsafeBufferPointer { bytes in
        unsafe codec_count_frames(reader, bytes.baseAddress, bytes.count, &count, &message.bytes)
    }
    do throws(DecodeError) {
        try check(status, format, message, DecodeLimits())
        return FrameCount(certain: Int(count))
    } catch {
        return FrameCount(certain: Int(count), fault: error)
    }
}
