// Shows that CBOR is read as RFC 8949 gives it in its examples, and that its sizes and depths are bounded.

import Testing

@testable import Provenance

@Suite struct CBORTests {
    private func read(_ bytes: [UInt8]) throws -> CBOR { try CBOR(bytes, ReadLimits()) }

    /// RFC 8949, appendix A.
    @Test func theExamplesOfTheStandard() throws {
        #expect(try read([0x00]) == .integer(0) && read([0x17]) == .integer(23) && read([0x18, 0x64]) == .integer(100))
        #expect(try read([0x1A, 0x00, 0x0F, 0x42, 0x40]) == .integer(1_000_000))
        #expect(try read([0x29]) == .integer(-10) && read([0x39, 0x03, 0xE7]) == .integer(-1000))
        #expect(
            try read([0xF9, 0x3E, 0x00]) == .number(1.5) && read([0xF5]) == .boolean(true) && read([0xF6]) == .null)
        #expect(
            try read([0x44, 1, 2, 3, 4]) == .bytes([1, 2, 3, 4])
                && read([0x64, 0x49, 0x45, 0x54, 0x46]) == .text("IETF"))
        #expect(try read([0x83, 1, 2, 3]) == .array([.integer(1), .integer(2), .integer(3)]))
        #expect(try read([0xA1, 0x61, 0x61, 1])["a"] == .integer(1))
        #expect(try read([0x5F, 0x42, 1, 2, 0x43, 3, 4, 5, 0xFF]) == .bytes([1, 2, 3, 4, 5]))
        #expect(try read([0x9F, 1, 0x82, 2, 3, 0xFF]) == .array([.integer(1), .array([.integer(2), .integer(3)])]))
        #expect(try read([0xBF, 0x61, 0x61, 1, 0xFF])["a"] == .integer(1))
        #expect(try read([0xC1, 0x1A, 0x51, 0x4B, 0x67, 0xB0]) == .tagged(1, .integer(1_363_896_240)))
        // The tag of COSE_Sign1, which older libraries refuse.
        #expect(
            try read([0xD2, 0x80]) == .tagged(18, .array([])) && read([0xD8, 0x20, 0x80]) == .tagged(32, .array([])))
    }

    @Test(
        arguments: [
            [], [0x82, 1], [0xA1, 1], [0xFF], [0x9F, 1], [0x44, 1], [0x00, 0x00], [0x5F, 0x61, 0x61, 0xFF], [0x1C],
            [0x9B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x5B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x1B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0xA1, 0xFF, 0x01], [0x82, 0xFF, 0xFF],
        ] as [[UInt8]])
    func whatIsNoItemIsRefused(_ bytes: [UInt8]) { #expect(throws: ReadError.self) { try read(bytes) } }

    @Test func depthAndNumberAreBounded() throws {
        #expect(try read([UInt8](repeating: 0x81, count: 31) + [0]) != .null)
        #expect(throws: ReadError.self) { try read([UInt8](repeating: 0x81, count: 32) + [0]) }
        #expect(throws: ReadError.self) { try read([UInt8](repeating: 0xC1, count: 100_000) + [0]) }
        #expect(throws: ReadError.self) { try read([0x9F] + [UInt8](repeating: 0, count: 50_000) + [0xFF]) }
    }
}
