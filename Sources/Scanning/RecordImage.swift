// The `image` part of a record: what the file says about its picture.

internal import Files
internal import Imaging

/// Facts that don't exist for a format are left out.
func writeImage(_ facts: ImageFacts, to json: inout JSONText) {
    json.member("format", facts.format.rawValue)
    json.member("width", facts.width)
    json.member("height", facts.height)
    if let quality = facts.jpegQuality { json.member("jpegQuality", quality) }
    if let subsampling = facts.subsampling { json.member("subsampling", subsampling) }
    json.member("bitsPerChannel", facts.bitsPerChannel)
    json.member("colour", facts.colour.rawValue)
    json.member("hasAlpha", facts.hasAlpha)
    if let orientation = facts.orientation { json.member("orientation", orientation) }
    if facts.format == .jpeg {
        json.member("isProgressive", facts.isProgressive)
        json.member("hasAdobeMarker", facts.hasAdobeMarker)
    }
    if facts.format == .png {
        json.member("isInterlaced", facts.isInterlaced)
        json.member("isAnimated", facts.isAnimated)
    }
}
