// An archive with members of its own, read by libarchive: for the process that may do nothing else, and for tests.

internal import CUnpack
package import Files
internal import Glibc

/// What libarchive says of a member.
struct PackedMember {
    /// Its size is 0 where that is not known before the bytes.
    var member: TarMember
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
}

/// A cursor over the members of an archive.
@safe final class PackedArchive {
    private let archive: OpaquePointer
    private let beginning: UnsafeMutableBufferPointer<UInt8>

    /// Loads libarchive; false where it is missing.
    static func load() -> Bool { unpack_load() == 1 }

    /// - Parameters:
    ///   - start: where the archive begins in a file; nil for a stream.
    ///   - beginning: what was read of a stream already.
    init(_ kind: ArchiveKind, _ descriptor: Int32, start: Int?, beginning: [UInt8]) throws(PackedFault) {
        let noMemory = PackedFault(kind: .noMemory, message: "", isOver: true)
        guard PackedArchive.load(), let code = kind.code else {
            throw PackedFault(kind: .unsupported, message: "which this program does not read", isOver: true)
        }
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: beginning.count)
        _ = unsafe copy.initialize(from: beginning)
        let opened = unsafe unpack_open(code, descriptor, Int64(start ?? -1), copy.baseAddress, copy.count)
        guard let opened = unsafe opened else {
            unsafe copy.deallocate()
            throw noMemory
        }
        unsafe (archive, self.beginning) = (opened, copy)
    }

    deinit {
        unsafe unpack_close(archive)
        unsafe beginning.deallocate()
    }

    /// The next member; nil at the end.
    func next() throws(PackedFault) -> PackedMember? {
        var found = unsafe unpack_member()
        let status = unsafe unpack_next(archive, &found)
        if status == UNPACK_END { return nil }
        guard status == UNPACK_OK else { throw fault(status) }
        let name = unsafe found.name.map { unsafe Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? []
        let size = unsafe Int(found.size)
        let kind: TarMember.Kind =
            switch unsafe found.kind {
            case UNPACK_FILE: .file
            case UNPACK_DIRECTORY: .directory
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

    /// The next bytes of the member; none behind the last.
    func read() throws(PackedFault) -> [UInt8] {
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        let status = unsafe unpack_read(archive, &bytes, &count)
        if status == UNPACK_END { return [] }
        guard status == UNPACK_OK else { throw fault(status) }
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    /// Bytes of the archive that were read so far.
    var taken: Int { Int(unsafe unpack_taken(archive)) }

    /// Refuses an end that is none, after the last member.
    func checkEnd() throws(PackedFault) {
        let status = unsafe unpack_check_end(archive)
        guard status == UNPACK_OK else { throw fault(status) }
    }

    private func fault(_ status: unpack_status) -> PackedFault {
        let kind: PackedFault.Kind =
            switch status {
            case UNPACK_TRUNCATED: .truncated
            case UNPACK_OVERLAPPING: .overlapping
            case UNPACK_UNSUPPORTED: .unsupported
            case UNPACK_ENCRYPTED: .encrypted
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
    fileprivate var code: unpack_kind? {
        switch self {
        case .zip: UNPACK_ZIP
        case .sevenZip: UNPACK_SEVEN_ZIP
        case .zstd, .xz, .bzip2, .lz4, .rar: nil
        }
    }

    /// How the stream was packed, where it is one.
    var packing: unpack_packing? {
        switch self {
        case .zstd: UNPACK_ZSTD
        case .xz: UNPACK_XZ
        case .bzip2: UNPACK_BZIP2
        case .lz4: UNPACK_LZ4
        case .zip, .sevenZip, .rar: nil
        }
    }

    /// Whether this program was built with what reads it.
    var isBuiltIn: Bool {
        if let packing { return unpack_stream_is_built_in(packing) == 1 }
        return code != nil && unpack_is_built_in() == 1
    }

    /// Loads what reads it; false where that is missing.
    func load() -> Bool { packing.map(Decompressor.load) ?? PackedArchive.load() }

    /// Those that this program reads.
    package static var readable: [ArchiveKind] { allCases.filter(\.isBuiltIn) }
}
