// Confined processes that something outside kills, at any moment, cost no record and change no score.

import Foundation
import Imaging
import Testing

struct KillTests {
    /// The long form: `ASSAY_TEST_FILES=2000 ASSAY_TEST_KILLS=300`.
    private static func number(_ name: String, _ standard: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
    }

    /// Processes below any thread of `parent` that look at files.
    private func confined(_ parent: Int32) -> [Int32] {
        func read(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        let tasks = "/proc/\(parent)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return threads.flatMap { read("\(tasks)/\($0)/children").split(separator: " ").compactMap { Int32($0) } }
            .filter { read("/proc/\($0)/comm") == "assay-decoder\n" }
    }

    /// Nobody is left to end them.
    @Test(.enabled(if: HostileTests.debug, "only debug builds can be made to misbehave"))
    func processesEndWithTheScannerThatIsKilledWhileTheyLookAtAFile() throws {
        let shop = Workshop()
        shop.write("a.jpg", Workshop.jpeg + Array("assay-test:hang".utf8))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Workshop.program)
        process.arguments = ["scan", "-q", "-j", "1", "--timeout", "600", "a.jpg"]
        process.currentDirectoryURL = URL(fileURLWithPath: shop.path)
        try process.run()
        var left: [Int32] = []
        while left.isEmpty && process.isRunning { left = confined(process.processIdentifier) }
        #expect(!left.isEmpty)
        usleep(200_000)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        for _ in 0..<1000 where !left.isEmpty {
            // One that has ended may wait for somebody to ask for its status.
            left.removeAll { pid in
                let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? "State:\tZ"
                return status.contains("State:\tZ")
            }
            usleep(10_000)
        }
        #expect(left.isEmpty)
    }

    @Test func killedProcessesCostNothing() throws {
        let (files, kills) = (Self.number("ASSAY_TEST_FILES", 150), Self.number("ASSAY_TEST_KILLS", 20))
        let shop = Workshop()
        for index in 0..<files {
            let pixels = Workshop.pixels(96 + index % 64, 80 + index % 31)
            var bytes = pixels.bytes
            for place in 0..<2000 { bytes[place] ^= UInt8(truncatingIfNeeded: place &* index) }
            shop.write(
                "x/\(100_000 + index).png", encodePNG(Pixels(width: pixels.width, height: pixels.height, bytes: bytes)))
        }
        // The shipped model: whose weights are zero could swap its answers unnoticed.
        let options = ["scan", "-q", "-j", "2", "--sort", "path"]
        let undisturbed = shop.run(options + ["x"])
        #expect(undisturbed.records.count == files)

        let process = Process()
        process.executableURL = URL(fileURLWithPath: Workshop.program)
        process.arguments = options + ["-o", "records", "--summary", "summary", "x"]
        process.currentDirectoryURL = URL(fileURLWithPath: shop.path)
        try process.run()
        var (killed, generator) = (0, SystemRandomNumberGenerator())
        // Spread over the scan: the next kill comes when its share of the records is there, or a little before, since some come too late.
        let pace = kills + kills / 5 + 1
        while process.isRunning {
            // By its size: reading it takes longer than the time between two kills.
            let attributes = try? FileManager.default.attributesOfItem(atPath: shop.path + "/records")
            let written = attributes?[.size] as? Int ?? 0
            if written * pace >= killed * undisturbed.output.utf8.count,
                let victim = confined(process.processIdentifier).randomElement()
            {
                usleep(UInt32.random(in: 0..<3000, using: &generator))
                if kill(victim, SIGKILL) == 0 { killed += 1 }
            }
            usleep(1000)
        }
        process.waitUntilExit()
        #expect(killed >= kills, "\(killed) kills")
        let records = shop.read("records").split(separator: "\n").map { object(String($0)) }
        func facts(_ records: [[String: Any]]) -> [String] {
            records.map { record in
                let scores = (record["scores"] as? [String: Double] ?? [:]).sorted { $0.key < $1.key }
                return "\(record["path"]!) \(record["status"]!) \(record["verdict"]!) \(scores) \(record["sha256"]!)"
            }
        }
        #expect(facts(records) == facts(undisturbed.records))
        #expect(Set(records.map { "\($0["scores"]!)" }).count > files / 2, "the scores tell the files apart")
        #expect(object(shop.read("summary"))["ok"] as? Int == files)
    }
}
