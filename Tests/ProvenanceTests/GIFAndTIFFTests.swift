// Shows that metadata of GIF and TIFF are read where their specifications put them, and nowhere else.

import Imaging
import Testing

@testable import Provenance

@Suite struct GIFAndTIFFTests {
    private static let synthetic =
        #"e:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia""#
    private static let settings = "A lighthouse\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 8x8"

    // MARK: GIF

    /// One pixel, with extensions before it: label and what follows up to the empty block.
    private func gif(_ extensions: [(label: UInt8, body: [UInt8])], behind: [UInt8] = []) -> [UInt8] {
        let picture: [UInt8] = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 0, 0, 0, 255, 255, 255, 2, 2, 0x44, 1, 0]
        return Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]
            + extensions.flatMap { [0x21, $0.label] + $0.body + [0] } + picture + [0x3B] + behind
    }

    private func blocks(_ text: String) -> [UInt8] {
        var (bytes, rest) = ([UInt8](), Array(text.utf8)[...])
        while !rest.isEmpty {
            bytes += [UInt8(min(100, rest.count))] + rest.prefix(100)
            rest = rest.dropFirst(100)
        }
        return bytes
    }

    /// As the XMP specification has it: the packet as it is, then bytes that count down.
    private func xmp(_ packet: [UInt8]) -> [UInt8] {
        [11] + Array("XMP DataXMP".utf8) + packet + [1] + (0...255).reversed().map { UInt8($0) }
    }

    @Test func packetsAndCommentsOfAGIFAreRead() throws {
        let found = try declared(gif([(0xFF, xmp(Sample.packet(Self.synthetic)))], behind: Array("PK\u{3}\u{4}".utf8)))
        #expect(found.state == .present && found.origin == .synthetic && found.problems.isEmpty)
        #expect(found.items.map(\.source) == [.xmp])
        #expect(found.container.trailingBytes == 4 && found.container.trailingKind == "archive")
        // A zero too many before the end is no block.
        let zero = try declared(Array(gif([]).dropLast()) + [0, 0x3B, 7])
        #expect(zero.problems.isEmpty && zero.container.trailingBytes == 1)
        // A comment that is longer than a block.
        let comment = try declared(gif([(0xFE, blocks(Self.settings + String(repeating: " ", count: 300)))]))
        #expect(comment.items.map(\.source) == [.comment] && comment.items.first?.hasParameters == true)
        let plain = try declared(gif([(0xFE, blocks("Steps to the lighthouse")), (0xF9, [4, 0, 0, 0, 0])]))
        #expect(plain.state == .absent && plain.items.isEmpty)
        // Other programs' extensions and what looks like a block inside of another.
        let spoof = try declared(
            gif([
                (
                    0xFF,
                    [11] + Array("NETSCAPE2.0".utf8)
                        + blocks(String(decoding: xmp(Sample.packet(Self.synthetic)), as: UTF8.self))
                )
            ]))
        #expect(spoof.state == .absent)
    }

    @Test func aGIFCutAnywhereIsRead() throws {
        let file = gif([(0xFF, xmp(Sample.packet(Self.synthetic))), (0xFE, blocks(Self.settings))])
        for length in 0..<file.count {
            let found = readDeclared(file.span.extracting(first: length), .gif)
            #expect(found.problems.map(\.part) == [.container], "\(length)")
        }
    }

    /// Signed by the reference implementation; it stands before the first of two pictures.
    @Test func aSignedGIFIsIntactUntilAByteChanges() throws {
        let file = try Sample.bytes("c2pa.gif")
        let found = try declared(file)
        let credentials = try #require(found.contentCredentials)
        #expect(credentials.signature == .valid && credentials.binding == .match && credentials.isIntact)
        #expect(credentials.signer == "Drawn Signer" && found.origin == .synthetic && found.problems.isEmpty)
        let block = 27..<39
        #expect(file[block.lowerBound..<block.upperBound].elementsEqual([11] + Array("C2PA_GIF".utf8) + [1, 0, 0]))
        for index in Array(6..<13) + Array(file.count - 30..<file.count - 1) {
            var changed = file
            changed[index] ^= 1
            let credentials = readDeclared(changed.span, .gif).contentCredentials
            #expect(credentials?.binding != .match, "byte \(index)")
        }
        for length in 0..<file.count {
            #expect(readDeclared(file.span.extracting(first: length), .gif).contentCredentials?.binding != .match)
        }
    }

    @Test func aManifestStoreOfAGIFHasItsPlace() throws {
        let name: [UInt8] = [11] + Array("C2PA_GIF".utf8)
        // Another version of the block, and a block behind a picture, are none.
        #expect(try declared(gif([(0xFF, name + [1, 0, 1] + blocks("any"))])).state == .absent)
        let late: [UInt8] = [0x21, 0xFF] + name + [1, 0, 0] + blocks("any") + [0, 0x3B]
        #expect(try declared(Array(gif([]).dropLast()) + late).state == .absent)
        let none = try declared(gif([(0xFF, name + [1, 0, 0] + blocks("any"))]))
        #expect(none.state == .invalid && none.problems.map(\.part) == [.c2pa])
        #expect(try declared(gif([(0xFF, name + [1, 0, 0])])).state == .invalid)
    }

    // MARK: TIFF

    /// A directory's entry: tag, type, number of items, value.
    private typealias Entry = (tag: Int, type: Int, count: Int, value: [UInt8])

    private func number(_ value: Int, _ size: Int, _ isBig: Bool) -> [UInt8] {
        isBig ? Sample.big(value, size) : Sample.big(value, size).reversed()
    }

    /// A file of one directory, with one for Exif on it if `exif` has entries; `isLong` in BigTIFF.
    private func tiff(_ entries: [Entry], exif: [Entry] = [], isBig: Bool = false, isLong: Bool = false) -> [UInt8] {
        let (word, countSize) = isLong ? (8, 8) : (4, 2)
        let head =
            isLong
            ? number(43, 2, isBig) + number(8, 2, isBig) + [0, 0] + number(16, 8, isBig)
            : number(42, 2, isBig) + number(8, 4, isBig)
        func size(_ entries: Int) -> Int { countSize + (4 + 2 * word) * entries + word }
        var data: [UInt8] = []
        let place = 2 + head.count + size(entries.count + 1)
        var start = exif.isEmpty ? 2 + head.count + size(entries.count) : place + size(exif.count)
        func directory(_ entries: [Entry]) -> [UInt8] {
            number(entries.count, countSize, isBig)
                + entries.flatMap { entry -> [UInt8] in
                    let head =
                        number(entry.tag, 2, isBig) + number(entry.type, 2, isBig) + number(entry.count, word, isBig)
                    if entry.value.count <= word {
                        return head + entry.value + [UInt8](repeating: 0, count: word - entry.value.count)
                    }
                    defer {
                        data += entry.value
                        start += entry.value.count
                    }
                    return head + number(start, word, isBig)
                } + [UInt8](repeating: 0, count: word)
        }
        let pointer: Entry = (0x8769, isLong ? 18 : 4, 1, number(place, word, isBig))
        let main = directory(entries + (exif.isEmpty ? [] : [pointer]))
        return Array((isBig ? "MM" : "II").utf8) + head + main + (exif.isEmpty ? [] : directory(exif)) + data
    }

    private func text(_ tag: Int, _ text: String) -> Entry { (tag, 2, text.utf8.count + 1, Array(text.utf8) + [0]) }

    @Test(arguments: [false, true], [false, true]) func fieldsOfATIFFAreRead(_ isBig: Bool, _ isLong: Bool) throws {
        let comment = Array("ASCII\0\0\0".utf8) + Array(Self.settings.utf8)
        let file = tiff(
            [text(0x010F, "Example Optical"), text(0x0110, "EX"), text(0x0131, "Midjourney")],
            exif: [
                text(0x9003, "2026:01:02 03:04:05"), (0x927C, 7, 5, [1, 2, 3, 4, 5]),
                (0x9286, 7, comment.count, comment),
                text(0xA434, "EX 35mm F2"),
            ], isBig: isBig, isLong: isLong)
        let found = try declared(file)
        #expect(found.state == .present && found.problems.isEmpty)
        #expect(found.generator == "Midjourney" && found.items.map(\.source) == [.exif])
        #expect(found.items.first?.hasParameters == true)
        #expect(found.camera.make == "Example Optical" && found.camera.model == "EX")
        #expect(found.camera.lens == "EX 35mm F2" && found.camera.date == "2026:01:02 03:04:05")
        #expect(found.camera.hasMakerNote && found.camera.isPlausible)
        // Fields of one directory say nothing in the other.
        let misplaced = try declared(
            tiff([text(0xA434, "EX 35mm F2")], exif: [text(0x010F, "Example")], isBig: isBig, isLong: isLong))
        #expect(misplaced.camera.lens == nil && misplaced.camera.make == nil && misplaced.state == .absent)
    }

    @Test func packetsAndRecordsOfATIFFAreRead() throws {
        let packet = Sample.packet(Self.synthetic)
        for isLong in [false, true] {
            let xmp = try declared(tiff([(700, 1, packet.count, packet)], isLong: isLong))
            #expect(xmp.origin == .synthetic && xmp.items.map(\.source) == [.xmp])
        }
        let record: [UInt8] = [0x1C, 2, 65, 0, 4] + Array("Grok".utf8)
        let iim = try declared(tiff([(33723, 7, record.count, record)]))
        #expect(iim.items.map(\.source) == [.iim] && iim.items.first?.software == "Grok")
        let resource = Array("8BIM".utf8) + [4, 4, 0, 0] + Sample.big(record.count, 4) + record + [0]
        let photoshop = try declared(tiff([(34377, 1, resource.count, resource)]))
        #expect(photoshop.items == iim.items)
        // A packet in a field that is none for it.
        #expect(try declared(tiff([(701, 1, packet.count, packet)])).state == .absent)
    }

    @Test func whatATIFFSaysWronglyIsNoticed() throws {
        #expect(try declared(tiff([(0x010F, 2, 1 << 30, [9, 9, 9, 9, 9])])).state == .invalid)
        #expect(try declared(tiff([(0x8769, 4, 1, number(0, 4, false))])).state == .invalid)
        #expect(try declared(tiff([(0x8769, 4, 1, number(1 << 31, 4, false))])).state == .invalid)
        // A directory that hangs on itself.
        #expect(try declared(tiff([(0x8769, 4, 1, number(8, 4, false))])).state == .absent)
        // A directory in the header of a BigTIFF, and places of another size than eight bytes.
        #expect(try declared(Array("II+\0".utf8) + [8, 0, 0, 0] + [UInt8](repeating: 0, count: 16)).state == .invalid)
        #expect(try declared(Array("II+\0".utf8) + [9, 0, 0, 0] + [UInt8](repeating: 0, count: 16)).state == .invalid)
        let packet = Sample.packet(Self.synthetic)
        for isLong in [false, true] {
            let file = tiff(
                [(700, 1, packet.count, packet), text(0x0131, "Midjourney")],
                exif: [text(0x9003, "2026:01:02 03:04:05")],
                isLong: isLong)
            for length in 8..<file.count {
                #expect(readDeclared(file.span.extracting(first: length), .tiff).state != .absent, "\(length)")
            }
            var damaged = file
            for index in 4..<file.count {
                for value: UInt8 in [0, 0x7F, 0xFF] {
                    damaged[index] = value
                    let found = readDeclared(damaged.span, .tiff)
                    #expect(found.items.count <= 2)
                }
                damaged[index] = file[index]
            }
        }
    }

    /// Each of many could lead to a directory as long as the one that they are in.
    @Test func ofSeveralPlacesOfExifTheFirstIsRead() throws {
        // The first one leads to the directory that it stands in.
        let found = try declared(
            tiff(
                [(0x8769, 4, 1, number(8, 4, false)), text(0xA434, "EX 35mm F2")],
                exif: [text(0x9003, "2026:01:02 03:04:05")]))
        #expect(found.camera.lens == "EX 35mm F2" && found.camera.date == nil)
        #expect(found.problems.map(\.message) == ["more than one place of Exif"])
    }

    @Test func aBMPDeclaresNothing() {
        #expect(readDeclared(Array("BM".utf8).span, .bmp).state == .absent)
    }
}
