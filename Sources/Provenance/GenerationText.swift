// Recognises the texts in which generators keep the settings of a generation, by their whole form and not by words in them.

/// What such a text says.
struct GenerationText: Equatable {
    var generator: String?
    var model: String?
    var prompt: String?

    /// Nil for a text that has none of the known forms.
    init?(_ text: String, _ limits: ReadLimits) {
        if JSONScan.isObject(text) {
            self.init(json: text, limits)
        } else {
            self.init(lines: text)
        }
    }

    /// The form of Stable Diffusion WebUI, which many write: the prompt, "Negative prompt:", and a line of settings that begins with
    /// their number of steps (https://github.com/AUTOMATIC1111/stable-diffusion-webui, modules/infotext_utils.py).
    private init?(lines text: String) {
        // The settings stand at the end; lines without number are not for anybody to read.
        let end = text.utf8.count > 65_536 ? String(decoding: text.utf8.suffix(65_536), as: UTF8.self) : text
        // Bytes are compared, not characters: one of these may be all of the text.
        let lines = end.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Substring.init)
        guard let index = lines.lastIndex(where: { $0.utf8.starts(with: "Steps: ".utf8) }) else { return nil }
        let settings = GenerationText.settings(lines[index])
        guard settings["Steps"].flatMap({ Int($0) }) != nil, settings["Sampler"] != nil || settings["Seed"] != nil
        else {
            return nil
        }
        model = settings["Model"]
        let prompt = lines[..<index].prefix { !$0.utf8.starts(with: "Negative prompt:".utf8) }.joined(separator: "\n")
            .trimmed
        self.prompt = prompt.isEmpty ? nil : prompt
        let version = settings["Version"] ?? ""
        if let app = settings["App"], let name = GeneratorName.named(in: app) {
            generator = name
        } else if let name = GeneratorName.named(in: version) {
            generator = name
        } else if version == "classic" {
            generator = "Forge Classic"
        } else if version == "neo" {
            generator = "Forge Neo"
        } else if version.hasPrefix("f") && version.contains("v1.") {
            // f2.0.1v1.10.1-previous-…: Forge's version before that of the WebUI it was made from.
            generator = "Forge"
        } else if let sampler = settings["Sampler"], GenerationText.isIdentifier(sampler) {
            // ComfyUI names samplers as its code does (euler_ancestral), the WebUI as its menu does (Euler a).
            generator = "ComfyUI"
        } else {
            generator = GeneratorName.webUI
        }
    }

    /// "Name: value" between commas; a value in quotation marks may have commas in it.
    private static func settings(_ line: Substring) -> [String: String] {
        var result: [String: String] = [:]
        var rest = Substring(line.unicodeScalars.prefix(4000))
        while let colon = rest.firstIndex(of: ":") {
            let name = String(rest[..<colon]).trimmed
            var value = rest[rest.index(after: colon)...].drop { $0 == " " }
            if value.first == "\"", let end = value.dropFirst().firstIndex(of: "\"") {
                rest = value[value.index(after: end)...].drop { $0 != "," }
                value = value[..<end].dropFirst()
            } else {
                rest = value.drop { $0 != "," }
                value = value.prefix { $0 != "," }
            }
            rest = rest.dropFirst()
            if result[name] == nil { result[name] = String(value).trimmed }
        }
        return result
    }

    private static func isIdentifier(_ text: String) -> Bool {
        text.contains("_")
            && text.utf8.allSatisfy { $0 == 0x5F || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
    }

    /// Objects as the programs write them. A graph's nodes have a `class_type` in ComfyUI and nowhere else.
    private init?(json text: String, _ limits: ReadLimits) {
        var (found, model, prompt): (String?, String?, String?) = (nil, nil, nil)
        var (drawThings, graph) = (0, 0)
        var scan = JSONScan(text, limits)
        let isWhole = scan.forEach { depth, key, value in
            switch (key, value) {
            case ("class_type", let value?) where depth <= 3 && !value.isEmpty: found = found ?? "ComfyUI"
            case ("sui_image_params", nil) where depth == 1: found = "SwarmUI"
            case ("metadata_scheme", "fooocus") where depth == 1: found = found ?? "Fooocus"
            case ("software", let value?) where depth == 1, ("version", let value?) where depth == 1,
                ("app_id", let value?) where depth == 1:
                found = GeneratorName.named(in: value) ?? found
            case ("generation_mode", let value?) where depth == 1 && !value.isEmpty: found = found ?? "InvokeAI"
            case ("nodes", nil) where depth == 1, ("links", nil) where depth == 1: graph += 1
            case ("c", _?), ("uc", _?), ("sampler", _?), ("scale", _?): if depth == 1 { drawThings += 1 }
            default: break
            }
            switch (key, value) {
            case ("ckpt_name", let value?), ("unet_name", let value?), ("base_model", let value?),
                ("base_model_name", let value?),
                ("model_name", let value?), ("model_weights", let value?), ("model", let value?):
                if model == nil, !value.isEmpty { model = value }
            case ("text", let value?), ("prompt", let value?), ("Prompt", let value?), ("positive_prompt", let value?),
                ("c", let value?):
                if prompt == nil, !value.isEmpty { prompt = value }
            default: break
            }
        }
        guard isWhole else { return nil }
        // The editor's own form of a graph: nodes and links.
        if graph == 2 { found = found ?? "ComfyUI" }
        // {"c": prompt, "uc": negative prompt, "sampler", "scale", …} in the UserComment of Draw Things.
        if found == nil && drawThings == 4 { found = "Draw Things" }
        guard let found else { return nil }
        (generator, self.model, self.prompt) = (found, model, prompt)
    }
}
