// Small committed pictures with the pixels they must decode to, and the means to damage files on purpose.

import Foundation

@testable import Imaging

/// The pictures that `Tests/Reference/make_imaging_fixtures.py` writes.
enum Fixture {
    static let width = 20
    static let height = 13

    static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// All files with one of these endings, sorted by name.
    static func names(_ endings: String...) -> [String] {
        let folder = package.appendingPathComponent("Tests/Fixtures/imaging").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { name in endings.contains { name.hasSuffix("." + $0) } }.sorted()
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: package.appendingPathComponent("Tests/Fixtures/imaging/" + name)))
    }

    /// The pixels that the picture called `name` must decode to.
    static func expected(_ name: String) throws -> Pixels {
        let stem = name.prefix { $0 != "." }
        return Pixels(width: width, height: height, bytes: try bytes(stem + ".rgb"))
    }

    /// The picture that all others are made from.
    static func picture() throws -> Pixels { try expected("picture") }
}

/// A picture of reproducible noise.
func noise(width: Int, height: Int, seed: UInt64 = 1) -> Pixels {
    var random = Random(seed: seed)
    return Pixels(width: width, height: height, bytes: (0..<3 * width * height).map { _ in UInt8(random.below(256)) })
}

/// SplitMix64, so that every run sees the same cases.
struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }
}

/// The error that decoding ends in, or nil where it succeeds.
func decodeError(_ bytes: [UInt8], limits: DecodeLimits = DecodeLimits()) -> DecodeError? {
    do {
        _ = try decode(bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}

func bigEndian(_ value: Int, size: Int = 4) -> [UInt8] {
    (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// A PNG chunk with a correct checksum.
func pngChunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let content = Array(name.utf8) + body
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in content {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return bigEndian(body.count) + content + bigEndian(Int(~crc))
}

/// `png` with `chunks` put behind its header chunk.
func inserting(_ chunks: [UInt8], into png: [UInt8]) -> [UInt8] {
    png[..<33] + chunks + png[33...]
}

/// A JPEG file taken apart: what comes before the first scan, and each scan with the tables before it.
struct JPEGParts {
    var head: [UInt8]
    var scans: [[UInt8]] = []

    init(_ file: [UInt8]) {
        var offset = 2
        var part = Array(file[..<2])
        head = []
        while file[offset + 1] != 0xD9 {
            let start = offset
            let isScan = file[offset + 1] == 0xDA
            if isScan && head.isEmpty {
                head = part
                part = []
            }
            offset += 2 + Int(file[offset + 2]) << 8 + Int(file[offset + 3])
            // The coded data of a scan reach to the next marker that is neither a stuffed 0xFF nor a restart marker.
            while isScan, file[offset] != 0xFF || file[offset + 1] == 0 || (0xD0...0xD7).contains(file[offset + 1]) {
                offset += 1
            }
            part += file[start..<offset]
            if isScan {
                scans.append(part)
                part = []
            }
        }
    }

    var file: [UInt8] { head + scans.joined() + [0xFF, 0xD9] }
}
