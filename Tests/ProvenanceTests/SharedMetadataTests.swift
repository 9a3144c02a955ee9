// Looks at real files of many generators and cameras, which may not be redistributed: skipped where they are missing.

import Foundation
import Imaging
import Testing

@testable import Provenance

private let shared = Sample.package.deletingLastPathComponent().appendingPathComponent("shared")

private func files(_ folder: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: shared.appendingPathComponent(folder).path)
    return (names ?? []).filter { $0.contains(".") && !$0.hasSuffix(".md") }.sorted()
}

private let metadata = files("odd/metadata")
private let signed = metadata.first { $0.contains("CAICA") }

private func isEmpty(_ path: String) -> Bool { (try? bytes(path).isEmpty) ?? false }

private func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: shared.appendingPathComponent(path)))
}

@Suite struct SharedMetadataTests {
    /// What the names of the files say. Those without an entry declare nothing: thumbnails cut out of signed files, pictures without
    /// metadata, and one whose settings are hidden in its pixels, where nobody looks for metadata.
    private static let generators = [
        "jpg-comfyui": "ComfyUI", "jpg-forge-classic": "Forge Classic", "jpg-forge-neo": "Forge Neo",
        "jpg-sd-next": "SD.Next",
        "jpg-sd-webui": "Stable Diffusion WebUI", "png-comfyui": "ComfyUI", "png-novelai": "NovelAI",
        "png-ruined-fooocus": "RuinedFooocus", "stub-automatic1111_cropped": "Stable Diffusion WebUI",
        "stub-fooocus": "Fooocus",
        "stub-invokeai": "InvokeAI", "stub-novelai": "NovelAI", "stub-img2img": "ComfyUI", "stub-night": "ComfyUI",
        "stub-noisy": "ComfyUI", "stub-unclip": "ComfyUI", "stub-text_after_idat": "Stable Diffusion WebUI",
    ]

    @Test(arguments: metadata.filter { !isEmpty("odd/metadata/" + $0) })
    func theGeneratorIsTheOneInTheName(_ name: String) throws {
        let found = try declared(bytes("odd/metadata/" + name))
        #expect(found.generator == Self.generators.first { name.hasPrefix($0.key) }?.value)
        #expect(found.problems.isEmpty)
        #expect((found.contentCredentials != nil) == name.contains("CAICA"))
    }

    @Test(.enabled(if: signed != nil, "../shared/odd/metadata is missing"))
    func aSignedFileOfTheStandardsAuthorsIsIntact() throws {
        let name = try #require(signed)
        let found = try #require(try declared(bytes("odd/metadata/" + name)).contentCredentials)
        #expect(found.isIntact && found.signer == "C2PA Test Signing Cert" && found.manifests == 2)
        #expect(!found.codes.contains { $0.hasSuffix("mismatch") })
    }

    @Test(arguments: files("cases/declared")) func originIsTheOneInTheName(_ name: String) throws {
        let found = try declared(bytes("cases/declared/" + name))
        let origin: Origin? =
            name.contains("spoof") || name.contains("plain") || name.contains("cut")
            ? nil : name.contains("composite") ? .composite : name.contains("capture") ? .capture : .synthetic
        #expect(found.origin == origin)
        #expect(found.state == (name.contains("cut") ? .invalid : origin == nil ? .absent : .present))
    }

    /// Old cameras' blocks have their oddities; none is taken for damage, and none for a generator.
    @Test(arguments: files("odd/exif")) func camerasAreNoGenerators(_ name: String) throws {
        let found = try declared(bytes("odd/exif/" + name))
        #expect(found.origin == nil && found.state == .absent)
    }
}
