// After each epoch: how well the network does on pictures that it does not learn from.
package import Detection
import Network

/// How pictures of generators and sources that training never sees are ranked. Crops of the pictures' middles, nothing calibrated.
package struct UnseenRanking: Sendable, Equatable {
    /// Area under the ROC curve, by head.
    package let rocAUC: [Head: Double]
    /// The generator whose fakes are told worst from all photographs, by the deciding head.
    package let worstGenerator: (name: String, rocAUC: Double)
    /// The source with the largest share of photographs among the 5 % of all photographs that look most like fakes.
    package let worstSource: (name: String, falseAlarms: Double)

    package static func == (left: UnseenRanking, right: UnseenRanking) -> Bool {
        left.rocAUC == right.rocAUC && left.worstGenerator == right.worstGenerator
            && left.worstSource == right.worstSource
    }
}

/// Scores validation and unseen pictures with the network that is being trained.
final class TrainerJudge {
    private let options: TrainerOptions
    private let network: DetectorNetwork
    private let batch: TrainerBatch
    private let context: Context
    private let validation: [Sample]
    private let unseen: [Sample]
    private var missed: [(path: String, reason: String)] = []

    init(
        _ options: TrainerOptions, _ network: DetectorNetwork, _ batch: TrainerBatch, _ context: Context,
        validation: [Sample], unseen: [Sample]
    ) {
        (self.options, self.network, self.batch, self.context) = (options, network, batch, context)
        // A balanced choice, each picture once.
        func choice(of samples: [Sample]) -> [Sample] {
            let plan = EpochPlan(count: options.validationLimit)
            let order = epochOrder(of: samples, epoch: 0, seed: options.seed, plan)
            return Set(order.map(\.sample)).sorted().map { samples[$0] }
        }
        (self.validation, self.unseen) = (choice(of: validation), choice(of: unseen))
    }

    /// Mean validation loss of each head of the stage; nil where no picture could be read.
    func losses(_ stage: TrainerStage) -> [Double]? {
        let (logits, samples) = logits(of: validation, stage.heads)
        if samples.isEmpty { return nil }
        let targets = samples.map { $0.isFake ? Float(1) : 0 }
        return stage.heads.map { head in
            options.blueprint.losses[head].evaluate(
                logits: Tensor(Shape(samples.count, 1), logits[head]!), targets: targets,
                gradient: Tensor(Shape(0, 0)))
        }
    }

    /// How the unseen pictures are ranked; by the fused head where it is trained yet, otherwise by the branches' mean.
    func ranking(_ stage: TrainerStage) -> UnseenRanking? {
        let (logits, samples) = logits(of: unseen, stage.heads)
        guard samples.contains(where: \.isFake), !samples.allSatisfy(\.isFake) else { return nil }
        var scored = samples.indices.map { index in
            stage.heads.reduce(0) { $0 + Double(logits[$1]![index]) } / Double(stage.heads.count)
        }
        if let fused = logits[.fused] { scored = fused.map(Double.init) }
        var areas: [Head: Double] = [:]
        for head in stage.heads { areas[head] = area(logits[head]!.map(Double.init), samples.map(\.isFake)) }

        let reals = samples.indices.filter { !samples[$0].isFake }
        let generators = Dictionary(grouping: samples.indices.filter { samples[$0].isFake }) { samples[$0].generator }
        let byGenerator = generators.sorted { $0.key < $1.key }.map { name, members in
            let indices = members + reals
            return (name: name, rocAUC: area(indices.map { scored[$0] }, indices.map { samples[$0].isFake }))
        }
        let limit = reals.map { scored[$0] }.sorted(by: >)[reals.count / 20]
        let bySource = Dictionary(grouping: reals) { samples[$0].source }.sorted { $0.key < $1.key }
            .filter { $0.value.count >= min(20, reals.count) }
            .map { name, members in
                (name: name, falseAlarms: Double(members.count { scored[$0] > limit }) / Double(members.count))
            }
        return UnseenRanking(
            rocAUC: areas, worstGenerator: byGenerator.min { $0.rocAUC < $1.rocAUC }!,
            worstSource: bySource.max { $0.falseAlarms < $1.falseAlarms } ?? ("", 0))
    }

    /// The pictures that could not be read since the last call.
    func takeUnreadable() -> [(path: String, reason: String)] {
        defer { missed = [] }
        return missed
    }

    private func area(_ scores: [Double], _ isFake: [Bool]) -> Double {
        ROCCurve(zip(scores, isFake).map { LabelledScore(score: $0, isFake: $1) }).area
    }

    /// Logits of the heads, and the samples they are of.
    private func logits(of samples: [Sample], _ heads: [Head]) -> (logits: [Head: [Float]], samples: [Sample]) {
        context.isTraining = false
        var (rows, read) = ([Head: [Float]](), [Sample]())
        for head in heads { rows[head] = [] }
        for first in stride(from: 0, to: samples.count, by: options.batch) {
            let part = Array(samples[first..<min(first + options.batch, samples.count)])
            missed += batch.fillPlain(part)
            if batch.targets.isEmpty { continue }
            let logits = network.forward(batch.inputs, heads: Set(heads), context)
            for head in heads { rows[head]! += logits[head]!.values }
            read += batch.filled.map { part[$0] }
        }
        return (rows, read)
    }
}
