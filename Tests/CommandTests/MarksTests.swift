// Shows what `assay marks` says of drawn pictures, line by line, and how it ends.

import Foundation
import Testing

struct MarksTests {
    private let shop = Workshop()

    private func picture(_ name: String) throws -> [UInt8] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: tests.appendingPathComponent("Fixtures/provenance/" + name)))
    }

    private func write(_ names: String..., in folder: String) throws {
        for name in names { shop.write(folder + "/" + name, try picture(name)) }
    }

    private func marks(_ arguments: String...) -> Run { shop.run(["marks", "--sort", "path"] + arguments) }

    @Test func everyMarkIsToldAndCountedByFolder() throws {
        try write("c2pa-es256.jpg", "credit.jpg", "camera.jpg", in: "a")
        try write("both.avif", "iim.jpg", in: "b")
        // A picture that was changed after it had been signed.
        var changed = try picture("c2pa-es256.jpg")
        changed[changed.count - 3] ^= 1
        shop.write("b/changed.jpg", changed)
        shop.write("b/notes.txt", "no picture")
        let run = marks("a", "b")
        #expect(run.status == 0)
        let found = run.records.map { [$0["path"] as? String ?? ""] + ($0["marks"] as? [String] ?? ["?"]) }
        #expect(
            found == [
                ["a/c2pa-es256.jpg", "c2pa-signed"], ["a/camera.jpg"],
                ["a/credit.jpg", "iptc-source-type", "generator-text"],
                ["b/both.avif", "iptc-source-type", "generator-text"], ["b/changed.jpg", "c2pa-unverified"],
                ["b/iim.jpg", "generator-text"],
            ])
        #expect(
            run.errors == """
                folder  pictures    any    two  c2pa-signed  c2pa-unverified  iptc-source-type  iptc-ai-fields  generator-text  unread
                a              3  66.7%   0.0%        33.3%             0.0%             33.3%            0.0%           33.3%       0
                b              3  66.7%  33.3%         0.0%            33.3%             33.3%            0.0%           66.7%       0
                all            6  66.7%  16.7%        16.7%            16.7%             33.3%            0.0%           50.0%       0

                """)
    }

    @Test func aLineSaysWhatTheMarkSays() throws {
        try write("c2pa-es256.jpg", in: ".")
        let record = try #require(marks("c2pa-es256.jpg").records.first)
        #expect(
            Set(record.keys) == [
                "assay", "path", "status", "state", "marks", "origin", "generator", "signer", "size", "sha256",
            ])
        #expect(record["origin"] as? String == "synthetic" && record["generator"] as? String == "Adobe Firefly")
        #expect(record["signer"] as? String == "Drawn Signer")
    }

    @Test func trustIsSaidOnlyWithAnchors() throws {
        try write("c2pa-es256.jpg", "authority.pem", "other-authority.pem", in: ".")
        #expect(marks("--trust-anchors", "authority.pem", "c2pa-es256.jpg").records.first?["trusted"] as? Bool == true)
        #expect(
            marks("--trust-anchors", "other-authority.pem", "c2pa-es256.jpg").records.first?["trusted"] as? Bool
                == false)
        let none = marks("--trust-anchors", "c2pa-es256.jpg", "c2pa-es256.jpg")
        #expect(none.status == 2 && none.errors.contains("no certificates in PEM"))
    }

    @Test(arguments: [
        ("c2pa-es256.jpg", [0, 1, 0]), ("credit.jpg", [0, 1, 1]), ("both.avif", [0, 0, 1]), ("iim.jpg", [0, 1, 1]),
        ("camera.jpg", [1, 1, 1]),
    ])
    func theStatusTellsWhetherADemandIsMet(_ name: String, _ status: [Int32]) throws {
        try write(name, in: ".")
        #expect(["any", "two", "signed"].map { marks("-q", "--require", $0, name).status } == status)
    }

    @Test func damagedMetadataAreUnreadAndNotUnmarked() throws {
        var cut = try picture("capture.jpg")
        let end = try #require(Data(cut).range(of: Data("</rdf:RDF>".utf8)))
        cut[end.lowerBound] = UInt8(ascii: "x")
        shop.write("cut.jpg", cut)
        let run = marks("cut.jpg")
        #expect(run.status == 2 && run.records.first?["state"] as? String == "invalid")
        #expect(marks("gone.jpg").status == 2)
    }
}
