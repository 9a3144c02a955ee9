// Shows that collections of odd files from elsewhere decode or fail as they should.

import Foundation
import Testing

@testable import Imaging

/// Collections of odd files that are not part of the repository; where they are missing, these tests say so and are skipped.
@Suite struct SharedPicturesTests {
    private static let folder = Fixture.package.deletingLastPathComponent().appendingPathComponent("shared/odd")
    private static let isThere = FileManager.default.fileExists(atPath: folder.path)

    private func files(_ subfolder: String) throws -> [(name: String, bytes: [UInt8])] {
        let folder = Self.folder.appendingPathComponent(subfolder)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            (name, [UInt8](try Data(contentsOf: folder.appendingPathComponent(name))))
        }
    }

    @Test(.enabled(if: isThere, "../shared/odd is missing"))
    func theValidFilesOfPngSuiteDecodeAndTheDamagedOnesDoNot() throws {
        for (name, bytes) in try files("pngsuite") where name.hasSuffix(".png") {
            let error = decodeError(bytes)
            if name.hasPrefix("x") {
                let isSignatureWhole = ImageFormat.sniff(bytes) == .png
                #expect(error?.code == (isSignatureWhole ? "corrupt" : "damaged-signature"), "\(name)")
            } else {
                #expect(error == nil, "\(name)")
            }
        }
    }

    @Test(.enabled(if: isThere, "../shared/odd is missing"))
    func interlacedFilesOfPngSuiteEqualTheirPlainTwins() throws {
        let files = Dictionary(uniqueKeysWithValues: try files("pngsuite").map { ($0.name, $0.bytes) })
        let twins = files.keys.filter { $0.hasPrefix("basn") }.map {
            ($0, $0.replacingOccurrences(of: "basn", with: "basi"))
        }
        #expect(twins.count == 15)
        for (plain, interlaced) in twins {
            #expect(
                try decode(try #require(files[plain])).pixels == (try decode(try #require(files[interlaced])).pixels))
        }
    }

    @Test(
        .enabled(if: isThere, "../shared/odd is missing"),
        arguments: ["exif", "fuzz-jpeg", "metadata", "odd", "pngsuite"])
    func noOddFileCrashes(_ subfolder: String) throws {
        for (_, bytes) in try files(subfolder) {
            guard let error = decodeError(bytes) else { continue }
            #expect(!error.message.isEmpty)
        }
    }
}
