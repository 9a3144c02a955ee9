// What can be wrong with a zip: with a member, so that it is not read, or with the archive, which is told when all members have been.

/// What no program writes that makes an archive once, and by which programs that read it may differ in what they find.
///
/// It keeps no member from being read, but an archive that shows one program other members than another is not taken for whole.
enum ZipOddity: String, CaseIterable {
    case behind = "something behind the end of the directory"
    case directory = "a damaged directory"
    case missing = "an entry of the directory without a member of its own"
    case unnamed = "members that the directory does not name"
    case contradiction = "a member's header and the directory contradict each other"
    case end = "the directory is another than its end says"
    case descriptor = "a false data descriptor"
    case slack = "something behind the packed data of a member"
    case zero = "a name with a zero byte"

    /// All that was found, in one fault; nil where it is nothing.
    static func fault(_ found: Set<ZipOddity>) -> PackedFault? {
        if found.isEmpty { return nil }
        return .corruptArchive(allCases.filter(found.contains).map(\.rawValue).joined(separator: "; "))
    }
}

extension PackedFault {
    static let truncated = PackedFault(kind: .truncated, message: "it ends too early", isOver: true)

    static func corruptMember(_ message: String) -> PackedFault {
        PackedFault(kind: .corrupt, message: message, isOver: false)
    }

    static func unsupportedMember(_ message: String) -> PackedFault {
        PackedFault(kind: .unsupported, message: message, isOver: false)
    }

    static func corruptArchive(_ message: String) -> PackedFault {
        PackedFault(kind: .corrupt, message: message, isOver: true)
    }

    /// Two that tell of the same thing, the member and the directory.
    static let contradiction = corruptMember("its header and the directory contradict each other")

    /// Whether the archive has ended.
    var isEnd: Bool {
        if case .truncated = kind { return true }
        return false
    }
}

/// A member, and how to read it.
struct ZipFound {
    /// As its entry says, if it has one, else as its header does.
    let member: ZipMember
    /// Where its packed bytes begin.
    let start: Int
    /// Whether its packed size is there before its bytes: always in a directory.
    let isKnown: Bool
    /// Whether checksum and sizes stand behind its bytes.
    let hasDescriptor: Bool
    /// Whether a checksum or a size of zero only means that it stands behind the bytes, though the packed size is known (libarchive).
    var isPartial = false
    /// Whether its packed bytes are said to go on behind the gap that it is in. Those within are read.
    var isCut = false
    /// Whether its own header leaves it to what stands behind stored bytes where they end.
    var isOpen = false
    /// Where its packed bytes must have ended.
    var limit = Int.max
    /// Why its bytes are not looked at.
    var refusal: PackedFault?

    /// Whether the size of its bytes is there before them.
    var isSized: Bool { isKnown && !(isPartial && member.size == 0) }
    /// Where the packed bytes end, as far as that is known.
    var end: Int { isKnown ? start + member.packed : start }
}
