// A picture that is being drawn: rectangles, letters, maps.

package import Imaging

/// RGB pixels that can be written to; what lies outside is left out.
package struct Canvas {
    package let width: Int
    package let height: Int
    private var bytes: [UInt8]

    package static let ink: ColourMap.Colour = (27, 31, 36)

    /// All white.
    package init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        bytes = [UInt8](repeating: 255, count: 3 * width * height)
    }

    package var pixels: Pixels { Pixels(width: width, height: height, bytes: bytes) }

    package mutating func set(_ x: Int, _ y: Int, _ colour: ColourMap.Colour) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        let place = 3 * (y * width + x)
        (bytes[place], bytes[place + 1], bytes[place + 2]) = colour
    }

    package mutating func fill(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ colour: ColourMap.Colour) {
        for row in y..<y + max(height, 0) { for column in x..<x + max(width, 0) { set(column, row, colour) } }
    }

    /// The outline of a rectangle, one pixel wide, around these pixels.
    package mutating func frame(
        _ x: Int, _ y: Int, _ width: Int, _ height: Int, _ colour: ColourMap.Colour = Canvas.ink
    ) {
        fill(x - 1, y - 1, width + 2, 1, colour)
        fill(x - 1, y + height, width + 2, 1, colour)
        fill(x - 1, y - 1, 1, height + 2, colour)
        fill(x + width, y - 1, 1, height + 2, colour)
    }

    /// Where a text lies about its point.
    package enum Alignment { case start, middle, end }

    /// A line of text whose top is at `y`; `turned`, it runs upwards and its left edge is at `x`.
    package mutating func text(
        _ text: String, _ x: Int, _ y: Int, _ alignment: Alignment = .start, turned: Bool = false,
        _ colour: ColourMap.Colour = Canvas.ink
    ) {
        let length = text.count * BitmapFont.width
        let before = alignment == .start ? 0 : alignment == .middle ? length / 2 : length
        for (place, character) in text.enumerated() {
            for (row, bits) in BitmapFont.rows(of: character).enumerated() {
                for column in 0..<BitmapFont.width where bits & 0x80 >> UInt8(column) != 0 {
                    let along = place * BitmapFont.width + column - before
                    if turned { set(x + row, y - along, colour) } else { set(x + along, y + row, colour) }
                }
            }
        }
    }

    /// A vertical colour bar from the lowest number at its bottom to the highest, with numbers at its right.
    package mutating func colourBar(
        _ x: Int, _ y: Int, _ height: Int, _ map: ColourMap, _ scale: ClosedRange<Float>, steps: Int, decimals: Int
    ) {
        for row in 0..<height { fill(x, y + row, 14, 1, map.colour(1 - (Float(row) + 0.5) / Float(height))) }
        frame(x, y, 14, height)
        for step in 0...steps {
            let share = Double(step) / Double(steps)
            let at = y + height - 1 - Int((share * Double(height - 1)).rounded())
            fill(x + 15, at, 3, 1, Self.ink)
            let value = Double(scale.lowerBound) + share * Double(scale.upperBound - scale.lowerBound)
            text(fixed(value, decimals), x + 21, at - 4)
        }
    }
}
