// Spectra as pictures: the same scale and colours for every one of them, so that two can be laid side by side.

package import Imaging

/// Draws planes of frequencies with axes in cycles per pixel and a colour bar.
package struct SpectrumPlot {
    private let title: String
    private let note: String
    private let map: ColourMap
    private let scale: ClosedRange<Float>
    private let decimals: Int
    /// Numbers beside the bar but the lowest.
    private let steps: Int

    /// Log-magnitudes: from −2 to 8 for pictures, from −4 to 4 for residuals.
    package static func spectrum(_ title: String, ofResidual: Bool) -> SpectrumPlot {
        SpectrumPlot(
            title: title, note: "ln(|DCT|+0.01), grey levels\(ofResidual ? ", of the residual" : "")", map: .viridis,
            scale: ofResidual ? -4...4 : -2...8, decimals: 0, steps: ofResidual ? 4 : 5)
    }

    /// Differences in standard deviations, from −6 to 6.
    package static func difference(_ title: String) -> SpectrumPlot {
        SpectrumPlot(
            title: title, note: "difference from the reference, standard deviations", map: .diverging, scale: -6...6,
            decimals: 0, steps: 4)
    }

    /// Long side of a panel's map at most; smaller ones are enlarged by whole numbers, larger ones reduced to the mean.
    private static let extent = 512

    /// - Parameters:
    ///   - planes: [height][width] each, with their names; up to four, two side by side.
    ///   - marks: places to be circled in every panel, in cycles per pixel.
    package func drawing(
        _ planes: [(name: String, values: [Float])], width: Int, height: Int,
        marks: [(vertical: Double, horizontal: Double)] = []
    ) -> Pixels {
        let columns = planes.count > 1 ? 2 : 1
        let rows = (planes.count + columns - 1) / columns
        let longest = Self.extent / columns
        let shown = Self.shownExtents(width, height, longest)
        let (left, top, gap) = (46, 40, 62)
        let panel = (width: shown.width + gap, height: shown.height + 50)
        let bar = 60
        let total = max(left + columns * panel.width + bar, left + BitmapFont.width * max(title.count, note.count))
        var canvas = Canvas(width: total, height: top + rows * panel.height + 4)
        canvas.text(title, 8, 6)
        canvas.text(note, 8, 20)
        for (index, plane) in planes.enumerated() {
            let (x, y) = (left + index % columns * panel.width, top + 12 + index / columns * panel.height)
            canvas.text(plane.name, x, y - 12)
            draw(plane.values, width, height, shown, &canvas, x, y)
            canvas.frame(x, y, shown.width, shown.height)
            axes(&canvas, x, y, shown)
            for mark in marks {
                let (u, v) = (
                    x + Int(2 * mark.horizontal * Double(shown.width)),
                    y + Int(2 * mark.vertical * Double(shown.height))
                )
                canvas.frame(u - 3, v - 3, 8, 8)
            }
        }
        canvas.colourBar(
            left + columns * panel.width - gap + 16, top + 12, min(shown.height, 256), map, scale,
            steps: steps, decimals: decimals)
        return canvas.pixels
    }

    private static func shownExtents(_ width: Int, _ height: Int, _ longest: Int) -> (width: Int, height: Int) {
        let side = max(width, height)
        if side <= longest { return (width * (longest / side), height * (longest / side)) }
        return (max(width * longest / side, 1), max(height * longest / side, 1))
    }

    private func draw(
        _ values: [Float], _ width: Int, _ height: Int, _ shown: (width: Int, height: Int), _ canvas: inout Canvas,
        _ x: Int, _ y: Int
    ) {
        for row in 0..<shown.height {
            let from = row * height / shown.height
            let to = max((row + 1) * height / shown.height, from + 1)
            for column in 0..<shown.width {
                let left = column * width / shown.width
                let right = max((column + 1) * width / shown.width, left + 1)
                var sum: Float = 0
                for v in from..<to { for u in left..<right { sum += values[v * width + u] } }
                let mean = sum / Float((to - from) * (right - left))
                canvas.set(
                    x + column, y + row, map.colour((mean - scale.lowerBound) / (scale.upperBound - scale.lowerBound)))
            }
        }
    }

    /// From 0 to 0.5 on both sides, the vertical frequencies downwards.
    private func axes(_ canvas: inout Canvas, _ x: Int, _ y: Int, _ shown: (width: Int, height: Int)) {
        let steps = min(shown.width, shown.height) >= 200 ? 5 : 2
        for step in 0...steps {
            let value = 0.5 * Double(step) / Double(steps)
            let (across, down) = (x + (shown.width - 1) * step / steps, y + (shown.height - 1) * step / steps)
            canvas.fill(across, y + shown.height + 1, 1, 3, Canvas.ink)
            canvas.text(fixed(value, steps == 5 ? 1 : 2), across, y + shown.height + 6, .middle)
            canvas.fill(x - 4, down, 3, 1, Canvas.ink)
            canvas.text(fixed(value, steps == 5 ? 1 : 2), x - 6, down - 4, .end)
        }
        canvas.text("horizontal, cycles/pixel", x + shown.width / 2, y + shown.height + 18, .middle)
        canvas.text("vertical, cycles/pixel", x - 42, y + shown.height / 2, .middle, turned: true)
    }
}
