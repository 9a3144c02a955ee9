// The maps that a network can be fed with, by the names that a blueprint has for them.

/// One kind of map that is made of a picture's pixels.
package enum InputMap: Sendable, Hashable {
    /// RGB in [0, 1], as the article has it.
    case plainRGB
    /// ln|DCT| of each whole channel, as the article has it.
    case spectrum
    /// RGB, centred.
    case rgb
    /// The same at half the extent.
    case halvedRGB
    /// What every pixel has less or more than its neighbourhood; folded, four neighbours are channels of one.
    case residual(Neighbourhood, folded: Bool)
    /// One level of Haar details of each channel.
    case haar
    /// Log-magnitudes of local DCTs of size × size pixels, one every `stride` pixels: of the luminance, or of its residual.
    case blockSpectra(size: Int, stride: Int, of: Neighbourhood?)

    /// What the 3 × 3 pixels around one come to.
    package enum Neighbourhood: String, Sendable, CaseIterable {
        case mean, median
    }

    package static let all: [InputMap] = {
        let residuals = Neighbourhood.allCases.flatMap { around in
            [true, false].map { InputMap.residual(around, folded: $0) }
        }
        let spectra = [8, 16].flatMap { size in
            [2, 4, 8].flatMap { stride in
                [nil, .mean, .median].map { InputMap.blockSpectra(size: size, stride: stride, of: $0) }
            }
        }
        return [.plainRGB, .spectrum, .rgb, .halvedRGB] + residuals + [.haar] + spectra
    }()

    package var name: String {
        switch self {
        case .plainRGB: "rgb-plain"
        case .spectrum: "spectrum"
        case .rgb: "rgb"
        case .halvedRGB: "rgb-halved"
        case .residual(let around, let folded): "residual-\(around.rawValue)\(folded ? "-folded" : "")"
        case .haar: "haar"
        case .blockSpectra(let size, let stride, let around):
            "dct\(size)-stride\(stride)\(around.map { "-residual-\($0.rawValue)" } ?? "")"
        }
    }

    package var channels: Int {
        switch self {
        case .plainRGB, .spectrum, .rgb, .halvedRGB: 3
        case .residual(_, let folded): folded ? 12 : 3
        case .haar: 9
        case .blockSpectra(let size, _, _): size * size
        }
    }

    /// Side of the map for crops of this side.
    package func extent(_ side: Int) -> Int {
        switch self {
        case .plainRGB, .spectrum, .rgb: side
        case .residual(_, let folded): folded ? side / 2 : side
        case .halvedRGB, .haar: side / 2
        case .blockSpectra(_, let stride, _): side / stride
        }
    }
}

extension InputMap: Named {}

/// A value that a blueprint names by one of a few texts.
protocol Named: Codable {
    static var all: [Self] { get }
    var name: String { get }
}

extension Named {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = Self.all.first(where: { $0.name == text }) else {
            let known = Self.all.map(\.name).joined(separator: ", ")
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is none of \(known)"))
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
