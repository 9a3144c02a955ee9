// Batches: the pictures of a step, read, varied and turned into inputs on all threads.
import Confinement
import Detection
import Files
import Glibc
import Imaging
import Network
import Threads

/// Reads samples and makes inputs of them. What comes out depends on seed, epoch and sample only.
final class TrainerBatch {
    private let blueprint: Blueprint
    private let augmentation: Augmentation
    private let seed: UInt64
    private let context: Context
    /// One for each thread.
    private let features: [Features]
    private let readers: [PictureReader]
    let inputs: Inputs
    /// 1 for every crop of a fake, 0 for one of a photograph.
    private(set) var targets: [Float] = []
    /// Which of the pictures asked for could be read.
    private(set) var filled: [Int] = []
    /// Pictures that could not be read: path and reason, each once.
    private(set) var unreadable: [String: String] = [:]

    init(_ options: TrainerOptions, _ pictures: ConfinementSettings, context: Context) {
        blueprint = options.blueprint
        seed = options.seed
        self.context = context
        augmentation = Augmentation(
            recipe: Augmentation.Recipe(blueprint.picture), strength: options.augmentationStrength,
            equalize: options.equalize, cropSide: blueprint.side)
        features = (0..<context.team.threads).map { _ in Features(options.blueprint) }
        readers = (0..<context.team.threads).map { _ in PictureReader(pictures) }
        inputs = blueprint.makeInputs(1)
    }

    /// Fills the inputs with varied pictures and returns newly met unreadable ones.
    ///
    /// - Parameters:
    ///   - views: what is shown of each picture, one after the other.
    ///   - strength: factor on the run's strength of augmentation.
    func fillVaried(
        _ draws: [Draw], of samples: [Sample], _ views: [Augmentation.View], strength: Double, stage: Int, epoch: Int
    ) -> [(path: String, reason: String)] {
        var augmentation = augmentation
        augmentation.strength *= strength
        return fill(draws.map { samples[$0.sample] }) { [seed] position, sample, reader throws(ReadError) in
            var stream = RandomStream(
                seed: seed, Purpose.augmentation.rawValue, UInt64(stage), UInt64(epoch), UInt64(draws[position].key))
            var shown: [Pixels] = []
            try augmentation.apply(using: &stream, views) { regions throws(ReadError) in
                try reader.read(PathBytes(sample.path), regions: regions).parts.map(\.pixels)
            } show: {
                shown.append($0)
            }
            return shown
        }
    }

    /// Fills the inputs with the pictures' middles as they are, for judging an epoch.
    func fillPlain(_ samples: [Sample]) -> [(path: String, reason: String)] {
        let side = blueprint.side
        let isWhole = augmentation.recipe == .seed
        return fill(samples) { _, sample, reader throws(ReadError) in
            try reader.read(PathBytes(sample.path)) { width, height in
                let middle = Region(x: (width - side) / 2, y: (height - side) / 2, width: side, height: side)
                return [
                    isWhole
                        ? Region(x: 0, y: 0, width: width, height: height)
                        : middle.clipped(toWidth: width, height: height)
                ]
            }.parts.map(\.pixels)
        }
    }

    private func fill(
        _ samples: [Sample], _ show: (Int, Sample, PictureReader) throws(ReadError) -> [Pixels]
    ) -> [(path: String, reason: String)] {
        var read = [Result<[Pixels], ReadError>?](repeating: nil, count: samples.count)
        unsafe read.withUnsafeMutableBufferPointer { read in
            context.team.forEach(samples.count) { position, thread in
                do throws(ReadError) {
                    unsafe read[position] = .success(try show(position, samples[position], readers[thread]))
                } catch {
                    unsafe read[position] = .failure(error)
                }
            }
        }
        var (pictures, missed) = ([Pixels](), [(path: String, reason: String)]())
        (targets, filled) = ([], [])
        for (position, (sample, result)) in zip(samples, read).enumerated() {
            switch result {
            case .success(let views):
                pictures += views
                targets += views.map { _ in sample.isFake ? 1 : 0 }
                filled.append(position)
            case .failure(let error):
                if unreadable.updateValue(error.message, forKey: sample.path) == nil {
                    missed.append((sample.path, error.message))
                }
            case nil: preconditionFailure("a picture was not visited")
            }
        }
        if !pictures.isEmpty {
            inputs.resize(pictures.count)
            let size = blueprint.side
            context.team.forEach(pictures.count) { index, thread in
                let picture = pictures[index]
                // A part that is narrower than the crop is continued on both sides, as the picture's middle is in a scan.
                features[thread].fill(
                    inputs, index, from: picture, x: (picture.width - size) / 2, y: (picture.height - size) / 2)
            }
        }
        return missed
    }
}
