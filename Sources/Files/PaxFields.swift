// What the pax headers of a tar say, as far as anything is done with it: the rest is not kept, so that no number of headers takes memory.

/// Fields of one member, or of all members to come.
///
/// Each holds no more than a header has bytes, which `TarReader` bounds, and is read once, where it is said: a field for all members is asked for by
/// each of them.
struct PaxFields: Equatable {
    /// A field that is there, and what it says; nil where that is nothing of the kind.
    struct Said<Value: Equatable>: Equatable {
        let value: Value?
    }

    var size: Said<Int>?
    var modified: Said<Timestamp>?
    /// A name, and what of it stands before a zero byte.
    var path: [UInt8]?
    var name: [UInt8]?
    /// The same of the name of a file with holes, whose `path` tells where it was packed.
    var sparseName: [UInt8]?
    /// Whether anything is said of holes.
    var isSparse = false
    /// What only streams of `TarWriter` say.
    var wholeSize: Said<Int>?
    var refusal: [UInt8]?

    /// Takes what a header says that begins at byte `start` of an archive, in place of what was said before.
    mutating func take(_ header: [UInt8], at start: Int) throws(FileError) {
        for (key, value) in try TarFields.records(header, at: start) { take(key, value) }
    }

    private mutating func take(_ key: String, _ value: [UInt8]) {
        switch key {
        case "size": size = Said(value: TarFields.decimal(value))
        case "mtime": modified = Said(value: TarFields.time(value))
        case "path": (path, name) = (value, PaxFields.name(value))
        case TarWriter.wholeSize: wholeSize = Said(value: TarFields.decimal(value))
        case TarWriter.refusal: refusal = value
        default:
            if key.hasPrefix("GNU.sparse.") { isSparse = true }
            if key == "GNU.sparse.name" { sparseName = PaxFields.name(value) }
        }
    }

    /// A name ends where the system would end it: at a zero byte, which separates names in lists.
    private static func name(_ value: [UInt8]) -> [UInt8] {
        value.firstIndex(of: 0).map { Array(value[..<$0]) } ?? value
    }

    /// The same, with what it leaves open as it is for all members.
    ///
    /// Holes are those of one member: a header for all of them must not hide them.
    func completed(by global: PaxFields) -> PaxFields {
        var fields = self
        fields.size = size ?? global.size
        fields.modified = modified ?? global.modified
        if path == nil { (fields.path, fields.name) = (global.path, global.name) }
        return fields
    }
}
