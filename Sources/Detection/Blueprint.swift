// An architecture as a value: what a network looks at, what it is made of and how it is trained, in one place that everything else
// derives from.
package import Network

/// A detector's architecture. Two are known by name, `seed` and `crossdomain`; a model file may bring any other within the limits that
/// `check` has.
package struct Blueprint: Sendable, Equatable, Codable {
    /// What the models' identities begin with.
    package var name: String
    package var picture: Picture
    /// Side of the square that the network looks at, in pixels.
    package var side: Int
    package var crops: CropPlan
    package var aggregation: Aggregation
    /// How many columns there are where it is more than one.
    private(set) var columnCount: Int?
    package var spatial: BranchPlan
    package var frequency: BranchPlan
    /// What is made of both branches' features, spatial first.
    package var fusion: HeadPlan
    /// While training, the chance that a crop's features of one branch, either one, are hidden from the fusion.
    package var branchDropout: Double
    /// How many pictures are best judged together: the 26 MB of weights that the seed network's fusion has are then read from
    /// memory once for all of them.
    package var batch: Int
    package var stages: [StagePlan]
    package var losses: LossPlan

    /// How many networks of this form each branch has side by side. They read the same inputs and their features stand one after
    /// the other, so that each may know something else, at a cost that grows with their number and not with its square.
    package var columns: Int {
        get { columnCount ?? 1 }
        set { columnCount = newValue == 1 ? nil : newValue }
    }

    private enum CodingKeys: String, CodingKey {
        case name, picture, side, crops, aggregation
        case columnCount = "columns"
        case spatial, frequency, fusion, branchDropout, batch, stages, losses
    }

    /// How a picture comes to the network's extents.
    package enum Picture: String, Sendable, Codable {
        /// Whole, resized.
        case resized
        /// In squares at native resolution.
        case cropped
    }

    /// The architectures that a name alone stands for.
    package static let presets = [seed, crossdomain]

    package static func preset(_ name: String) -> Blueprint? { presets.first { $0.name == name } }

    /// Whether the name says it all.
    package var isPreset: Bool { Blueprint.preset(name) == self }

    /// Names how pixels become inputs, and crops one score. Changes whenever that does.
    package var preprocessing: String {
        let known = Blueprint.presets.first { $0.seesLike(self) }
        if let known, let name = Blueprint.publishedPreprocessing[known.name] { return name }
        let maps = (spatial.inputs + frequency.inputs).map { $0.maps.map(\.name).joined(separator: "+") }
        return "\(picture.rawValue)\(side) \(maps.joined(separator: " ")) \(crops.name) \(aggregation.rawValue) 1"
    }

    private func seesLike(_ other: Blueprint) -> Bool {
        picture == other.picture && side == other.side && crops == other.crops && aggregation == other.aggregation
            && spatial.inputs.map(\.maps) == other.spatial.inputs.map(\.maps)
            && frequency.inputs.map(\.maps) == other.frequency.inputs.map(\.maps)
    }

    /// Input tensors for `count` crops.
    package func makeInputs(_ count: Int) -> Inputs {
        func tensors(_ branch: BranchPlan) -> [Tensor] {
            branch.inputs.map { input in
                let extent = input.maps[0].extent(side)
                return Tensor(Shape(count, input.maps.reduce(0) { $0 + $1.channels }, extent, extent))
            }
        }
        return Inputs(spatial: tensors(spatial), frequency: tensors(frequency))
    }
}

/// What the two branches are fed with: a batch of maps each, or several where a branch looks at two scales.
package struct Inputs {
    package let spatial: [Tensor]
    package let frequency: [Tensor]

    /// Changes the number of crops in all tensors.
    package func resize(_ count: Int) {
        for tensor in spatial + frequency {
            var shape = tensor.shape
            shape.images = count
            tensor.reshape(shape)
        }
    }
}
