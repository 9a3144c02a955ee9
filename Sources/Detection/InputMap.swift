// The maps that a network can be fed with, by the names that a blueprint has for them.

/// One kind of map that is made of a picture's pixels.
package enum InputMap: Sendable, Hashable {
    /// RGB in [0, 1], as the article has it.
    case plainRGB
    /// ln|DCT| of each whole channel, as the article has it.
    case spectrum
    /// RGB at half the extent, centred.
    case halvedRGB
    /// Every pixel less what its neighbourhood has, four neighbours folded into channels.
    case residual
    /// One level of Haar details of each channel.
    case haar
    /// Log-magnitudes of the luminance's local 8 × 8 DCTs, one every four pixels.
    case blockSpectra

    package static let all: [InputMap] = [.plainRGB, .spectrum, .halvedRGB, .residual, .haar, .blockSpectra]

    package var name: String {
        switch self {
        case .plainRGB: "rgb-plain"
        case .spectrum: "spectrum"
        case .halvedRGB: "rgb-halved"
        case .residual: "residual-mean-folded"
        case .haar: "haar"
        case .blockSpectra: "dct8-stride4"
        }
    }

    package var channels: Int {
        switch self {
        case .plainRGB, .spectrum, .halvedRGB: 3
        case .residual: 12
        case .haar: 9
        case .blockSpectra: 64
        }
    }

    /// Side of the map for crops of this side.
    package func extent(_ side: Int) -> Int {
        switch self {
        case .plainRGB, .spectrum: side
        case .halvedRGB, .residual, .haar: side / 2
        case .blockSpectra: side / 4
        }
    }
}

extension InputMap: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let map = InputMap.all.first(where: { $0.name == text }) else {
            let known = InputMap.all.map(\.name).joined(separator: ", ")
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is none of \(known)"))
        }
        self = map
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
