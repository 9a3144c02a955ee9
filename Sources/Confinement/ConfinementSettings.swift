// What a confined process must know before it begins, as one message that names and versions itself.

package import Detection
package import Imaging
package import Inspection

/// What every confined process is started with.
package struct ConfinementSettings: Sendable {
    package var limits = DecodeLimits()
    /// Seconds that one file may take; nil for as long as it likes.
    package var timeout: Double? = 30
    /// What scores; nil if nothing is to be scored.
    package var model: Model?
    /// What confines a process; one that can't have all of it does nothing.
    package var isolation = Isolation.offered
    /// Files after which a process is replaced, so that one that was taken over unnoticed does not stay for ever.
    package var filesPerProcess = 10_000
    /// Bytes of the memory for results, which is made when this is not 0.  What is not used takes no room.
    package var results = 0
    /// How what files declare is read.
    package var reading = ReadSettings()
    /// The program to start; its subcommand `decoder` runs `InspectionService`.
    package var executable = "/proc/self/exe"

    /// A model that a process scores with.
    package struct Model: Sendable {
        package let card: ModelCard
        /// The file; nil for the model that is part of the program.
        package let file: SharedBytes?

        package init(_ card: ModelCard, _ file: SharedBytes?) { (self.card, self.file) = (card, file) }
    }

    /// Rules that a process matches against what it scores.
    package var rules: Rules?

    package struct Rules: Sendable {
        package let settings: RuleSettings
        /// What a process may say that matched.
        package let names: Set<String>
        let file: SharedBytes

        package init(_ settings: RuleSettings, names: Set<String>) {
            (self.settings, self.names) = (settings, names)
            file = SharedBytes(settings.encoded)
        }
    }

    package init(_ model: Model?) { self.model = model }

    /// Name of the subcommand that runs `InspectionService`.
    package static let subcommand = "decoder"

    /// How many files a process may work on together.
    package var batch: Int { model?.card.filesTogether ?? 1 }

    /// How many files like one of so many bytes had better wait for a process: that of large ones gains nothing, and other processes may
    /// want them.
    package func ahead(size: Int) -> Int { size <= 256 << 10 ? batch : model?.card.blueprint.batch ?? 1 }

    /// Address space for decoding: 16 bytes a pixel, which covers a progressive JPEG in CMYK, and room for the network.
    package var memory: Int { limits.maxPixels.multipliedReportingOverflow(by: 16).partialValue &+ (512 << 20) }
}

/// The settings as a process gets them.
struct SettingsMessage {
    enum Scoring: Int {
        case none, shipped, file
    }

    var limits = DecodeLimits()
    var memory = 0
    var isolation = Isolation()
    var scoring = Scoring.none
    var results = 0
    var reading = ReadSettings()
    var hasRules = false
    /// What is loaded before nothing more can be.
    var libraries: Set<ImageFormat.Library> = []

    private static let name = "assay confinement settings"
    private static let version = 1
    static let largest = 4096 + ReadSettings.largestAnchors

    init(_ settings: ConfinementSettings, _ libraries: Set<ImageFormat.Library> = []) {
        self.libraries = libraries
        (limits, memory, isolation) = (settings.limits, settings.memory, settings.isolation)
        scoring = settings.model.map { $0.file == nil ? .shipped : .file } ?? .none
        (results, reading) = (settings.results, settings.reading)
        hasRules = settings.rules != nil
    }

    private var values: [(name: String, value: Int)] {
        [
            ("maxPixels", limits.maxPixels), ("maxScans", limits.maxScans), ("maxTextBytes", limits.maxTextBytes),
            ("maxRows", limits.maxRows), ("memory", memory), ("isolation", Int(isolation.rawValue)),
            ("scoring", scoring.rawValue),
            ("results", results), ("prompts", reading.prompts ? 1 : 0),
            ("perceptualHash", reading.perceptualHash ? 1 : 0),
            ("rules", hasRules ? 1 : 0),
            ("libraries", libraries.reduce(0) { $0 | 1 << SettingsMessage.place(of: $1) }),
        ]
    }

    private static func place(of library: ImageFormat.Library) -> Int {
        ImageFormat.Library.allCases.firstIndex(of: library) ?? 0
    }

    var encoded: [UInt8] {
        var wire = WireWriter()
        wire.add(SettingsMessage.name, limit: 64)
        wire.add(SettingsMessage.version)
        let values = values
        wire.add(values.count)
        for (name, value) in values {
            wire.add(name, limit: 64)
            wire.add(value)
        }
        wire.add(String(decoding: reading.anchors, as: UTF8.self), limit: ReadSettings.largestAnchors)
        return wire.bytes
    }

    /// Takes exactly the settings that `encoded` names.
    init(decoding bytes: ArraySlice<UInt8>) throws(WireError) {
        var wire = WireReader(bytes)
        guard try wire.text(limit: 64) == SettingsMessage.name, try wire.integer() == SettingsMessage.version else {
            throw WireError()
        }
        var values: [String: Int] = [:]
        for _ in 0..<(try wire.count(limit: 64)) { values[try wire.text(limit: 64)] = try wire.integer() }
        func value(_ name: String) throws(WireError) -> Int {
            guard let value = values.removeValue(forKey: name) else { throw WireError() }
            return value
        }
        limits = DecodeLimits(
            maxPixels: try value("maxPixels"), maxScans: try value("maxScans"), maxTextBytes: try value("maxTextBytes"),
            maxRows: try value("maxRows"))
        memory = try value("memory")
        isolation = Isolation(rawValue: Int32(truncatingIfNeeded: try value("isolation")))
        guard let scoring = Scoring(rawValue: try value("scoring")) else { throw WireError() }
        self.scoring = scoring
        results = try value("results")
        hasRules = try value("rules") != 0
        reading.prompts = try value("prompts") != 0
        reading.perceptualHash = try value("perceptualHash") != 0
        reading.anchors = Array(try wire.text(limit: ReadSettings.largestAnchors).utf8)
        let bits = try value("libraries")
        libraries = Set(ImageFormat.Library.allCases.filter { bits >> SettingsMessage.place(of: $0) & 1 == 1 })
        guard values.isEmpty, wire.isAtEnd else { throw WireError() }
    }
}
