// Training goes in stages: the branches alone, then what joins them.
package import Detection
import Network

/// One part of a training run: which heads have a loss, and which weights move.
typealias TrainerStage = StagePlan

extension StagePlan {
    /// The parameters that this stage may move.
    func parameters(of network: DetectorNetwork) -> [Parameter] { heads.flatMap(network.parameters(of:)) }
}

extension Augmentation.Recipe {
    /// The one that varies pictures as a network sees them.
    package init(_ picture: Blueprint.Picture) {
        switch picture {
        case .resized: self = .seed
        case .cropped: self = .crossdomain
        }
    }
}
