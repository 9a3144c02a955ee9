// The parts of a blueprint that describe one branch: what it reads, what it is made of, and the head on top.

/// One branch: inputs that are joined along the channels, and what follows.
package struct BranchPlan: Sendable, Equatable, Codable {
    package var inputs: [InputPlan]
    package var blocks: [Block]
    package var features: Pooled
    package var head: HeadPlan

    package init(inputs: [InputPlan], blocks: [Block], features: Pooled, head: HeadPlan) {
        (self.inputs, self.blocks, self.features, self.head) = (inputs, blocks, features, head)
    }

    /// How maps become one vector of features.
    package enum Pooled: String, Sendable, Codable {
        /// Every value is one.
        case flat
        case mean
        case maximum
        /// All means first.
        case meanAndMaximum
    }
}

/// Maps of the same extent that go in together, and what is done to them before they meet the branch's other inputs.
package struct InputPlan: Sendable, Equatable, Codable {
    package var maps: [InputMap]
    /// Whether a batch normalisation comes first, for values whose scale differs by channel.
    package var normalised: Bool
    package var blocks: [Block]

    package init(_ maps: [InputMap], normalised: Bool = false, _ blocks: [Block] = []) {
        (self.maps, self.normalised, self.blocks) = (maps, normalised, blocks)
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try values.decode([InputMap].self, forKey: .maps),
            normalised: try values.decodeIfPresent(Bool.self, forKey: .normalised) ?? false,
            try values.decodeIfPresent([Block].self, forKey: .blocks) ?? [])
    }

    /// Leaves out what `init(from:)` takes for granted.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(maps, forKey: .maps)
        if normalised { try values.encode(normalised, forKey: .normalised) }
        if !blocks.isEmpty { try values.encode(blocks, forKey: .blocks) }
    }

    private enum CodingKeys: String, CodingKey {
        case maps, normalised, blocks
    }
}

/// Dense layers from features to a logit, each after a dropout, with leaky ReLUs in between.
package struct HeadPlan: Sendable, Equatable, Codable {
    /// Widths of the layers before the last.
    package var hidden: [Int]
    package var dropout: Double

    package init(hidden: [Int] = [], dropout: Double) { (self.hidden, self.dropout) = (hidden, dropout) }
}
