// Where a watch writes to, and what is known of that after a restart.

import Files
import Foundation
import Testing

@Suite(.serialized) struct WatchOutputTests {
    let shop = Workshop.watched()

    @Test func aRotatedOutputIsOpenedAnewAndStaysKnown() async throws {
        shop.put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out")
        #expect(await shop.isRecorded())
        shop.move("out", "out.1")
        watch.signal(SIGHUP)
        #expect(await eventually { FileManager.default.fileExists(atPath: shop.path + "/out") })
        shop.put("b.png", 2)
        #expect(await shop.isRecorded("out.1", "out"))
        #expect(watch.end() == 0)
        #expect(shop.records().count == 1)
        let gzip = try Process.run(URL(fileURLWithPath: "/usr/bin/env"), arguments: ["gzip", shop.path + "/out.1"])
        gzip.waitUntilExit()
        let again = WatchRun(shop, "-o", "out")
        shop.put("c.png", 3)
        #expect(await eventually { shop.records().count == 2 })
        #expect(again.end() == 0)
        #expect(shop.records().count == 2)
    }

    @Test func aDeletedOutputIsMadeAgainAndAMissingDirectoryWaitedFor() async throws {
        let logs = shop.path + "/logs"
        try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
        shop.put("a.png", 1)
        let watch = WatchRun(shop, "-o", "logs/out")
        #expect(await shop.isRecorded("logs/out"))
        try FileManager.default.removeItem(atPath: logs)
        shop.put("b.png", 2)
        #expect(await eventually { watch.errors.contains("the output can't be written") })
        try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
        #expect(await eventually { shop.records("logs/out").count == 1 })
        #expect(watch.end() == 0)
        #expect(shop.records("logs/out").first?["path"] as? String == "in/b.png")
    }

    @Test func aFullDiskIsWaitedForAndNothingIsLost() async throws {
        let disk = shop.path + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard mount("tmpfs", disk, "tmpfs", 0, "size=64k") == 0 else {
            print("no tmpfs can be mounted here; the test of a full disk is skipped")
            return
        }
        defer { umount2(disk, Int32(MNT_DETACH)) }
        shop.write("disk/ballast", [UInt8](repeating: 1, count: 56 << 10))
        let watch = WatchRun(shop, "-o", "disk/out", "--metrics", "metrics")
        for number in 0..<60 { shop.put("\(number).png", number) }
        #expect(await eventually { watch.errors.contains("no space left on device; waiting") })
        #expect(await eventually { shop.read("metrics").contains("assay_watch_output_blocked 1\n") })
        #expect(shop.read("disk/out").hasSuffix("\n") || shop.read("disk/out").isEmpty)
        // Killed in the middle of it, too.
        watch.end(SIGKILL)
        let again = WatchRun(shop, "-o", "disk/out")
        #expect(await eventually { again.errors.contains("no space left on device; waiting") })
        try FileManager.default.removeItem(atPath: disk + "/ballast")
        #expect(await shop.isRecorded("disk/out"))
        #expect(again.end() == 0)
    }

    @Test func aClosedPipeEndsTheWatch() {
        shop.put("a.png", 1)
        let pipe = Pipe()
        let watch = WatchRun(shop, output: pipe.fileHandleForWriting)
        try? pipe.fileHandleForWriting.close()
        let first = pipe.fileHandleForReading.availableData
        #expect(String(decoding: first, as: UTF8.self).contains("in/a.png"))
        try? pipe.fileHandleForReading.close()
        shop.put("b.png", 2)
        #expect(watch.status() == 2)
        #expect(watch.errors.contains("the output was closed by its reader"))
        #expect(watch.errors.contains("without --state"))
    }

    /// With nothing to write it would else go on for ever, as `tail -f` once did.
    @Test func aClosedPipeEndsTheWatchThoughNothingArrives() {
        shop.put("a.png", 1)
        let pipe = Pipe()
        let watch = WatchRun(shop, output: pipe.fileHandleForWriting)
        try? pipe.fileHandleForWriting.close()
        #expect(String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self).contains("in/a.png"))
        try? pipe.fileHandleForReading.close()
        #expect(watch.status() == 2)
        #expect(watch.errors.contains("the output was closed by its reader"))
    }

    @Test func theLedgerKnowsWhatWentIntoAPipe() async {
        for number in 0..<5 { shop.put("\(number).png", number) }
        for round in 0..<3 {
            shop.write("stream\(round)", "")
            let output = FileHandle(forWritingAtPath: shop.path + "/stream\(round)")
            let watch = WatchRun(shop, "--state", "state", output: output)
            shop.put("round\(round).png", 100 + round)
            let all = (0...round).map { "stream\($0)" }
            #expect(await eventually { shop.faults(in: all) == [] })
            watch.end(round == 1 ? SIGKILL : SIGTERM)
        }
        #expect(shop.records("stream0").count == 6)
        #expect(shop.records("stream1").count == 1)
        #expect(shop.records("stream2").count == 1)
    }

    @Test func aSecondWatchOnTheSameOutputDoesNotStart() async {
        shop.put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out")
        #expect(await shop.isRecorded())
        let second = WatchRun(shop, "-o", "out")
        #expect(second.status() == 2)
        #expect(second.errors.contains("another watch writes to it"))
        #expect(watch.end() == 0)
    }

    @Test func outputInsideTheDirectoryIsNotScanned() async {
        shop.put("a.png", 1)
        let watch = WatchRun(shop, "-o", "in/out", "--state", "in/state", "--metrics", "metrics", "--rescan", "0.2")
        #expect(await shop.isRecorded("in/out"))
        try? await Task.sleep(for: .seconds(1))
        #expect(watch.end() == 0)
        #expect(shop.read("metrics").contains("assay_watch_rescans_total{cause=\"periodic\"} "))
        #expect(!shop.read("metrics").contains("assay_watch_rescans_total{cause=\"periodic\"} 0\n"))
        #expect(shop.read("metrics").contains("assay_watch_not_images_total 0\n"))
        #expect(shop.records("in/out").count == 1)
    }
}
