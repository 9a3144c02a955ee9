// Which parts of a picture are looked at. Always the same ones, so that a score can be repeated.
package import Imaging

/// Where a picture is looked at: places of square crops at native resolution, or the whole of it.
package enum CropPlan: Sendable, Hashable {
    /// The picture as it is.
    case whole
    /// Up to twice the crop's side, only the picture's middle: that is where small pictures have their subject, and
    /// crops of their corners diluted its score (on the first model's validation pictures, area under the ROC curve 0.90 with
    /// this rule, 0.88 with four corners for the small ones). Along a longer side, the middles of both halves as well.
    case middleAndQuarters
    /// The middle of pictures of up to 0.07 megapixels, also the middles of their quarters up to 2, and a grid of 3 × 3 above.
    case byArea
    /// n × n places in equal distances, 1 to 8.
    case grid(Int)

    /// A crop's top left corner, in pixels. Negative or overhanging parts are filled by reflection.
    package struct Origin: Sendable, Hashable {
        package let x: Int
        package let y: Int
    }

    package static let all: [CropPlan] = [.whole, .middleAndQuarters, .byArea] + (1...8).map { .grid($0) }

    package var name: String {
        switch self {
        case .whole: "whole"
        case .middleAndQuarters: "middleAndQuarters"
        case .byArea: "byArea"
        case .grid(let count): "grid\(count)"
        }
    }

    /// The most crops that any picture gets.
    package var most: Int {
        switch self {
        case .whole: 1
        case .middleAndQuarters: 5
        case .byArea: 9
        case .grid(let count): count * count
        }
    }

    /// Crops of side `size` for a picture of the given extents, each once.
    ///
    /// Corners lie on multiples of 8, the grid of JPEG's blocks, wherever there is a choice.
    package func origins(width: Int, height: Int, size: Int) -> [Origin] {
        switch self {
        case .whole: return [Origin(x: 0, y: 0)]
        case .middleAndQuarters:
            let middle = Origin(x: centre(width, size), y: centre(height, size))
            let (columns, rows) = (halves(width, size), halves(height, size))
            let others = rows.flatMap { y in columns.map { x in Origin(x: x, y: y) } }
            return [middle] + others.filter { $0 != middle }
        case .byArea:
            let area = width * height
            if area <= 70_000 { return grid(1, width, height, size) }
            if area > 2_000_000 { return grid(3, width, height, size) }
            let middle = grid(1, width, height, size)
            return middle + grid(2, width, height, size).filter { $0 != middle[0] }
        case .grid(let count): return grid(count, width, height, size)
        }
    }

    /// What each crop shows of the picture: less than its square where it overhangs. The picture is narrower than the crop
    /// there, so the reflection of the region is the reflection of the picture.
    package func regions(width: Int, height: Int, size: Int) -> [Region] {
        if self == .whole { return [Region(x: 0, y: 0, width: width, height: height)] }
        return origins(width: width, height: height, size: size).map { origin in
            Region(x: origin.x, y: origin.y, width: size, height: size).clipped(toWidth: width, height: height)
        }
    }

    private func centre(_ length: Int, _ size: Int) -> Int {
        length < size + 8 ? (length - size) / 2 : aligned((length - size) / 2)
    }

    /// Starts of crops in the middle of each half of a long side, of the whole of a short one.
    private func halves(_ length: Int, _ size: Int) -> [Int] {
        length <= 2 * size ? [centre(length, size)] : [1, 3].map { aligned($0 * length / 4 - size / 2) }
    }

    private func grid(_ count: Int, _ width: Int, _ height: Int, _ size: Int) -> [Origin] {
        let columns = starts(count, width, size)
        return starts(count, height, size).flatMap { y in columns.map { x in Origin(x: x, y: y) } }
    }

    /// Starts of crops in the middle of each of `count` parts of a side, shifted to lie within it.
    private func starts(_ count: Int, _ length: Int, _ size: Int) -> [Int] {
        if count == 1 || length < size + 8 { return [centre(length, size)] }
        let starts = (0..<count).map { part in
            aligned(min(max((2 * part + 1) * length / (2 * count) - size / 2, 0), length - size))
        }
        return starts.enumerated().filter { $0.offset == 0 || $0.element != starts[$0.offset - 1] }.map(\.element)
    }

    private func aligned(_ start: Int) -> Int { start & ~7 }
}

extension CropPlan: Named {}
