// Shows that XMP is read in every form RDF has for a property, and only where it speaks of the picture itself.

import Testing

@testable import Provenance

private let trained = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

@Suite struct XMPTests {
    @Test(arguments: [
        ("e:DigitalSourceType='\(trained)'", ""),
        ("", "<e:DigitalSourceType>\(trained)</e:DigitalSourceType>"),
        ("", "<e:DigitalSourceType rdf:resource='\(trained)'/>"),
        (
            "",
            "<e:DigitalSourceType><rdf:Alt><rdf:li xml:lang='x-default'>\(trained)</rdf:li></rdf:Alt></e:DigitalSourceType>"
        ),
        ("", "<e:DigitalSourceType>\n\t\(trained)\n</e:DigitalSourceType>"),
        ("", "<e:DigitalSourceType><![CDATA[\(trained)]]></e:DigitalSourceType>"),
    ])
    func everyFormOfAPropertyIsRead(_ attributes: String, _ elements: String) throws {
        #expect(try declared(Sample.xmp(attributes, elements)).items.map(\.digitalSourceType) == [trained])
    }

    @Test func ofAListTheFirstItemThatSaysSomethingIsTheValue() throws {
        func list(_ name: String, _ kind: String, _ items: [String]) -> String {
            let items = items.map { "<rdf:li>\($0)</rdf:li>" }.joined(separator: "\n")
            return "<e:\(name)>\n<rdf:\(kind)>\n\(items)\n</rdf:\(kind)>\n</e:\(name)>"
        }
        for kind in ["Bag", "Seq", "Alt"] {
            let types = list("DigitalSourceType", kind, [trained, trained])
            let systems = list("AISystemUsed", kind, [" ", "Gen A", "Gen B"])
            let found = try declared(Sample.xmp("", types + systems))
            #expect(found.state == .present && found.items.map(\.digitalSourceType) == [trained], "\(kind)")
            #expect(found.items.map(\.aiSystem) == ["Gen A"], "\(kind)")
        }
        // An empty list has no value, and takes none of the next property.
        let empty = try declared(
            Sample.xmp("", list("DigitalSourceType", "Bag", []) + list("AISystemUsed", "Bag", ["Gen A"])))
        #expect(empty.items.map(\.digitalSourceType) == [nil] && empty.items.map(\.aiSystem) == ["Gen A"])
    }

    @Test func theFieldsOfIPTC2025AreRead() throws {
        var options = ReadOptions()
        options.prompts = true
        let file = try Sample.xmp(
            "e:AISystemUsed='Example Painter' e:AISystemVersionUsed='3.1' e:AIPromptInformation='a secret'")
        let item = try #require(try declared(file, options).items.first)
        #expect(item.aiSystem == "Example Painter" && item.aiSystemVersion == "3.1" && item.prompt == "a secret")
        #expect(item.origin == .synthetic)
        #expect(try declared(file).items.first?.prompt == nil)
    }

    @Test func aPropertyOfSomethingElseIsNotTheFiles() throws {
        let nested = "<xmp:History><rdf:Description e:DigitalSourceType='\(trained)'/></xmp:History>"
        #expect(try declared(Sample.xmp("", nested)).state == .absent)
        // The same name in another namespace.
        let other = "<o:DigitalSourceType xmlns:o='http://example.org/'>\(trained)</o:DigitalSourceType>"
        #expect(try declared(Sample.xmp("", other)).state == .absent)
    }

    @Test func aDocumentTypeIsRefused() throws {
        let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
        let packet = Array(bomb.utf8) + Sample.packet("", "<xmp:CreatorTool>&b;</xmp:CreatorTool>")
        let found = try declared(Sample.jpeg([(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8) + packet)]))
        #expect(found.state == .invalid && found.problems.first?.message == "a document type declaration")
    }

    @Test func deepNestingIsRefused() throws {
        let deep = String(repeating: "<xmp:a>", count: 60) + String(repeating: "</xmp:a>", count: 60)
        #expect(try declared(Sample.xmp("", deep)).state == .unchecked)
    }

    @Test func zerosBehindAPacketAreHarmless() throws {
        let body =
            Array("http://ns.adobe.com/xap/1.0/\0".utf8) + Sample.packet("e:DigitalSourceType='\(trained)'") + [
                0, 0, 0,
            ]
        #expect(try declared(Sample.jpeg([(0xE1, body)])).origin == .synthetic)
    }

    /// A packet in two pieces, written in the wrong order, with what is to be changed about it.
    private func extended(guid: String = "0123456789ABCDEF0123456789ABCDEF", drop: Int? = nil, longer: Int = 0) throws
        -> [UInt8]
    {
        let main = Sample.packet("note:HasExtendedXMP='0123456789ABCDEF0123456789ABCDEF'")
        let whole = Sample.packet("e:DigitalSourceType='\(trained)'")
        let half = whole.count / 2
        func piece(_ place: Range<Int>) -> (marker: UInt8, body: [UInt8]) {
            let head = Array("http://ns.adobe.com/xmp/extension/\0".utf8) + guid.utf8
            return (0xE1, head + Sample.big(whole.count + longer, 4) + Sample.big(place.lowerBound, 4) + whole[place])
        }
        var pieces = [piece(half..<whole.count), piece(0..<half)]
        if let drop { pieces.remove(at: drop) }
        return try Sample.jpeg(pieces + [(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8) + main)])
    }

    @Test func extendedPacketsArePutTogether() throws {
        #expect(try declared(extended()).origin == .synthetic)
        #expect(try declared(extended(drop: 0)).state == .invalid)
        #expect(try declared(extended(drop: 1)).state == .invalid)
        #expect(try declared(extended(longer: 1)).state == .invalid)
        #expect(try declared(extended(longer: 1 << 24)).state == .unchecked)
        // Pieces of another packet, left over by a program that knew nothing of them.
        #expect(try declared(extended(guid: "00000000000000000000000000000000")).state == .absent)
    }
}
