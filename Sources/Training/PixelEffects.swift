// The single steps of augmentation and of the robustness table, each a plain function of its arguments.

import Glibc
package import Imaging

extension Pixels {
    /// Every value plus `shift` (on the scale [0, 1]), clipped.
    package func brightened(by shift: Double) -> Pixels {
        mapped { value, _ in value + 255 * shift }
    }

    /// Every value moved away from the mean of its channel by the factor, clipped.
    package func contrasted(by factor: Double) -> Pixels {
        var sums = [0, 0, 0]
        for index in stride(from: 0, to: bytes.count, by: 3) {
            sums[0] += Int(bytes[index])
            sums[1] += Int(bytes[index + 1])
            sums[2] += Int(bytes[index + 2])
        }
        let means = sums.map { Double($0) / Double(max(1, width * height)) }
        return mapped { value, channel in (value - means[channel]) * factor + means[channel] }
    }

    /// The negative.
    package func inverted() -> Pixels {
        mapped { value, _ in 255 - value }
    }

    /// The saturation of the HSV model multiplied by the factor and clipped to [0, 1], hue and value kept, as in
    /// TensorFlow's `adjust_saturation`.
    ///
    /// With value V = max(R, G, B) and saturation S = (V − min) / V, hue and value stay when every channel moves to
    /// V − (V − channel) · S′ / S; S′ / S is the factor, or 1 / S where the saturation reaches its limit.
    package func saturated(by factor: Double) -> Pixels {
        var result = bytes
        let factor = Float(factor)
        unsafe result.withUnsafeMutableBufferPointer { values in
            for index in stride(from: 0, to: values.count - 2, by: 3) {
                let (red, green, blue) = unsafe (values[index], values[index + 1], values[index + 2])
                let top = Float(max(red, green, blue))
                let chroma = top - Float(min(red, green, blue))
                if chroma == 0 { continue }
                let ratio = min(factor, top / chroma)
                unsafe values[index] = UInt8(top - (top - Float(red)) * ratio + 0.5)
                unsafe values[index + 1] = UInt8(top - (top - Float(green)) * ratio + 0.5)
                unsafe values[index + 2] = UInt8(top - (top - Float(blue)) * ratio + 0.5)
            }
        }
        return Pixels(width: width, height: height, bytes: result)
    }

    /// The binomial blur with the kernel (1 2 1)ᵀ(1 2 1) / 16, a Gaussian of standard deviation 0.71, rounded to
    /// nearest. The picture is continued by reflection without repeating the edge.
    package func blurred() -> Pixels {
        let stride = 3 * width
        var result = [UInt8](repeating: 0, count: bytes.count)
        var column = [UInt16](repeating: 0, count: stride)
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe result.withUnsafeMutableBufferPointer { target in
                unsafe column.withUnsafeMutableBufferPointer { column in
                    for y in 0..<height {
                        let row = y * stride
                        let above = (y > 0 ? y - 1 : min(1, height - 1)) * stride
                        let below = (y < height - 1 ? y + 1 : max(0, height - 2)) * stride
                        for x in 0..<stride {
                            unsafe column[x] =
                                UInt16(source[above + x]) &+ 2 &* UInt16(source[row + x]) &+ UInt16(source[below + x])
                        }
                        let last = stride - 3
                        for channel in 0..<3 {
                            let right = min(3, last) + channel
                            let left = max(0, last - 3) + channel
                            unsafe target[row + channel] = sixteenth(column[right], column[channel], column[right])
                            unsafe target[row + last + channel] =
                                width == 1
                                ? target[row + channel] : sixteenth(column[left], column[last + channel], column[left])
                        }
                        guard width > 2 else { continue }
                        for x in 3..<last {
                            unsafe target[row + x] = sixteenth(column[x - 3], column[x], column[x + 3])
                        }
                    }
                }
            }
        }
        return Pixels(width: width, height: height, bytes: result)
    }

    /// Every value plus an independent draw of about normal distribution (a sum of four 16-bit uniforms) with the given
    /// standard deviation on the scale [0, 1], rounded and clipped.
    package func noisy(deviation: Double, using stream: inout RandomStream) -> Pixels {
        var result = bytes
        // A uniform over 0 … 65535 has the variance 65536² / 12; four of them have the standard deviation 65536 / √3.
        let scale = Float(255 * deviation * 3.0.squareRoot() / 65536)
        unsafe result.withUnsafeMutableBufferPointer { values in
            for index in values.indices {
                let bits = stream.next()
                let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
                let shift = Float(Int32(truncatingIfNeeded: sum) - 131070) * scale
                let value = (unsafe Float(values[index]) + shift).rounded()
                unsafe values[index] = UInt8(max(0, min(255, value)))
            }
        }
        return Pixels(width: width, height: height, bytes: result)
    }

    /// A rectangle at a random place, its sides at most a third of the picture's, in the colour of one of its pixels.
    package func cutOut(using stream: inout RandomStream) -> Pixels {
        var result = bytes
        let (across, down) = (stream.integer(in: 1...max(1, width / 3)), stream.integer(in: 1...max(1, height / 3)))
        let (left, top) = (stream.integer(in: 0...width - across), stream.integer(in: 0...height - down))
        let colour = 3 * (top * width + left)
        for y in top..<top + down {
            for x in left..<left + across {
                for channel in 0..<3 { result[3 * (y * width + x) + channel] = bytes[colour + channel] }
            }
        }
        return Pixels(width: width, height: height, bytes: result)
    }

    /// The central half of each side, enlarged bilinearly to the whole: TensorFlow's `central_crop` by 0.5 and `resize`.
    package func centralHalfEnlarged() -> Pixels {
        let (x, y) = (width / 4, height / 4)
        return cropped(x: x, y: y, width: width - 2 * x, height: height - 2 * y).resized(width: width, height: height)
    }

    /// What is left after JPEG compression. What is larger than JPEG can hold loses its right and lower end.
    package func recompressed(quality: Int, subsampling: ChromaSubsampling) -> Pixels {
        let bytes = encodeJPEG(cut(to: 65_500), quality: quality, subsampling: subsampling)
        do {
            return try decode(bytes, limits: DecodeLimits()).pixels
        } catch {
            preconditionFailure("a picture just encoded does not decode: \(error.message)")
        }
    }

    /// What is left after compression in another format than JPEG, which can be had here. What is larger than the format can hold loses
    /// its right and lower end.
    package func recompressed(as format: LossyFormat, quality: Int) -> Pixels {
        let bytes = format.encode(cut(to: format.longestSide), quality: quality)
        do {
            return try decode(bytes, limits: DecodeLimits()).pixels
        } catch {
            preconditionFailure("a picture just encoded does not decode: \(error.message)")
        }
    }

    /// The upper left part with sides of at most so many pixels.
    private func cut(to longestSide: Int) -> Pixels {
        let (across, down) = (min(width, longestSide), min(height, longestSide))
        return (across, down) == (width, height) ? self : cropped(x: 0, y: 0, width: across, height: down)
    }

    /// Every value through a function of value (0 … 255) and channel, rounded to nearest and clipped.
    private func mapped(_ change: (Double, Int) -> Double) -> Pixels {
        let table = (0..<768).map { UInt8(max(0, min(255, change(Double($0 & 255), $0 >> 8).rounded()))) }
        var result = bytes
        unsafe result.withUnsafeMutableBufferPointer { values in
            unsafe table.withUnsafeBufferPointer { table in
                for index in stride(from: 0, to: values.count - 2, by: 3) {
                    unsafe values[index] = table[Int(values[index])]
                    unsafe values[index + 1] = table[256 + Int(values[index + 1])]
                    unsafe values[index + 2] = table[512 + Int(values[index + 2])]
                }
            }
        }
        return Pixels(width: width, height: height, bytes: result)
    }
}

@inline(__always)
private func sixteenth(_ left: UInt16, _ centre: UInt16, _ right: UInt16) -> UInt8 {
    UInt8(truncatingIfNeeded: (left &+ 2 &* centre &+ right &+ 8) >> 4)
}
