// Small committed pictures in every format beside JPEG and PNG, with the pixels they must decode to.

import Foundation

@testable import Imaging

/// The pictures that `Tests/Reference/make_format_fixtures.py` writes.
enum FormatFixture {
    private static let folder = Fixture.package.appendingPathComponent("Tests/Fixtures/formats")

    /// All files whose format this program was built to read, or those with one of these endings.
    static func names(_ endings: String...) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { name in
            !name.hasSuffix(".rgb") && (endings.isEmpty || endings.contains { name.hasSuffix("." + $0) })
                && ((try? bytes(name)).flatMap { ImageFormat.sniff($0) }?.isDecodable ?? true)
        }.sorted()
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// Width and height, then RGB.
    static func expected(_ name: String) throws -> Pixels {
        let bytes = try bytes(name + ".rgb")
        func number(_ offset: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
        return Pixels(width: number(0), height: number(4), bytes: Array(bytes[8...]))
    }

    /// How far a sample may be from the reference, which is another decoder's, for formats whose arithmetic is not exact.
    static func tolerance(_ name: String) -> Int {
        switch name {
        case "deep.avif", "deepest.avif": 3
        case "lossy.jxl": 1
        case let name where name.hasSuffix(".avif") || name.hasSuffix(".heic"):
            ["lossless", "turned", "cropped", "grid"].contains { name.hasPrefix($0) } ? 0 : 1
        default: 0
        }
    }
}
