// Training goes in stages: the branches alone, then what joins them.
import Detection
import Network

/// One part of a training run: which heads have a loss, and which weights move.
struct TrainerStage {
    let name: String
    let heads: [Head]
    /// False keeps the branches as they are and fits the heads on their features.
    let trainsTrunks: Bool
    /// The stage's share of the run's learning rate.
    let rate: Double
    /// The stage's share of the run's epochs.
    let length: Double

    /// Stages of an architecture. The seed's branches are trained one after the other as the article has it; ours share no
    /// weights, so training both at once is the same and decodes each picture once.
    static func all(of architecture: Architecture) -> [TrainerStage] {
        switch architecture {
        case .seed:
            [
                TrainerStage(name: "spatial", heads: [.spatial], trainsTrunks: true, rate: 1, length: 1),
                TrainerStage(name: "frequency", heads: [.frequency], trainsTrunks: true, rate: 1, length: 1),
                TrainerStage(name: "joined", heads: Head.allCases, trainsTrunks: true, rate: 1, length: 1),
            ]
        case .crossdomain:
            [
                TrainerStage(name: "branches", heads: [.spatial, .frequency], trainsTrunks: true, rate: 1, length: 1),
                TrainerStage(name: "joined", heads: Head.allCases, trainsTrunks: true, rate: 0.3, length: 0.25),
            ]
        }
    }

    /// The article trains its spatial branch with the squared error and everything else with the cross-entropy.
    static func loss(of head: Head, _ architecture: Architecture) -> Loss {
        architecture == .seed && head == .spatial ? .squaredError : .crossEntropy
    }

    /// The parameters that this stage may move.
    func parameters(of network: DetectorNetwork) -> [Parameter] { heads.flatMap(network.parameters(of:)) }
}
