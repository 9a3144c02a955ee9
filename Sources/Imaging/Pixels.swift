// The one form in which every module sees a picture: 8-bit RGB in memory.

internal import CCodec

/// A picture of `width` × `height` pixels, RGB interleaved, rows from the top without padding: `3 · width · height` bytes.
package struct Pixels: Sendable, Equatable {
    package let width: Int
    package let height: Int
    package let bytes: [UInt8]

    /// Sides are at least 1 and `bytes` holds exactly `3 · width · height` bytes; anything else is a programming error.
    package init(width: Int, height: Int, bytes: [UInt8]) {
        precondition(width > 0 && height > 0, "a picture has at least one pixel")
        precondition(bytes.count == 3 * width * height, "a picture has three bytes a pixel")
        self.width = width
        self.height = height
        self.bytes = bytes
    }

    /// A picture whose bytes a C function writes.
    private init(width: Int, height: Int, writing fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        precondition(width > 0 && height > 0, "a picture has at least one pixel")
        let count = 3 * width * height
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
            unsafe fill(buffer.baseAddress!)
            initialised = count
        }
        self.init(width: width, height: height, bytes: bytes)
    }
}

extension Pixels {
    /// The window of `width` × `height` pixels whose top left corner is at (`x`, `y`). Outside the picture it shows the
    /// reflection (… 2 1 0 1 2 …, the edge not repeated), however far it reaches.
    package func cropped(x: Int, y: Int, width: Int, height: Int) -> Pixels {
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe Pixels(width: width, height: height) { target in
                unsafe codec_crop(
                    source.baseAddress!, Int64(self.width), Int64(self.height), Int64(x), Int64(y), Int64(width),
                    Int64(height), target)
            }
        }
    }

    /// Bilinear resampling with half-pixel centres and without antialias, rounded to nearest.
    package func resized(width: Int, height: Int) -> Pixels {
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe Pixels(width: width, height: height) { target in
                let status = unsafe codec_resize(
                    source.baseAddress!, Int64(self.width), Int64(self.height), Int64(width), Int64(height), target)
                precondition(status == 0, "out of memory")
            }
        }
    }

    /// The mean over the area that each target pixel covers (box filter). The target is not larger than the picture.
    package func downscaled(width: Int, height: Int) -> Pixels {
        precondition(width <= self.width && height <= self.height, "area averages only make a picture smaller")
        return unsafe bytes.withUnsafeBufferPointer { source in
            unsafe Pixels(width: width, height: height) { target in
                let status = unsafe codec_downscale(
                    source.baseAddress!, Int64(self.width), Int64(self.height), Int64(width), Int64(height), target)
                precondition(status == 0, "out of memory")
            }
        }
    }

    /// Left and right exchanged.
    package func flippedHorizontally() -> Pixels {
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe Pixels(width: width, height: height) { target in
                unsafe codec_flip_horizontally(source.baseAddress!, Int64(width), Int64(height), target)
            }
        }
    }

    /// Top and bottom exchanged.
    package func flippedVertically() -> Pixels {
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe Pixels(width: width, height: height) { target in
                unsafe codec_flip_vertically(source.baseAddress!, Int64(width), Int64(height), target)
            }
        }
    }

    /// A quarter turn counter-clockwise: the right column becomes the top row.
    package func rotated90() -> Pixels {
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe Pixels(width: height, height: width) { target in
                unsafe codec_rotate(source.baseAddress!, Int64(width), Int64(height), target)
            }
        }
    }
}

/// Writes `pixels`, resampled to `width` × `height`, to `planes` as floats in [0, 1] and in the order [3][height][width].
///
/// The arithmetic is that of TensorFlow's `tf.image.resize` with its defaults: bilinear, half-pixel centres, no antialias,
/// positions and sums in float32. `planes` has room for `3 · width · height` floats.
package func bilinearPlanes(_ pixels: Pixels, width: Int, height: Int, into planes: UnsafeMutablePointer<Float>) {
    precondition(width > 0 && height > 0, "a picture has at least one pixel")
    unsafe pixels.bytes.withUnsafeBufferPointer { source in
        let status = unsafe codec_bilinear_planes(
            source.baseAddress!, Int64(pixels.width), Int64(pixels.height), Int64(width), Int64(height), planes)
        precondition(status == 0, "out of memory")
    }
}
