// The hidden subcommands that turn this program into a confined process.

import Confinement

/// `assay decoder`: started by a scan, never by hand.
enum DecoderCommand {
    static let command = Command(
        ConfinementSettings.subcommand, "Look at files for a scan.", hidden: true, run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        guard let status = InspectionService().run() else { throw .usage("'decoder' is started by a scan only") }
        return status
    }
}

/// `assay unpacker`: the same.
enum UnpackerCommand {
    static let command = Command(
        UnpackingSettings.subcommand, "Unpack an archive for a scan.", hidden: true, run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        guard let status = UnpackingService().run() else { throw .usage("'unpacker' is started by a scan only") }
        return status
    }
}
