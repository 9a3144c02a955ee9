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
            inception("spatial.inception1", 3, 1, 4, 4, 2, isFirst: true),
            BatchNormalisation("spatial.norm1", 11), Pooling(.maximum),
            inception("spatial.inception2", 11, 2, 4, 4, 2),
            BatchNormalisation("spatial.norm2", 12), Pooling(.maximum),
            Convolution("spatial.conv3", 12, 16, size: 5, relu: true),
            BatchNormalisation("spatial.norm3", 16), Pooling(.maximum),
            Convolution("spatial.conv4", 16, 16, size: 5, relu: true),
            BatchNormalisation("spatial.norm4", 16), Pooling(.maximum, size: 4),
        ])
    }

    private static func mesoHead() -> Sequential {
        Sequential([
            Dropout(rate: 0.5, salt: 4), Dense("spatial.dense1", 784, 16), LeakyReLU(slope: 0.1),
            Dropout(rate: 0.5, salt: 5), Dense("spatial.dense2", 16, 1),
        ])
    }

    /// 1×1 → a; 1×1 → b, 3×3 → b; 1×1 → c, 3×3 dilated by 2 → c; 1×1 → d, 3×3 dilated by 3 → d; every one with a ReLU.
    private static func inception(
        _ name: String, _ inputs: Int, _ a: Int, _ b: Int, _ c: Int, _ d: Int, isFirst: Bool = false
    ) -> Parallel {
        func path(_ letter: String, _ width: Int, dilation: Int) -> Sequential {
            Sequential([
                Convolution("\(name).\(letter)1", inputs, width, size: 1, relu: true, isFirst: isFirst),
                Convolution("\(name).\(letter)2", width, width, size: 3, dilation: dilation, relu: true),
            ])
        }
        return Parallel([
            Convolution("\(name).a", inputs, a, size: 1, relu: true, isFirst: isFirst),
            path("b", b, dilation: 1), path("c", c, dilation: 2), path("d", d, dilation: 3),
        ])
    }

    /// [3, 224, 224] → [32, 56, 56].
    private static func spectrumNetwork() -> Sequential {
        Sequential([
            Convolution("frequency.conv1", 3, 3, size: 3, relu: true, isFirst: true),
            BatchNormalisation("frequency.norm1", 3),
            Convolution("frequency.conv2", 3, 8, size: 3, relu: true),
            BatchNormalisation("frequency.norm2", 8), Pooling(.average),
            Convolution("frequency.conv3", 8, 16, size: 3, relu: true),
            BatchNormalisation("frequency.norm3", 16), Pooling(.average),
            Convolution("frequency.conv4", 16, 32, size: 3, relu: true),
            BatchNormalisation("frequency.norm4", 32),
        ])
    }
}
