// The hidden subcommand that turns this program into a decoder process of a scan.

import Files
import Imaging
import Scanning

/// `assay decoder`: started by a scan, never by hand.
enum DecoderCommand {
    static let numbers = Argument("number", repeats: true, "Limits, as `DecoderProcess` writes them.")
    static let command = Command(
        DecoderSettings.subcommand, "Decode for a scan.", arguments: [numbers], hidden: true, run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let values = line.operands.compactMap { Int($0.lossy) }
        guard values.count == 6, values.count == line.operands.count else {
            throw .usage("'decoder' is started by a scan only")
        }
        let limits = DecodeLimits(maxPixels: values[0], maxScans: values[1], maxTextBytes: values[2])
        let isolation = Isolation(rawValue: Int32(truncatingIfNeeded: values[4]))
        return DecoderService(limits, memory: values[3], isolation).run(hasModel: values[5] == 1)
    }
}
