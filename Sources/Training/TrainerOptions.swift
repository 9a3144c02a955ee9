// Everything that decides how a training run comes out, in one value that a checkpoint can be compared with.
package import Detection
import Files
package import Network

/// The options of a training run. Two runs with equal options (but for `jobs` and the paths) and equal data give equal weights.
package struct TrainerOptions: Sendable {
    package var blueprint = Blueprint.crossdomain
    /// Most epochs of each stage; early stopping may end one before.
    package var epochs = 100
    /// Pictures drawn in an epoch; as many as there are training pictures when nil.
    package var epochSize: Int?
    package var batch = 40
    package var learningRate = 1e-3
    package var optimiser = Optimiser.Method.adam
    package var schedule = Schedule.plateau
    /// Decoupled weight decay.
    package var weightDecay = 0.0
    /// Epochs without a better validation loss after which a stage ends.
    package var patience = 10
    package var validationShare = 0.2
    /// Most validation pictures that an epoch is judged by; all of them serve the final calibration.
    package var validationLimit = 2000
    package var seed: UInt64 = 1
    package var jobs = 1
    package var augmentationStrength = 1.0
    package var equalize = true
    /// Sources that are kept out of training and serve the choice of thresholds as "never seen".
    package var leaveOut: Set<String> = []
    /// Factors on the shares of sources in an epoch, where classes are balanced.
    package var emphasis: [String: Double] = [:]
    /// Weight of the agreement between a clean and a degraded view of each picture, in a loss that then sees both; 0 shows one
    /// view of each.
    package var consistency = 0.0
    /// How far targets are moved from 0 and 1 towards one half.
    package var labelSmoothing = 0.0
    /// The longest gradient that is followed as it is; longer ones are shortened to it.
    package var clip: Double?
    /// What the average of the weights keeps of itself at each step; 0 takes the weights as they are.
    package var averaging = 0.0
    /// The share of the first stage's epochs over which degradation and consistency come in.
    package var ramp = 0.0
    /// Models whose weights the run begins with, instead of random ones: one of the same blueprint, or several for its columns.
    package var initial: [Detector] = []
    /// The split that is kept out, for the card: it decides thresholds, never weights.
    package var devSplit: String?
    package var licence = "unstated"
    /// Where the model goes; the checkpoint lies beside it.
    package var output = ""
    package var resume = false

    /// Where the state of the run goes after each epoch.
    var checkpoint: String { output + ".checkpoint" }
    /// The files that a run makes or replaces.
    package var written: [String] { [output, checkpoint] }

    package init() {}

    /// How the learning rate moves.
    package enum Schedule: String, CaseIterable, Sendable {
        /// Halved after 5 epochs without a better validation loss, never below 1e-6.
        case plateau
        /// A short linear rise, then half a cosine over the stage's epochs (Loshchilov and Hutter 2017).
        case cosine
    }

    /// The blueprint's name, with a digest where that does not say it all.
    private var architecture: String {
        if blueprint.isPreset { return blueprint.name }
        return "\(blueprint.name)/\(SHA256.hexadecimal(of: Array(blueprint.compactJSON.utf8)).prefix(8))"
    }

    /// The options that the weights depend on, as one line: a checkpoint only fits the run that wrote it.
    package var fingerprint: String {
        """
        \(architecture) epochs=\(epochs) size=\(epochSize.map(String.init) ?? "all") batch=\(batch) \
        rate=\(learningRate) schedule=\(schedule.rawValue) decay=\(weightDecay) patience=\(patience) \
        validation=\(validationShare)/\(validationLimit) seed=\(seed) augmentation=\(augmentationStrength) \
        equalize=\(equalize) leave-out=\(leaveOut.sorted().joined(separator: ",")) \
        emphasis=\(emphasis.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")) \
        consistency=\(consistency) smoothing=\(labelSmoothing) clip=\(clip.map { "\($0)" } ?? "none") \
        averaging=\(averaging) ramp=\(ramp)\(optimiser == .adam ? "" : " optimizer=\(optimiser.rawValue)")\
        \(initial.isEmpty ? "" : " init=" + initial.map { String($0.digest.prefix(16)) }.joined(separator: ","))\
        \(devSplit.map { " dev-split=\($0)" } ?? "")
        """
    }
}
