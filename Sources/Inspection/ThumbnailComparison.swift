// Whether an Exif thumbnail shows the picture that it stands in: editors that know nothing of it leave the original's.

internal import Imaging

/// Compares a thumbnail with those parts of a picture of these extents that were decoded; nil where there is too little to compare.
///
/// The measure is the correlation of brightness, each of the thumbnail's pixels with the mean of the picture's pixels that it stands
/// for: it is the same after any change of brightness and contrast.
func showsTheSame(_ thumbnail: [UInt8], _ parts: [Part], width: Int, height: Int) -> Bool? {
    guard ImageFormat.sniff(thumbnail) == .jpeg,
        let small = try? decode(thumbnail.span, limits: DecodeLimits(maxPixels: 1 << 19)).pixels
    else { return nil }
    let (across, down) = (Double(width) / Double(small.width), Double(height) / Double(small.height))
    // Cameras fill up with black what their thumbnails have too much of; others make them of the picture's shape.
    let fitted = max(across, down)
    let bars = (
        (Double(small.width) - Double(width) / fitted) / 2, (Double(small.height) - Double(height) / fitted) / 2
    )
    let found = [
        Mapping(scale: (fitted, fitted), bars: bars), Mapping(scale: (across, down), bars: (0, 0)),
    ].compactMap { $0.correlation(small, parts) }
    return found.max().map { $0 >= 0.8 }
}

/// How places in a thumbnail belong to places in a picture.
private struct Mapping {
    /// Pixels of the picture to one of the thumbnail.
    let scale: (x: Double, y: Double)
    /// Pixels of the thumbnail before the picture begins.
    let bars: (x: Double, y: Double)

    /// Between -1 and 1; nil for less than 16 pixels, or where they are all but the same.
    func correlation(_ small: Pixels, _ parts: [Part]) -> Double? {
        guard scale.x >= 1, scale.y >= 1 else { return nil }
        var pairs: [(Double, Double)] = []
        for part in parts {
            let columns = inside(part.x, part.pixels.width, scale.x, bars.x, small.width)
            let rows = inside(part.y, part.pixels.height, scale.y, bars.y, small.height)
            guard !columns.isEmpty, !rows.isEmpty else { continue }
            /// The picture's pixels of `range`, from the part's edge.
            func place(_ range: Range<Int>, _ scale: Double, _ bar: Double, _ edge: Int) -> (start: Int, count: Int) {
                let start = Int(((Double(range.lowerBound) - bar) * scale).rounded()) - edge
                return (start, max(range.count, Int((Double(range.count) * scale).rounded(.down))))
            }
            let (x, width) = place(columns, scale.x, bars.x, part.x)
            let (y, height) = place(rows, scale.y, bars.y, part.y)
            let means = part.pixels.cropped(x: x, y: y, width: width, height: height)
                .downscaled(width: columns.count, height: rows.count)
            for row in 0..<rows.count {
                for column in 0..<columns.count {
                    pairs.append(
                        (
                            small.brightness(columns.lowerBound + column, rows.lowerBound + row),
                            means.brightness(column, row)
                        ))
                }
            }
        }
        return pairs.correlation
    }

    /// The thumbnail's pixels that lie within a part as a whole.
    private func inside(_ start: Int, _ count: Int, _ scale: Double, _ bar: Double, _ limit: Int) -> Range<Int> {
        let first = Int((Double(start) / scale + bar).rounded(.up))
        let end = min(limit, Int((Double(start + count) / scale + bar).rounded(.down)))
        return first < end ? first..<end : 0..<0
    }
}

extension Pixels {
    fileprivate func brightness(_ x: Int, _ y: Int) -> Double {
        let start = 3 * (y * width + x)
        return Double(bytes[start]) + 2 * Double(bytes[start + 1]) + Double(bytes[start + 2])
    }
}

extension [(Double, Double)] {
    /// Pearson's.
    fileprivate var correlation: Double? {
        guard count >= 16 else { return nil }
        let (one, other) = (reduce(0) { $0 + $1.0 } / Double(count), reduce(0) { $0 + $1.1 } / Double(count))
        var (ones, others, both) = (0.0, 0.0, 0.0)
        for pair in self {
            let (a, b) = (pair.0 - one, pair.1 - other)
            (ones, others, both) = (ones + a * a, others + b * b, both + a * b)
        }
        // Four levels of grey, in the units of `brightness`.
        let least = 16.0 * 16 * Double(count)
        // A thumbnail that has nothing where the picture has something shows something else.
        guard others >= least else { return nil }
        return ones < least ? 0 : both / (ones * others).squareRoot()
    }
}
