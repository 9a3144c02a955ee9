// `assay model`: looks into model files.

import Detection
import Files

/// Shows, verifies and averages model files.
enum ModelCommand {
    static let file = Argument("file", required: false, "Model file; the shipped model if none is given.")
    static let files = Argument("file", repeats: true, "Model files, at least two; shipped is the shipped model.")
    static let output = Option(
        "output", short: "o", value: "file", "Write to <file>, which replaces nothing but a model; needed.")
    static let json = Option("json", "Print the metadata as JSON.")

    static let command = Command(
        "model", "Show, verify and average model files.",
        subcommands: [
            Command(
                "show", "Print what a model file says about itself.", arguments: [file], options: [json], run: show),
            Command(
                "blueprint", "Print a model's architecture as JSON, as 'assay train --blueprint' reads it.",
                arguments: [file], run: blueprint),
            Command(
                "verify", "Check that a model file is whole and fits this program.",
                discussion: ["The exit status is 0 if it does, 1 if it does not, and 2 if it can't be read."],
                arguments: [file], run: verify),
            Command(
                "average", "Write a model of the means of the weights of several.",
                discussion: [
                    "The models must have begun alike, as those of runs with one --init; nothing looks whether they have. The mean is "
                        + "uncalibrated and calls nothing fake or real: 'assay train <data> --init <mean> --epochs 0 -o <model>' chooses its thresholds."
                ],
                arguments: [files], options: [output], run: average),
        ])

    static func show(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let model = try ModelFile.load(line.operands.first)
        let card = model.detector.card
        if line.flag(json) {
            try Console.out(card.text + "\n")
            return 0
        }
        var rows = [
            ("model", model.detector.identity), ("sha256", model.detector.digest), ("bytes", "\(model.bytes.count)"),
            ("architecture", card.blueprint.name),
            (
                "fake",
                card.thresholds.fake > 1
                    ? "never"
                    : "score of \(card.thresholds.fake) or more; false alarms allowed: \(card.thresholds.falseAlarmRate)"
            ),
            (
                "real",
                card.thresholds.real < 0
                    ? "never" : "score of \(card.thresholds.real) or less; misses allowed: \(card.thresholds.missRate)"
            ),
        ]
        rows.insert(contentsOf: describe(card.blueprint), at: 4)
        if let suspect = card.thresholds.suspect { rows.append(("suspect", "score of \(suspect) or more")) }
        if let detail = card.thresholds.detail {
            rows.append(
                (
                    "detail",
                    "fake and suspect at \(detail.usual) levels, \(detail.slope) log-odds higher with each level more"
                ))
        }
        if let envelope = card.envelope {
            rows.append(
                ("envelope", "sides of \(envelope.smallestSide) pixels or more, flat share up to \(envelope.flatShare)")
            )
        }
        for head in Head.allCases {
            let calibration = card.calibration(head)
            rows.append(
                ("calibration", "\(head.rawValue): temperature \(calibration.temperature), bias \(calibration.bias)"))
        }
        if let data = card.data {
            rows.append(("data", "\(data.real) real, \(data.fake) fake, digest \(data.digest)"))
            for (source, count) in data.sources.sorted(by: { $0.key < $1.key }) {
                rows.append(("source", "\(source): \(count)"))
            }
        }
        for (name, value) in card.metrics.sorted(by: { $0.key < $1.key }) {
            rows.append(("metric", "\(name): \(value)"))
        }
        if let recipe = card.recipe { rows.append(("recipe", recipe)) }
        rows.append(("licence", card.licence))
        let lines = rows.map { name, value in
            name + String(repeating: " ", count: 15 - name.count) + value.escapingControls + "\n"
        }
        try Console.out(lines.joined())
        return 0
    }

    private static func describe(_ blueprint: Blueprint) -> [(String, String)] {
        let cost = blueprint.cost
        let rows = [
            ("preprocessing", blueprint.preprocessing), ("weights", "\(cost.weights)"),
            ("multiply-adds", "\(cost.multiplyAdds) a crop"),
        ]
        return blueprint.isPreset ? rows : rows + [("blueprint", blueprint.compactJSON)]
    }

    static func blueprint(_ line: Invocation) throws(CommandFailure) -> Int32 {
        try Console.out(try ModelFile.load(line.operands.first).detector.card.blueprint.json)
        return 0
    }

    static func verify(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let path = line.operands.first
        let bytes = if let path { try ModelFile.read(path) } else { Detector.shippedBytes() }
        let name = path?.escaped ?? "the shipped model"
        let digest = SHA256.hexadecimal(of: bytes)
        let identity: String
        do throws(ModelError) {
            identity = try Detector.load(bytes, digest: digest).identity
        } catch {
            Console.error("Error: \(name): \(error.message.escapingControls)\n")
            return 1
        }
        if path == nil && digest != Detector.shippedDigest {
            Console.error("Error: \(name): its bytes are not those that the program names\n")
            return 1
        }
        try Console.out("\(name): sound, \(identity)\n")
        return 0
    }

    static func average(_ line: Invocation) throws(CommandFailure) -> Int32 {
        guard let path = line.path(output) else { throw .usage("The option '--output <file>' is needed") }
        if path == PathBytes("") { throw .usage("The value '' is invalid for '--output': expected a file") }
        guard line.operands.count > 1 else { throw .usage("A mean is of at least two models") }
        var detectors: [Detector] = []
        for operand in line.operands { detectors.append(try ModelFile.named(operand).detector) }
        let mean: Detector
        do throws(ModelError) {
            mean = try Detector.mean(of: detectors)
        } catch {
            throw .failure(error.message)
        }
        do throws(FileError) {
            try replaceFile(path, with: mean.encoded(), .model)
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
        return 0
    }
}
