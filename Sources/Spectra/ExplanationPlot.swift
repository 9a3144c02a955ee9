// The picture with its scores laid over it: where the detector looks twice.

package import Detection
package import Imaging

/// Scores of a grid of crops as a map in which every place has the mean of the crops that cover it.
package struct ExplanationMap: Sendable {
    package let grid: ExplanationGrid
    package let width: Int
    package let height: Int
    /// [grid rows][grid columns], one list for each head: logits.
    package let logits: [Head: [Double]]

    package init(_ grid: ExplanationGrid, width: Int, height: Int, logits: [Head: [Double]]) {
        (self.grid, self.width, self.height, self.logits) = (grid, width, height, logits)
    }

    /// A cell is at most `step` pixels wide and high.
    package var columns: Int { (width + grid.step - 1) / grid.step }
    package var rows: Int { (height + grid.step - 1) / grid.step }

    /// The mean logit of the crops that cover each cell's middle, [rows][columns].
    package func cells(_ head: Head) -> [Double] {
        guard let logits = logits[head] else { return [] }
        func covering(_ starts: [Int], _ cell: Int, _ length: Int) -> [Int] {
            let middle = min(cell * grid.step + grid.step / 2, length - 1)
            return starts.indices.filter { starts[$0] <= middle && middle < starts[$0] + grid.side }
        }
        let across = (0..<columns).map { covering(grid.columns, $0, width) }
        return (0..<rows).flatMap { row -> [Double] in
            let down = covering(grid.rows, row, height)
            return across.map { across in
                let sum = down.reduce(0.0) { sum, y in
                    across.reduce(sum) { $0 + logits[y * grid.columns.count + $1] }
                }
                return sum / Double(max(down.count * across.count, 1))
            }
        }
    }

    /// The logits, [grid rows][grid columns][heads], the heads in the order of `Head.allCases`.
    package var array: NumPyArray {
        NumPyArray(
            shape: [grid.rows.count, grid.columns.count, Head.allCases.count],
            values: (0..<grid.count).flatMap { index in Head.allCases.map { Float(logits[$0]?[index] ?? 0) } })
    }

    /// A rectangle of the picture and the calibrated score there.
    package struct Place: Sendable, Equatable {
        package let region: Region
        package let score: Double
    }

    /// The crops with the highest fused scores that do not overlap, highest first.
    package func strongest(_ calibration: Calibration, most: Int = 3) -> [Place] {
        guard let fused = logits[.fused] else { return [] }
        var chosen: [Place] = []
        for index in fused.indices.sorted(by: { fused[$0] != fused[$1] ? fused[$0] > fused[$1] : $0 < $1 }) {
            if chosen.count == most { break }
            let region = Region(
                x: grid.columns[index % grid.columns.count], y: grid.rows[index / grid.columns.count], width: grid.side,
                height: grid.side)
            let overlaps = chosen.contains {
                abs($0.region.x - region.x) < grid.side && abs($0.region.y - region.y) < grid.side
            }
            if overlaps { continue }
            chosen.append(Place(region: region, score: calibration.probability(logit: fused[index])))
        }
        return chosen.map { Place(region: $0.region.clipped(toWidth: width, height: height), score: $0.score) }
    }

    /// The share of cells whose calibrated score reaches a threshold.
    package func share(_ head: Head, _ calibration: Calibration, above threshold: Double) -> Double {
        let cells = cells(head)
        let above = cells.count { calibration.probability(logit: $0) >= threshold }
        return Double(above) / Double(max(cells.count, 1))
    }

    /// The picture, and its scores laid over it for each head, in four panels.
    ///
    /// - Parameter picture: the picture, reduced or not.
    package func drawing(_ title: String, _ note: String, over picture: Pixels, _ calibration: (Head) -> Calibration)
        -> Pixels
    {
        let longest = 420
        let shown = picture.fitted(longest)
        let (left, top) = (12, 40)
        let panel = (width: shown.width + 14, height: shown.height + 26)
        var canvas = Canvas(
            width: max(left + 2 * panel.width + 60, 16 + BitmapFont.width * max(title.count, note.count)),
            height: top + 2 * panel.height)
        canvas.text(title, 8, 6)
        canvas.text(note, 8, 20)
        let map = ColourMap.diverging
        for (index, head) in ([nil] + Head.allCases.map { Optional($0) }).enumerated() {
            let (x, y) = (left + index % 2 * panel.width, top + 12 + index / 2 * panel.height)
            canvas.text(head.map { "\($0.rawValue) score" } ?? "picture", x, y - 12)
            let cells = head.map { head in self.cells(head).map { calibration(head).probability(logit: $0) } }
            for row in 0..<shown.height {
                let cellRow = min(row * height / shown.height / grid.step, rows - 1)
                for column in 0..<shown.width {
                    let place = 3 * (row * shown.width + column)
                    let (red, green, blue) = (shown.bytes[place], shown.bytes[place + 1], shown.bytes[place + 2])
                    guard let cells else {
                        canvas.set(x + column, y + row, (red, green, blue))
                        continue
                    }
                    let cell = cells[cellRow * columns + min(column * width / shown.width / grid.step, columns - 1)]
                    let colour = map.colour(Float(cell))
                    let grey = (299 * Int(red) + 587 * Int(green) + 114 * Int(blue)) / 1000
                    func mixed(_ channel: UInt8) -> UInt8 { UInt8((2 * grey + 3 * Int(channel)) / 5) }
                    canvas.set(x + column, y + row, (mixed(colour.red), mixed(colour.green), mixed(colour.blue)))
                }
            }
            canvas.frame(x, y, shown.width, shown.height)
        }
        canvas.colourBar(left + 2 * panel.width, top + 12, min(shown.height, 200), map, 0...1, steps: 4, decimals: 2)
        return canvas.pixels
    }
}

extension Pixels {
    /// Reduced by area averages so that no side is longer than `longest`; a smaller picture stays as it is.
    package func fitted(_ longest: Int) -> Pixels {
        let size = Pixels.fittedExtents(width, height, longest)
        return size == (width, height) ? self : downscaled(width: size.width, height: size.height)
    }

    static func fittedExtents(_ width: Int, _ height: Int, _ longest: Int) -> (width: Int, height: Int) {
        let side = max(width, height)
        if side <= longest { return (width, height) }
        return (max(width * longest / side, 1), max(height * longest / side, 1))
    }
}
