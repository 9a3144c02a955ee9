// The state of a training run after an epoch, so that a killed run goes on as if nothing had happened.
import Files
import FoundationEssentials
import Glibc
import Network

/// Where a run stands: everything besides the weights that its continuation depends on.
struct CheckpointState: Codable, Equatable {
    var fingerprint: String
    var digest: String
    /// Names which pictures are trained on and which validate: groups may change where the listing does not. Nil in older files.
    var division: String?
    var stage = 0
    /// Epochs finished in the stage.
    var epoch = 0
    var optimiserStep = 0
    /// Batches seen in the whole run; names the dropout masks.
    var step: UInt64 = 0
    var rateFactor = 1.0
    var bestLoss = Double.infinity
    var bestEpoch = 0
    var sinceBest = 0
    var sinceReduction = 0
    var unreadable: [String: String] = [:]

    /// Infinity is no JSON, so "no best yet" is written as null.
    enum CodingKeys: String, CodingKey {
        case fingerprint, digest, division, stage, epoch, optimiserStep, step, rateFactor, bestEpoch, sinceBest,
            sinceReduction
        case unreadable
        case storedBestLoss = "bestLoss"
    }

    /// Of a run that begins.
    init(_ fingerprint: String, _ dataset: Dataset, training: [Sample], validation: [Sample]) {
        (self.fingerprint, digest) = (fingerprint, dataset.digest)
        let parts = [training, validation].map { $0.map(\.path).sorted().joined(separator: "\0") }
        division = SHA256.hexadecimal(of: Array(parts.joined(separator: "\0\0").utf8))
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        fingerprint = try values.decode(String.self, forKey: .fingerprint)
        digest = try values.decode(String.self, forKey: .digest)
        division = try values.decodeIfPresent(String.self, forKey: .division)
        stage = try values.decode(Int.self, forKey: .stage)
        epoch = try values.decode(Int.self, forKey: .epoch)
        optimiserStep = try values.decode(Int.self, forKey: .optimiserStep)
        step = try values.decode(UInt64.self, forKey: .step)
        rateFactor = try values.decode(Double.self, forKey: .rateFactor)
        bestLoss = try values.decodeIfPresent(Double.self, forKey: .storedBestLoss) ?? .infinity
        bestEpoch = try values.decode(Int.self, forKey: .bestEpoch)
        sinceBest = try values.decode(Int.self, forKey: .sinceBest)
        sinceReduction = try values.decode(Int.self, forKey: .sinceReduction)
        unreadable = try values.decode([String: String].self, forKey: .unreadable)
    }

    /// Whether a run can have come to these numbers; with others sums would overflow.
    var isSound: Bool {
        [stage, epoch, optimiserStep, bestEpoch, sinceBest, sinceReduction].allSatisfy {
            (0...1_000_000_000_000).contains($0)
        }
            && step <= 1_000_000_000_000 && rateFactor > 0 && rateFactor <= 1
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(fingerprint, forKey: .fingerprint)
        try values.encode(digest, forKey: .digest)
        try values.encodeIfPresent(division, forKey: .division)
        try values.encode(stage, forKey: .stage)
        try values.encode(epoch, forKey: .epoch)
        try values.encode(optimiserStep, forKey: .optimiserStep)
        try values.encode(step, forKey: .step)
        try values.encode(rateFactor, forKey: .rateFactor)
        try values.encode(bestLoss.isFinite ? bestLoss : nil, forKey: .storedBestLoss)
        try values.encode(bestEpoch, forKey: .bestEpoch)
        try values.encode(sinceBest, forKey: .sinceBest)
        try values.encode(sinceReduction, forKey: .sinceReduction)
        try values.encode(unreadable, forKey: .unreadable)
    }
}

/// A checkpoint file: safetensors with the weights, their average, the best weights of the stage and the optimiser's moments.
struct Checkpoint {
    let path: String

    /// Writes the state beside the old file and renames it, so that a kill leaves one or the other.
    func save(
        _ state: CheckpointState, _ parameters: [Parameter], best: [[Float]], average: [[Float]]
    ) throws(TrainerError) {
        var file = SafeTensors()
        for (index, parameter) in parameters.enumerated() {
            file.add(parameter.name, shape: parameter.shape, values: parameter.value.values)
            if parameter.isTrainable {
                file.add("mean." + parameter.name, shape: parameter.shape, values: parameter.moments.mean.values)
                file.add(
                    "variance." + parameter.name, shape: parameter.shape, values: parameter.moments.variance.values)
            }
            if !best.isEmpty { file.add("best." + parameter.name, shape: parameter.shape, values: best[index]) }
            if !average.isEmpty {
                file.add("average." + parameter.name, shape: parameter.shape, values: average[index])
            }
        }
        guard let text = try? JSONEncoder().encode(state) else { throw .checkpoint("its state cannot be written") }
        file.metadata["checkpoint"] = String(decoding: text, as: UTF8.self)
        try writeModel(file.encoded(), to: path)
    }

    /// Reads a file that `save` wrote, into the parameters; nil where there is none.
    func load(
        _ parameters: [Parameter]
    ) throws(TrainerError) -> (state: CheckpointState, best: [[Float]], average: [[Float]])? {
        guard exists else { return nil }
        let file = try read()
        guard let text = file.metadata["checkpoint"],
            let state = try? JSONDecoder().decode(CheckpointState.self, from: Data(text.utf8))
        else { throw .checkpoint("\(path) is no checkpoint") }
        guard state.isSound else { throw .checkpoint("it counts what no run can have done") }
        var (best, average) = ([[Float]](), [[Float]]())
        for parameter in parameters {
            func values(_ prefix: String) -> [Float]? {
                let values = file.tensors[prefix + parameter.name]?.values
                return values?.count == parameter.count ? values : nil
            }
            guard let value = values("") else { throw .checkpoint("it lacks \(parameter.name)") }
            parameter.set(value)
            if parameter.isTrainable {
                guard let mean = values("mean."), let variance = values("variance.") else {
                    throw .checkpoint("it lacks the moments of \(parameter.name)")
                }
                for index in 0..<parameter.count {
                    parameter.moments.mean[index] = mean[index]
                    parameter.moments.variance[index] = variance[index]
                }
            }
            if let value = values("best.") { best.append(value) }
            if let value = values("average.") { average.append(value) }
        }
        guard [0, parameters.count].contains(best.count), [0, parameters.count].contains(average.count) else {
            throw .checkpoint("its best or average weights are incomplete")
        }
        return (state, best, average)
    }

    private func read() throws(TrainerError) -> SafeTensors {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try readWhole(path) } catch { throw .checkpoint(error.message) }
        do throws(SafeTensorsError) { return try SafeTensors(bytes) } catch { throw .checkpoint(error.message) }
    }

    var exists: Bool { unsafe access(path, F_OK) == 0 }

    func remove() { _ = unsafe unlink(path) }
}

/// Replaces a model or checkpoint by another.
func writeModel(_ bytes: [UInt8], to path: String) throws(TrainerError) {
    do throws(FileError) {
        try replaceFile(PathBytes(path), with: bytes, .model)
    } catch {
        throw .output("\(path): \(error.message)")
    }
}
