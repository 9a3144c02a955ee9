// Shows what each kind of metadata comes to, in files that ExifTool and a script have written.

import Testing

@testable import Provenance

private let iptc = "http://cv.iptc.org/newscodes/digitalsourcetype/"

@Suite struct StatementTests {
    @Test(
        arguments: [
            ("parameters.jpg", "Forge", .synthetic, .exif),
            ("parameters-and-camera.jpg", "Forge Neo", .synthetic, .exif),
            ("iim.jpg", "Midjourney", .synthetic, .iim),
            ("credit.jpg", "Google AI", .synthetic, .xmp),
            ("capture.jpg", nil, .capture, .xmp),
            ("xmp.png", nil, .synthetic, .xmp),
            ("c2pa-es256.jpg", "Adobe Firefly", .synthetic, .c2pa),
        ] as [(String, String?, Origin, Declared.Source)])
    func whatOthersHaveWrittenIsRead(_ name: String, _ generator: String?, _ origin: Origin, _ source: Declared.Source)
        throws
    {
        let found = try declared(Sample.bytes(name))
        #expect(found.state == .present && found.problems.isEmpty)
        #expect(found.generator == generator)
        #expect(found.origin == origin)
        #expect(found.items.map(\.source) == [source])
    }

    @Test func wordsWhereTheyMeanNothingDeclareNothing() throws {
        // Names of generators and settings in description, comment and title; the program is an editor.
        let found = try declared(Sample.bytes("plain.jpg"))
        #expect(found.state == .absent && found.generator == nil && found.origin == nil)
        #expect(found.items.map(\.software) == ["GIMP 2.10"])
        let title = try declared(Sample.texts(["Title": "Steps: 20, Sampler: Euler a", "Description": "Midjourney"]))
        #expect(title.state == .absent && title.items.isEmpty)
        // Behind the end of the picture and outside of any segment.
        let text = Array("parameters\0Steps: 20, Sampler: Euler a \(iptc)trainedAlgorithmicMedia".utf8)
        let behind = try declared(Sample.picture("grey.jpg") + text)
        #expect(behind.state == .absent)
        #expect(behind.container.trailingBytes == text.count && behind.container.trailingKind == "other")
    }

    @Test func theCameraIsReadAsExifToolWroteIt() throws {
        let found = try declared(Sample.bytes("camera.jpg"))
        #expect(found.state == .absent && found.origin == nil)
        #expect(found.camera.make == "Example Optical" && found.camera.model == "EX-1")
        #expect(found.camera.lens == "EX 35mm F2" && found.camera.date == "2026:01:02 03:04:05")
        #expect(found.camera.thumbnail == (try Sample.picture("grey.jpg")))
        #expect(found.camera.isPlausible && !found.camera.hasMakerNote)
        #expect(found.container.applicationSegments == 2)
        let other = try declared(Sample.bytes("parameters-and-camera.jpg"))
        #expect(other.camera.isPlausible && other.container.quantisation == found.container.quantisation)
        #expect(found.container.quantisation?.count == 16)
    }

    @Test(arguments: ["both.webp", "both.avif", "both.heic"])
    func otherContainersAreWalked(_ name: String) throws {
        let found = try declared(Sample.bytes(name))
        #expect(found.state == .present && found.problems.isEmpty)
        #expect(found.items.map(\.source) == [.xmp, .exif])
        #expect(found.items.map(\.origin) == [.capture, .synthetic] && found.generator == "Midjourney")
        #expect(found.camera.make == "Example Optical" && found.camera.model == "EX-1")
    }

    /// As of other formats: it is named and costs nothing; a box that is cut does.
    @Test(arguments: ["both.avif", "both.heic"])
    func whatStandsBehindTheBoxesIsNamed(_ name: String) throws {
        let file = try Sample.bytes(name)
        let zeros = String(repeating: "\0", count: 8)
        let texts = [
            ("a word\n", "text"), ("\0\0\0", "zeros"), (zeros, "zeros"), (zeros + "hidden", "other"),
            ("PK\u{3}\u{4}more", "archive"),
        ]
        let picture = try Sample.picture("grey.jpg")
        for (tail, kind) in [(picture, "picture")] + texts.map({ (Array($0.0.utf8), $0.1) }) {
            let found = try declared(file + tail)
            #expect(found.container.trailingBytes == tail.count && found.container.trailingKind == kind, "\(kind)")
            #expect(found.problems.isEmpty && found.items.map(\.source) == [.xmp, .exif], "\(kind)")
            #expect(found.container.extra.isEmpty)
        }
        let cut: [UInt8] = [0, 0, 1, 0] + Array("mdat".utf8) + [1, 2, 3]
        for bytes in [file + cut, Array(file.dropLast())] {
            let found = try declared(bytes)
            #expect(found.container.trailingBytes == 0 && found.problems.map(\.part) == [.container])
        }
        let rest: [UInt8] = [0, 0, 0, 0] + Array("free".utf8) + [1, 2, 3]
        #expect(try declared(file + rest).container.trailingBytes == 0)
    }

    @Test func promptsAreReadOnlyWhenAskedFor() throws {
        var options = ReadOptions()
        let file = try Sample.bytes("parameters.jpg")
        #expect(try declared(file, options).items.map(\.prompt) == [nil])
        options.prompts = true
        #expect(try declared(file, options).items.map(\.prompt) == ["a lighthouse at dusk, ölgemälde"])
        #expect(try declared(file, options).items.map(\.model) == ["example"])
    }

    @Test func aFileIsReadFurtherBehindADamagedPart() throws {
        let good =
            Array("Photoshop 3.0\u{0}8BIM".utf8) + [4, 4, 0, 0, 0, 0, 0, 15, 0x1C, 2, 65, 0, 10] + "Midjourney".utf8 + [
                0
            ]
        let bad = Array("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta".utf8)
        let both = try declared(Sample.jpeg([(0xE1, bad), (0xED, good)]))
        #expect(both.state == .present && both.generator == "Midjourney")
        #expect(both.problems.map(\.part) == [.xmp])
        let alone = try declared(Sample.jpeg([(0xE1, bad)]))
        #expect(alone.state == .invalid && alone.items.isEmpty)
    }

    @Test func aFormatWhoseContainerIsNotWalkedIsUnchecked() {
        #expect(readDeclared([1, 2, 3].span, .jp2).state == .unchecked)
    }

    @Test func manyPartsAreNotAbsent() throws {
        let comments = Array(repeating: (marker: UInt8(0xFE), body: [UInt8]("x".utf8)), count: 65)
        #expect(try declared(Sample.jpeg(comments)).state == .unchecked)
        #expect(try declared(Sample.jpeg(Array(comments.dropLast()))).state == .absent)
    }

    @Test(arguments: [
        ("trainedAlgorithmicMedia", Origin.synthetic), ("algorithmicMedia", .synthetic),
        ("compositeWithTrainedAlgorithmicMedia", .composite), ("compositeSynthetic", .composite),
        ("composite", .composite),
        ("digitalCapture", .capture), ("negativeFilm", .capture), ("computationalCapture", .capture),
        ("print", .capture),
        ("humanEdits", .edited), ("minorHumanEdits", .edited), ("algorithmicallyEnhanced", .edited),
        ("digitalCreation", .other), ("screenCapture", .other), ("virtualRecording", .other),
    ])
    func sourceTypesAreMapped(_ term: String, _ origin: Origin) throws {
        for written in [iptc + term, "https" + (iptc + term).dropFirst(4), " \(iptc + term) "] {
            let found = try declared(Sample.xmp("e:DigitalSourceType='\(written)'"))
            #expect(found.items.map(\.digitalSourceType) == [iptc + term])
            #expect(found.origin == origin)
        }
    }

    @Test func whatIsNoSourceTypeIsNone() throws {
        for text in ["synthetic", iptc, iptc + "a/b", "http://example.org/trainedAlgorithmicMedia", iptc + "a\u{1b}b"] {
            #expect(Origin.digitalSourceType(text) == nil, "\(text)")
        }
        #expect(Origin.digitalSourceType("trainedAlgorithmicMedia") == iptc + "trainedAlgorithmicMedia")
        let own = "http://c2pa.org/digitalsourcetype/trainedAlgorithmicData"
        #expect(Origin.digitalSourceType(own) == own && Origin(digitalSourceType: own) == .synthetic)
    }
}
