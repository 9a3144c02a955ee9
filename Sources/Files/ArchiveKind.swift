// Which kind of archive a stream is, told by its first bytes: what a name says of it counts for nothing.

/// Archives other than a tar that is plain or packed by gzip.
package enum ArchiveKind: String, Sendable, CaseIterable {
    case zip
    case sevenZip = "7z"
    case zstd, xz, lzma, lzip, bzip2, lz4, compress, rar

    /// The kind that begins so; nil for what may be a tar, plain or packed by gzip.
    package init?(_ first: some Sequence<UInt8>) {
        let beginning = Array(first.prefix(512))
        let first = beginning[...].afterSkippableFrames
        let marks: [(kind: ArchiveKind, mark: [UInt8])] = [
            // A member, the end of an archive without any.
            (.zip, [0x50, 0x4B, 3, 4]), (.zip, [0x50, 0x4B, 5, 6]), (.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
            (.zstd, [0x28, 0xB5, 0x2F, 0xFD]), (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]),
            (.lz4, [0x04, 0x22, 0x4D, 0x18]), (.lz4, [0x02, 0x21, 0x4C, 0x18]), (.lzip, Array("LZIP\u{1}".utf8)),
            (.rar, [0x52, 0x61, 0x72, 0x21, 0x1A, 7]),
        ]
        if let kind = marks.first(where: { first.starts(with: $0.mark) })?.kind {
            self = kind
        } else if first.starts(with: "BZh".utf8), ArchiveKind.bzip2Marks.contains(where: first.dropFirst(4).starts) {
            self = .bzip2
        } else if ArchiveKind.beginsAsCompress(first) {
            self = .compress
        } else if ArchiveKind.beginsAsLZMA(beginning),
            beginning.count < TarHeader.size || !TarHeader.mayBegin(with: beginning)
        {
            self = .lzma
        } else {
            return nil
        }
    }

    /// A name may begin as a bzip2 too, but hardly with the digits of π behind it, of a block, or those of its root, of the end.
    private static let bzip2Marks: [[UInt8]] = [[0x31, 0x41, 0x59, 0x26], [0x17, 0x72, 0x45, 0x38]]

    /// As what `compress` writes (.Z): behind its mark stand the most bits of a code, and a bit for codes that begin anew.
    private static func beginsAsCompress(_ first: ArraySlice<UInt8>) -> Bool {
        guard first.starts(with: [0x1F, 0x9D]), let flags = first.dropFirst(2).first else { return false }
        return 9...16 ~= flags & 0x1F && flags & 0x60 == 0
    }

    /// LZMA alone has no mark, but a header of which programs write few values (lzma-file-format.txt of XZ Utils), and its coder begins with
    /// a zero.
    private static func beginsAsLZMA(_ first: [UInt8]) -> Bool {
        guard first.count > 13, first[0] < 225, first[13] == 0 else { return false }
        func number(_ range: Range<Int>) -> UInt64 { first[range].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        let (literals, dictionary, size) = (first[0] % 45, number(1..<5), number(5..<13))
        // A power of two, or the sum of two that follow each other.
        let rest = dictionary & (dictionary &- 1)
        let isSum = rest == 0 || rest == dictionary / 3 * 2
        let isUsual = dictionary >= 1 << 12 && (isSum || dictionary == UInt64(UInt32.max))
        return literals % 9 + literals / 9 <= 4 && isUsual && (size == .max || size < 1 << 38)
    }

    /// Whether it is one stream of bytes packed as a whole, which then is a tar; else it has members of its own.
    package var packsTar: Bool {
        switch self {
        case .zstd, .xz, .lzma, .lzip, .bzip2, .lz4, .compress: true
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
