// A 7z, read by libarchive: for the process that may do nothing else, and for tests.

internal import CUnpack
package import Files
internal import Glibc
internal import Imaging

/// What an archive says of a member.
struct PackedMember {
    /// Its size is 0 where that is not known before the bytes.
    var member: TarMember
    /// Whether its size is there before its bytes, and where those end in the archive too, so that they need not be read if it is too large.
    let statesSize: Bool
    let isEncrypted: Bool
}

/// What stands against reading further.
struct PackedFault: Error {
    enum Kind {
        case truncated, corrupt, overlapping, unsupported, encrypted, noMemory
        case unreadable(errno: Int32)
    }

    let kind: Kind
    let message: String
    /// Whether this ends the archive, and not only a member.
    let isOver: Bool
    /// Where in the archive it is, where that is known.
    var place: Int? = nil
}

/// A cursor over the members of an archive.
protocol MemberCursor: AnyObject {
    /// Bytes that were read, some of them again.
    var taken: Int { get }
    /// Where in the archive it reads.
    var place: Int { get }

    /// The next member; nil at the end.
    func next() throws(PackedFault) -> PackedMember?

    /// The next bytes of the member; none behind the last.
    func read() throws(PackedFault) -> [UInt8]

    /// Refuses an end that is none, after the last member.
    func checkEnd() throws(PackedFault)
}

/// The members of a 7z.
@safe final class PackedArchive: MemberCursor {
    private let archive: OpaquePointer
    private let input: PackedInput
    /// Nil where the archive does not say it.
    private let extent: SevenZipExtent?

    /// Loads libarchive; false where it is missing.
    static func load() -> Bool { unpack_load() == 1 }

    /// - Parameter input: the same file.
    init(_ descriptor: Int32, start: Int, _ input: PackedInput) throws(PackedFault) {
        guard PackedArchive.load() else {
            throw PackedFault(kind: .unsupported, message: "which this program does not read", isOver: true)
        }
        self.input = input
        extent = try SevenZipExtent(input)
        guard let opened = unsafe unpack_open(descriptor, Int64(start)) else {
            throw PackedFault(kind: .noMemory, message: "", isOver: true)
        }
        unsafe archive = opened
    }

    deinit { unsafe unpack_close(archive) }

    func next() throws(PackedFault) -> PackedMember? {
        var found = unsafe unpack_member()
        let status = unsafe unpack_next(archive, &found)
        if status == UNPACK_END { return nil }
        guard status == UNPACK_OK else { throw fault(status) }
        let name = unsafe PackedArchive.bytes(found.name)
        let target = unsafe PackedArchive.bytes(found.target)
        let size = unsafe Int(found.size)
        let kind: TarMember.Kind =
            switch unsafe found.kind {
            case UNPACK_FILE: .file
            case UNPACK_DIRECTORY: .directory
            case UNPACK_LINK where PackedArchive.mayBePicture(target):
                .refused(.unsupportedMember("it is called a link, and its bytes are no name"))
            default: .other
            }
        var member = TarMember(
            name: PathBytes(name), kind: kind, size: kind == .file ? max(0, size) : 0, modified: nil)
        if unsafe found.has_time != 0 {
            member.modified = unsafe Timestamp(
                seconds: Int(found.seconds), nanoseconds: min(max(0, Int(found.nanoseconds)), 999_999_999))
        }
        return PackedMember(member: member, statesSize: size >= 0, isEncrypted: unsafe found.is_encrypted != 0)
    }

    private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8] {
        unsafe text.map { unsafe Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? []
    }

    /// Whether the bytes of what is said to be a link may be those of a picture: other programs make a file of them, and here nothing more is left
    /// than what stands before the first zero byte, with a mark (U+FFFD) for each that is in no text.
    private static func mayBePicture(_ target: [UInt8]) -> Bool {
        let hasStray = target.indices.contains { target[$0...].starts(with: [0xEF, 0xBF, 0xBD]) }
        return target.isEmpty || hasStray || ImageFormat.sniff(target) != nil
            || target.contains { $0 < 0x20 || $0 == 0x7F }
            || marks.contains { target.starts(with: $0.mark.utf8) && target.count <= $0.longest }
    }

    /// What pictures begin with that have a zero byte before enough is there to tell them by, and how many bytes there are at most before it: names
    /// of files begin like that too.
    private static let marks: [(mark: String, longest: Int)] = [
        ("BM", 6), ("RIFF", 7), ("II*", 3), ("II+", 3), ("IIU", 3), ("MM", 2), ("8BPS", 4), ("DDS ", 5), ("qoif", 7),
        ("icns", 7),
    ]

    func read() throws(PackedFault) -> [UInt8] {
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        let status = unsafe unpack_read(archive, &bytes, &count)
        if status == UNPACK_END { return [] }
        guard status == UNPACK_OK else { throw fault(status) }
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    var taken: Int { Int(unsafe unpack_taken(archive)) }
    var place: Int { Int(unsafe unpack_place(archive)) }

    func checkEnd() throws(PackedFault) { try extent?.checkEnd(input) }

    private func fault(_ status: unpack_status) -> PackedFault {
        let kind: PackedFault.Kind =
            switch status {
            // What is read too far is there, as far as the archive goes.
            case UNPACK_TRUNCATED: extent == nil ? .truncated : .corrupt
            case UNPACK_OVERLAPPING: .overlapping
            case UNPACK_UNSUPPORTED: .unsupported
            case UNPACK_NO_MEMORY: .noMemory
            case UNPACK_UNREADABLE: .unreadable(errno: unsafe unpack_error(archive))
            default: .corrupt
            }
        return PackedFault(
            kind: kind, message: unsafe String(cString: unpack_message(archive)),
            isOver: unsafe unpack_is_over(archive) == 1)
    }
}

extension ArchiveKind {
    /// How the stream was packed, where it is one.
    var packing: unpack_packing? {
        switch self {
        case .zstd: UNPACK_ZSTD
        case .xz: UNPACK_XZ
        case .lzma: UNPACK_LZMA
        case .lzip: UNPACK_LZIP
        case .bzip2: UNPACK_BZIP2
        case .lz4: UNPACK_LZ4
        case .zip, .sevenZip, .compress, .rar: nil
        }
    }

    /// Whether there is anything that this program could be built with to read it.
    var isKnownByNameAlone: Bool { self == .compress || self == .rar }

    /// Whether this program was built with what reads it.
    var isBuiltIn: Bool {
        switch self {
        case .zip: true
        case .sevenZip: unpack_is_built_in() == 1
        case .compress, .rar: false
        case .zstd, .xz, .lzma, .lzip, .bzip2, .lz4: packing.map { unpack_stream_is_built_in($0) == 1 } ?? false
        }
    }

    /// Loads what reads it; false where that is missing.
    func load() -> Bool {
        if self == .zip {
            // Those that members may be packed by; one that is missing is told of the member.
            for packing in ZipContent.packings.values { _ = Decompressor.load(packing) }
            return true
        }
        // The header of a 7z may be packed.
        if self == .sevenZip { _ = Decompressor.load(UNPACK_LZMA) }
        return packing.map(Decompressor.load) ?? PackedArchive.load()
    }

    /// Those that this program reads.
    package static var readable: [ArchiveKind] { allCases.filter(\.isBuiltIn) }
}
