// What a file says of its own origin, kept apart from what its pixels say: the values that every reader here fills.

/// What a file declares about where its picture comes from.
package struct Declared: Sendable, Equatable {
    package var state = State.absent
    /// Statements of origin in the order of their weight: signed manifests first, free text last.
    package var items: [Item] = []
    package var contentCredentials: ContentCredentials?
    package var camera = Camera()
    package var container = Container()
    /// What could not be read, and why; at most `ReadLimits.maxProblems`.
    package var problems: [Problem] = []

    package init() {}

    package enum State: String, Sendable, CaseIterable {
        /// Every part that could say something was read, and none tells an origin; a program may be named nevertheless.
        case absent
        case present
        /// A part that says something is damaged, and no other says anything.
        case invalid
        /// A library failed for a reason of its own.
        case error
        /// The format's metadata are not read here, or a limit stood in the way.
        case unchecked
    }

    /// One statement of origin.
    package struct Item: Sendable, Equatable {
        package var source: Source
        /// The generator's usual name, if the statement names one that is known.
        package var generator: String?
        /// The program as it calls itself.
        package var software: String?
        /// The model that a generator says it has used.
        package var model: String?
        /// A term of the IPTC NewsCodes or C2PA vocabulary, always as a full URI.
        package var digitalSourceType: String?
        /// IPTC 2025.1: AISystemUsed and AISystemVersionUsed.
        package var aiSystem: String?
        package var aiSystemVersion: String?
        /// Whether the settings of a generation (steps, sampler, seed, graph) are there.
        package var hasParameters = false
        /// The prompt; only filled when asked for.
        package var prompt: String?
        /// How the manifest that says it relates to the active one; nil for the active one itself and for all that is no manifest.
        package var relationship: Relationship?

        package init(_ source: Source) { self.source = source }

        /// What the statement comes to: the source type's meaning, or synthetic where a generator is named.
        package var origin: Origin? {
            if let digitalSourceType { return Origin(digitalSourceType: digitalSourceType) }
            return generator != nil || aiSystem != nil || hasParameters ? .synthetic : nil
        }

        /// Whether it says anything.
        var isEmpty: Bool { self == Item(source) }
    }

    package enum Source: String, Sendable, CaseIterable {
        case c2pa, xmp, iim, exif, pngText = "png-text", comment
    }

    package enum Relationship: String, Sendable, CaseIterable {
        case parent, component, input
    }

    package struct Problem: Sendable, Equatable {
        package var state: State
        /// The part, such as `xmp`.
        package var part: Part
        package var message: String

        package init(state: State, part: Part, message: String) {
            (self.state, self.part, self.message) = (state, part, message)
        }
    }

    package enum Part: String, Sendable, CaseIterable {
        case container, c2pa, xmp, iim, exif, pngText = "png-text"
    }

    /// The generator that is named, a manifest's before a text's.
    ///
    /// The text format of Stable Diffusion WebUI is written by many programs, so one that gives its name goes before it.
    package var generator: String? {
        let named = items.filter { $0.relationship == nil || $0.relationship == .parent }.compactMap(\.generator)
        return named.first { $0 != GeneratorName.webUI } ?? named.first
    }

    /// What the file as a whole declares; ingredients count as what they were used for.
    package var origin: Origin? {
        let own = items.filter { $0.relationship == nil }.compactMap(\.origin)
        let parents = items.filter { $0.relationship == .parent }.compactMap(\.origin)
        let components = items.filter { $0.relationship == .component }.compactMap(\.origin)
        let isComposite = components.contains(.synthetic) || components.contains(.composite)
        for origin in [Origin.synthetic, .composite] where own.contains(origin) || parents.contains(origin) {
            return origin
        }
        if isComposite { return .composite }
        for origin in [Origin.edited, .capture, .other] where own.contains(origin) { return origin }
        return parents.first
    }
}

/// Evidence of a camera, from Exif and the coded data.
package struct Camera: Sendable, Equatable {
    package var make: String?
    package var model: String?
    package var lens: String?
    /// DateTimeOriginal as written.
    package var date: String?
    package var hasMakerNote = false
    /// The Exif thumbnail, a file of its own.
    package var thumbnail: [UInt8]?

    package init() {}

    /// Whether a camera is named together with something that only cameras write.
    package var isPlausible: Bool { make != nil && model != nil && (hasMakerNote || lens != nil || date != nil) }
}

/// Facts about the container that speak of how a file was made.
package struct Container: Sendable, Equatable {
    /// The first 16 hexadecimal digits of the SHA-256 of all quantisation tables of a JPEG, as stored.
    package var quantisation: String?
    /// APP0…APP15 of a JPEG.
    package var applicationSegments: Int?
    /// Bytes behind the end of the picture, and what they begin with.
    package var trailingBytes = 0
    package var trailingKind: String?
    /// Pictures and videos among them.
    package var extra: [ExtraPart] = []

    package static let trailingKinds = TrailingKind.allCases.map(\.rawValue)

    package init() {}
}
