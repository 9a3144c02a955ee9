// What a scan prepares before it knows what it will find.

import Detection
import Files
import Inspection
import Testing

@testable import Scanning

@Suite struct ScanPlanTests {
    private static let detector = Detector(
        card: ModelCard(.crossdomain), parameters: Blueprint.crossdomain.makeNetwork().parameters)

    @Test(arguments: [
        (["/dev/null"], 4, 1), (["/dev/null", "/dev/null", "/no/such"], 4, 3), (["/dev/null", "/dev/null"], 1, 1),
        (["/"], 4, 4), (["/dev/null", "/dev"], 3, 3), (["/"], 64, 8), ([], 4, 0),
    ])
    func `decoders are started for as many files as there can be`(_ operands: [String], _ jobs: Int, _ wanted: Int) {
        var plan = ScanPlan(Self.detector, rules: try! RulePlan([]))
        plan.sources = [WalkSource(operands.map { PathBytes($0) }, Walker())]
        plan.jobs = jobs
        #expect(plan.likelyProcesses == wanted)
    }

    /// Descriptors that a plan takes at worst: those of each job, and a directory for each file that waits.
    @Test(arguments: [(20, 64), (40, 64), (64, 64), (256, 64), (1024, 2), (1_048_576, 64)])
    func `few descriptors make for few jobs`(_ descriptors: Int, _ jobs: Int) {
        var plan = ScanPlan(Self.detector, rules: try! RulePlan([]))
        plan.jobs = jobs
        plan.limit(descriptors: descriptors)
        #expect(plan.jobs >= 1 && plan.ahead >= 1 && plan.jobs <= jobs)
        #expect(descriptors < 40 || 3 * plan.jobs + plan.ahead + 16 <= descriptors)
        #expect(descriptors < 1024 || plan.jobs == jobs && plan.ahead == 32 + 4 * jobs)
    }
}
