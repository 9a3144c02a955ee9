// Reads the XMP properties that speak of origin, by expat: as attributes or elements, in whatever form RDF allows.

internal import CExpat

/// The properties of a packet that are looked at, by the names that they have in it.
struct XMPPacket {
    /// By namespace and local name, joined by a space; the first value of each.
    private(set) var properties: [String: String] = [:]

    static let iptc = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    static let adobe = "http://ns.adobe.com/"

    subscript(_ namespace: String, _ name: String) -> String? { properties[namespace + " " + name] }

    /// - Parameter packet: XML, with or without the processing instructions of a packet around it.
    init(_ packet: [UInt8], _ limits: ReadLimits) throws(ReadError) {
        // Writers fill their segments with zeros.
        let length = packet.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
        guard length <= limits.maxTextBytes else { throw .limit("a packet longer than the limit") }
        guard let parser = unsafe XML_ParserCreateNS(nil, XML_Char(UInt8(ascii: " "))) else {
            throw .failed("expat has no memory")
        }
        defer { unsafe XML_ParserFree(parser) }
        let walk = RDFWalk(limits)
        unsafe XML_SetUserData(parser, Unmanaged.passUnretained(walk).toOpaque())
        unsafe XML_SetElementHandler(
            parser,
            { walk, name, attributes in
                let walk = unsafe RDFWalk.of(walk)
                unsafe walk.begin(String(cString: name!), attributes!)
            },
            { walk, _ in unsafe RDFWalk.of(walk).end() })
        unsafe XML_SetCharacterDataHandler(parser) { walk, text, count in
            unsafe RDFWalk.of(walk).add(UnsafeRawBufferPointer(start: text, count: Int(count)))
        }
        // No packet has a document type; entities and what lies outside the packet come with one.
        unsafe XML_SetStartDoctypeDeclHandler(parser) { walk, _, _, _, _ in
            unsafe RDFWalk.of(walk).complain(.invalid("a document type declaration"))
        }
        unsafe walk.parser = unsafe parser
        let status = unsafe packet.withUnsafeBytes { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { text in
                unsafe XML_Parse(parser, text.baseAddress, CInt(length), 1)
            }
        }
        if let complaint = walk.complaint { throw complaint }
        guard status == XML_STATUS_OK else {
            let code = unsafe XML_GetErrorCode(parser)
            if code == XML_ERROR_NO_MEMORY { throw .failed("expat has no memory") }
            throw unsafe .invalid(String(cString: XML_ErrorString(code)))
        }
        properties = walk.properties
    }
}

/// Follows RDF: a property is an attribute of, or an element in, a description that stands in no property itself.
@safe private final class RDFWalk {
    var parser: XML_Parser?
    private(set) var properties: [String: String] = [:]
    private(set) var complaint: ReadError?

    private let limits: ReadLimits
    private var path: [Step] = []
    private var text: [UInt8] = []
    private var property: String?

    private enum Step { case outside, rdf, description, property, list, structure }

    init(_ limits: ReadLimits) { self.limits = limits }

    @unsafe static func of(_ pointer: UnsafeMutableRawPointer?) -> RDFWalk {
        unsafe Unmanaged<RDFWalk>.fromOpaque(pointer!).takeUnretainedValue()
    }

    func complain(_ error: ReadError) {
        complaint = complaint ?? error
        unsafe XML_StopParser(parser, 0)
    }

    @unsafe func begin(_ name: String, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
        guard path.count < limits.maxDepth else { return complain(.limit("elements nested deeper than the limit")) }
        let step: Step
        switch (path.last ?? .outside, name) {
        case (.outside, RDFWalk.rdf + "RDF"): step = .rdf
        case (.outside, _): step = .outside
        case (.rdf, RDFWalk.rdf + "Description"): step = .description
        case (.description, _):
            step = .property
            property = name
            text.removeAll(keepingCapacity: true)
        case (.property, RDFWalk.rdf + "Alt"), (.property, RDFWalk.rdf + "Seq"), (.property, RDFWalk.rdf + "Bag"),
            (.list, RDFWalk.rdf + "li"):
            step = .list
        default: step = .structure
        }
        path.append(step)
        guard step == .description || step == .property else { return }
        var next = unsafe attributes
        while let name = unsafe next.pointee, let value = unsafe next[1] {
            let name = unsafe String(cString: name)
            if step == .description {
                unsafe keep(name, String(cString: value))
            } else if name == RDFWalk.rdf + "resource" || name == RDFWalk.rdf + "value", let property {
                unsafe keep(property, String(cString: value))
            }
            unsafe next += 2
        }
    }

    func end() {
        let step = path.popLast()
        // An item, not the list that is in the property: of several the first that says something is kept.
        if step == .list, path.last == .list, let property {
            keep(property, String(decoding: text, as: UTF8.self))
            text.removeAll(keepingCapacity: true)
        }
        if step == .property, let name = property {
            keep(name, String(decoding: text, as: UTF8.self))
            property = nil
        }
    }

    @unsafe func add(_ bytes: UnsafeRawBufferPointer) {
        guard path.last == .property || path.last == .list, text.count < limits.maxPromptBytes else { return }
        unsafe text.append(contentsOf: bytes.prefix(limits.maxPromptBytes))
    }

    private func keep(_ name: String, _ value: String) {
        guard RDFWalk.wanted.contains(name), properties[name] == nil, let value = value.value(limits.maxPromptBytes)
        else {
            return
        }
        properties[name] = value
    }

    private static let rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
    private static let wanted: Set<String> = Set(
        ["DigitalSourceType", "AISystemUsed", "AISystemVersionUsed", "AIPromptInformation"].map {
            XMPPacket.iptc + " " + $0
        }
            + [
                "xap/1.0/ CreatorTool", "photoshop/1.0/ Credit", "tiff/1.0/ Software", "tiff/1.0/ Make",
                "tiff/1.0/ Model",
                "exif/1.0/ UserComment", "xmp/note/ HasExtendedXMP",
            ].map { XMPPacket.adobe + $0 })
}
