// What the headers of a file say about its picture: reported and offered to rules, never applied to the pixels.

/// Facts about an image file, as stored, not as decoded.
package struct ImageFacts: Sendable, Equatable {
    package var format: ImageFormat
    package var width: Int
    package var height: Int
    /// Bits per channel in the file (bits of an index for palettes).
    package var bitsPerChannel: Int
    package var colour: Colour
    /// Whether there is an alpha channel or a transparent colour (tRNS). It is dropped in decoding, without compositing.
    package var hasAlpha: Bool = false
    /// Exif orientation 1…8. Reported only: the pixels stay as stored.
    package var orientation: Int?
    /// Estimate on the IJG scale 1…100 from the luminance quantisation table, or nil when the table is far from that family.
    package var jpegQuality: Int?
    /// JPEG chroma subsampling in the usual notation, such as "4:2:0"; nil without chroma or when irregular.
    package var subsampling: String?
    /// JPEG in several refining scans.
    package var isProgressive: Bool = false
    /// PNG in seven passes (Adam7), or GIF in four.
    package var isInterlaced: Bool = false
    /// There is more than one frame or page.
    package var isAnimated: Bool = false
    /// JPEG with an Adobe marker, which decides how its colours are read.
    package var hasAdobeMarker: Bool = false
    /// What is not right with the file although its picture is whole.
    package var warnings: [DecodeWarning] = []

    package init(format: ImageFormat, width: Int, height: Int, bitsPerChannel: Int, colour: Colour) {
        self.format = format
        self.width = width
        self.height = height
        self.bitsPerChannel = bitsPerChannel
        self.colour = colour
    }

    /// How colour is stored.
    package enum Colour: String, Sendable, CaseIterable {
        case grey, rgb, ycbcr, cmyk, ycck, palette, other
    }
}

/// A decoded picture with what its file says about it.
package struct DecodedImage: Sendable, Equatable {
    package let pixels: Pixels
    package let facts: ImageFacts
    /// The decoder's first complaint about something that cost no sample, in words.
    package let warning: String?

    package init(pixels: Pixels, facts: ImageFacts, warning: String?) {
        self.pixels = pixels
        self.facts = facts
        self.warning = warning
    }
}
