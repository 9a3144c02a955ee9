// Numbers that do not fit in: of archives larger than a test can make, what programs write for them must not be taken for a lie.

import Testing

@testable import Confinement

@Suite struct ZipEndTests {
    private static let place = 5 << 32 + 1234
    private static let size = 1 << 33 + 46
    private static let count = 3 << 16 + 7

    private func number(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private func last(_ count: Int, _ size: Int, _ place: Int) -> [UInt8] {
        ZipMark.end + number(0, 4) + number(count, 2) + number(count, 2) + number(size, 4) + number(place, 4)
            + number(0, 2)
    }

    private func large(_ count: Int) -> [UInt8] {
        ZipMark.largeEnd + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 8) + number(count, 8)
            + number(count, 8) + number(Self.size, 8) + number(Self.place, 8)
    }

    private func locator(_ place: Int) -> [UInt8] { ZipMark.locator + number(0, 4) + number(place, 8) + number(1, 4) }

    private func isTrue(_ last: [UInt8], _ locator: [UInt8]? = nil, _ large: [UInt8]? = nil) -> Bool {
        ZipEnd(last: last[...], locator: locator?[...], large: large?[...])
            .describes(place: Self.place, size: Self.size, count: Self.count)
    }

    /// As Apple's archiver does, which knows no records of large archives.
    @Test func lastBitsAreTheTruth() {
        #expect(isTrue(last(Self.count, Self.size, Self.place)))
        #expect(!isTrue(last(Self.count + 1, Self.size, Self.place)))
        #expect(!isTrue(last(Self.count, Self.size + 1, Self.place)))
        #expect(!isTrue(last(Self.count, Self.size, Self.place + 1)))
        // Without another record that says it, ones are a lie.
        #expect(!isTrue(last(.max, .max, .max)))
    }

    @Test func theRecordOfLargeArchivesSaysWhatTheLastDoesNot() {
        let end = Self.place + Self.size
        #expect(isTrue(last(.max, .max, .max), locator(end), large(Self.count)))
        #expect(!isTrue(last(.max, .max, .max), locator(end), large(Self.count + 1)))
        #expect(!isTrue(last(.max, .max, .max), locator(end - 1), large(Self.count)))
        #expect(!isTrue(last(.max, .max, 7), locator(end), large(Self.count)))
        #expect(!isTrue(last(Self.count, Self.size, Self.place), locator(end)))
    }

    @Test func aDescriptorHasTheLastBitsOfALargeSize() {
        let (packed, size) = (6 << 32 + 5, 9 << 32 + 8)
        for width in [4, 8] {
            let bytes = ZipMark.descriptor + number(77, 4) + number(packed, width) + number(size, width) + ZipMark.entry
            #expect(!ZipDescriptor.isFalse(bytes[...], checksum: 77, packed: packed, size: size))
            #expect(ZipDescriptor.isFalse(bytes[...], checksum: 77, packed: packed + 1, size: size))
            #expect(ZipDescriptor.isFalse(bytes[...], checksum: 78, packed: packed, size: size))
        }
        let short = ZipMark.descriptor + number(77, 4) + number(packed, 4) + number(size, 4)
        #expect(ZipDescriptor.readings(short[...]).contains { $0.agrees(checksum: 77, size: size) })
    }
}
