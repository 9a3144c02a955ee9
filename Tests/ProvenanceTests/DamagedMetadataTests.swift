// Shows that no damage to metadata stops the reading: a bounded form of what Tests/Fuzz looks for without end.

import Imaging
import Testing

@testable import Provenance

@Suite struct DamagedMetadataTests {
    @Test(arguments: Sample.names)
    func aFileCutAnywhereIsRead(_ name: String) throws {
        let file = try Sample.bytes(name)
        let format = try #require(ImageFormat.sniff(file))
        let whole = readDeclared(file.span, format)
        for length in stride(from: 0, to: file.count, by: max(1, file.count / 150)) {
            let found = readDeclared(file.span.extracting(first: length), format)
            #expect(found.items.count <= whole.items.count)
            #expect(found.contentCredentials?.isIntact != true)
        }
    }

    @Test(arguments: Sample.names)
    func aFileDamagedAnywhereIsRead(_ name: String) throws {
        let file = try Sample.bytes(name)
        let format = try #require(ImageFormat.sniff(file))
        var damaged = file
        for index in stride(from: 2, to: file.count, by: max(1, file.count / 120)) {
            for value: UInt8 in [0xFF, file[index] ^ 0x10] {
                damaged[index] = value
                let found = readDeclared(damaged.span, format)
                #expect(found.items.count <= ReadLimits().maxItems)
            }
            damaged[index] = file[index]
        }
    }

    /// Each part of one file in the other's container, and lengths that lie.
    @Test func lengthsThatLieAreNoticed() throws {
        for length in [0, 1, 2, 0xFFFF] {
            let file = try Sample.picture("grey.jpg")[..<2] + [0xFF, 0xE1] + Sample.big(length, 2)
            let found = readDeclared(Array(file).span, .jpeg)
            #expect(found.state == (length == 2 ? .absent : .invalid), "\(length)")
        }
        let huge = try Sample.picture("grey-8.png")[..<33] + [0xFF, 0xFF, 0xFF, 0xFF] + Array("tEXt".utf8) + [1, 2, 3]
        #expect(readDeclared(Array(huge).span, .png).state == .invalid)
    }

    @Test func iimThatLiesIsInvalid() throws {
        func resources(_ record: [UInt8], length: Int? = nil) throws -> Declared {
            let resource = Array("8BIM".utf8) + [4, 4, 0, 0] + Sample.big(length ?? record.count, 4) + record
            return try declared(Sample.jpeg([(0xED, Array("Photoshop 3.0\0".utf8) + resource)]))
        }
        #expect(try resources([0x1C, 2, 65, 0, 4] + Array("Grok".utf8)).items.first?.software == "Grok")
        #expect(try resources([0x1C, 2, 65, 0x80, 2, 0, 4] + Array("Test".utf8)).items.first?.software == "Test")
        #expect(try resources([0x1C, 2, 65, 0, 9, 1]).state == .invalid)
        #expect(try resources([0x1C, 2, 65, 0xFF, 0xFF, 1]).state == .invalid)
        #expect(try resources([0x1C, 2]).state == .invalid)
        #expect(try resources([1], length: 100).state == .invalid)
    }

    @Test func deepBoxesAreRefused() throws {
        var box: [UInt8] = []
        for _ in 0..<40 {
            let description =
                Sample.big(31, 4) + Array("jumdc2pa".utf8) + [UInt8](repeating: 0, count: 12) + [3] + "c2pa\0".utf8 + [
                    0
                ]
            let body = description + box
            box = Sample.big(body.count + 8, 4) + Array("jumb".utf8) + body
        }
        #expect(throws: ReadError.self) { _ = try JUMBFBox(box, ReadLimits()) }
    }
}
