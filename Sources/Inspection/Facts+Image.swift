// Facts of a picture in the form in which code works with them.

package import Imaging

extension ImageFacts {
    /// The facts of a picture; nil if one is missing that every picture has.
    package init?(_ facts: Facts) {
        guard let format = facts.text("format").flatMap(ImageFormat.init), let width = facts.integer("width"),
            let height = facts.integer("height"), let bits = facts.integer("bits_per_channel"),
            let colour = facts.text("colour").flatMap(ImageFacts.Colour.init)
        else { return nil }
        self.init(format: format, width: width, height: height, bitsPerChannel: bits, colour: colour)
        hasAlpha = facts.boolean("has_alpha") ?? false
        orientation = facts.integer("orientation")
        jpegQuality = facts.integer("jpeg_quality")
        subsampling = facts.text("subsampling")
        isProgressive = facts.boolean("is_progressive") ?? false
        hasAdobeMarker = facts.boolean("has_adobe_marker") ?? false
        isInterlaced = facts.boolean("is_interlaced") ?? false
        isAnimated = facts.boolean("is_animated") ?? false
        warnings = (facts.items("warnings") ?? []).compactMap {
            if case .text(let code) = $0 { DecodeWarning(rawValue: code) } else { nil }
        }
    }
}
