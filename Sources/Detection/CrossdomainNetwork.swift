// Our own architecture: both branches on crops at native resolution, small enough for plain CPUs.
import Network

extension DetectorNetwork {
    /// Two residual networks with global mean and maximum pooling, and a fusion that sees now and then only one of them.
    ///
    /// The spatial branch reads the halved picture and the full local residual, four neighbours folded into channels:
    /// [3 + 12, 64, 64]. The
    /// frequency branch reads Haar detail bands [9, 64, 64], joined at half that extent by the log-magnitudes of local
    /// 8 × 8 DCTs [64, 32, 32].
    package static func crossdomain() -> DetectorNetwork {
        let (spatialWidth, frequencyWidth) = (48, 48)
        return DetectorNetwork(
            spatial: Branch(trunk: SingleTrunk(spatialTrunk(spatialWidth)), head: head("spatial", spatialWidth)),
            frequency: Branch(trunk: frequencyTrunk(frequencyWidth), head: head("frequency", frequencyWidth)),
            fusion: Sequential([
                Dropout(rate: 0.3, salt: 11), Dense("fusion.dense1", 2 * (spatialWidth + frequencyWidth), 64),
                LeakyReLU(slope: 0.1), Dropout(rate: 0.3, salt: 12), Dense("fusion.dense2", 64, 1),
            ]),
            branchDropout: 0.25)
    }

    private static func head(_ branch: String, _ width: Int) -> Sequential {
        Sequential([Dropout(rate: 0.3, salt: branch == "spatial" ? 13 : 14), Dense("\(branch).dense", 2 * width, 1)])
    }

    private static func spatialTrunk(_ width: Int) -> Sequential {
        Sequential([
            stage("spatial", 1, 15, 16, pooling: .average(2), isFirst: true),
            stage("spatial", 2, 16, 24), Residual(stage("spatial", 3, 24, 24)), AveragePooling(),
            stage("spatial", 4, 24, width), Residual(stage("spatial", 5, width, width)), GlobalPooling(),
        ])
    }

    private static func frequencyTrunk(_ width: Int) -> JoiningTrunk {
        JoiningTrunk(
            stage("frequency", 1, 9, 16, pooling: .average(2), isFirst: true),
            Sequential([BatchNormalisation("frequency.norm0", 64), stage("frequency", 2, 64, 16, size: 1)]),
            rest: Sequential([
                stage("frequency", 3, 32, 24), Residual(stage("frequency", 4, 24, 24)), AveragePooling(),
                stage("frequency", 5, 24, width), Residual(stage("frequency", 6, width, width)), GlobalPooling(),
            ]))
    }

    private static func stage(
        _ branch: String, _ number: Int, _ inputs: Int, _ outputs: Int, size: Int = 3,
        pooling: Stage.Pooling = .none, isFirst: Bool = false
    ) -> Stage {
        Stage(
            Convolution("\(branch).conv\(number)", inputs, outputs, size: size, hasBias: false),
            normalisation: "\(branch).norm\(number)", relu: true, pooling: pooling, isFirst: isFirst)
    }
}
