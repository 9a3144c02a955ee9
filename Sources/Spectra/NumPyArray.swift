// Arrays of numbers in the form that every Python user can open: NumPy's .npy, version 1.0.

/// A dense array of float32 in C order.
package struct NumPyArray: Sendable, Equatable {
    package let shape: [Int]
    package let values: [Float]

    package init(shape: [Int], values: [Float]) {
        precondition(shape.reduce(1, *) == values.count)
        (self.shape, self.values) = (shape, values)
    }

    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]

    /// The file's bytes, little-endian, its data at a multiple of 64 bytes; as float16, numbers keep 11 significant bits and a range to 65504.
    package func encoded(isHalf: Bool = false) -> [UInt8] {
        let extents = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
        var header = "{'descr': '\(isHalf ? "<f2" : "<f4")', 'fortran_order': False, 'shape': (\(extents)), }"
        let length = (Self.magic.count + 2 + header.utf8.count + 1 + 63) / 64 * 64 - Self.magic.count - 2
        header += String(repeating: " ", count: length - header.utf8.count - 1) + "\n"
        var bytes = Self.magic + [UInt8(length & 255), UInt8(length >> 8)] + Array(header.utf8)
        bytes.reserveCapacity(bytes.count + 4 * values.count)
        if isHalf {
            for value in values {
                let half = Self.narrowed(value)
                bytes.append(UInt8(half & 255))
                bytes.append(UInt8(half >> 8))
            }
            return bytes
        }
        // Little-endian, as are the processors that this program runs on.
        unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Reads what `encoded` writes and what NumPy's `save` writes of little-endian float32 or float16 in C order; nil for all else.
    ///
    /// - Parameter limit: numbers at most.
    package init?(_ bytes: [UInt8], limit: Int = 1 << 28) {
        guard bytes.count >= 10, bytes.starts(with: Self.magic) else { return nil }
        let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        guard start <= bytes.count else { return nil }
        let header = String(decoding: bytes[10..<start], as: UTF8.self)
        let isHalf = header.contains("'<f2'")
        guard isHalf || header.contains("'<f4'"), header.contains("'fortran_order': False"),
            let open = header.firstIndex(of: "("),
            let close = header[open...].firstIndex(of: ")")
        else { return nil }
        var (shape, count) = ([Int](), 1)
        for word in header[header.index(after: open)..<close].split(separator: ",") {
            let digits = word.filter { $0 != " " }
            if digits.isEmpty { continue }
            guard let extent = Int(digits), extent > 0, extent <= limit / count else { return nil }
            shape.append(extent)
            count *= extent
        }
        guard !shape.isEmpty, bytes.count == start + count * (isHalf ? 2 : 4) else { return nil }
        let values = unsafe [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            if isHalf {
                for index in 0..<count {
                    let place = start + 2 * index
                    unsafe buffer[index] = Self.widened(UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8)
                }
            } else {
                unsafe UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes[start...])
            }
            filled = count
        }
        guard values.allSatisfy(\.isFinite) else { return nil }
        self.init(shape: shape, values: values)
    }

    /// IEEE 754 binary16; what is not finite becomes not a number.
    private static func widened(_ half: UInt16) -> Float {
        let sign: Float = half & 0x8000 == 0 ? 1 : -1
        let (exponent, fraction) = (Int(half >> 10 & 31), Float(half & 1023))
        if exponent == 31 { return .nan }
        if exponent == 0 { return sign * fraction * 0x1p-24 }
        return sign * (1 + fraction / 1024) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }

    /// To the nearest binary16, ties to even; what is too large becomes the largest.
    private static func narrowed(_ value: Float) -> UInt16 {
        let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
        let size = min(abs(value), 65_504)
        // Below the smallest normal number the steps are all alike.
        if size < 0x1p-14 { return sign | UInt16((size * 0x1p24).rounded(.toNearestOrEven)) }
        let steps = (size.significand * 1024).rounded(.toNearestOrEven)
        return sign | (UInt16(Int(size.exponent) + 14) << 10 + UInt16(steps))
    }
}
