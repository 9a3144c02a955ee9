// What a scan prepares before it knows what it will find.

import Detection
import Files
import Inspection
import Testing

@testable import Scanning

@Suite struct ScanPlanTests {
    @Test(arguments: [
        (["/dev/null"], 4, 1), (["/dev/null", "/dev/null", "/no/such"], 4, 3), (["/dev/null", "/dev/null"], 1, 1),
        (["/"], 4, 4), (["/dev/null", "/dev"], 3, 3), (["/"], 64, 8), ([], 4, 0),
    ])
    func `decoders are started for as many files as there can be`(_ operands: [String], _ jobs: Int, _ wanted: Int) {
        let card = ModelCard(.crossdomain)
        var plan = ScanPlan(
            Detector(card: card, parameters: card.blueprint.makeNetwork().parameters), rules: try! RulePlan([]))
        plan.sources = [WalkSource(operands.map { PathBytes($0) }, Walker())]
        plan.jobs = jobs
        #expect(plan.likelyProcesses == wanted)
    }
}
