// An order is carried out, tried again, or told of: none is dropped in silence.

import Files
import Foundation
import Testing
import Threads

@testable import Watching

struct FlagProgramTests {
    private let spool = FileManager.default.temporaryDirectory.path + "/assay-" + UUID().uuidString

    @Test func anOrderThatCannotBeReadCountsAsFailedAndIsTold() async throws {
        try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: spool) }
        // The one nobody can open, not even root; the other has been taken away.
        for (name, target) in [("round.json", "round.json"), ("gone.json", "nowhere")] {
            try FileManager.default.createSymbolicLink(atPath: spool + "/" + name, withDestinationPath: target)
        }
        let statistics = WatchStatistics()
        let warnings = Monitor<[String]>([])
        let program = try FlagProgram(
            PathBytes("/bin/true"), jobs: 1, timeout: .seconds(60), spool: PathBytes(spool), statistics,
            warn: { warning in warnings.with { $0.append(warning) } })
        for _ in 0..<2400 where statistics.current.failedPrograms == 0 {
            try await Task.sleep(for: .milliseconds(50))
        }
        program.finish()
        let told = warnings.with { $0 }
        #expect(told.count == 1)
        #expect(told.first?.hasPrefix("\(spool)/round.json: ") == true)
        #expect(told.first?.hasSuffix("; /bin/true is not run for it before the next start") == true)
        #expect(statistics.current.failedPrograms == 1 && statistics.current.programs == 0)
    }
}
