// What the pax headers of a tar say, as far as anything is done with it: the rest is not kept, so that no number of headers takes memory.

/// Fields of one member, or of all members to come.
///
/// Each holds no more than a header has bytes, which `TarReader` bounds.
struct PaxFields: Equatable {
    /// Texts for numbers and a time.
    var size: [UInt8]?
    var modified: [UInt8]?
    /// A name, and that of a file with holes, whose `path` tells where it was packed.
    var path: [UInt8]?
    var sparseName: [UInt8]?
    /// Whether anything is said of holes.
    var isSparse = false
    /// What only streams of `TarWriter` say.
    var wholeSize: [UInt8]?
    var refusal: [UInt8]?

    /// Takes what a header says that begins at byte `start` of an archive, in place of what was said before.
    mutating func take(_ header: [UInt8], at start: Int) throws(FileError) {
        for (key, value) in try TarFields.records(header, at: start) { take(key, value) }
    }

    private mutating func take(_ key: String, _ value: [UInt8]) {
        switch key {
        case "size": size = value
        case "mtime": modified = value
        case "path": path = value
        case TarWriter.wholeSize: wholeSize = value
        case TarWriter.refusal: refusal = value
        default:
            if key.hasPrefix("GNU.sparse.") { isSparse = true }
            if key == "GNU.sparse.name" { sparseName = value }
        }
    }

    /// The same, with what it leaves open as it is for all members.
    ///
    /// Holes are those of one member: a header for all of them must not hide them.
    func completed(by global: PaxFields) -> PaxFields {
        var fields = self
        fields.size = size ?? global.size
        fields.modified = modified ?? global.modified
        fields.path = path ?? global.path
        return fields
    }
}
