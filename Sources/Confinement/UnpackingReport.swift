// What the process that unpacks is told before it begins, and what it says when it is done: few words, all of them checked.

internal import Files
internal import Inspection

/// What unpacking an archive takes.
package struct UnpackingSettings: Sendable {
    /// Bytes of a member that are handed on; of a larger one the beginning is.
    package var largest: Int
    /// Seconds without a sign of life while there is something to read.
    package var timeout: Double?
    package var isolation: Isolation
    package var executable: String

    /// Confined as decoders are.
    package init(_ confinement: ConfinementSettings, largest: Int) {
        self.largest = largest
        (timeout, isolation, executable) = (confinement.timeout, confinement.isolation, confinement.executable)
    }

    /// Name of the subcommand that runs `UnpackingService`.
    package static let subcommand = "unpacker"

    /// Address space: a member, and as much as dictionaries take.
    var memory: Int { min(largest, 1 << 40) + 512 << 20 }
}

/// The settings as a process gets them.
struct UnpackingMessage {
    private static let name = "assay unpacking settings"
    static let largest = 256

    var kind = ArchiveKind.zip
    /// −1 for a stream.
    var start = -1
    /// Bytes of a message that follows, with what was read of a stream already.
    var beginning = 0
    var settings: UnpackingSettings

    init(_ kind: ArchiveKind, start: Int?, beginning: Int, _ settings: UnpackingSettings) {
        (self.kind, self.start, self.beginning, self.settings) = (kind, start ?? -1, beginning, settings)
    }

    var encoded: [UInt8] {
        var wire = WireWriter()
        wire.add(UnpackingMessage.name, limit: 64)
        wire.add(kind.rawValue, limit: 16)
        wire.add(start)
        wire.add(beginning)
        wire.add(settings.largest)
        wire.add(settings.timeout ?? 0)
        wire.add(Int(settings.isolation.rawValue))
        return wire.bytes
    }

    init(decoding bytes: [UInt8]) throws(WireError) {
        var wire = WireReader(bytes[...])
        guard try wire.text(limit: 64) == UnpackingMessage.name,
            let kind = ArchiveKind(rawValue: try wire.text(limit: 16))
        else { throw WireError() }
        self.kind = kind
        (start, beginning) = (try wire.integer(), try wire.integer())
        settings = UnpackingSettings(ConfinementSettings(nil), largest: try wire.integer())
        let timeout = try wire.number()
        settings.timeout = timeout > 0 ? timeout : nil
        settings.isolation = Isolation(rawValue: Int32(truncatingIfNeeded: try wire.integer()))
        guard wire.isAtEnd, beginning >= 0, beginning <= 1 << 17 else { throw WireError() }
    }
}

/// How unpacking ended.
enum UnpackingReport: Equatable {
    case done
    case truncated(offset: Int)
    case corrupt(offset: Int, reason: String)
    case unsupported(String)
    case unreadable(Int32)
    case noMemory
    /// A little of the archive stood for more than there is time for.
    case stalled

    static let largest = 512
    private static let longestReason = 400
    /// A message that only says that the process is at work.
    static let sign: [UInt8] = [0]

    var encoded: [UInt8] {
        var wire = WireWriter()
        let (tag, number, reason): (UInt8, Int, String) =
            switch self {
            case .done: (1, 0, "")
            case .truncated(let offset): (2, offset, "")
            case .corrupt(let offset, let reason): (3, offset, reason)
            case .unsupported(let reason): (4, 0, reason)
            case .unreadable(let errno): (5, Int(errno), "")
            case .noMemory: (6, 0, "")
            case .stalled: (7, 0, "")
            }
        wire.add(byte: tag)
        wire.add(number)
        wire.add(reason, limit: UnpackingReport.longestReason)
        return wire.bytes
    }

    init(decoding bytes: [UInt8]) throws(WireError) {
        var wire = WireReader(bytes[...])
        let (tag, number, reason) = (
            try wire.byte(), try wire.integer(), try wire.text(limit: UnpackingReport.longestReason)
        )
        guard wire.isAtEnd, number >= 0, number < 1 << 60 else { throw WireError() }
        switch tag {
        case 1: self = .done
        case 2: self = .truncated(offset: number)
        case 3: self = .corrupt(offset: number, reason: reason)
        case 4: self = .unsupported(reason)
        case 5: self = .unreadable(Int32(clamping: number))
        case 6: self = .noMemory
        case 7: self = .stalled
        default: throw WireError()
        }
    }
}
