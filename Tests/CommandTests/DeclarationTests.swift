// Shows that confined processes read what files declare, with the few system calls that are left to them.

import Foundation
import Testing

struct DeclarationTests {
    private let shop = Workshop()

    private func picture(_ name: String) throws -> [UInt8] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: tests.appendingPathComponent("Fixtures/provenance/" + name)))
    }

    /// The `declared` of a picture's record, whose status must be ok.
    private func declared(_ name: String) throws -> [String: Any] {
        shop.write(name, try picture(name))
        let record = try #require(shop.scan(name).records.first)
        #expect(record["status"] as? String == "ok")
        return try #require(record["declared"] as? [String: Any])
    }

    @Test(
        arguments: [
            ("camera.jpg", "absent", nil, nil), ("plain.jpg", "absent", nil, nil),
            ("parameters.jpg", "present", "synthetic", "Forge"), ("iim.jpg", "present", "synthetic", "Midjourney"),
            ("capture.jpg", "present", "capture", nil), ("xmp.png", "present", "synthetic", nil),
        ] as [(String, String, String?, String?)])
    func metadataAreReadInConfinement(_ name: String, _ state: String, _ origin: String?, _ generator: String?) throws {
        let found = try declared(name)
        #expect(found["state"] as? String == state && found["origin"] as? String == origin)
        #expect(found["generator"] as? String == generator)
    }

    /// libcrypto has more to set up than any other reader.
    @Test(arguments: ["c2pa-es256.jpg", "c2pa-ps256.jpg", "c2pa-ed25519.jpg", "c2pa-parentOf.png"])
    func signaturesAreVerifiedInConfinement(_ name: String) throws {
        let found = try declared(name)
        let credentials = try #require(found["contentCredentials"] as? [String: Any])
        #expect(credentials["signature"] as? String == "valid" && credentials["binding"] as? String == "match")
        #expect(credentials["intact"] as? Bool == true && found["generator"] as? String == "Adobe Firefly")
    }

    @Test func aPictureThatCannotBeDecodedStillDeclares() throws {
        shop.write("cut.jpg", Array(try picture("parameters.jpg").dropLast(100)))
        let record = try #require(shop.scan("cut.jpg").records.first)
        #expect(record["status"] as? String == "error")
        #expect((record["declared"] as? [String: Any])?["generator"] as? String == "Forge")
    }

    @Test func aThumbnailIsHeldAgainstThePicture() throws {
        let camera = try #require(try declared("camera.jpg")["camera"] as? [String: Any])
        #expect(camera["thumbnailMatches"] as? Bool == true)
    }

    @Test func contradictionsAreToldAndSendAFileToAPerson() throws {
        shop.write("a.png", try picture("parameters-and-camera.jpg"))
        let record = try #require(shop.scan("a.png").records.first)
        let found = try #require(record["declared"] as? [String: Any])
        #expect(found["contradictions"] as? [String] == ["parameters-beside-camera", "extension"])
        let review = try #require(record["review"] as? [String: Any])
        #expect(review["required"] as? Bool == true)
        let because = try #require(review["because"] as? [String])
        #expect(
            because.filter { $0.hasPrefix("contradiction:") } == [
                "contradiction:parameters-beside-camera", "contradiction:extension",
            ])
    }

    @Test func promptsAreNotTold() throws {
        shop.write("a.jpg", try picture("parameters.jpg"))
        #expect(!shop.scan("a.jpg").output.contains("lighthouse"))
    }
}
