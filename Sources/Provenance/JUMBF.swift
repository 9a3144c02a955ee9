// Reads the boxes of a C2PA manifest store: a tree of labelled superboxes (ISO 19566-5), gathered from the pieces of its container.

internal import Imaging

/// A JUMBF superbox, its places counted in the store.
struct JUMBFBox {
    var label: String
    /// The first four bytes of the content type: `c2ma`, `cbor`, `json`…
    var type: String
    /// All behind the header of the superbox: what hashed URIs are digests of.
    var whole: Range<Int>
    /// Content boxes that are no superboxes: their types and what is in them.
    var contents: [(type: String, place: Range<Int>)] = []
    var boxes: [JUMBFBox] = []

    subscript(_ label: String) -> JUMBFBox? { boxes.first { $0.label == label } }

    /// The superbox that all of `store` is.
    init(_ store: [UInt8], _ limits: ReadLimits) throws(ReadError) {
        var count = 0
        guard let (type, body, _) = try JUMBFBox.header(store.span, 0..<store.count), type == "jumb" else {
            throw .invalid("no superbox")
        }
        try self.init(store.span, body, depth: 0, &count, limits)
    }

    private init(_ store: Span<UInt8>, _ body: Range<Int>, depth: Int, _ count: inout Int, _ limits: ReadLimits)
        throws(ReadError)
    {
        guard depth < limits.maxDepth else { throw .limit("boxes nested deeper than the limit") }
        guard case (let type, let head, var offset)? = try JUMBFBox.header(store, body), type == "jumd",
            head.count >= 17
        else {
            throw .invalid("a superbox without description")
        }
        (self.type, label, whole) = (
            String(unknownEncoding: store.array(head.lowerBound..<head.lowerBound + 4)), "", body
        )
        if store[head.lowerBound + 16] & 2 != 0 {
            label = String(
                unknownEncoding: store.array(head.lowerBound + 17..<min(head.upperBound, head.lowerBound + 400)))
        }
        while offset < body.upperBound {
            count += 1
            guard count <= limits.maxBoxes else { throw .limit("more boxes than the limit") }
            guard let (type, content, next) = try JUMBFBox.header(store, offset..<body.upperBound) else { break }
            if type == "jumb" {
                boxes.append(try JUMBFBox(store, content, depth: depth + 1, &count, limits))
            } else {
                contents.append((type, content))
            }
            offset = next
        }
    }

    /// Type, body and end of the box at the beginning of `place`; nil for nothing but zeros, which pad.
    private static func header(
        _ store: Span<UInt8>, _ place: Range<Int>
    ) throws(ReadError) -> (type: String, body: Range<Int>, end: Int)? {
        let start = place.lowerBound
        guard place.count >= 8 else { throw .invalid("a box is cut off") }
        var length = store.number(start, size: 4)
        var head = 8
        if length == 0 && store.number(start + 4, size: 4) == 0 { return nil }
        if length == 1 {
            guard place.count >= 16, store[start + 8] == 0 else { throw .invalid("a box is cut off") }
            length = store.number(start + 8, size: 8)
            head = 16
        } else if length == 0 {
            length = place.count
        }
        guard length >= head, length <= place.count else { throw .invalid("a box reaches beyond what holds it") }
        let type = String(unknownEncoding: store.array(start + 4..<start + 8))
        return (type, start + head..<start + length, start + length)
    }
}

extension Layout {
    /// The first manifest store among the JUMBF boxes of the file, put together from its pieces; nil when there is none.
    func manifestStore(_ file: Span<UInt8>, _ limits: ReadLimits) throws(ReadError) -> [UInt8]? {
        if let blockedStore {
            guard blockedStore.count <= limits.maxStoreBytes else {
                throw .limit("a manifest store larger than the limit")
            }
            let store = file.unblocked(blockedStore)
            let head = store.span.number(0, size: 4) == 1 ? 16 : 8
            guard store.span.has("jumb", at: 4), store.span.has("c2pa", at: head + 8) else {
                throw .invalid("in the place of a manifest store there is none")
            }
            return store
        }
        var seen: Set<Int> = []
        for (box, _, place) in jumbf where seen.insert(box).inserted {
            guard file.has("jumb", at: place.lowerBound + 4) else { continue }
            // An extended length makes the header, which every piece repeats, longer.
            let head = file.number(place.lowerBound, size: 4) == 1 ? 16 : 8
            let pieces = jumbf.filter { $0.box == box }.sorted { $0.piece < $1.piece }
            guard pieces.reduce(0, { $0 + $1.place.count }) <= limits.maxStoreBytes else {
                throw .limit("a manifest store larger than the limit")
            }
            var store = file.array(pieces[0].place)
            for (index, piece) in pieces.enumerated().dropFirst() {
                guard piece.piece == pieces[index - 1].piece + 1, piece.place.count >= head else {
                    throw .invalid("the pieces of a manifest store do not fit together")
                }
                store += file.array(piece.place.dropFirst(head))
            }
            // The label stands in a description of at least 25 bytes before it.
            if store.span.has("c2pa", at: head + 8) { return store }
        }
        return nil
    }
}
