// Batches: the pictures of a step, read, varied and turned into inputs on all threads.
import Detection
import Files
import Glibc
import Imaging
import Network

/// Reads samples and makes inputs of them. What comes out depends on seed, epoch and sample only.
final class TrainerBatch {
    private let blueprint: Blueprint
    private let augmentation: Augmentation
    private let seed: UInt64
    private let context: Context
    private let features: [Features]
    let inputs: Inputs
    private(set) var targets: [Float] = []
    /// Pictures that could not be read: path and reason, each once.
    private(set) var unreadable: [String: String] = [:]

    init(_ options: TrainerOptions, context: Context) {
        blueprint = options.blueprint
        seed = options.seed
        self.context = context
        augmentation = Augmentation(
            recipe: Augmentation.Recipe(blueprint.picture), strength: options.augmentationStrength,
            equalize: options.equalize, cropSide: blueprint.side)
        features = (0..<context.team.threads).map { _ in Features(options.blueprint) }
        inputs = blueprint.makeInputs(1)
    }

    /// Fills the inputs with varied pictures and returns newly met unreadable ones. `index` tells draws of the same sample apart.
    func fillVaried(_ samples: [(index: Int, sample: Sample)], stage: Int, epoch: Int) -> [(
        path: String, reason: String
    )] {
        fill(samples.map(\.sample)) { [augmentation, seed] position, pixels in
            var stream = RandomStream(
                seed: seed, Purpose.augmentation.rawValue, UInt64(stage), UInt64(epoch), UInt64(samples[position].index)
            )
            return augmentation.apply(pixels, using: &stream)
        }
    }

    /// Fills the inputs with the pictures' middles as they are, for judging an epoch.
    func fillPlain(_ samples: [Sample]) -> [(path: String, reason: String)] {
        fill(samples) { _, pixels in pixels }
    }

    private func fill(
        _ samples: [Sample], _ vary: (Int, Pixels) -> Pixels
    ) -> [(path: String, reason: String)] {
        var read = [Result<Pixels, PictureError>?](repeating: nil, count: samples.count)
        unsafe read.withUnsafeMutableBufferPointer { read in
            context.team.forEach(samples.count) { position, _ in
                do throws(PictureError) {
                    unsafe read[position] = .success(vary(position, try readPicture(samples[position].path).pixels))
                } catch {
                    unsafe read[position] = .failure(error)
                }
            }
        }
        var (pictures, missed) = ([Pixels](), [(path: String, reason: String)]())
        targets = []
        for (sample, result) in zip(samples, read) {
            switch result {
            case .success(let pixels):
                pictures.append(pixels)
                targets.append(sample.isFake ? 1 : 0)
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
                features[thread].fill(
                    inputs, index, from: picture, x: (picture.width - size) / 2, y: (picture.height - size) / 2)
            }
        }
        return missed
    }
}
