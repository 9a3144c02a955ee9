// Knows the names by which generators call themselves in fields that name a program: whole words there, never text elsewhere.

/// A known generator of pictures.
struct GeneratorName {
    static let webUI = "Stable Diffusion WebUI"

    /// The usual name of the generator that a program's field names, or nil.
    ///
    /// Words are compared, not letters, so that "Fireflyer" is none; a version or a maker's name beside it does not matter.
    static func named(in program: String) -> String? {
        let written = words(program)
        return known.first { name, spellings in spellings.contains { contains(written, $0) } }?.0
    }

    /// Lower-case runs of letters and digits; all else separates.
    private static func words(_ text: String) -> [String] {
        // Scalars: one character may be millions of combining marks, which comparisons put into order at the square of their number.
        String(text.unicodeScalars.prefix(500)).lowercased().split { !($0.isLetter || $0.isNumber) }.map(String.init)
    }

    private static func contains(_ words: [String], _ wanted: [String]) -> Bool {
        guard !wanted.isEmpty, words.count >= wanted.count else { return false }
        return (0...words.count - wanted.count).contains { words[$0..<$0 + wanted.count].elementsEqual(wanted) }
    }

    private static let known: [(String, [[String]])] = names.map { ($0, $1.map(words)) }

    /// Longer names before those that they contain. What is also the name of other programs stands with its maker.
    private static let names: [(String, [String])] = [
        ("RuinedFooocus", ["RuinedFooocus"]),
        ("Fooocus", ["Fooocus"]),
        ("Midjourney", ["Midjourney"]),
        ("DALL-E", ["DALL-E", "DALL·E", "DALLE", "DALLE2", "DALLE3"]),
        ("GPT Image", ["GPT Image", "GPT-4o", "GPT image 1"]),
        ("ChatGPT", ["ChatGPT", "OpenAI", "OpenAI-API"]),
        ("Adobe Firefly", ["Firefly", "Adobe Firefly"]),
        ("Google Gemini", ["Google Gemini", "Gemini Flash Image", "Nano Banana"]),
        ("Google AI", ["Made with Google AI"]),
        ("Google Imagen", ["Google Imagen", "Imagen 2", "Imagen 3", "Imagen 4"]),
        (
            "Bing Image Creator",
            ["Bing Image Creator", "Image Creator from Microsoft Designer", "Microsoft Responsible AI"]
        ),
        ("Meta AI", ["Meta AI", "Imagined with AI"]),
        ("Grok", ["Grok Image", "xAI Grok", "Grok Imagine"]),
        ("Amazon Titan", ["Amazon Titan", "Titan Image Generator"]),
        ("Amazon Nova Canvas", ["Nova Canvas"]),
        ("ComfyUI", ["ComfyUI"]),
        ("InvokeAI", ["InvokeAI", "invoke-ai"]),
        ("NovelAI", ["NovelAI"]),
        ("SwarmUI", ["SwarmUI", "StableSwarmUI"]),
        ("SD.Next", ["SD.Next", "SDNext"]),
        ("Draw Things", ["Draw Things", "DrawThings"]),
        ("Mochi Diffusion", ["Mochi Diffusion"]),
        ("DiffusionBee", ["DiffusionBee"]),
        ("Easy Diffusion", ["Easy Diffusion"]),
        ("Leonardo.Ai", ["Leonardo.Ai", "Leonardo Ai"]),
        ("Ideogram", ["Ideogram"]),
        ("Recraft", ["Recraft"]),
        ("Craiyon", ["Craiyon"]),
        ("NightCafe", ["NightCafe"]),
        ("Black Forest Labs FLUX", ["Black Forest Labs", "FLUX.1", "FLUX.2"]),
        ("Stability AI", ["Stability AI", "DreamStudio"]),
        ("Seedream", ["Seedream"]),
        (webUI, ["Stable Diffusion WebUI", "stable-diffusion-webui", "AUTOMATIC1111", "Stable Diffusion web UI"]),
        ("Stable Diffusion", ["Stable Diffusion", "StableDiffusion"]),
    ]
}
