// The unit that branches are described in.
import Network

/// A filter with batch normalisation and ReLU, perhaps repeated, perhaps around a residual connection, and pooling after the last.
package struct Block: Sendable, Equatable, Codable {
    package var kind: Kind
    /// Channels.
    package var outputs: Int
    /// Side of the kernel.
    package var size: Int
    /// Whether the input is added: y = x + f(x).
    package var residual: Bool
    package var pooling: Pooling
    package var repeats: Int
    /// Channels of an inception's four paths, `outputs` in sum; empty for convolutions.
    package var paths: [Int]

    package enum Kind: String, Sendable, Codable {
        /// Convolution, normalisation, ReLU.
        case convolution
        /// Convolution with a bias, ReLU, normalisation, as the article has it.
        case rectified
        /// MesoInception's module, normalisation.
        case inception
    }

    /// Over windows that do not overlap.
    package enum Pooling: String, Sendable, Codable {
        case none, average2, maximum2, maximum4

        package var size: Int {
            switch self {
            case .none: 1
            case .average2, .maximum2: 2
            case .maximum4: 4
            }
        }

        var isMaximum: Bool { self == .maximum2 || self == .maximum4 }

        var ofStage: Stage.Pooling { self == .none ? .none : isMaximum ? .maximum(size) : .average(size) }
    }

    package init(
        _ outputs: Int, size: Int = 3, residual: Bool = false, pooling: Pooling = .none, repeats: Int = 1,
        kind: Kind = .convolution, paths: [Int] = []
    ) {
        (self.kind, self.outputs, self.size, self.residual) = (kind, outputs, size, residual)
        (self.pooling, self.repeats, self.paths) = (pooling, repeats, paths)
    }

    package init(inception paths: [Int], pooling: Pooling) {
        // Hostile numbers pass `check` before they are added.
        self.init(paths.reduce(0, +), pooling: pooling, kind: .inception, paths: paths)
    }

    /// Everything but `outputs` may be left out.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try values.decode(Int.self, forKey: .outputs),
            size: try values.decodeIfPresent(Int.self, forKey: .size) ?? 3,
            residual: try values.decodeIfPresent(Bool.self, forKey: .residual) ?? false,
            pooling: try values.decodeIfPresent(Pooling.self, forKey: .pooling) ?? .none,
            repeats: try values.decodeIfPresent(Int.self, forKey: .repeats) ?? 1,
            kind: try values.decodeIfPresent(Kind.self, forKey: .kind) ?? .convolution,
            paths: try values.decodeIfPresent([Int].self, forKey: .paths) ?? [])
    }
    /// Leaves out what `init(from:)` takes for granted.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        let plain = Block(outputs)
        if kind != plain.kind { try values.encode(kind, forKey: .kind) }
        try values.encode(outputs, forKey: .outputs)
        if size != plain.size { try values.encode(size, forKey: .size) }
        if residual != plain.residual { try values.encode(residual, forKey: .residual) }
        if pooling != plain.pooling { try values.encode(pooling, forKey: .pooling) }
        if repeats != plain.repeats { try values.encode(repeats, forKey: .repeats) }
        if paths != plain.paths { try values.encode(paths, forKey: .paths) }
    }

    private enum CodingKeys: String, CodingKey {
        case kind, outputs, size, residual, pooling, repeats, paths
    }
}
