// Format as numbers: the columns on which the classifier without eyes works.

import Glibc
import Imaging

/// The facts of some files as rows of a matrix.
///
/// Measures: the logarithms of width, height, bytes and bytes per pixel, and the estimated JPEG quality (the mean of those
/// known where there is none). Marks, 0 or 1: no quality, equal sides, both sides multiples of 64, and one for each format and
/// each subsampling that occurs.
struct FormatFeatures {
    private static let measures = 5
    private let rows: [[Double]]

    init(_ facts: [FileFacts]) {
        let formats = Set(facts.map(\.image.format.rawValue)).sorted()
        let subsamplings = Set(facts.map { $0.image.subsampling ?? "none" }).sorted()
        let known = facts.compactMap(\.image.jpegQuality)
        let usual = known.isEmpty ? 0 : Double(known.reduce(0, +)) / Double(known.count)
        rows = facts.map { facts in
            let image = facts.image
            let (width, height, bytes) = (Double(image.width), Double(image.height), Double(max(1, facts.bytes)))
            let marks =
                [
                    image.jpegQuality == nil, image.width == image.height,
                    image.width.isMultiple(of: 64) && image.height.isMultiple(of: 64),
                ] + formats.map { $0 == image.format.rawValue }
                + subsamplings.map { $0 == image.subsampling ?? "none" }
            return [
                log(width), log(height), log(bytes), log(bytes / (width * height)),
                image.jpegQuality.map { Double($0) } ?? usual,
            ] + marks.map { $0 ? 1 : 0 }
        }
    }

    /// The rows at the given places, every column shifted and scaled so that those at `reference` have mean 0 and standard
    /// deviation 1 (a column that is constant there becomes 0), followed by the squares, less 1, of the measures: sizes of
    /// generators lie between those of photographs as often as beside them.
    func standardised(at places: [Int], by reference: [Int]) -> [[Double]] {
        let columns = rows.first?.count ?? 0
        let count = Double(reference.count)
        let means = (0..<columns).map { column in reference.reduce(0) { $0 + rows[$1][column] } / count }
        let deviations = (0..<columns).map { column in
            (reference.reduce(0) { sum, place in
                let distance = rows[place][column] - means[column]
                return sum + distance * distance
            } / count).squareRoot()
        }
        return places.map { place in
            let plain = (0..<columns).map { column in
                // Rounding must not make a constant column vary.
                deviations[column] < 1e-9 ? 0 : (rows[place][column] - means[column]) / deviations[column]
            }
            return plain
                + plain.prefix(Self.measures).enumerated().map { deviations[$0] < 1e-9 ? 0 : $1 * $1 - 1 }
        }
    }
}
