// The codecs that a 7z names: whether an archive that can't be read is damaged or of a kind that is not known, libarchive says in words
// alone.

internal import CUnpack
internal import Files

/// Reads the header of a 7z as far as its codecs (7zFormat.txt of the LZMA SDK).
struct SevenZipCodecs {
    /// What every libarchive knows, and encryption, of which it tells otherwise.
    private static let known: Set<[UInt8]> = [
        [0], [3], [0x21], [3, 1, 1], [3, 4, 1], [4, 1, 8], [4, 2, 2], [3, 3, 1, 3], [3, 3, 1, 0x1B], [3, 3, 2, 5],
        [3, 3, 4, 1], [3, 3, 5, 1], [3, 3, 7, 1], [3, 3, 8, 5],
    ]
    private static let encryption: [UInt8] = [6, 0xF1]

    /// Bytes of a header that are looked at; what packs a member is told at its beginning.
    private static let mostBytes = 16 << 20
    /// A header may be packed, and then is an archive of its own.
    private static let mostLayers = 4

    private static let damage = PackedFault.corruptArchive("a damaged header")

    private struct Coder {
        var id: [UInt8]
        var properties: [UInt8]
    }

    /// Why an archive is not read that could not be; nil where it names nothing but known codecs, or its header can't be read.
    static func refusal(_ descriptor: Int32, start: Int) -> PackedFault? {
        let coders = (try? coders(PackedInput(descriptor, start: start, beginning: []))) ?? []
        if let coder = coders.first(where: { !known.contains($0.id) && !$0.id.starts(with: encryption) }) {
            return PackedFault(
                kind: .unsupported, message: "codec \(coder.id.hexadecimal), which is unsupported", isOver: true)
        }
        let isEncrypted = coders.contains { $0.id.starts(with: encryption) }
        return isEncrypted ? PackedFault(kind: .encrypted, message: "encrypted", isOver: true) : nil
    }

    private static func coders(_ input: PackedInput) throws(PackedFault) -> [Coder] {
        guard var bytes = try header(input) else { return [] }
        var found: [Coder] = []
        for _ in 0..<mostLayers {
            var reader = Reader(bytes[...])
            let isPacked = try reader.byte() == 0x17
            guard let streams = try? isPacked ? streams(&reader) : mainStreams(&reader) else { break }
            let coders = Array(streams.folders.joined())
            found += coders
            guard isPacked, coders.count == 1, let inner = try? unpack(coders[0], streams, input) else { break }
            bytes = inner
        }
        return found
    }

    /// The bytes that the beginning of the archive points to.
    private static func header(_ input: PackedInput) throws(PackedFault) -> [UInt8]? {
        try input.seek(0)
        guard try input.fill(to: 32) else { return nil }
        let fields = ZipBytes(input.rest)
        let (offset, size) = (fields.number(12, 8), min(fields.number(20, 8), mostBytes))
        return try bytes(input, 32 + offset, size)
    }

    private static func bytes(_ input: PackedInput, _ place: Int, _ size: Int) throws(PackedFault) -> [UInt8]? {
        try input.seek(place)
        return try input.fill(to: size) ? Array(input.rest.prefix(size)) : nil
    }

    private static func unpack(_ coder: Coder, _ streams: Streams, _ input: PackedInput) throws(PackedFault) -> [UInt8]
    {
        guard streams.packed <= mostBytes, streams.unpacked <= mostBytes,
            let packed = try bytes(input, 32 + streams.place, streams.packed)
        else { throw SevenZipCodecs.damage }
        var (source, packing) = (packed[...], UNPACK_LZMA2)
        switch coder.id {
        case [0x21]: break
        case [3, 1, 1] where coder.properties.count == 5:
            let size = (0..<8).map { UInt8(truncatingIfNeeded: streams.unpacked >> (8 * $0)) }
            (source, packing) = ((coder.properties + size + packed)[...], UNPACK_LZMA)
        default: throw SevenZipCodecs.damage
        }
        let decompressor = try Decompressor(packing)
        try decompressor.begin()
        var (unpacked, room) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
        while unpacked.count < streams.unpacked {
            let (_, taken, given) = decompressor.step(source, into: &room)
            if taken == 0 && given == 0 { throw SevenZipCodecs.damage }
            source = source.dropFirst(taken)
            unpacked += room[..<given]
        }
        return unpacked
    }

    // MARK: what is in a header

    /// Where packed bytes are, and what packs them.
    private struct Streams {
        var place = 0
        /// Bytes of the first, and of what it stands for.
        var packed = 0
        var unpacked = 0
        var folders: [[Coder]] = []
    }

    private static func mainStreams(_ reader: inout Reader) throws(PackedFault) -> Streams {
        var id = try reader.byte()
        if id == 2 {
            while try reader.number() != 0 {
                let size = try reader.number()
                try reader.skip(size)
            }
            id = try reader.byte()
        }
        // Those of the header itself, which no program writes.
        guard id == 4 else { throw SevenZipCodecs.damage }
        return try streams(&reader)
    }

    private static func streams(_ reader: inout Reader) throws(PackedFault) -> Streams {
        var found = Streams()
        var id = try reader.byte()
        if id == 6 {
            found.place = try reader.number()
            let count = try reader.number()
            id = try reader.byte()
            if id == 9 {
                for index in 0..<count {
                    let size = try reader.number()
                    if index == 0 { found.packed = size }
                }
                id = try reader.byte()
            }
            if id == 10 {
                try reader.skipDigests(count)
                id = try reader.byte()
            }
            guard id == 0 else { throw SevenZipCodecs.damage }
            id = try reader.byte()
        }
        guard id == 7, try reader.byte() == 11 else { throw SevenZipCodecs.damage }
        let count = try reader.number()
        guard count < 1 << 20, try reader.byte() == 0 else { throw SevenZipCodecs.damage }
        for _ in 0..<count { found.folders.append(try folder(&reader)) }
        if try reader.byte() == 12 { found.unpacked = try reader.number() }
        return found
    }

    private static func folder(_ reader: inout Reader) throws(PackedFault) -> [Coder] {
        var (coders, inputs, outputs) = ([Coder](), 0, 0)
        let count = try reader.number()
        guard 1...32 ~= count else { throw SevenZipCodecs.damage }
        for _ in 0..<count {
            let flags = try reader.byte()
            var coder = Coder(id: try reader.bytes(Int(flags & 15)), properties: [])
            let isComplex = flags & 0x10 != 0
            inputs += isComplex ? try reader.number() : 1
            outputs += isComplex ? try reader.number() : 1
            guard inputs <= 64, outputs <= 64 else { throw SevenZipCodecs.damage }
            if flags & 0x20 != 0 {
                let size = try reader.number()
                coder.properties = try reader.bytes(size)
            }
            coders.append(coder)
        }
        let bound = max(0, outputs - 1)
        for _ in 0..<2 * bound { _ = try reader.number() }
        if inputs - bound > 1 { for _ in 0..<inputs - bound { _ = try reader.number() } }
        return coders
    }

    private struct Reader {
        private var rest: ArraySlice<UInt8>

        init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

        mutating func byte() throws(PackedFault) -> UInt8 {
            guard let first = rest.popFirst() else { throw SevenZipCodecs.damage }
            return first
        }

        mutating func bytes(_ count: Int) throws(PackedFault) -> [UInt8] {
            guard count <= rest.count else { throw SevenZipCodecs.damage }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }

        mutating func skip(_ count: Int) throws(PackedFault) { _ = try bytes(count) }

        /// The first byte tells by its leading ones how many follow, the lowest first; what is left of it is highest. No file has a number as large
        /// as what is refused.
        mutating func number() throws(PackedFault) -> Int {
            let first = try byte()
            let more = (~first).leadingZeroBitCount
            var value: UInt64 = 0
            for index in 0..<min(more, 8) { value |= UInt64(try byte()) << UInt64(8 * index) }
            if more < 7 { value |= UInt64(first & (0x7F >> UInt8(more))) << UInt64(8 * more) }
            guard value < 1 << 48 else { throw SevenZipCodecs.damage }
            return Int(value)
        }

        mutating func skipDigests(_ count: Int) throws(PackedFault) {
            guard count <= rest.count else { throw SevenZipCodecs.damage }
            var defined = count
            if try byte() == 0 {
                let bits = try bytes((count + 7) / 8)
                defined = bits.reduce(0) { $0 + $1.nonzeroBitCount }
            }
            try skip(4 * defined)
        }
    }
}
