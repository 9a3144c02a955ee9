// The table of facts.  A row here is all that it takes: the wire, the record, its schema and its manual page come from the rows.
//
// A name must be new and stay for ever, since rules use it; so must a key path, since programs read it.

internal import Detection
internal import Files
internal import Imaging
internal import Provenance

extension Facts {
    /// Every fact that is read from a file's content.
    package static let table: [Fact<Observation>] = scores + image + warnings + declared + hashes + examination + times

    package static let scores: [Fact<Observation>] = Head.allCases.map { head in
        let what =
            switch head {
            case .fused: "both branches together, from which the verdict is made"
            case .spatial: "pixels and their local residual"
            case .frequency: "transform coefficients"
            }
        return .number(
            head.rawValue, at: "scores.\(head.rawValue)", 0...1, .score, .ok,
            "Calibrated probability that the picture is synthesised, by \(what)."
        ) { $0.assessment?.scores[head] }
    }

    package static let image: [Fact<Observation>] = [
        .word(
            "format", at: "image.format", ImageFormat.allCases.filter(\.isDecodable).map(\.rawValue), .ok,
            "The format, by content and not by name."
        ) { $0.image?.format.rawValue },
        .integer("width", at: "image.width", 1...Int(UInt32.max), .ok, "In pixels, as stored.") { $0.image?.width },
        .integer("height", at: "image.height", 1...Int(UInt32.max), .ok, "In pixels, as stored.") { $0.image?.height },
        .integer(
            "jpeg_quality", at: "image.jpegQuality", 1...100, .sometimes,
            "Estimate on the scale of the Independent JPEG Group, from the quantisation table; left out where the table is far "
                + "from that family."
        ) { $0.image?.jpegQuality },
        .text(
            "subsampling", at: "image.subsampling", limit: 16, .sometimes,
            "Chroma subsampling of a JPEG or a lossy WebP, such as 4:2:0; left out without chroma or where irregular."
        ) { $0.image?.subsampling },
        .integer(
            "bits_per_channel", at: "image.bitsPerChannel", 1...16, .ok, "In the file; of an index, for palettes."
        ) { $0.image?.bitsPerChannel },
        .word(
            "colour", at: "image.colour", ImageFacts.Colour.allCases.map(\.rawValue), .ok, "How colour is stored."
        ) { $0.image?.colour.rawValue },
        .boolean(
            "has_alpha", at: "image.hasAlpha", .ok,
            "Whether there is an alpha channel or a transparent colour. It is dropped before the picture is looked at."
        ) { $0.image?.hasAlpha },
        .integer("orientation", at: "image.orientation", 1...8, .sometimes, "That of Exif; reported, not applied.") {
            $0.image?.orientation
        },
        .boolean("is_progressive", at: "image.isProgressive", .sometimes, "Of a JPEG: in several refining scans.") {
            $0.image.flatMap { $0.format == .jpeg ? $0.isProgressive : nil }
        },
        .boolean(
            "has_adobe_marker", at: "image.hasAdobeMarker", .sometimes,
            "Of a JPEG: with the marker that decides how its colours are read."
        ) { $0.image.flatMap { $0.format == .jpeg ? $0.hasAdobeMarker : nil } },
        .boolean("is_interlaced", at: "image.isInterlaced", .sometimes, "Of a PNG or a GIF: in passes.") {
            $0.image.flatMap { $0.format == .png || $0.format == .gif ? $0.isInterlaced : nil }
        },
        .boolean(
            "is_animated", at: "image.isAnimated", .sometimes,
            "Of a format that can hold several frames or pages: whether it does. Without --frames all one was looked at: the default "
                + "image of a PNG, the primary one of a HEIF or AVIF, otherwise the first."
        ) { $0.image.flatMap { $0.format == .jpeg || $0.format == .bmp ? nil : $0.isAnimated } },
        // Records have it in `frame`.
        .integer(
            "frame_count", at: nil, 1...Int(UInt32.max), .sometimes,
            "With --frames all: how many frames, pages or pictures of its own the file has."
        ) { $0.frames },
        .list(
            "extra", at: "image.extra",
            of: .object([
                FactField(
                    "kind", .word(ExtraPart.Kind.allCases.map(\.rawValue)), required: true,
                    "What it is: what makes an HDR picture of the primary one (gain-map), the same picture for a screen (preview), the "
                        + "scene from elsewhere (view), a picture of which nothing is said, or a video."),
                FactField("offset", .integer(1...Int.max), required: true, "Where in the file it begins."),
                FactField("bytes", .integer(1...Int.max), required: true, "Its length."),
            ]), limit: ExtraPart.most, .sometimes,
            "Of a JPEG: what stands behind the primary picture, which alone was looked at, as in multi-picture files (MPO), Ultra HDR "
                + "and Motion Photos."
        ) { seen in
            guard seen.image != nil, let parts = seen.declared?.container.extra, !parts.isEmpty else { return nil }
            return parts.map {
                .object(["kind": .text($0.kind.rawValue), "offset": .integer($0.offset), "bytes": .integer($0.bytes)])
            }
        },
    ]

    package static let warnings: [Fact<Observation>] = [
        .text(
            "warning", at: "warning", limit: 512, .sometimes,
            "The decoder's first complaint about something that cost no sample, in words."
        ) {
            $0.warning
        },
        .list(
            "warnings", at: "warnings", of: .word(DecodeWarning.allCases.map(\.rawValue)),
            limit: DecodeWarning.allCases.count, .sometimes,
            "What is not right with a file all of whose samples are there: the mark that ends it is missing (no-end), what "
                + "follows the last sample can't be read (damaged-tail), a JPEG has bytes between its segments that belong to "
                + "none (stray-bytes), or a scan filled up with bytes that hold nothing (padded-scan), or ends before its "
                + "coefficients are exact (unrefined); other is what only the warning says."
        ) {
            $0.image.flatMap { $0.warnings.isEmpty ? nil : $0.warnings.map { .text($0.rawValue) } }
        },
    ]

    package static let hashes: [Fact<Observation>] = [
        .text(
            "pdq", at: "pdq.hash", limit: 64, style: .hexadecimal(64), .sometimes,
            "With --pdq: the perceptual hash PDQ of the whole picture as decoded; those of two versions of one picture differ in at "
                + "most 31 bits, as a rule."
        ) { $0.hash?.bytes.hexadecimal },
        .integer(
            "pdq_quality", at: "pdq.quality", 0...100, .sometimes,
            "How much there was to hash; the authors of PDQ advise against matching what is below 50."
        ) { $0.hash?.quality },
    ]

    package static let examination: [Fact<Observation>] = [
        .integer("crops", at: "crops", 1...64, .ok, "How many parts of the picture were looked at.") {
            $0.assessment?.crops
        },
        .number("spread", at: "spread", 0...1, .fixed(6), .ok, "Standard deviation of the parts' fused scores.") {
            $0.assessment?.spread
        },
        .number(
            "detail", at: "detail", 0...255, .fixed(3), .ok,
            "Mean distance of a pixel's luminance from that of its neighbourhood, in levels of 0 to 255, of what was looked at: the more "
                + "there is, the higher the score that a picture is called fake by."
        ) { $0.assessment?.detail },
        // Records have it among the reasons.
        .list(
            "outside", at: nil, of: .word(Envelope.Limit.allCases.map(\.rawValue)),
            limit: Envelope.Limit.allCases.count,
            .ok, "The bounds of the model's envelope that the picture exceeds."
        ) { seen in
            seen.assessment.map { assessment in
                Envelope.Limit.allCases.filter(assessment.outside.contains).map { .text($0.rawValue) }
            }
        },
        .number(
            "flat_share", at: nil, 0...1, .exact, .ok,
            "The share of neighbouring pixels in a row, of what was looked at, that are equal."
        ) { $0.assessment?.flatShare },
    ]

    package static let times: [Fact<Observation>] = [
        .number(
            "decode_milliseconds", at: "milliseconds.decode", 0...1e9, .fixed(3), .ok, "Time from bytes to pixels."
        ) { $0.decodeSeconds.map { $0 * 1000 } },
        .number(
            "features_milliseconds", at: "milliseconds.features", 0...1e9, .fixed(3), .ok,
            "Time from pixels to the network's inputs."
        ) { $0.assessment.map { $0.featureSeconds * 1000 } },
        .number(
            "network_milliseconds", at: "milliseconds.network", 0...1e9, .fixed(3), .ok, "Time in the network."
        ) { $0.assessment.map { $0.networkSeconds * 1000 } },
    ]
}
