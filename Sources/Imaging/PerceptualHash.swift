// The hash by which known pictures are found again, however they were resized or compressed on the way.

internal import CCodec

/// PDQ of a picture.
package struct PerceptualHash: Sendable, Equatable {
    /// 256 bits, the highest byte first.
    package let bytes: [UInt8]
    /// 0...100: how much there was to hash. Its authors advise against matching what is below 50.
    package let quality: Int

    /// - Parameter pixels: the whole picture as it was decoded.
    package init(_ pixels: Pixels) throws(DecodeError) {
        var bytes = [UInt8](repeating: 0, count: 32)
        var quality: Int32 = 0
        let status = unsafe pixels.bytes.withUnsafeBufferPointer { source in
            unsafe codec_pdq(source.baseAddress!, Int64(pixels.width), Int64(pixels.height), &bytes, &quality)
        }
        guard status == 0 else { throw .outOfMemory }
        (self.bytes, self.quality) = (bytes, Int(quality))
    }
}
