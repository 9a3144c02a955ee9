// What a model file says about itself, so that no score comes from a file that was made for something else.
import FoundationEssentials
import JSON

/// The JSON text under the key `assay` of a model file's `__metadata__`.
package struct ModelCard: Sendable, Equatable, Codable {
    /// Version of this format; readers refuse any other.
    package static let currentFormat = 1

    package var format = ModelCard.currentFormat
    /// The blueprint's name.
    private var architecture: String
    /// The blueprint, where its name does not say it all.
    private var custom: Blueprint?
    /// How pixels become inputs; a change there makes older weights worthless, so it is named.
    package var preprocessing: String
    /// By the head's name.
    package var calibration: [String: Calibration]
    package var thresholds: Thresholds
    /// What the model may judge; nil in models that know no bounds.
    package var envelope: Envelope?
    package var data: TrainingData?
    /// Figures on the validation part, by name.
    package var metrics: [String: Double]
    package var licence: String
    /// The options that the model was trained with, as one would type them.
    package var recipe: String?

    /// What the weights were fitted to.
    package struct TrainingData: Sendable, Equatable, Codable {
        /// Digest of the data set's listing, as `train` prints it.
        package var digest: String
        package var real: Int
        package var fake: Int
        /// Pictures per source.
        package var sources: [String: Int]

        package init(digest: String, real: Int, fake: Int, sources: [String: Int]) {
            (self.digest, self.real, self.fake, self.sources) = (digest, real, fake, sources)
        }
    }

    /// A card of a model that nothing is known of yet: uncalibrated, and never sure of anything.
    package init(_ blueprint: Blueprint) {
        architecture = blueprint.name
        custom = blueprint.isPreset ? nil : blueprint
        preprocessing = blueprint.preprocessing
        calibration = Dictionary(uniqueKeysWithValues: Head.allCases.map { ($0.rawValue, Calibration()) })
        thresholds = Thresholds(fake: 1, real: 0, falseAlarmRate: 0, missRate: 0)
        metrics = [:]
        licence = "unstated"
    }

    private enum CodingKeys: String, CodingKey {
        case format, architecture
        case custom = "blueprint"
        case preprocessing, calibration, thresholds, envelope, data, metrics, licence, recipe
    }

    /// What the model's network is.
    package var blueprint: Blueprint {
        guard let blueprint = custom ?? Blueprint.preset(architecture) else {
            preconditionFailure("a card names an architecture that is known")
        }
        return blueprint
    }

    package func calibration(_ head: Head) -> Calibration { calibration[head.rawValue] ?? Calibration() }

    /// The JSON text, keys sorted, so that the same card always gives the same file.
    package var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {
            preconditionFailure("a card holds a number that is not finite")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Reads and checks the text.
    ///
    /// - Parameter isShipped: that of the model inside the program, whose tests have looked at every key of its blueprint; reading it
    ///   twice is what a scan of one small file would notice.
    package init(_ text: String, isShipped: Bool = false) throws(ModelError) {
        let tree = JSONTree(Array(text.utf8))
        // A card of another version may have other fields.
        guard let tree else { throw .malformed("its metadata key 'assay' holds no JSON") }
        guard case .integer(let format) = tree["format"] else {
            throw .malformed("its metadata key 'assay' states no format version")
        }
        guard format == ModelCard.currentFormat else {
            throw .incompatible(
                "it has format version \(format), this program reads \(ModelCard.currentFormat); "
                    + "train it anew or use the version of assay that made it")
        }
        if !isShipped, let blueprint = tree["blueprint"], blueprint != .null {
            do throws(BlueprintError) {
                _ = try Blueprint(blueprint)
            } catch {
                throw .incompatible(error.message)
            }
        }
        guard let card = try? tree.decoded(as: ModelCard.self),
            card.custom != nil || Blueprint.preset(card.architecture) != nil
        else {
            throw .malformed("its metadata lacks a field or names an unknown architecture")
        }
        self = card
        guard blueprint.name == architecture else {
            throw .malformed("its blueprint is called '\(blueprint.name)', its architecture '\(architecture)'")
        }
        guard preprocessing == blueprint.preprocessing else {
            throw .incompatible(
                "it was trained on inputs of kind '\(preprocessing)', this program makes "
                    + "'\(blueprint.preprocessing)'; train it anew or use the version of assay that made it")
        }
        if let problem { throw .malformed(problem) }
    }

    /// The first number that makes no sense, if there is one: scores and verdicts would come of it all the same.
    private var problem: String? {
        guard Head.allCases.allSatisfy({ calibration[$0.rawValue]?.isSound ?? false }) else {
            return "its calibration lacks a head or has a temperature or a bias that none can have"
        }
        guard thresholds.real <= thresholds.fake else { return "its threshold for real lies above the one for fake" }
        let shares: [(String, Double?)] = [
            ("threshold for fake", thresholds.fake), ("threshold for real", thresholds.real),
            ("threshold for suspect", thresholds.suspect), ("rate of false alarms", thresholds.falseAlarmRate),
            ("rate of misses", thresholds.missRate), ("share of equal neighbours", envelope?.flatShare),
        ]
        // A threshold just beyond is one that nothing reaches: of a class that validation had nothing of.
        let sound = (-0.0).nextDown...1.0.nextUp
        if let (name, _) = shares.first(where: { $0.1.map { !sound.contains($0) } ?? false }) {
            return "its \(name) does not lie between 0 and 1"
        }
        if let suspect = thresholds.suspect, !(thresholds.real...thresholds.fake).contains(suspect) {
            return "its threshold for suspect does not lie between the others"
        }
        if let detail = thresholds.detail,
            !((0...ModelCard.steepest).contains(detail.slope) && (0...255).contains(detail.usual))
        {
            return "its thresholds move with detail as none can"
        }
        if let envelope, !(0...65535).contains(envelope.smallestSide) {
            return "its smallest side is one that no picture has"
        }
        if let data, min(data.real, data.fake, data.sources.values.min() ?? 0) < 0 {
            return "it counts fewer pictures than none"
        }
        return nil
    }

    /// Log-odds for each level of detail, of which there are 255: beyond it every score of a busier picture is 0 to a double.
    private static let steepest = 10.0
}
