// Which network `assay train` trains.

import Detection
import Files

extension TrainCommand {
    /// The architecture named, or where none is that of the one model to begin with, changed by the file given, and scaled.
    static func chosenBlueprint(_ line: Invocation) throws(CommandFailure) -> Blueprint {
        var chosen = line.text(architecture).flatMap(Blueprint.preset) ?? .crossdomain
        let models = line.all(initial)
        if models.count == 1 && line.text(architecture) == nil && line.path(blueprint) == nil {
            chosen = try ModelFile.named(models[0]).detector.card.blueprint
        }
        if let path = line.path(blueprint) { chosen = try read(path, over: chosen) }
        chosen = chosen.widened(by: try line.number(width, 0.05...16) ?? 1)
        chosen = chosen.deepened(by: try line.integer(depth, within: 0...31))
        do throws(BlueprintError) {
            try chosen.check()
        } catch {
            throw .failure(error.message)
        }
        return chosen
    }

    private static func read(_ path: PathBytes, over base: Blueprint) throws(CommandFailure) -> Blueprint {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try OpenFile.open(path, in: nil, followingLinks: true).readAll(limit: 1 << 20)
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
        do throws(BlueprintError) {
            return try Blueprint(json: bytes, over: base)
        } catch {
            throw .failure("\(path.escaped): \(error.message.escapingControls)")
        }
    }
}
