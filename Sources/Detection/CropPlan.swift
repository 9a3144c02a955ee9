// Which parts of a picture are looked at. Always the same ones, so that a score can be repeated.

/// Places of square crops at native resolution.
package enum CropPlan {
    /// A crop's top left corner, in pixels. Negative or overhanging parts are filled by reflection.
    package struct Origin: Sendable, Equatable {
        package let x: Int
        package let y: Int
    }

    /// Crops of side `size` for a picture of the given extents: the four quarters' middles, and the picture's own middle
    /// when it is larger than two crops each way; fewer where the picture is hardly larger than a crop.
    ///
    /// Corners lie on multiples of 8, the grid of JPEG's blocks, wherever there is a choice.
    package static func origins(width: Int, height: Int, size: Int) -> [Origin] {
        let (columns, rows) = (starts(width, size), starts(height, size))
        var origins = rows.flatMap { y in columns.map { x in Origin(x: x, y: y) } }
        if width > 2 * size && height > 2 * size {
            origins.append(Origin(x: aligned((width - size) / 2), y: aligned((height - size) / 2)))
        }
        return origins
    }

    private static func starts(_ length: Int, _ size: Int) -> [Int] {
        if length <= size { return [(length - size) / 2] }
        if length < size + size / 4 { return [aligned((length - size) / 2)] }
        let last = length - size
        return [length / 4 - size / 2, 3 * length / 4 - size / 2].map { aligned(min(max($0, 0), last)) }
    }

    private static func aligned(_ start: Int) -> Int { start & ~7 }
}
