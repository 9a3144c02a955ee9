// Shows which generator a text names: by the whole form in which it keeps its settings, and by names only where programs are named.

import CZlib
import Testing

@testable import Provenance

private let settings = "a cat\nNegative prompt: dog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Model: m"

@Suite struct GeneratorTests {
    @Test(arguments: [
        ("", "Stable Diffusion WebUI"), (", Version: v1.10.1", "Stable Diffusion WebUI"),
        (", Version: f2.0.1v1.10.1-previous-652-gf5ba1f4f", "Forge"), (", Version: classic", "Forge Classic"),
        (", Version: neo", "Forge Neo"), (", App: SD.Next, Version: 56a8aea", "SD.Next"),
        (", Version: ComfyUI", "ComfyUI"),
        (", Version: Fooocus v2.4.3", "Fooocus"), (", Lora hashes: \"a: b, c: d\", Version: neo", "Forge Neo"),
    ])
    func settingsInTheFormOfTheWebUI(_ ending: String, _ generator: String) throws {
        let found = try declared(Sample.texts(["parameters": settings + ending]))
        #expect(found.generator == generator && found.items.map(\.model) == ["m"])
        #expect(found.items.map(\.hasParameters) == [true])
    }

    @Test(arguments: [
        ("prompt", #"{"3":{"class_type":"KSampler","inputs":{"seed":1}}}"#, "ComfyUI"),
        ("workflow", #"{"last_node_id": 3, "nodes": [{"id": 1}], "links": []}"#, "ComfyUI"),
        ("parameters", #"{"sui_image_params": {"prompt": "a cat", "model": "m"}}"#, "SwarmUI"),
        ("parameters", #"{"prompt": "a cat", "metadata_scheme": "fooocus"}"#, "Fooocus"),
        ("parameters", #"{"Prompt": "a cat", "software": "RuinedFooocus"}"#, "RuinedFooocus"),
        ("invokeai_metadata", #"{"positive_prompt": "a cat", "generation_mode": "txt2img"}"#, "InvokeAI"),
        ("sd-metadata", #"{"app_id": "invoke-ai/InvokeAI"}"#, "InvokeAI"), ("Dream", "a cat -s 50", "InvokeAI"),
        ("Software", "NovelAI", "NovelAI"), ("Software", "Draw Things 1.2", "Draw Things"),
    ])
    func textsOfAPNG(_ keyword: String, _ text: String, _ generator: String) throws {
        let found = try declared(Sample.texts([keyword: text]))
        #expect(found.state == .present && found.generator == generator && found.origin == .synthetic)
        // The same under a keyword that means nothing.
        #expect(try declared(Sample.texts(["Comment": text])).generator == nil)
    }

    @Test(arguments: [
        "", "Steps: many, Sampler: x, Seed: 1", "Steps: 20", "how to use Steps: 20, Sampler: Euler", "{",
        "{\"class_type\": 1",
        #"{"a":{"b":{"c":{"class_type":"deeper than any graph"}}}}"#, #"{"note":"class_type"}"#,
        "[{\"class_type\":\"x\"}]",
    ])
    func textsWithoutAFormAreNone(_ text: String) throws {
        #expect(try declared(Sample.texts(["parameters": text])).state == .absent)
    }

    @Test(arguments: [
        ("Adobe Firefly 2", "Adobe Firefly"), ("DALL·E 3", "DALL-E"), ("dall-e", "DALL-E"), ("Fireflyer", nil),
        ("Adobe Photoshop 25.0", nil), ("Imagen AI 9", nil), ("Gemini", nil), ("midjourney", "Midjourney"),
        ("OpenAI-API", "ChatGPT"), ("ComfyUI_0.3", "ComfyUI"), ("Digital Camera Ver1.00", nil), ("", nil),
    ])
    func programsAreNamedInWholeWords(_ program: String, _ generator: String?) {
        #expect(GeneratorName.named(in: program) == generator)
    }

    @Test func aProgramThatNamesItselfGoesBeforeTheCommonForm() throws {
        let graph =
            #"{"3":{"class_type":"CheckpointLoaderSimple","inputs":{"ckpt_name":"a.safetensors","clip":["4",0]}}}"#
        let found = try declared(Sample.texts(["parameters": settings, "prompt": graph]))
        #expect(found.items.map(\.generator) == ["Stable Diffusion WebUI", "ComfyUI"])
        #expect(found.generator == "ComfyUI" && found.items.map(\.model) == ["m", "a.safetensors"])
    }

    @Test func oneGeneratorMakesOneStatement() throws {
        let found = try declared(
            Sample.texts([
                "Software": "NovelAI", "Source": "Diffusion V4", "Comment": "{\"steps\": 1}", "Description": "a cat",
            ]))
        #expect(found.items.count == 1)
        #expect(found.items.first?.model == "Diffusion V4" && found.items.first?.hasParameters == true)
    }

    /// One character may be all of a text, and putting its marks into order takes the square of their number: hours, here.
    @Test(arguments: ["Software", "parameters", "prompt"]) func charactersOfManyMarksHoldNobodyUp(_ name: String) throws
    {
        let marks = String(repeating: "\u{316}\u{301}", count: 400_000)
        let texts = [
            // Beginnings that known words have: only then are the marks behind them looked at.
            "Software": "Stable Diffusion a" + marks, "parameters": "S" + marks,
            "prompt": "{\"c\(marks)\":1,\"t\(marks)\":{\"m\(marks)\":2}}",
        ]
        let found = try declared(Sample.texts([name: try #require(texts[name])]))
        #expect(found.generator == ["Software": "Stable Diffusion"][name])
    }

    @Test func compressedTextsAreReadUpToALimit() throws {
        func zipped(_ text: [UInt8]) -> [UInt8] {
            var size = compressBound(UInt(text.count))
            var result = [UInt8](repeating: 0, count: Int(size))
            #expect(compress(&result, &size, text, UInt(text.count)) == Z_OK)
            return Array(result[..<Int(size)])
        }
        let head = Array("parameters\0\0".utf8)
        let good = try Sample.png([("zTXt", head + zipped(Array(settings.utf8)))])
        #expect(try declared(good).generator == "Stable Diffusion WebUI")
        let international = Array("parameters\0\u{1}\u{0}en\0Einstellungen\0".utf8)
        #expect(try declared(Sample.png([("iTXt", international + zipped(Array(settings.utf8)))])).state == .present)
        let bomb = try Sample.png([("zTXt", head + zipped([UInt8](repeating: 32, count: 5 << 20)))])
        #expect(try declared(bomb).state == .unchecked)
        let cut = try Sample.png([("zTXt", head + zipped(Array(settings.utf8)).dropLast(9))])
        #expect(try declared(cut).state == .invalid)
        #expect(try declared(Sample.png([("zTXt", Array("parameters\0\u{7}".utf8))])).state == .invalid)
    }
}
