// Committed pictures that say where they come from, and the means to make further ones.

import Foundation
import Imaging

@testable import Provenance

/// The pictures that `Tests/Reference/make_provenance_fixtures.py` writes.
enum Sample {
    static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let names: [String] = {
        let folder = package.appendingPathComponent("Tests/Fixtures/provenance").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { !$0.hasSuffix(".pem") }.sorted()
    }()

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: package.appendingPathComponent("Tests/Fixtures/provenance/" + name)))
    }

    /// A drawn picture that says nothing.
    static func picture(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: package.appendingPathComponent("Tests/Fixtures/imaging/" + name)))
    }

    /// The drawn JPEG with segments behind its first marker: marker and content.
    static func jpeg(_ segments: [(marker: UInt8, body: [UInt8])]) throws -> [UInt8] {
        let file = try picture("grey.jpg")
        let added = segments.flatMap { segment -> [UInt8] in
            [0xFF, segment.marker] + big(segment.body.count + 2, 2) + segment.body
        }
        return Array(file[..<2]) + added + file[2...]
    }

    /// The drawn PNG with chunks behind its header.
    static func png(_ chunks: [(name: String, body: [UInt8])]) throws -> [UInt8] {
        let file = try picture("grey-8.png")
        // What reads metadata does not look at checksums: libpng does.
        let added = chunks.flatMap { chunk -> [UInt8] in
            big(chunk.body.count, 4) + chunk.name.utf8 + chunk.body + [0, 0, 0, 0]
        }
        return Array(file[..<33]) + added + file[33...]
    }

    static func texts(_ texts: [String: String]) throws -> [UInt8] {
        try png(texts.sorted { $0.key < $1.key }.map { ("tEXt", Array($0.key.utf8) + [0] + Array($0.value.utf8)) })
    }

    /// A JPEG with this XMP packet around the properties of a description.
    static func xmp(_ attributes: String, _ elements: String = "") throws -> [UInt8] {
        try jpeg([(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8) + packet(attributes, elements))])
    }

    static func packet(_ attributes: String, _ elements: String = "") -> [UInt8] {
        Array(
            """
            <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about="" xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
            xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
            xmlns:note="http://ns.adobe.com/xmp/note/" \(attributes)>\(elements)</rdf:Description></rdf:RDF></x:xmpmeta>
            """.utf8)
    }

    static func big(_ value: Int, _ size: Int) -> [UInt8] {
        (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}

/// What a file declares; its format is told from its content.
func declared(_ file: [UInt8], _ options: ReadOptions = ReadOptions()) throws -> Declared {
    guard let format = ImageFormat.sniff(file) else { throw CocoaError(.fileReadCorruptFile) }
    return readDeclared(file.span, format, options)
}
