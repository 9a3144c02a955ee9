// Hashes are those of PDQ's authors, whose own program made the expected ones (`Tests/Reference/make_pdq_fixture.py`).

import Foundation
import Testing

@testable import Imaging

struct PerceptualHashTests {
    private struct Expected: Decodable {
        let width: Int
        let height: Int
        let seed: Int
        let hash: String
        let quality: Int
    }

    /// A triangle between 0 and 255.
    private func wave(_ value: Int, _ period: Int) -> Int { abs(value * 510 / period % 510 - 255) }

    private func draw(_ width: Int, _ height: Int, _ seed: Int) -> Pixels {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(3 * width * height)
        for y in 0..<height {
            for x in 0..<width {
                let two = wave(y * (seed % 7 + 1) + x * x / 90, 200 + 13 * seed)
                for channel in 0..<3 {
                    let one = wave(x * (seed % 5 + 1) + y * (seed % 3), 40 + 17 * channel + 31 * seed)
                    bytes.append(UInt8((3 * one + 5 * two) / 8))
                }
            }
        }
        return Pixels(width: width, height: height, bytes: bytes)
    }

    private func hexadecimal(_ hash: PerceptualHash) -> String {
        hash.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func hashesAndQualitiesAreThoseOfTheReference() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Fixtures/reference/pdq.json")
        let pictures = try JSONDecoder().decode([Expected].self, from: Data(contentsOf: file))
        #expect(pictures.count == 60)
        for picture in pictures {
            let hash = try PerceptualHash(draw(picture.width, picture.height, picture.seed))
            #expect(hexadecimal(hash) == picture.hash, "\(picture)")
            #expect(hash.quality == picture.quality, "\(picture)")
        }
    }

    @Test func aPictureThatIsMadeSmallerKeepsMostOfItsHash() throws {
        let picture = draw(640, 480, 1)
        let (large, small) = (
            try PerceptualHash(picture), try PerceptualHash(picture.downscaled(width: 320, height: 240))
        )
        let distance = zip(large.bytes, small.bytes).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
        #expect(distance <= 31 && large.quality > 50)
        let other = try PerceptualHash(draw(640, 480, 2))
        #expect(zip(large.bytes, other.bytes).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount } > 90)
    }

    @Test(arguments: [(1, 1), (4, 200), (200, 4)]) func whatIsTooSmallHasNoHash(width: Int, height: Int) throws {
        let hash = try PerceptualHash(draw(width, height, 0))
        #expect(hash.bytes == [UInt8](repeating: 0, count: 32) && hash.quality == 0)
    }
}
