// Pictures are read as the program reads them: by a confined process, which is the program beside the tests.

import Confinement
import Foundation

/// How tests read pictures.
let confined: ConfinementSettings = {
    let products = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
    let folder = (products ?? URL(fileURLWithPath: CommandLine.arguments[0])).deletingLastPathComponent()
    var settings = ConfinementSettings.pictures()
    settings.executable = folder.appendingPathComponent("assay").path
    return settings
}()
