// What a watch decides by, read at its start and again at each SIGHUP: model and rules, both or neither.

import Confinement
import Files
import Inspection
import Scanning

/// The model and the rules that a command line names, whole and checked.
struct WatchBasis {
    let model: ModelFile
    let rules: RulePlan
    /// For confined processes; nil for the model that is part of the program.
    let sharedModel: SharedBytes?

    /// Fails where a file can't be read or means nothing.
    init(_ line: Invocation) throws(CommandFailure) {
        let path = line.path(WatchOptions.model)
        let bytes = try ModelFile.read(path)
        model = try ModelFile.load(path, bytes)
        sharedModel = path.map { _ in SharedBytes(bytes) }
        rules = try RuleOptions.plan(line)
    }
}
