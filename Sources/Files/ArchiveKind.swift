// Which kind of archive a stream is, told by its first bytes: what a name says of it counts for nothing.

/// Archives other than a tar that is plain or packed by gzip.
package enum ArchiveKind: String, Sendable, CaseIterable {
    case zip
    case sevenZip = "7z"
    case zstd, xz, bzip2, lz4, rar

    /// The kind that begins so; nil for what may be a tar, plain or packed by gzip.
    package init?(_ first: some Sequence<UInt8>) {
        let first = Array(first.prefix(512))[...].afterSkippableFrames
        let marks: [(kind: ArchiveKind, mark: [UInt8])] = [
            // A member, the end of an archive without any.
            (.zip, [0x50, 0x4B, 3, 4]), (.zip, [0x50, 0x4B, 5, 6]), (.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
            (.zstd, [0x28, 0xB5, 0x2F, 0xFD]), (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]),
            (.lz4, [0x04, 0x22, 0x4D, 0x18]), (.rar, [0x52, 0x61, 0x72, 0x21, 0x1A, 7]),
        ]
        if let kind = marks.first(where: { first.starts(with: $0.mark) })?.kind {
            self = kind
        } else if first.starts(with: "BZh".utf8), first.dropFirst(4).starts(with: [0x31, 0x41, 0x59, 0x26]) {
            // A name may begin so too, but hardly with the digits of π behind it.
            self = .bzip2
        } else {
            return nil
        }
    }

    /// Whether it is one stream of bytes packed as a whole, which then is a tar; else it has members of its own.
    package var packsTar: Bool {
        switch self {
        case .zstd, .xz, .bzip2, .lz4: true
        case .zip, .sevenZip, .rar: false
        }
    }
}

extension ArraySlice<UInt8> {
    /// What lies behind frames that decoders of Zstandard and LZ4 pass over (RFC 8878, 3.1.2), such as pzstd writes in front; all of it
    /// where such a frame goes on past the end.
    fileprivate var afterSkippableFrames: ArraySlice<UInt8> {
        var rest = self
        while rest.count >= 8, rest.first.map({ 0x50...0x5F ~= $0 }) == true,
            rest.dropFirst().starts(with: [0x2A, 0x4D, 0x18])
        {
            let size = rest.dropFirst(4).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            guard size < rest.count - 8 else { return self }
            rest = rest.dropFirst(8 + size)
        }
        return rest
    }
}
