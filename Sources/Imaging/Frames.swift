// The frames of animations, the pages of documents and the further pictures of a file, one after the other.

internal import CCodec

/// What the frames of an animation are painted on, since most of them hold only what has changed.
///
/// As long as the frames of a file are asked for in their order from 1 on, each takes the work of one. The file must stay where it is
/// meanwhile; frame 1 always begins anew.
@safe package final class FrameCanvas {
    let canvas: OpaquePointer?

    package init() { unsafe canvas = codec_canvas_make() }

    deinit { unsafe codec_canvas_free(canvas) }
}

extension ImageFormat {
    /// Whether a frame shows what those before it have left, so that nothing can be said of what is behind a damaged one.
    package var framesBuildOnEachOther: Bool {
        switch self {
        case .gif, .jxl, .png, .webp: true
        default: false
        }
    }
}

/// How many frames, pages or pictures of its own a file has; some of them may be damaged. Moving pictures in HEIF and AVIF, which
/// are not decoded, count for nothing. The default image of an animated PNG counts also where it is none of the frames.
package struct FrameCount: Sendable, Equatable {
    /// Those that can be asked for, at least 1.
    package var certain = 1
    /// Why it is not known how many follow them; nil where none do.
    package var fault: DecodeError?

    /// With one more for what can't be counted.
    package var all: Int { certain + (fault == nil ? 0 : 1) }
}

/// Counts the frames of a file.
package func countFrames(_ file: UnsafeRawBufferPointer) -> FrameCount {
    let span = unsafe bytes(file).span
    guard let format = ImageFormat.sniff(span), format.isDecodable else { return FrameCount() }
    return countFrames(span, format)
}

/// Decodes parts of one of a file's pictures. Number 0 is what `decode` gives without a number.
///
/// A later frame of an animation is what a viewer shows when it is its turn, on the file's canvas, which begins as transparent black;
/// opacity is dropped then. A later page or picture is decoded as the first.
package func decode(
    _ file: UnsafeRawBufferPointer, frame: Int, on canvas: FrameCanvas, limits: DecodeLimits,
    regions: (Int, Int) -> [Region]
) throws(DecodeError) -> DecodedParts {
    guard frame > 0 else { return try unsafe decode(file, limits: limits, regions: regions) }
    let span = unsafe bytes(file).span
    guard let format = ImageFormat.sniff(span) else { throw .notAnImage }
    if format == .png { return try decodePNG(span, frame: frame, on: canvas, limits, regions) }
    guard format != .jpeg else { throw .corrupt(reason: "there is no such frame") }
    return try decode(span, format, frame: frame, on: canvas, limits, regions)
}

private func bytes(_ file: UnsafeRawBufferPointer) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: file.baseAddress?.assumingMemoryBound(to: UInt8.self), count: file.count)
}
