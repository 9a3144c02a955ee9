// The one way from a file's bytes to what it declares: walks its container and asks the reader of every part that it finds.

internal import Files
package import Imaging

/// What to read, and how much.
package struct ReadOptions {
    package var limits = ReadLimits()
    /// Prompts are private: they are read only when asked for.
    package var prompts = false
    package var anchors: TrustAnchors?

    package init() {}
}

/// Reads what a file declares. Never throws and never stops half way: a part that cannot be read is a problem in the result.
package func readDeclared(_ file: Span<UInt8>, _ format: ImageFormat, _ options: ReadOptions = ReadOptions())
    -> Declared
{
    guard let layout = Layout(file, format, options.limits) else {
        var declared = Declared()
        declared.state = .unchecked
        return declared
    }
    var reader = DeclarationReader(options)
    reader.read(file, layout)
    return reader.finish()
}

package func readDeclared(
    _ file: UnsafeRawBufferPointer, _ format: ImageFormat, _ options: ReadOptions = ReadOptions()
) -> Declared {
    unsafe file.withMemoryRebound(to: UInt8.self) { unsafe readDeclared($0.span, format, options) }
}

/// Gathers the statements of one file.
struct DeclarationReader {
    let options: ReadOptions
    var declared = Declared()
    /// By weight: manifests, then structured fields, then texts.
    private var items: [Declared.Source: [Declared.Item]] = [:]

    init(_ options: ReadOptions) { self.options = options }

    var limits: ReadLimits { options.limits }

    mutating func read(_ file: Span<UInt8>, _ layout: Layout) {
        readContainer(file, layout)
        if !layout.jumbf.isEmpty || layout.blockedStore != nil {
            attempt(.c2pa) { reader throws(ReadError) in try reader.readManifests(file, layout) }
        }
        for place in layout.xmp {
            attempt(.xmp) { reader throws(ReadError) in try reader.readXMP(file.array(place), file, layout) }
        }
        if !layout.photoshop.isEmpty {
            attempt(.iim) { reader throws(ReadError) in
                guard layout.photoshop.reduce(0, { $0 + $1.count }) <= reader.limits.maxTextBytes else {
                    throw .limit("image resources larger than the limit")
                }
                reader.add(try IIMRecord(resources: layout.photoshop.flatMap { file.array($0) }))
            }
        }
        for place in layout.iim {
            attempt(.iim) { reader throws(ReadError) in
                guard place.count <= reader.limits.maxTextBytes else { throw .limit("a record larger than the limit") }
                reader.add(try IIMRecord(file.array(place)))
            }
        }
        if !layout.fields.isEmpty { add(ExifBlock { tag in layout.fields[Int(tag)].map { file.array($0) } }) }
        for place in layout.exif {
            attempt(.exif) { reader throws(ReadError) in
                guard place.count <= reader.limits.maxExifBytes else { throw .limit("a block longer than the limit") }
                reader.add(try ExifBlock(file.array(place)))
            }
        }
        readTexts(file, layout)
        for place in layout.comments where place.count <= limits.maxTextBytes {
            add(comment: String(unknownEncoding: file.array(place)))
        }
        for place in layout.blockedComments where place.count <= limits.maxTextBytes {
            add(comment: String(unknownEncoding: file.unblocked(place)))
        }
    }

    mutating func finish() -> Declared {
        declared.items = Declared.Source.allCases.flatMap { items[$0] ?? [] }
        if declared.items.contains(where: { $0.origin != nil }) || declared.contentCredentials != nil {
            declared.state = .present
        } else {
            let states = Set(declared.problems.map(\.state))
            declared.state = [.error, .invalid, .unchecked].first(where: states.contains) ?? .absent
        }
        return declared
    }

    /// Does one part; what goes wrong in it concerns no other.
    private mutating func attempt(
        _ part: Declared.Part, _ body: (inout DeclarationReader) throws(ReadError) -> Void
    ) {
        do throws(ReadError) { try body(&self) } catch { complain(part, error) }
    }

    mutating func complain(_ part: Declared.Part, _ error: ReadError) {
        guard declared.problems.count < limits.maxProblems else { return }
        let message = error.message.value(limits.maxValueBytes) ?? ""
        declared.problems.append(Declared.Problem(state: error.state, part: part, message: message))
    }

    /// Adds a statement that says something and has not been made yet.
    mutating func add(_ item: Declared.Item) {
        var item = item
        for text in [\Declared.Item.software, \.model, \.aiSystem, \.aiSystemVersion] {
            item[keyPath: text] = item[keyPath: text]?.value(limits.maxValueBytes)
        }
        item.prompt = options.prompts ? item.prompt?.value(limits.maxPromptBytes) : nil
        guard !item.isEmpty, items.values.reduce(0, { $0 + $1.count }) < limits.maxItems,
            items[item.source]?.contains(item) != true
        else { return }
        items[item.source, default: []].append(item)
    }

    // MARK: parts

    private mutating func readContainer(_ file: Span<UInt8>, _ layout: Layout) {
        if let problem = layout.problem { complain(.container, problem) }
        declared.container.applicationSegments = layout.applicationSegments
        if !layout.quantisation.isEmpty {
            let tables = SHA256()
            for place in layout.quantisation { tables.update(file.array(place)) }
            declared.container.quantisation = String(tables.finish().prefix(16))
        }
        guard let trailing = layout.trailing else { return }
        declared.container.trailingBytes = trailing.count
        declared.container.trailingKind = TrailingKind(file.extracting(trailing)).rawValue
        if layout.applicationSegments != nil { declared.container.extra = extraParts(file, layout) }
    }

    private mutating func readManifests(_ file: Span<UInt8>, _ layout: Layout) throws(ReadError) {
        guard let bytes = try layout.manifestStore(file, limits) else { return }
        let store = try ManifestStore(bytes, file, limits, anchors: options.anchors)
        declared.contentCredentials = store.credentials
        for item in store.items { add(item) }
        if let problem = store.problem { throw problem }
    }

    private mutating func readXMP(_ packet: [UInt8], _ file: Span<UInt8>, _ layout: Layout) throws(ReadError) {
        let standard = try XMPPacket(packet, limits)
        add(standard)
        guard let guid = standard[XMPPacket.adobe + "xmp/note/", "HasExtendedXMP"], !layout.extendedXMP.isEmpty else {
            return
        }
        guard let whole = try ExtendedXMP.packet(guid, file, layout.extendedXMP, limits) else { return }
        add(try XMPPacket(whole, limits))
    }

    private mutating func readTexts(_ file: Span<UInt8>, _ layout: Layout) {
        var budget = limits.maxInflatedBytes
        var texts: [PNGText] = []
        for (kind, place) in layout.texts {
            attempt(.pngText) { reader throws(ReadError) in
                guard place.count <= reader.limits.maxTextBytes else { throw .limit("a text longer than the limit") }
                texts.append(try PNGText(kind, file.array(place), reader.limits, budget: &budget))
            }
        }
        for text in texts.lazy.filter({ $0.keyword == "XML:com.adobe.xmp" }).prefix(limits.maxBlocks) {
            attempt(.xmp) { reader throws(ReadError) in try reader.readXMP(text.text, file, layout) }
        }
        add(texts)
    }
}
