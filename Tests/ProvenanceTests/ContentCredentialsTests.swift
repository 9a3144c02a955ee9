// Shows that C2PA manifests are read as they were signed by another program, and that nothing in them can be exchanged unnoticed.

import Testing

@testable import Provenance

@Suite struct ContentCredentialsTests {
    @Test(arguments: [
        ("c2pa-es256.jpg", "Drawn Signer"), ("c2pa-ps256.jpg", "PSS Signer"), ("c2pa-ed25519.jpg", "Edwards Signer"),
        ("c2pa-parentOf.png", "P-384 Signer"),
    ])
    func signedPicturesAreIntact(_ name: String, _ signer: String) throws {
        let credentials = try #require(try declared(Sample.bytes(name)).contentCredentials)
        #expect(credentials.signature == .valid && credentials.binding == .match && credentials.isIntact)
        #expect(credentials.signer == signer && credentials.isTrusted == nil)
        #expect(
            credentials.codes.prefix(3) == [
                "claimSignature.validated", "assertion.hashedURI.match", "assertion.dataHash.match",
            ])
    }

    @Test func claimsOfBothVersionsAreRead() throws {
        let first = try #require(try declared(Sample.bytes("c2pa-es256.jpg")).contentCredentials)
        #expect(
            first.claimVersion == 1 && first.claimGenerator == "drawn_by_hand/1.0" && first.actions == ["c2pa.created"])
        let second = try #require(try declared(Sample.bytes("c2pa-parentOf.png")).contentCredentials)
        #expect(second.claimVersion == 2 && second.claimGenerator == "Drawn by hand 2.0" && second.manifests == 2)
        #expect(second.actions == ["c2pa.opened", "c2pa.color_adjustments"])
        #expect(second.codes.contains("ingredient.hashedURI.match"))
    }

    @Test func ingredientsCountAsWhatTheyWereUsedFor() throws {
        let parent = try declared(Sample.bytes("c2pa-parentOf.png"))
        #expect(parent.origin == .synthetic && parent.generator == "Adobe Firefly")
        #expect(parent.items.map(\.relationship) == [nil, .parent])
        let component = try declared(Sample.bytes("c2pa-componentOf.png"))
        #expect(component.origin == .composite && component.generator == nil)
    }

    @Test func anyChangedByteOfThePictureIsNoticed() throws {
        var file = try Sample.bytes("c2pa-es256.jpg")
        let end = try #require(file.indices.last { file[$0] == 0xEB && file[$0 - 1] == 0xFF })
        let length = Int(file[end + 1]) << 8 | Int(file[end + 2])
        for index in [0, 1] + Array(stride(from: end + 1 + length, to: file.count, by: 5)) {
            file[index] ^= 1
            let credentials = readDeclared(file.span, .jpeg).contentCredentials
            #expect(credentials?.binding != .match, "byte \(index)")
            file[index] ^= 1
        }
        #expect(readDeclared((file + [0]).span, .jpeg).contentCredentials?.binding == .mismatch)
    }

    /// Claim, assertions and signature.
    @Test func anyChangedByteOfWhatIsSignedIsNoticed() throws {
        var file = try Sample.bytes("c2pa-parentOf.png")
        let store = 41..<41 + (Int(file[35]) << 8 | Int(file[36]))
        let root = try JUMBFBox(Array(file[store]), ReadLimits())
        let active = try #require(root.boxes.last)
        var places = [try #require(active["c2pa.claim.v2"]).contents[0].place]
        places += try #require(active["c2pa.assertions"]).boxes.map(\.whole)
        let message = try #require(active["c2pa.signature"]).contents[0].place
        // The signature itself, at the end of its message.
        places.append(message.upperBound - 96..<message.upperBound)
        for index in places.flatMap({ stride(from: $0.lowerBound, to: $0.upperBound, by: 5) }) {
            file[store.lowerBound + index] ^= 1
            let found = readDeclared(file.span, .png)
            #expect(found.contentCredentials?.isIntact != true, "byte \(index)")
            #expect(found.state != .absent)
            file[store.lowerBound + index] ^= 1
        }
        #expect(readDeclared(file.span, .png).contentCredentials?.isIntact == true)
    }

    /// By a digest that is not known here nothing was compared, whoever has signed.
    @Test func anAssertionThatCouldNotBeComparedIsNotIntact() throws {
        var file = try Sample.bytes("c2pa-parentOf.png")
        // The active claim comes last, and its algorithm is that of all its assertions.
        let name = try #require(file.indices.dropLast(6).last { file[$0...].starts(with: "sha256".utf8) })
        file[name + 5] = UInt8(ascii: "7")
        var credentials = try #require(try declared(file).contentCredentials)
        #expect(credentials.codes.contains("algorithm.unsupported") && credentials.binding == .match)
        #expect(!credentials.codes.contains { $0.hasPrefix("assertion.hashedURI") })
        // As if it had been signed so.
        credentials.signature = .valid
        #expect(!credentials.isIntact)
        credentials.codes = []
        #expect(credentials.isIntact)
    }

    @Test func trustIsAMatterOfTheUsersAnchors() throws {
        var options = ReadOptions()
        let file = try Sample.bytes("c2pa-es256.jpg")
        options.anchors = try TrustAnchors(pem: Sample.bytes("authority.pem"))
        var credentials = try #require(try declared(file, options).contentCredentials)
        #expect(credentials.isTrusted == true && credentials.codes.contains("signingCredential.trusted"))
        options.anchors = try TrustAnchors(pem: Sample.bytes("other-authority.pem"))
        credentials = try #require(try declared(file, options).contentCredentials)
        #expect(credentials.isTrusted == false && credentials.codes.contains("signingCredential.untrusted"))
        #expect(credentials.signature == .valid)
        // Two anchors: either is enough.
        options.anchors = try TrustAnchors(pem: Sample.bytes("other-authority.pem") + Sample.bytes("authority.pem"))
        #expect(try declared(file, options).contentCredentials?.isTrusted == true)
        #expect(TrustAnchors(pem: Array("no certificate".utf8)) == nil)
        #expect(TrustAnchors(pem: Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8)) == nil)
    }

    @Test func aManifestThatWasCutIsInvalidAndNotAbsent() throws {
        let file = try Sample.bytes("c2pa-es256.jpg")
        // The second of three pieces left out.
        let marks = file.indices.dropLast().filter { file[$0] == 0xFF && file[$0 + 1] == 0xEB }
        let cut = file[..<marks[1]] + file[marks[2]...]
        let found = try declared(Array(cut))
        #expect(found.state == .invalid && found.problems.map(\.part) == [.c2pa])
    }

    @Test func exclusionsMustLieInTheFileAndApart() {
        func exclusion(_ start: Int, _ length: Int) -> CBOR {
            .map([
                .init(key: .text("start"), value: .integer(start)),
                .init(key: .text("length"), value: .integer(length)),
            ])
        }
        #expect(ManifestStore.included([], 10) == [0..<10])
        #expect(ManifestStore.included([exclusion(6, 4), exclusion(2, 3)], 10) == [0..<2, 5..<6, 10..<10])
        #expect(ManifestStore.included([exclusion(2, 3), exclusion(4, 3)], 10) == nil)
        #expect(ManifestStore.included([exclusion(8, 3)], 10) == nil)
        #expect(ManifestStore.included([exclusion(-1, 3)], 10) == nil)
        #expect(ManifestStore.included([exclusion(2, .max)], 10) == nil)
        #expect(ManifestStore.included([.null], 10) == nil)
    }

    @Test(arguments: [
        ("c2pa.actions", "c2pa.actions"), ("c2pa.actions.v2", "c2pa.actions"),
        ("c2pa.ingredient.v3__2", "c2pa.ingredient"),
        ("c2pa.ingredient__1", "c2pa.ingredient"), ("c2pa.hash.data.part", "c2pa.hash.data.part"),
        ("c2pa.vendor", "c2pa.vendor"),
    ])
    func assertionLabelsHaveVersionsAndNumbers(_ label: String, _ kind: String) {
        #expect(Manifest.kind(label) == kind)
    }
}
