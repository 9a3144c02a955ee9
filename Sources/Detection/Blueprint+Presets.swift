// The two architectures that have a name.
import Network

extension Blueprint {
    /// The published detector: "Cross-Domain Deep Learning Model for Detecting Deep Fakes Images" (2022), MesoInception-4 (its
    /// model B) and a small network over the log-DCT (its model A) on pictures resized to 224².
    ///
    /// Its branches are trained one after the other, the spatial one with the squared error and all else with the cross-entropy.
    package static let seed = Blueprint(
        name: "seed", picture: .resized, side: 224, crops: .whole, aggregation: .mean,
        spatial: BranchPlan(
            inputs: [InputPlan([.plainRGB])],
            blocks: [
                Block(inception: [1, 4, 4, 2], pooling: .maximum2), Block(inception: [2, 4, 4, 2], pooling: .maximum2),
                Block(16, size: 5, pooling: .maximum2, kind: .rectified),
                Block(16, size: 5, pooling: .maximum4, kind: .rectified),
            ],
            features: .flat, head: HeadPlan(hidden: [16], dropout: 0.5)),
        frequency: BranchPlan(
            inputs: [InputPlan([.spectrum])],
            blocks: [
                Block(3, kind: .rectified), Block(8, pooling: .average2, kind: .rectified),
                Block(16, pooling: .average2, kind: .rectified), Block(32, kind: .rectified),
            ],
            features: .flat, head: HeadPlan(dropout: 0.5)),
        fusion: HeadPlan(hidden: [64], dropout: 0.5), branchDropout: 0, batch: 16,
        stages: [
            StagePlan("spatial", [.spatial]), StagePlan("frequency", [.frequency]), StagePlan("joined", Head.allCases),
        ],
        losses: LossPlan(spatial: .squaredError))

    /// Ours: both branches on crops at native resolution, small enough for plain CPUs. Two residual networks with global mean and
    /// maximum pooling, and a fusion that sees now and then only one of them. No dropout before the heads: networks of this size
    /// do not learn all that they are shown, and it cost .05 of the area under the curve on unseen generators
    /// (Benchmarks/DETECTOR.md).
    ///
    /// The spatial branch reads the halved picture and the full local residual, the frequency branch Haar details, joined at half
    /// their extent by the log-magnitudes of local DCTs. The branches share no weights, so training both at once is the same as one
    /// after the other and decodes each picture once.
    package static let crossdomain = Blueprint(
        name: "crossdomain", picture: .cropped, side: 128, crops: .middleAndQuarters, aggregation: .mean,
        spatial: BranchPlan(
            inputs: [InputPlan([.halvedRGB, .residual(.mean, folded: true)], [Block(16, pooling: .average2)])],
            blocks: [
                Block(24), Block(24, residual: true, pooling: .average2), Block(48), Block(48, residual: true),
            ],
            features: .meanAndMaximum, head: HeadPlan(dropout: 0)),
        frequency: BranchPlan(
            inputs: [
                InputPlan([.haar], [Block(16, pooling: .average2)]),
                InputPlan([.blockSpectra(size: 8, stride: 4, of: nil)], normalised: true, [Block(16, size: 1)]),
            ],
            blocks: [
                Block(24), Block(24, residual: true, pooling: .average2), Block(48), Block(48, residual: true),
            ],
            features: .meanAndMaximum, head: HeadPlan(dropout: 0)),
        fusion: HeadPlan(hidden: [64], dropout: 0), branchDropout: 0.1, batch: 1,
        stages: [
            StagePlan("branches", [.spatial, .frequency]), StagePlan("joined", Head.allCases, rate: 0.3, length: 0.25),
        ],
        losses: LossPlan())

    /// What models that are about call the presets' preprocessing.
    static let publishedPreprocessing = [
        "seed": "bilinear224-logdct-1", "crossdomain": "crop128-residual-haar-blockdct-1",
    ]
}
