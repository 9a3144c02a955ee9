// A model that has been read and checked, ready to be put to work by any number of threads.
import CDefaultModel
package import Network
import Synchronization

/// A detector: network weights, calibration and thresholds of one model file.
package struct Detector: Sendable {
    package let card: ModelCard
    /// Architecture, format version and the first eight digits of the file's SHA-256, as records name the model.
    package let identity: String
    /// SHA-256 of the file in hexadecimal, as the caller gave it.
    package let digest: String
    /// The longest header of a model, in bytes. The shipped one's has 32 thousand; one full of tiny values, which anybody may hand over, takes
    /// thirty times its size of memory. Checkpoints, which are one's own, may be longer.
    package static let headerLimit = 8 << 20
    private let weights: SafeTensors
    private var checked: CheckedNetwork?

    package var thresholds: Thresholds { card.thresholds }

    /// Reads a model file and checks it whole: format, version, preprocessing, names and shapes of all tensors.
    ///
    /// - Parameter digest: SHA-256 of `bytes` in hexadecimal.
    package static func load(_ bytes: [UInt8], digest: String) throws(ModelError) -> Detector {
        let file: SafeTensors
        do {
            file = try SafeTensors(bytes, headerLimit: Detector.headerLimit)
        } catch {
            throw .malformed(error.message)
        }
        guard let text = file.metadata["assay"] else {
            throw .incompatible("its metadata has no key 'assay', so it is not a model of this program")
        }
        var detector = Detector(
            card: try ModelCard(text, isShipped: digest == shippedDigest), weights: file, digest: digest)
        let network = try detector.makeNetwork()
        for parameter in network.parameters where parameter.name.hasSuffix(".running_var") {
            // Its root would be no number, and a score of no number is no verdict.
            guard parameter.value.values.allSatisfy({ $0 >= 0 }) else {
                throw .incompatible("'\(parameter.name)' holds a negative variance")
            }
        }
        detector.checked = CheckedNetwork(network)
        return detector
    }

    /// The bytes of the model that is part of this program; empty when it was built without one.
    package static func shippedBytes() -> [UInt8] {
        let count = assay_default_model_size()
        return unsafe count > 1 ? Array(UnsafeBufferPointer(start: assay_default_model(), count: count)) : []
    }

    /// Their SHA-256 in hexadecimal.
    package static var shippedDigest: String { unsafe String(cString: assay_default_model_digest()) }

    private init(card: ModelCard, weights: SafeTensors, digest: String) {
        (self.card, self.weights, self.digest) = (card, weights, digest)
        identity = "\(card.blueprint.name)-\(card.format):\(digest.prefix(8))"
    }

    /// A detector of a network in memory, as training measures it.
    package init(card: ModelCard, parameters: [Parameter], digest: String = "") {
        self.init(card: card, weights: SafeTensors(parameters), digest: digest)
    }

    /// The bytes of the model file.
    package func encoded() -> [UInt8] {
        var file = weights
        file.metadata["assay"] = card.text
        return file.encoded()
    }

    /// A network of its own with this model's weights.
    package func makeNetwork() throws(ModelError) -> DetectorNetwork {
        let network = card.blueprint.makeNetwork()
        do {
            try weights.load(into: network.parameters)
        } catch {
            throw .incompatible(error.message)
        }
        return network
    }

    /// One worker's share of the detector. Not to be used by two threads at once.
    package func makeExaminer() -> Examiner {
        guard let network = checked?.take() ?? (try? makeNetwork()) else {
            preconditionFailure("a loaded detector has fitting weights")
        }
        return Examiner(card: card, network: network)
    }
}

/// The network that proved the weights of a file to fit: the first examiner works with it, so that a process which needs only
/// one does not build two.
private final class CheckedNetwork: Sendable {
    private let network: Mutex<DetectorNetwork?>

    init(_ network: sending DetectorNetwork) { self.network = Mutex(network) }

    func take() -> DetectorNetwork? {
        network.withLock { network in
            let taken = network
            network = nil
            return taken
        }
    }
}
