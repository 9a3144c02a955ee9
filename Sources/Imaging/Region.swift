// Parts of a picture: a scan looks at a few small ones, and the rest need not become pixels.

/// A rectangle of `width` × `height` pixels whose top left corner is at (`x`, `y`).
package struct Region: Sendable, Equatable {
    package let x: Int
    package let y: Int
    package let width: Int
    package let height: Int

    package init(x: Int, y: Int, width: Int, height: Int) {
        (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }

    /// What of the region lies within a picture of these extents.
    package func clipped(toWidth width: Int, height: Int) -> Region {
        let (left, top) = (max(x, 0), max(y, 0))
        return Region(
            x: left, y: top, width: min(x + self.width, width) - left, height: min(y + self.height, height) - top)
    }

    /// Whether it has pixels, all of them of a picture of these extents.
    func isInside(width: Int, height: Int) -> Bool {
        x >= 0 && y >= 0 && self.width > 0 && self.height > 0 && self.width <= width - x && self.height <= height - y
    }

    /// Bytes of its pixels as RGB.
    package var byteCount: Int { 3 * width * height }
}

/// Some of a picture's pixels and the place of their top left corner in it.
package struct Part: Sendable, Equatable {
    package let x: Int
    package let y: Int
    package let pixels: Pixels

    package init(x: Int, y: Int, pixels: Pixels) {
        (self.x, self.y, self.pixels) = (x, y, pixels)
    }
}

/// Parts of a picture with what its file says about the whole.
package struct DecodedParts: Sendable, Equatable {
    /// In the order of the regions that were asked for.
    package let parts: [Part]
    package let facts: ImageFacts
    /// The decoder's first complaint about something that cost no sample, in words.
    package let warning: String?

    package init(parts: [Part], facts: ImageFacts, warning: String?) {
        (self.parts, self.facts, self.warning) = (parts, facts, warning)
    }
}
