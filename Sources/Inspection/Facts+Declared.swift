// The rows of the table that say what a file declares of its own origin, and what its container shows.

internal import Imaging
internal import Provenance

extension Facts {
    /// What the file says.  Rules see the scalars; records have them within `declared`, and the statements one by one in `items`.
    package static let declared: [Fact<Observation>] = statements + evidence

    /// Objects of their own within `declared`.
    package static let evidence: [Fact<Observation>] = credentials + camera + container

    package static let statements: [Fact<Observation>] = [
        .word(
            "declared_state", at: "declared.state", Declared.State.allCases.map(\.rawValue), .ok,
            "absent: everything that could tell an origin was read, and nothing does. present: something does. invalid: the only "
                + "part that could is damaged. error: a library failed. unchecked: the format's metadata are not read, or a limit "
                + "stood in the way."
        ) { $0.declared?.state.rawValue },
        .word(
            "declared_origin", at: "declared.origin", Origin.allCases.map(\.rawValue), .sometimes,
            "What the statements come to; ingredients of a signed picture count as what they were used for."
        ) { $0.declared?.origin?.rawValue },
        .text(
            "declared_generator", at: "declared.generator", limit: textLimit, .sometimes,
            "The generator that is named, by its usual name."
        ) { $0.declared?.generator },
        .text(
            "declared_source_types", at: nil, limit: 4096, .sometimes,
            "The digital source types of the picture itself, full URIs, one on each line."
        ) { seen in
            let own = seen.declared?.items.filter { $0.relationship == nil }.compactMap(\.digitalSourceType) ?? []
            return own.isEmpty ? nil : own.joined(separator: "\n")
        },
        .boolean("declared_synthetic", at: nil, .sometimes, "Whether the origin is synthetic.") {
            $0.declared.map { $0.origin == .synthetic }
        },
        .boolean("declared_capture", at: nil, .sometimes, "Whether the origin is a capture.") {
            $0.declared.map { $0.origin == .capture }
        },
        .text("declared_software", at: nil, limit: textLimit, .sometimes, "The first program that names itself.") {
            $0.declared?.items.first { $0.software != nil }?.software
        },
        .text("declared_ai_system", at: nil, limit: textLimit, .sometimes, "IPTC 2025.1: AISystemUsed.") {
            $0.declared?.items.first { $0.aiSystem != nil }?.aiSystem
        },
        .boolean("declared_parameters", at: nil, .sometimes, "Whether there are settings of a generation.") {
            $0.declared.map { $0.items.contains(where: \.hasParameters) }
        },
        .list(
            "declared_items", at: "declared.items", of: .object(itemFields), limit: ReadLimits().maxItems, .sometimes,
            "The statements, signed ones first and free text last."
        ) { seen in seen.declared.flatMap { $0.items.isEmpty ? nil : $0.items.map(\.value) } },
        .list(
            "declared_problems", at: "declared.problems",
            of: .object([
                FactField("part", .word(Declared.Part.allCases.map(\.rawValue)), required: true, "Which part it is."),
                FactField("state", .word(["invalid", "error", "unchecked"]), required: true, "Whose fault it is."),
                FactField("message", .text(limit: textLimit, .plain), required: true, "Why, for people."),
            ]), limit: ReadLimits().maxProblems, .sometimes, "Parts that could not be read."
        ) { seen in
            guard let problems = seen.declared?.problems, !problems.isEmpty else { return nil }
            return problems.map {
                .object([
                    "part": .text($0.part.rawValue), "state": .text($0.state.rawValue), "message": .text($0.message),
                ])
            }
        },
    ]

    private static let textLimit = 512

    private static let itemFields = [
        FactField("source", .word(Declared.Source.allCases.map(\.rawValue)), required: true, "The kind of metadata."),
        FactField("generator", .text(limit: textLimit, .plain), "A known generator's usual name."),
        FactField("software", .text(limit: textLimit, .plain), "The program as it calls itself."),
        FactField("model", .text(limit: textLimit, .plain), "The model that a generator says it has used."),
        FactField(
            "digitalSourceType", .text(limit: textLimit, .plain), "A term of IPTC's or C2PA's vocabulary, a full URI."),
        FactField("origin", .word(Origin.allCases.map(\.rawValue)), "What the statement comes to."),
        FactField("aiSystem", .text(limit: textLimit, .plain), "IPTC 2025.1: AISystemUsed."),
        FactField("aiSystemVersion", .text(limit: textLimit, .plain), "IPTC 2025.1: AISystemVersionUsed."),
        FactField("parameters", .boolean, required: true, "Whether the settings of a generation are there."),
        FactField("prompt", .text(limit: ReadLimits().maxPromptBytes, .plain), "Only when asked for."),
        FactField(
            "relationship", .word(Declared.Relationship.allCases.map(\.rawValue)),
            "Of an ingredient's manifest: what it was used for. Left out for the picture itself."),
    ]

    private static let credentials: [Fact<Observation>] = [
        .integer(
            "c2pa_claim_version", at: "declared.contentCredentials.claimVersion", 1...2, .sometimes,
            "Of the claim in the active C2PA manifest."
        ) { $0.declared?.contentCredentials?.claimVersion },
        .text(
            "c2pa_claim_generator", at: "declared.contentCredentials.claimGenerator", limit: textLimit, .sometimes,
            "The program that made the claim, as it calls itself."
        ) { $0.declared?.contentCredentials?.claimGenerator },
        .integer(
            "c2pa_manifests", at: "declared.contentCredentials.manifests", 0...Int(UInt32.max), .sometimes,
            "How many manifests the store has."
        ) { $0.declared?.contentCredentials?.manifests },
        .list(
            "c2pa_actions", at: "declared.contentCredentials.actions", of: .text(limit: 64, .plain), limit: 16,
            .sometimes,
            "Actions of the active manifest."
        ) { $0.declared?.contentCredentials.map { $0.actions.map { .text($0) } } },
        .word(
            "c2pa_binding", at: "declared.contentCredentials.binding",
            ContentCredentials.Binding.allCases.map(\.rawValue), .sometimes,
            "Whether the hard binding fits the bytes of this file."
        ) { $0.declared?.contentCredentials?.binding.rawValue },
        .word(
            "c2pa_signature", at: "declared.contentCredentials.signature",
            ContentCredentials.Signature.allCases.map(\.rawValue), .sometimes,
            "Whether the claim was signed by the certificate beside it. This is no trust in whoever owns it."
        ) { $0.declared?.contentCredentials?.signature.rawValue },
        .text(
            "c2pa_signer", at: "declared.contentCredentials.signer", limit: textLimit, .sometimes,
            "Organisation or name in that certificate."
        ) { $0.declared?.contentCredentials?.signer },
        .boolean(
            "c2pa_trusted", at: "declared.contentCredentials.trusted", .sometimes,
            "Whether the certificate leads to a given trust anchor; left out when none were given."
        ) { $0.declared?.contentCredentials?.isTrusted },
        .boolean(
            "c2pa_intact", at: "declared.contentCredentials.intact", .sometimes,
            "Whether the signature is valid, the assertions are those that were signed, and the binding fits."
        ) { $0.declared?.contentCredentials?.isIntact },
        .list(
            "c2pa_codes", at: "declared.contentCredentials.codes", of: .text(limit: 64, .plain), limit: 64, .sometimes,
            "Validation status codes of the C2PA specification."
        ) { $0.declared?.contentCredentials.map { $0.codes.map { .text($0) } } },
    ]

    private static let camera: [Fact<Observation>] = [
        .text("camera_make", at: "declared.camera.make", limit: textLimit, .sometimes, "Exif Make.") {
            $0.declared?.camera.make
        },
        .text("camera_model", at: "declared.camera.model", limit: textLimit, .sometimes, "Exif Model.") {
            $0.declared?.camera.model
        },
        .text("camera_lens", at: "declared.camera.lens", limit: textLimit, .sometimes, "Exif LensModel.") {
            $0.declared?.camera.lens
        },
        .text("camera_date", at: "declared.camera.date", limit: 64, .sometimes, "Exif DateTimeOriginal as written.") {
            $0.declared?.camera.date
        },
        .boolean("camera_maker_note", at: "declared.camera.makerNote", .sometimes, "Whether there is a maker note.") {
            $0.declared.flatMap { $0.camera.hasMakerNote ? true : nil }
        },
        .integer(
            "camera_thumbnail_bytes", at: "declared.camera.thumbnailBytes", 1...Int(UInt32.max), .sometimes,
            "Size of the Exif thumbnail."
        ) { $0.declared?.camera.thumbnail?.count },
        .boolean(
            "camera_thumbnail_matches", at: "declared.camera.thumbnailMatches", .sometimes,
            "Whether the Exif thumbnail shows what the picture shows, as far as the picture was looked at: many editors leave that of "
                + "the original. Left out where it is no JPEG, or too little is to be seen for an answer."
        ) { $0.thumbnailMatches },
        .boolean(
            "camera_plausible", at: nil, .sometimes,
            "Whether make and model stand beside a lens, a date or a maker note."
        ) { $0.declared?.camera.isPlausible },
    ]

    private static let container: [Fact<Observation>] = [
        .integer(
            "application_segments", at: "declared.container.applicationSegments", 0...Int(UInt32.max), .sometimes,
            "Of a JPEG: APP0 to APP15."
        ) { $0.declared?.container.applicationSegments },
        .text(
            "quantisation", at: "declared.container.quantisation", limit: 16, .sometimes,
            "Of a JPEG: the first 16 digits of the SHA-256 of its quantisation tables as stored, which tells encoders and their "
                + "settings apart."
        ) { $0.declared?.container.quantisation },
        .integer(
            "trailing_bytes", at: "declared.container.trailingBytes", 1...Int.max, .sometimes,
            "Bytes behind the end of the picture."
        ) { $0.declared.flatMap { $0.container.trailingBytes > 0 ? $0.container.trailingBytes : nil } },
        .word(
            "trailing_kind", at: "declared.container.trailingKind", Container.trailingKinds, .sometimes,
            "What they begin with."
        ) { $0.declared?.container.trailingKind },
    ]
}

extension Declared.Item {
    /// The statement as the table has it.
    fileprivate var value: FactValue {
        var members: [String: FactValue] = ["source": .text(source.rawValue), "parameters": .boolean(hasParameters)]
        let texts = [
            "generator": generator, "software": software, "model": model, "digitalSourceType": digitalSourceType,
            "origin": origin?.rawValue, "aiSystem": aiSystem, "aiSystemVersion": aiSystemVersion, "prompt": prompt,
            "relationship": relationship?.rawValue,
        ]
        for (name, text) in texts { members[name] = text.map { .text($0) } }
        return .object(members)
    }
}
