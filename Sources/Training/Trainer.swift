// The training loop: stages, epochs, early stopping, checkpoints, and at the end calibration and thresholds.
package import Confinement
package import Detection
import Glibc
import Network
import Threads

/// Trains a detector from a data set.
///
/// The same options and data give the same weights, bit for bit, whatever the number of jobs and however often the run was
/// killed and resumed.
package final class Trainer {
    private let options: TrainerOptions
    private let dataset: Dataset
    private let pictures: ConfinementSettings
    private let report: (TrainerEvent) -> Void
    private let network: DetectorNetwork
    private let context: Context
    private let batch: TrainerBatch
    private let judge: TrainerJudge
    package let training: [Sample]
    package let validation: [Sample]
    private let leftOut: [Sample]
    /// Pictures of generators and sources that training never sees: every epoch's ranking of them is reported.
    private let unseen: [Sample]
    private let checkpoint: Checkpoint
    private var state: CheckpointState
    private var best: [[Float]] = []
    private var average: WeightAverage
    private let clock = ContinuousClock()
    /// Whether the run to resume had ended, so that nothing was done.
    package private(set) var wasFinished = false

    /// - Parameters:
    ///   - unseen: pictures that are kept out of training and validation; they help to choose the thresholds.
    ///   - pictures: how they are read.
    ///   - report: called on the thread of `run` for every event.
    package init(
        _ options: TrainerOptions, _ dataset: Dataset, unseen: [Sample] = [],
        pictures: ConfinementSettings, report: @escaping (TrainerEvent) -> Void
    ) {
        (self.options, self.dataset, self.unseen, self.report) = (options, dataset, unseen, report)
        self.pictures = pictures
        let parts = dataset.samples.leavingOut(sources: options.leaveOut)
        leftOut = parts.left + unseen
        // Where nothing is trained, every picture helps to choose the thresholds.
        (training, validation) =
            options.epochs == 0
            ? ([], parts.kept) : parts.kept.split(validationShare: options.validationShare, seed: options.seed)
        network = options.blueprint.makeNetwork()
        context = Context(team: ThreadTeam(threads: options.jobs))
        batch = TrainerBatch(options, pictures, context: context)
        judge = TrainerJudge(options, network, batch, context, validation: validation, unseen: unseen)
        average = WeightAverage(decay: options.averaging)
        checkpoint = Checkpoint(path: options.checkpoint)
        state = CheckpointState(options.fingerprint, dataset, training: training, validation: validation)
    }

    /// Trains, calibrates and writes the model to the output path. Returns the finished detector and the pictures that
    /// could not be read.
    package func run() throws(TrainerError) -> (detector: Detector, unreadable: [String: String]) {
        if options.epochs > 0 { try check(training, "train on") }
        try check(validation, options.epochs > 0 ? "validate with" : "choose the thresholds by")
        var generator = RandomStream(seed: options.seed, Purpose.weights.rawValue)
        network.initialise(from: &generator)
        network.begin(
            with: options.initial.map { model in
                guard let network = try? model.makeNetwork() else {
                    preconditionFailure("a loaded model has fitting weights")
                }
                return network
            })
        report(.started(training: training.count, validation: validation.count, leftOut: leftOut.count))
        if options.epochs > 0 {
            if options.resume {
                if let detector = try resume() { return (detector, [:]) }
            } else if checkpoint.exists {
                report(.replacing(checkpoint: options.checkpoint))
            }
        }
        let stages = options.blueprint.stages
        while options.epochs > 0 && state.stage < stages.count {
            try run(stages[state.stage])
            state.stage += 1
        }
        let calibration = TrainerCalibration(options, dataset, pictures)
        report(.calibrating(pictures: validation.count + leftOut.count))
        let (detector, missed) = try calibration.finish(
            network.parameters, training: training, validation: validation, leftOut: leftOut)
        note(missed)
        try writeModel(detector.encoded(), to: options.output)
        if options.epochs > 0 { checkpoint.remove() }
        return (detector, state.unreadable)
    }

    private func check(_ part: [Sample], _ purpose: String) throws(TrainerError) {
        let fakes = part.count(where: \.isFake)
        if fakes == part.count { throw .oneClass(missing: "photographs to \(purpose)") }
        if fakes == 0 { throw .oneClass(missing: "fakes to \(purpose)") }
    }

    /// Goes on from the checkpoint. Returns the detector where there is none because the run had ended.
    private func resume() throws(TrainerError) -> Detector? {
        let file = try checkpoint.load(network.parameters)
        guard let (loaded, weights, averages) = file else {
            if let detector = TrainerCalibration.finished(options, dataset) {
                wasFinished = true
                report(.finishedBefore(output: options.output))
                return detector
            }
            report(.noCheckpoint(path: options.checkpoint))
            return nil
        }
        guard loaded.fingerprint == state.fingerprint else {
            throw .checkpoint("it belongs to a run with other options (\(loaded.fingerprint))")
        }
        guard loaded.digest == state.digest, loaded.division ?? state.division == state.division else {
            throw .checkpoint("it belongs to another data set")
        }
        let stages = options.blueprint.stages
        guard stages.indices.contains(loaded.stage) else { throw .checkpoint("it names a stage that does not exist") }
        (state, best) = (loaded, weights)
        average = WeightAverage(decay: options.averaging, values: averages)
        report(.resumed(stage: stages[state.stage].name, epoch: state.epoch))
        return nil
    }

    // MARK: Stages

    private func run(_ stage: TrainerStage) throws(TrainerError) {
        let optimiser = Optimiser(
            stage.parameters(of: network), options.optimiser, decay: Float(options.weightDecay))
        if state.epoch == 0 {
            for parameter in network.parameters where parameter.isTrainable {
                parameter.moments.mean.fill(0)
                parameter.moments.variance.fill(0)
            }
        }
        optimiser.step = state.optimiserStep
        while state.epoch < epochs(of: stage) && state.sinceBest < options.patience {
            try runEpoch(stage, optimiser)
            state.optimiserStep = optimiser.step
            try checkpoint.save(state, network.parameters, best: best, average: average.values)
        }
        if best.isEmpty { throw .diverged(stage: stage.name) }
        for (parameter, values) in zip(network.parameters, best) { parameter.set(values) }
        best = []
        average.reset()
        state.epoch = 0
        state.optimiserStep = 0
        state.rateFactor = 1
        (state.bestLoss, state.bestEpoch) = (.infinity, 0)
        (state.sinceBest, state.sinceReduction) = (0, 0)
    }

    private func runEpoch(_ stage: TrainerStage, _ optimiser: Optimiser) throws(TrainerError) {
        let start = clock.now
        let order = epochOrder(
            of: training, epoch: state.epoch, seed: options.seed,
            EpochPlan(
                isBalanced: options.equalize, count: options.epochSize, batch: options.batch, emphasis: options.emphasis
            ))
        var sums = [Double](repeating: 0, count: stage.heads.count)
        var (seen, fakes, rate) = (0, 0, 0.0)
        for first in stride(from: 0, to: order.count, by: options.batch) {
            let places = first..<min(first + options.batch, order.count)
            let done = (Double(state.epoch) + Double(first) / Double(order.count)) / Double(epochs(of: stage))
            rate = learningRate(stage, done: done, steps: optimiser.step)
            // The harder part comes in step by step, once the easier one is learnt.
            let ramp = options.ramp > 0 && state.stage == 0 ? min(1, done / options.ramp) : 1
            note(
                batch.fillVaried(
                    Array(order[places]), of: training, views, strength: ramp, stage: state.stage, epoch: state.epoch))
            if batch.targets.isEmpty { continue }
            let losses = step(stage, optimiser, rate: rate, consistency: options.consistency * ramp)
            for index in sums.indices { sums[index] += losses[index] * Double(batch.targets.count) }
            seen += batch.targets.count
            fakes += batch.targets.count { $0 > 0.5 }
            report(
                .step(
                    stage: stage.name, epoch: state.epoch + 1, images: places.upperBound, of: order.count,
                    loss: losses.reduce(0, +), imagesPerSecond: Double(seen) / seconds(since: start)))
        }
        if seen == 0 { throw .nothingReadable(of: "pictures") }
        if fakes == 0 || fakes == seen { try checkReadable() }
        let speed = Double(seen) / seconds(since: start)
        let (judgement, ranking) = average.inPlace(of: network.parameters) {
            (judge.losses(stage), judge.ranking(stage))
        }
        note(judge.takeUnreadable())
        guard let judgement else { throw .noValidation }
        let total = judgement.reduce(0, +)
        // A loss may be finite where a running variance is not, and no scan could use it.
        let isBest = total < state.bestLoss && average.kept(of: network.parameters) != nil
        follow(total, isBest: isBest)
        report(
            .epoch(
                EpochReport(
                    stage: stage.name, epoch: state.epoch, learningRate: rate,
                    losses: stage.heads.indices.map { (stage.heads[$0], sums[$0] / Double(seen), judgement[$0]) },
                    validationLoss: total, isBest: isBest, unseen: ranking, imagesPerSecond: speed,
                    seconds: seconds(since: start))))
    }

    /// An epoch of one class is chance as long as pictures of the other can be read.
    private func checkReadable() throws(TrainerError) {
        let readable = training.filter { state.unreadable[$0.path] == nil }
        if readable.allSatisfy(\.isFake) { throw .nothingReadable(of: "photographs") }
        if !readable.contains(where: \.isFake) { throw .nothingReadable(of: "fakes") }
    }

    /// What is shown of every picture.
    private var views: [Augmentation.View] { options.consistency > 0 ? [.clean, .degraded] : [.varied] }

    /// One optimiser step over the batch that has been filled; returns the heads' losses.
    private func step(_ stage: TrainerStage, _ optimiser: Optimiser, rate: Double, consistency: Double) -> [Double] {
        context.isTraining = true
        context.step = mix(options.seed &+ Purpose.dropout.rawValue) &+ state.step
        state.step += 1
        let trained = stage.parameters(of: network)
        trained.clearGradients()
        let logits = network.forward(
            batch.inputs, heads: Set(stage.heads), trainsTrunks: stage.trainsTrunks, context)
        let smoothing = Float(options.labelSmoothing)
        let targets = smoothing > 0 ? batch.targets.map { $0 + smoothing * (0.5 - $0) } : batch.targets
        var (losses, gradients) = ([Double](), HeadTensors())
        for head in stage.heads {
            let gradient = Tensor(Shape(0, 0))
            losses.append(
                options.blueprint.losses[head].evaluate(
                    logits: logits[head]!, targets: targets, gradient: gradient))
            if consistency > 0 {
                _ = Consistency.evaluate(logits: logits[head]!, weight: consistency, addingTo: gradient)
            }
            gradients[head] = gradient
        }
        network.backward(gradients, trainsTrunks: stage.trainsTrunks, context)
        if let clip = options.clip { trained.clipGradients(to: clip) }
        optimiser.update(rate: Float(rate), team: context.team)
        average.update(network.parameters, step: optimiser.step)
        return losses
    }

    // MARK: Callbacks

    /// Early stopping with best weights kept, and the plateau's halving (patience 5, floor 1e-6).
    private func follow(_ loss: Double, isBest: Bool) {
        state.epoch += 1
        if isBest {
            (state.bestLoss, state.bestEpoch, state.sinceBest, state.sinceReduction) = (loss, state.epoch, 0, 0)
            best = average.kept(of: network.parameters) ?? []
            return
        }
        state.sinceBest += 1
        state.sinceReduction += 1
        if options.schedule == .plateau && state.sinceReduction >= 5 {
            state.rateFactor /= 2
            state.sinceReduction = 0
        }
    }

    private func learningRate(_ stage: TrainerStage, done: Double, steps: Int) -> Double {
        let base = options.learningRate * stage.rate
        switch options.schedule {
        case .plateau: return max(base * state.rateFactor, 1e-6)
        case .cosine:
            return base * min(1, Double(steps + 1) / 100) * (0.01 + 0.99 * (1 + cos(Double.pi * done)) / 2)
        }
    }

    private func epochs(of stage: TrainerStage) -> Int {
        max(1, Int((Double(options.epochs) * stage.length).rounded()))
    }

    private func note(_ missed: [(path: String, reason: String)]) {
        for (path, reason) in missed where state.unreadable.updateValue(reason, forKey: path) == nil {
            report(.unreadable(path: path, reason: reason))
        }
    }

    private func seconds(since start: ContinuousClock.Instant) -> Double {
        let duration = start.duration(to: clock.now).components
        return Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
    }
}
