// The mean of any number of spectra, one after the other, and what it takes to go on with it another time.

/// Sums over spectra of one extent.
package struct SpectralAverage: Sendable, Equatable {
    package let width: Int
    package let height: Int
    package private(set) var count = 0
    private var sums: [Double]
    private var squares: [Double]
    private var excesses: [Double]
    private var excessSquares: [Double]

    package init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        sums = [Double](repeating: 0, count: width * height * Spectrum.channels.count)
        (squares, excesses, excessSquares) = (sums, sums, sums)
    }

    /// The spectrum must have these extents.
    ///
    /// - Parameter excess: the spectrum's own.
    package mutating func add(_ spectrum: Spectrum, excess: [Float]) {
        precondition(spectrum.width == width && spectrum.height == height && excess.count == sums.count)
        for place in sums.indices {
            let (value, more) = (Double(spectrum.values[place]), Double(excess[place]))
            sums[place] += value
            squares[place] += value * value
            excesses[place] += more
            excessSquares[place] += more * more
        }
        count += 1
    }

    /// Deviations with the divisor `count` − 1, so that two spectra are the least; nil below.
    package var reference: SpectralReference? {
        guard count > 1 else { return nil }
        let n = Double(count)
        func deviation(_ sum: Double, _ square: Double) -> Float {
            Float((max(square - sum * sum / n, 0) / (n - 1)).squareRoot())
        }
        return SpectralReference(
            width: width, height: height, channels: Spectrum.channels.count, mean: sums.map { Float($0 / n) },
            deviation: zip(sums, squares).map(deviation), excessDeviation: zip(excesses, excessSquares).map(deviation))
    }

    /// The sums as bytes, for `init(state:)`.
    package var state: [UInt8] {
        var bytes: [UInt8] = []
        for word in [UInt64(width), UInt64(height), UInt64(count)]
            + (sums + squares + excesses + excessSquares).map(\.bitPattern)
        {
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return bytes
    }

    /// Nil if the bytes are no state.
    package init?(state: [UInt8]) {
        guard state.count >= 24, state.count % 8 == 0 else { return nil }
        let words = stride(from: 0, to: state.count, by: 8).map { word(state, $0) }
        guard let width = Int(exactly: words[0]), let height = Int(exactly: words[1]),
            let count = Int(exactly: words[2]),
            (1...65_535).contains(width), (1...65_535).contains(height)
        else { return nil }
        let size = width * height * Spectrum.channels.count
        guard words.count == 3 + 4 * size else { return nil }
        let numbers = words.dropFirst(3).map { Double(bitPattern: $0) }
        guard numbers.allSatisfy(\.isFinite) else { return nil }
        self.init(width: width, height: height)
        self.count = count
        let parts = (0..<4).map { Array(numbers[$0 * size..<($0 + 1) * size]) }
        (sums, squares, excesses, excessSquares) = (parts[0], parts[1], parts[2], parts[3])
    }
}

/// Eight bytes, little-endian.
private func word(_ bytes: [UInt8], _ start: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
}
