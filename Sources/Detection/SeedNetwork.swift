// The published architecture: "Cross-Domain Deep Learning Model for Detecting Deep Fakes Images" (2022).
import Network

extension DetectorNetwork {
    /// Model B (MesoInception-4), Model A (a small network over the log-DCT), and their fusion, as the article has them.
    package static func seed() -> DetectorNetwork {
        DetectorNetwork(
            spatial: Branch(trunk: SingleTrunk(mesoInception()), head: mesoHead()),
            frequency: Branch(
                trunk: SingleTrunk(spectrumNetwork()),
                head: Sequential([Dropout(rate: 0.5, salt: 1), Dense("frequency.dense", 100_352, 1)])),
            fusion: Sequential([
                Dropout(rate: 0.5, salt: 2), Dense("fusion.dense1", 784 + 100_352, 64), LeakyReLU(slope: 0.1),
                Dropout(rate: 0.5, salt: 3), Dense("fusion.dense2", 64, 1),
            ]),
            branchDropout: 0)
    }

    /// [3, 224, 224] → [16, 7, 7].
    private static func mesoInception() -> Sequential {
        Sequential([
            Stage(
                Inception("spatial.inception1", 3, [1, 4, 4, 2]), normalisation: "spatial.norm1",
                pooling: .maximum(2), isFirst: true),
            Stage(
                Inception("spatial.inception2", 11, [2, 4, 4, 2]), normalisation: "spatial.norm2",
                pooling: .maximum(2)),
            Stage(
                Convolution("spatial.conv3", 12, 16, size: 5, relu: true), normalisation: "spatial.norm3",
                pooling: .maximum(2)),
            Stage(
                Convolution("spatial.conv4", 16, 16, size: 5, relu: true), normalisation: "spatial.norm4",
                pooling: .maximum(4)),
        ])
    }

    private static func mesoHead() -> Sequential {
        Sequential([
            Dropout(rate: 0.5, salt: 4), Dense("spatial.dense1", 784, 16), LeakyReLU(slope: 0.1),
            Dropout(rate: 0.5, salt: 5), Dense("spatial.dense2", 16, 1),
        ])
    }

    /// [3, 224, 224] → [32, 56, 56].
    private static func spectrumNetwork() -> Sequential {
        func stage(_ number: Int, _ inputs: Int, _ outputs: Int, pooling: Stage.Pooling) -> Stage {
            Stage(
                Convolution("frequency.conv\(number)", inputs, outputs, size: 3, relu: true),
                normalisation: "frequency.norm\(number)", pooling: pooling, isFirst: number == 1)
        }
        return Sequential([
            stage(1, 3, 3, pooling: .none), stage(2, 3, 8, pooling: .average(2)),
            stage(3, 8, 16, pooling: .average(2)), stage(4, 16, 32, pooling: .none),
        ])
    }
}
