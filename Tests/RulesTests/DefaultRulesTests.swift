import Detection
import Rules
import Testing

/// The rules that ship, held against facts of no particular model.
struct DefaultRulesTests {
    /// An ordinary picture whose score says nothing, under a model with these bounds.
    private static let ordinary: [String: RuleValue] = [
        "fused": .number(0.5), "spatial": .number(0.5), "frequency": .number(0.5), "disagreement": .number(0),
        "threshold_fake": .number(0.9), "threshold_real": .number(0.2), "threshold_suspect": .number(0.8),
        "envelope_side": .integer(128), "envelope_flat_share": .number(0.85), "flat_share": .number(0.1),
        "width": .integer(640), "height": .integer(480), "format": .text("jpeg"), "colour": .text("ycbcr"),
        "jpeg_quality": .integer(90), "declared_synthetic": .boolean(false), "declared_capture": .boolean(false),
        "declared_parameters": .boolean(false), "declared_source_types": .text(""), "declared_ai_system": .text(""),
        "declared_generator": .text(""), "c2pa_signature": .text(""), "c2pa_binding": .text(""),
        "camera_plausible": .boolean(false),
    ]

    struct Case: CustomTestStringConvertible {
        let facts: [String: RuleValue]
        let verdict: Verdict
        /// The rules that match, of all that ship.
        let rules: [String]

        init(_ facts: [String: RuleValue], _ verdict: Verdict, _ rules: [String]) {
            (self.facts, self.verdict, self.rules) = (facts, verdict, rules)
        }

        var testDescription: String { "\(facts.map { "\($0.key) = \($0.value.literal)" }.sorted())" }
    }

    private static let iptc = "http://cv.iptc.org/newscodes/digitalsourcetype/"

    static let cases: [Case] =
        [
            Case([:], .uncertain, ["between_thresholds"]),
            // At a threshold counts as beyond it.
            Case(["fused": .number(0.9)], .fake, ["model_says_fake", "near_fake_threshold"]),
            Case(
                ["fused": .number(0.9.nextDown)], .uncertain, ["between_thresholds", "suspect", "near_fake_threshold"]),
            Case(["fused": .number(0.99)], .fake, ["model_says_fake"]),
            Case(["fused": .number(0.2)], .real, ["model_says_real", "near_real_threshold"]),
            Case(["fused": .number(0.2.nextUp)], .uncertain, ["between_thresholds", "near_real_threshold"]),
            Case(["fused": .number(0.02)], .real, ["model_says_real"]),
            Case(["fused": .number(0)], .real, ["model_says_real"]),
            Case(["fused": .number(1)], .fake, ["model_says_fake"]),
            Case(["fused": .number(0.8)], .uncertain, ["between_thresholds", "suspect"]),
            Case(["fused": .number(0.8.nextDown)], .uncertain, ["between_thresholds"]),
            // A model without the looser threshold.
            Case(["fused": .number(0.8), "threshold_suspect": .number(2)], .uncertain, ["between_thresholds"]),
            // Both thresholds in one place: fake comes first.
            Case(
                ["fused": .number(0.5), "threshold_fake": .number(0.5), "threshold_real": .number(0.5)], .fake,
                ["model_says_fake", "model_says_real", "near_fake_threshold", "near_real_threshold"]),
            Case(
                ["fused": .number(0.99), "disagreement": .number(0.75)], .uncertain,
                ["model_says_fake", "branch_conflict"]),
            Case(["fused": .number(0.99), "disagreement": .number(0.74)], .fake, ["model_says_fake"]),
            Case(["fused": .number(0.99), "width": .integer(127)], .uncertain, ["model_says_fake", "too_small"]),
            Case(["fused": .number(0.02), "height": .integer(127)], .uncertain, ["model_says_real", "too_small"]),
            Case(
                ["fused": .number(0.99), "width": .integer(128), "height": .integer(128)], .fake, ["model_says_fake"]),
            Case(
                ["fused": .number(0.99), "flat_share": .number(0.85.nextUp)], .uncertain, ["model_says_fake", "flat"]),
            Case(["fused": .number(0.99), "flat_share": .number(0.85)], .fake, ["model_says_fake"]),
            Case(
                ["fused": .number(0.02), "colour": .text("palette"), "format": .text("png")], .uncertain,
                ["model_says_real", "palette"]),
            Case(
                ["fused": .number(0.99), "jpeg_quality": .integer(24)], .uncertain,
                ["model_says_fake", "heavily_compressed"]),
            Case(["fused": .number(0.99), "jpeg_quality": .integer(25)], .fake, ["model_says_fake"]),
            // No estimate, and no JPEG.
            Case(["fused": .number(0.99), "jpeg_quality": .integer(0)], .fake, ["model_says_fake"]),
            Case(
                ["fused": .number(0.99), "jpeg_quality": .integer(1), "format": .text("webp")], .fake,
                ["model_says_fake"]),
            // What the file says of itself makes no verdict.
            Case(["declared_synthetic": .boolean(true)], .uncertain, ["between_thresholds", "says_synthetic"]),
            Case(["declared_capture": .boolean(true)], .uncertain, ["between_thresholds", "says_capture"]),
            Case(
                ["declared_source_types": .text("\(iptc)digitalCapture\n\(iptc)compositeWithTrainedAlgorithmicMedia")],
                .uncertain,
                ["between_thresholds", "says_composite"]),
            Case(
                ["declared_source_types": .text("\(iptc)trainedAlgorithmicMedia")], .uncertain,
                ["between_thresholds", "trained_algorithmic_media"]),
            Case(
                ["declared_source_types": .text("\(iptc)algorithmicMedia")], .uncertain,
                ["between_thresholds", "algorithmic_media"]),
            Case(["declared_ai_system": .text("a system")], .uncertain, ["between_thresholds", "names_ai_system"]),
            Case(["declared_parameters": .boolean(true)], .uncertain, ["between_thresholds", "generation_parameters"]),
            Case(
                ["c2pa_signature": .text("valid"), "c2pa_binding": .text("match")], .uncertain,
                ["between_thresholds", "content_credentials_intact"]),
            Case(
                ["c2pa_signature": .text("valid"), "c2pa_binding": .text("unsupported")], .uncertain,
                ["between_thresholds"]),
            Case(
                ["c2pa_signature": .text("invalid"), "c2pa_binding": .text("match")], .uncertain,
                ["between_thresholds", "content_credentials_broken"]),
            Case(
                ["c2pa_signature": .text("valid"), "c2pa_binding": .text("mismatch")], .uncertain,
                ["between_thresholds", "content_credentials_broken"]),
            Case(
                ["declared_parameters": .boolean(true), "camera_plausible": .boolean(true)], .uncertain,
                ["between_thresholds", "generation_parameters", "parameters_beside_camera"]),
            // Contradictions change no verdict; they are for a person.
            Case(
                ["fused": .number(0.99), "declared_capture": .boolean(true)], .fake,
                ["model_says_fake", "says_capture", "capture_but_fake"]),
            Case(
                ["fused": .number(0.02), "declared_synthetic": .boolean(true)], .real,
                ["model_says_real", "says_synthetic", "synthetic_but_real"]),
        ]
        + generators.map { name, rule in
            Case(["declared_generator": .text(name)], .uncertain, ["between_thresholds", rule])
        }

    /// Names of generators as they are read from files, and the rule of each.
    private static let generators = [
        ("Stable Diffusion WebUI", "stable_diffusion_webui"), ("Forge", "forge"), ("Forge Classic", "forge"),
        ("Forge Neo", "forge"),
        ("SD.Next", "sd_next"), ("SwarmUI", "swarmui"), ("ComfyUI", "comfyui"), ("InvokeAI", "invokeai"),
        ("NovelAI", "novelai"),
        ("Fooocus", "fooocus"), ("RuinedFooocus", "fooocus"), ("Draw Things", "draw_things"),
        ("Midjourney", "midjourney"),
        ("DALL-E", "dall_e"), ("ChatGPT", "openai"), ("GPT Image", "openai"), ("Adobe Firefly", "adobe_firefly"),
        ("Google Gemini", "google"), ("Google Imagen", "google"), ("Bing Image Creator", "bing_image_creator"),
        ("Meta AI", "meta_ai"), ("Grok", "grok"), ("Amazon Titan", "amazon"), ("Amazon Nova Canvas", "amazon"),
        ("Black Forest Labs FLUX", "black_forest_labs"), ("Stability AI", "stability_ai"),
        ("Stable Diffusion", "stability_ai"),
    ]

    private static func compile() throws -> RuleSet {
        try RuleSet.compile(RuleSource.shipped, variables: ordinary.map { RuleVariable($0.key, $0.value.kind) })
    }

    private static func matches(_ set: RuleSet, _ facts: [String: RuleValue]) throws -> [Rule] {
        let matcher = try #require(RuleMatcher(set))
        for (name, value) in ordinary.merging(facts, uniquingKeysWith: { $1 }) { matcher.define(name, value) }
        return matcher.match([], fileSize: 0, limit: .seconds(60)).matched.map { set.rules[$0] }
    }

    @Test(arguments: cases) func judges(_ example: Case) throws {
        let matches = try Self.matches(try Self.compile(), example.facts)
        #expect(matches.map(\.name) == example.rules)
        #expect(Decision(matches).verdict == example.verdict)
    }

    /// So that no rule can go unnoticed: each is the only one that makes some case what it is.
    @Test func everyRuleHasACase() throws {
        let set = try Self.compile()
        #expect(set.warnings.isEmpty)
        let tested = Set(Self.cases.flatMap(\.rules))
        #expect(set.rules.map(\.name).filter { !tested.contains($0) } == [])
        #expect(set.rules.allSatisfy { $0.reason != nil })
    }

    /// What today's thresholds and envelope say, the rules say of every score.
    @Test func agreesWithTheModelsThresholds() throws {
        let set = try Self.compile()
        let thresholds = Thresholds(fake: 0.9, real: 0.2, falseAlarmRate: 0.01, missRate: 0.05, suspect: 0.8)
        for step in 0...500 {
            let fused = Double(step) / 500
            #expect(Decision(try Self.matches(set, ["fused": .number(fused)])).verdict == thresholds.verdict(fused))
        }
    }

    /// Every rule says where what it goes by can be read.
    @Test func everyRuleHasAReference() throws {
        for source in RuleSource.shipped {
            let lines = String(decoding: source.text, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where line.hasPrefix("rule ") {
                var comment = ""
                for above in lines[..<index].reversed() {
                    guard above.hasPrefix("//") else { break }
                    comment = above + comment
                }
                #expect(
                    comment.contains("https://") || comment.contains("same") || comment.contains("https"), "\(line)")
            }
        }
    }
}
