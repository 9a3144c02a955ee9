// `assay explain`: where in a picture, and where in its frequencies, a score comes from.

import Detection
import Files
import Imaging
import Scanning
import Spectra

/// Maps the scores of a picture's parts.
enum ExplainCommand {
    static let files = Argument(
        "file", repeats: true, "Pictures, or directories of them; - is one picture on standard input.")
    static let output = Option(
        "output", short: "o", value: "dir", default: ".",
        "Write maps to <dir>. Files are named by the picture's SHA-256.")
    static let step = Option("step", value: "n", default: "64", "Score a crop every <n> pixels.")
    static let model = Option("model", value: "file", "Explain this model instead of the built-in one.")
    static let json = Option("json", "Say it in JSON lines instead of words.")

    static let command = Command(
        "explain", "Show where in a picture and in its frequencies the score comes from.",
        discussion: [
            "For each picture NAME.explain.npy (float32, rows × columns × heads: the logits of fused, spatial and frequency for every crop of the "
                + "grid) and NAME.explain.png, the picture with its scores laid over it. The crops are those that the model sees; a scan "
                + "looks at a few of them only, so the picture's score is not the mean of the map."
        ],
        arguments: [files], options: [output, step, model, json] + EvidenceRun.options, manual: ExplainManual.sections,
        run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let step = try line.integer(step, 4...4096) ?? 64
        let detector = try ModelFile.load(line.path(model)).detector
        let run = try EvidenceRun(line)
        let explainers = (0..<run.jobs).compactMap { _ in detector.makeExplainer() }
        if explainers.isEmpty {
            throw .failure("this model sees a picture as a whole, so there is no map of its scores")
        }
        let reference = SpectralReference.shipped(ofResidual: false)
        let folder = try EvidenceFolder(line.path(output) ?? PathBytes("."))
        run.leftOut = folder.identity
        let isJSON = line.flag(json)
        // One picture after the other: all threads share its crops.
        let isWhole = try run.forEach(line.operands, window: 1) {
            $0
        } _: { _, picture throws(CommandFailure) in
            let explanation = Explanation(of: picture.pixels, explainers, step: step, reference)
            let map = explanation.map
            let npy = try folder.write(map.array.encoded(), picture.sha256 + ".explain.npy", .array)
            let drawing = map.drawing(
                "Scores of \(picture.sha256.prefix(16)), \(detector.identity)",
                "crops of \(map.grid.side) pixels every \(map.grid.step); fake from \(fixed(explanation.thresholds.fake, 3))",
                over: picture.pixels
            ) { detector.card.calibration($0) }
            let png = try folder.write(encodePNG(drawing), picture.sha256 + ".explain.png", .png)
            try Console.out(
                isJSON
                    ? jsonLine(picture, explanation, detector, [("npy", npy), ("png", png)])
                    : words(picture, explanation, detector, png))
        }
        return isWhole ? 0 : 2
    }

    private static func words(
        _ picture: EvidencePicture, _ explanation: Explanation, _ detector: Detector, _ file: PathBytes
    ) -> String {
        let (map, card) = (explanation.map, detector.card)
        var text = "\(picture.path.escaped): \(file.escaped)\n"
        for place in map.strongest(card.calibration(.fused)) {
            let region = place.region
            text += "  \(fixed(place.score, 3)) at \(region.x),\(region.y), \(region.width) × \(region.height) pixels\n"
        }
        let share = map.share(.fused, card.calibration(.fused), above: explanation.thresholds.fake)
        text +=
            "  \(fixed(100 * share, 1)) % of the picture reach the threshold for fake (\(fixed(explanation.thresholds.fake, 3)))\n"
        for effect in explanation.strongestEffects {
            text +=
                "  \(fixed(effect.band.lower, 3)) to \(fixed(effect.band.upper, 3)) cycles/pixel, \(effect.band.direction.rawValue): "
                + "made as in photographs, the frequency logit \(effect.change < 0 ? "falls" : "rises") by \(fixed(abs(effect.change), 2)); "
                + "\(fixed(abs(effect.distance), 2)) standard deviations \(effect.distance < 0 ? "below" : "above") the reference\n"
        }
        return text
    }

    private static func jsonLine(
        _ picture: EvidencePicture, _ explanation: Explanation, _ detector: Detector, _ files: [(String, PathBytes)]
    ) -> String {
        let (map, card) = (explanation.map, detector.card)
        var json = JSONText()
        json.object { json in
            json.member("assay", 1)
            json.member("path", picture.path.lossy)
            if !picture.path.isText { json.member("pathBytes", picture.path.bytes.base64) }
            json.member("sha256", picture.sha256)
            json.member("model", detector.identity)
            json.member("explanation") { json in for (key, path) in files { json.member(key, path.lossy) } }
            json.member("grid") { json in
                json.member("side", map.grid.side)
                json.list("columns") { json in for column in map.grid.columns { json.value(column) } }
                json.list("rows") { json in for row in map.grid.rows { json.value(row) } }
            }
            json.list("strongest") { json in
                for place in map.strongest(card.calibration(.fused)) {
                    json.object { json in
                        json.member("x", place.region.x)
                        json.member("y", place.region.y)
                        json.member("width", place.region.width)
                        json.member("height", place.region.height)
                        json.member("fused", place.score)
                    }
                }
            }
            json.member("threshold", explanation.thresholds.fake)
            json.member("share", map.share(.fused, card.calibration(.fused), above: explanation.thresholds.fake))
            json.list("bands") { json in
                for effect in explanation.effects {
                    json.object { json in
                        json.member("lower", effect.band.lower)
                        json.member("upper", effect.band.upper)
                        json.member("direction", effect.band.direction.rawValue)
                        json.member("change", effect.change)
                        json.member("distance", effect.distance)
                    }
                }
            }
        }
        json.endLine()
        return json.text
    }

    private static func fixed(_ value: Double, _ decimals: Int) -> String {
        var json = JSONText()
        json.value(value, decimals: decimals)
        return json.text
    }
}

/// Sections of `assay-explain(1)`.
enum ExplainManual {
    static let sections: [(title: String, paragraphs: [String])] = [
        (
            "The map",
            [
                "NAME.explain.png shows the picture and over it the calibrated score of each head, from blue (0) to orange (1): every place has the "
                    + "mean logit of the crops that cover it. The three strongest crops that do not overlap, and the share of the picture that "
                    + "reaches the threshold for fake, which depends on its detail, are said in words (share and threshold with --json). A threshold is made for whole pictures; one crop alone reaches it "
                    + "more easily, in photographs too.",
                "A small --step makes a finer map and takes longer: four times as long for half the step.",
            ]
        ),
        (
            "The bands",
            [
                "What the frequency branch hears is found by leaving it out: in up to nine crops the coefficients of one band of frequencies are given "
                    + "the magnitude that the shipped reference of photographs has there, and the change of the branch's logit is averaged. A "
                    + "fall means that the band speaks for synthesis. Beside it stands how far the band is from the reference, in the "
                    + "standard deviations of its coefficients. Bands are eight rings of equal width up to 0.5 cycles per pixel, in three "
                    + "directions; horizontal means changes along rows. They are given for models whose crops have the reference's 128 pixels.",
                "It is what this model reacts to, not proof of what made the picture.",
            ]
        ),
        ("Exit status", ["0 if all pictures were explained, 2 if any could not be, 64 if the command line is wrong."]),
    ]
}
