// Bytes to pixels: sniff, header, limits, and only then the memory for the picture.

internal import CCodec

/// Decodes a file held in memory to 8-bit RGB.
///
/// 16-bit channels are scaled to 8, alpha is dropped without compositing, grey is repeated in three channels, CMYK becomes
/// RGB without a profile, colour profiles and gamma are ignored, the Exif orientation is reported but not applied. Of an
/// animated PNG the default image is decoded. Anything that would leave part of the picture guessed is an error; what is wrong
/// with a file that has every sample is a warning.
package func decode(_ file: Span<UInt8>, limits: DecodeLimits) throws(DecodeError) -> DecodedImage {
    let whole = try decode(file, limits: limits) { [Region(x: 0, y: 0, width: $0, height: $1)] }
    return DecodedImage(pixels: whole.parts[0].pixels, facts: whole.facts, warning: whole.warning)
}

package func decode(_ file: [UInt8], limits: DecodeLimits = DecodeLimits()) throws(DecodeError) -> DecodedImage {
    try decode(file.span, limits: limits)
}

/// Decodes parts of a picture: the same pixels, warnings and errors as of the whole, in less time and memory but for
/// interlaced PNGs, which need the whole on the way.
///
/// - Parameter regions: called with the picture's width and height once they are within the limits. Where it gives none, only the
///   file's header is read.
package func decode(
    _ file: Span<UInt8>, limits: DecodeLimits, regions: (Int, Int) -> [Region]
) throws(DecodeError) -> DecodedParts {
    switch ImageFormat.sniff(file) {
    case .jpeg: try decodeJPEG(file, limits, regions)
    case .png: try decodePNG(file, limits, regions)
    case let format?: try decode(file, format, limits, regions)
    case nil:
        if let format = ImageFormat.sniffDamaged(file) { throw .damagedSignature(format) }
        throw .notAnImage
    }
}

package func decode(
    _ file: UnsafeRawBufferPointer, limits: DecodeLimits, regions: (Int, Int) -> [Region]
) throws(DecodeError) -> DecodedParts {
    try unsafe decode(
        UnsafeBufferPointer(start: file.baseAddress?.assumingMemoryBound(to: UInt8.self), count: file.count).span,
        limits: limits, regions: regions)
}

private func decodeJPEG(
    _ file: Span<UInt8>, _ limits: DecodeLimits, _ regions: (Int, Int) -> [Region]
) throws(DecodeError) -> DecodedParts {
    var header = codec_jpeg_header()
    var message = Text()
    let status = unsafe file.withUnsafeBufferPointer { bytes in
        unsafe codec_jpeg_read_header(bytes.baseAddress, bytes.count, &header, &message.bytes)
    }
    if status == CODEC_CORRUPT || status == CODEC_UNSUPPORTED, let frame = JPEGFrame(file) {
        if let defined = frame.definingRows(file) { return try decodeJPEG(defined.span, limits, regions) }
        if let process = frame.unsupportedProcess { throw .unsupportedVariant(.jpeg, reason: process) }
    }
    // Told by its first marker even where the frame header is damaged: nothing else begins so.
    if status == CODEC_CORRUPT, file.number(2, size: 2) == 0xFFF7 {
        throw .unsupportedVariant(.jpeg, reason: "JPEG-LS")
    }
    if status == CODEC_TOO_LARGE { try checkArea(Int(header.width), Int(header.height), limits) }
    try check(status, .jpeg, message, limits)
    var facts = ImageFacts(
        format: .jpeg, width: Int(header.width), height: Int(header.height), bitsPerChannel: Int(header.bits),
        colour: storedColour(header.colour))
    facts.jpegQuality = header.quality == 0 ? nil : Int(header.quality)
    if facts.colour == .ycbcr || facts.colour == .ycck {
        facts.subsampling = subsampling(x: header.chroma_x, y: header.chroma_y)
    }
    facts.isProgressive = header.progressive != 0
    facts.hasAdobeMarker = header.adobe != 0
    facts.orientation = jpegOrientation(file)
    return try unsafe decodePixels(file, facts, limits, regions) { bytes, regions, target, message, warning, bits in
        unsafe codec_jpeg_decode(
            bytes.baseAddress, bytes.count, CInt(clamping: limits.maxScans), header.width, header.height,
            regions.baseAddress, regions.count, target, message, warning, bits)
    }
}

/// - Parameter canvas: for a frame other than the default image.
func decodePNG(
    _ file: Span<UInt8>, frame: Int = 0, on canvas: FrameCanvas? = nil, _ limits: DecodeLimits,
    _ regions: (Int, Int) -> [Region]
) throws(DecodeError) -> DecodedParts {
    guard let chunks = PNGChunks(file) else {
        throw file.count < 33
            ? .truncated(reason: "it has no whole header")
            : file.has("CgBI", at: 12)
                ? .unsupportedVariant(.png, reason: "CgBI, as made for iOS")
                : .corrupt(reason: "it does not begin with its header")
    }
    try checkArea(chunks.width, chunks.height, limits)
    guard chunks.height <= limits.maxRows else { throw .tooManyRows(chunks.height, limit: limits.maxRows) }
    guard chunks.textBytes <= limits.maxTextBytes else {
        throw .tooMuchText(bytes: chunks.textBytes, limit: limits.maxTextBytes)
    }
    var facts = ImageFacts(
        format: .png, width: chunks.width, height: chunks.height, bitsPerChannel: chunks.bitDepth, colour: chunks.colour
    )
    facts.hasAlpha = chunks.hasTransparency || chunks.colourType & 4 != 0
    facts.isInterlaced = chunks.isInterlaced
    facts.isAnimated = chunks.isAnimated
    facts.orientation = chunks.orientation
    return try unsafe decodePixels(file, facts, limits, regions) { bytes, regions, target, message, warning, bits in
        guard frame == 0 else {
            return unsafe codec_decode(
                CODEC_APNG, bytes.baseAddress, bytes.count, UInt32(clamping: frame), canvas?.canvas,
                UInt32(chunks.width), UInt32(chunks.height), regions.baseAddress, regions.count, target, message,
                warning)
        }
        return unsafe codec_png_decode(
            bytes.baseAddress, bytes.count, UInt32(chunks.width), UInt32(chunks.height), regions.baseAddress,
            regions.count, target, message, warning, bits)
    }
}

/// A call of CCodec that fills the pixels: file, regions, target, message, warning, bits of warnings.
typealias PixelDecoder = (
    UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<codec_region>, UnsafeMutablePointer<UInt8>?,
    UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<UInt32>?
) -> codec_status

func decodePixels(
    _ file: Span<UInt8>, _ facts: ImageFacts, _ limits: DecodeLimits, _ choose: (Int, Int) -> [Region],
    with decoder: PixelDecoder
) throws(DecodeError) -> DecodedParts {
    guard try checkArea(facts.width, facts.height, limits) > 0 else {
        throw .corrupt(reason: "a picture without pixels")
    }
    let regions = choose(facts.width, facts.height)
    if regions.isEmpty { return DecodedParts(parts: [], facts: facts, warning: nil) }
    precondition(
        regions.allSatisfy { $0.isInside(width: facts.width, height: facts.height) },
        "parts of a picture lie within it")
    let places = regions.map {
        codec_region(x: UInt32($0.x), y: UInt32($0.y), width: UInt32($0.width), height: UInt32($0.height))
    }
    let size = regions.reduce(0) { $0 + $1.byteCount }
    var status = CODEC_OK
    var message = Text()
    var warning = Text()
    var bits: UInt32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { target, initialised in
        status = unsafe file.withUnsafeBufferPointer { source in
            unsafe places.withUnsafeBufferPointer { places in
                unsafe decoder(source, places, target.baseAddress, &message.bytes, &warning.bytes, &bits)
            }
        }
        initialised = status == CODEC_OK ? size : 0
    }
    try check(status, facts.format, message, limits)
    var facts = facts
    facts.warnings = DecodeWarning.all(in: bits)
    return DecodedParts(
        parts: parts(of: bytes, regions), facts: facts, warning: warning.string.isEmpty ? nil : warning.string)
}

/// Divides the pixels of all regions, which lie one after the other.
private func parts(of bytes: [UInt8], _ regions: [Region]) -> [Part] {
    var end = 0
    return regions.map { region in
        let start = end
        end += region.byteCount
        // The only region keeps the array, which may be a large picture's.
        let own = regions.count == 1 ? bytes : Array(bytes[start..<end])
        return Part(
            x: region.x, y: region.y, pixels: Pixels(width: region.width, height: region.height, bytes: own))
    }
}

/// The number of pixels, if it is within the limit.
@discardableResult
private func checkArea(_ width: Int, _ height: Int, _ limits: DecodeLimits) throws(DecodeError) -> Int {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, area <= min(limits.maxPixels, Int.max / 4) else {
        throw .tooManyPixels(width: width, height: height, limit: limits.maxPixels)
    }
    return area
}

func check(
    _ status: codec_status, _ format: ImageFormat, _ message: Text, _ limits: DecodeLimits
) throws(DecodeError) {
    switch status {
    case CODEC_OK: return
    case CODEC_TRUNCATED: throw .truncated(reason: message.string)
    case CODEC_UNSUPPORTED, CODEC_TOO_LARGE: throw .unsupportedVariant(format, reason: message.string)
    case CODEC_TOO_MANY_SCANS: throw .tooManyScans(limit: limits.maxScans)
    case CODEC_NO_MEMORY: throw .outOfMemory
    default: throw .corrupt(reason: message.string)
    }
}

/// A buffer that CCodec writes a terminated text to.
struct Text {
    var bytes = [CChar](repeating: 0, count: Int(CODEC_TEXT_SIZE))

    var string: String {
        String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

func storedColour(_ colour: Int32) -> ImageFacts.Colour {
    switch UInt32(bitPattern: colour) {
    case CODEC_COLOUR_GREY.rawValue: .grey
    case CODEC_COLOUR_RGB.rawValue: .rgb
    case CODEC_COLOUR_YCBCR.rawValue: .ycbcr
    case CODEC_COLOUR_CMYK.rawValue: .cmyk
    case CODEC_COLOUR_YCCK.rawValue: .ycck
    case CODEC_COLOUR_PALETTE.rawValue: .palette
    default: .other
    }
}

/// The J:a:b notation for `x` × `y` luma samples per chroma sample.
func subsampling(x: Int32, y: Int32) -> String? {
    switch (x, y) {
    case (1, 1): "4:4:4"
    case (2, 1): "4:2:2"
    case (2, 2): "4:2:0"
    case (1, 2): "4:4:0"
    case (4, 1): "4:1:1"
    case (4, 2): "4:1:0"
    default: nil
    }
}
