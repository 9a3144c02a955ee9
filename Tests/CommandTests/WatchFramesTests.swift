// `assay watch --frames all`: every frame has its record once, whatever runs there were before.

import Foundation
import Testing

struct WatchFramesTests {
    private let frames = FramesTests()

    /// A service manager must not take a file of many frames for a hang, and begin with it again for ever.
    @Test func eachFrameIsASignOfLife() async {
        let (shop, systemd) = (Workshop.watched(), NotifySocket())
        shop.write("in/a.gif", FramesTests.animation(frames: 900))
        let watch = WatchRun(
            shop, "-o", "out", "--frames", "all",
            environment: ["NOTIFY_SOCKET": systemd.path, "WATCHDOG_USEC": "30000"])
        // All of the file's records come at once, when it is done. A watch with nothing to do gives a sign a second too, but only until the
        // file has settled.
        while shop.records().isEmpty && watch.isRunning {
            _ = systemd.heard
            try? await Task.sleep(for: .milliseconds(10))
        }
        #expect(systemd.heard.count { $0 == "WATCHDOG=1" } >= 3)
        #expect(await eventually { shop.records().count == 900 })
        #expect(watch.end() == 0)
    }

    @Test func aWatchKnowsAFileWhenAllItsFramesAreRecorded() async throws {
        let shop = Workshop.watched()
        shop.write("in/a.gif", FramesTests.fixture("changes.gif"))
        let watch = WatchRun(shop, "-o", "out", "--frames", "all")
        #expect(await eventually { shop.records().count == 5 })
        #expect(watch.end() == 0)
        let whole = shop.read("out")
        let records = shop.records()
        #expect(frames.told(records) == frames.five("in/a.gif"))
        #expect(Set(records.compactMap { $0["id"] as? String }).count == 5)
        // The crash of a machine has left three of them.
        shop.write("out", whole.split(separator: "\n")[..<3].joined(separator: "\n") + "\n")
        let again = WatchRun(shop, "-o", "out", "--frames", "all")
        #expect(await eventually { shop.records().count == 5 })
        shop.write("in/b.gif", FramesTests.fixture("disposals.gif"))
        #expect(await eventually { shop.records().count == 12 })
        #expect(again.end() == 0)
        #expect(frames.told(Array(shop.records()[..<5])) == frames.five("in/a.gif"))
        #expect(Set(shop.records().compactMap { $0["id"] as? String }).count == 12)
        // Now there is nothing to do.
        let last = WatchRun(shop, "-o", "out", "--frames", "all")
        shop.write("in/c.gif", FramesTests.fixture("part.gif"))
        #expect(await eventually { shop.records().count == 14 })
        #expect(last.end() == 0 && shop.records().count == 14)
    }

    /// What an earlier run has left out of a file is all that is added.
    @Test func aWatchOfAllFramesGoesOnWithFilesOfWhichFewerAreRecorded() async {
        let shop = Workshop.watched()
        shop.write("in/a.gif", FramesTests.fixture("changes.gif"))
        shop.write("in/b.tiff", FramesTests.fixture("pages.tiff"))
        let first = WatchRun(shop, "-o", "out")
        #expect(await eventually { shop.records().count == 2 })
        #expect(first.end() == 0)
        let some = WatchRun(shop, "-o", "out", "--frames", "all", "--max-frames", "3")
        #expect(await eventually { shop.records().count == 8 })
        // The same limit adds nothing; a higher one does.
        #expect(some.end() == 0)
        let same = WatchRun(shop, "-o", "out", "--frames", "all", "--max-frames", "3")
        shop.put("c.png", 1)
        #expect(await eventually { shop.records().count == 9 })
        #expect(same.end() == 0 && shop.records().count == 9)
        let all = WatchRun(shop, "-o", "out", "--frames", "all")
        #expect(await eventually { shop.records().count == 12 })
        shop.put("d.png", 2)
        #expect(await eventually { shop.records().count == 13 })
        #expect(all.end() == 0)
        func records(_ name: String) -> [String] {
            frames.told(shop.records().filter { $0["path"] as? String == name })
        }
        #expect(
            records("in/a.gif") == [
                "in/a.gif - ok", "in/a.gif 1/5 ok", "in/a.gif 2/5 ok", "in/a.gif 3/5-4 too-many-frames",
                "in/a.gif 3/5 ok",
                "in/a.gif 4/5 ok",
            ])
        #expect(
            records("in/b.tiff") == [
                "in/b.tiff - ok", "in/b.tiff 1/4 ok", "in/b.tiff 2/4 ok", "in/b.tiff 3/4 too-many-frames",
                "in/b.tiff 3/4 ok",
            ])
        #expect(Set(shop.records().compactMap { $0["id"] as? String }).count == 13)
    }

    /// Where the records are not there to be read.
    @Test func aLedgerKnowsHowManyFramesAreMissing() async {
        let shop = Workshop.watched()
        shop.write("in/a.gif", FramesTests.fixture("changes.gif"))
        shop.put("b.png", 1)
        let first = WatchRun(shop, "-o", "one", "--state", "state")
        #expect(await eventually { shop.records("one").count == 2 })
        #expect(first.end() == 0)
        let all = WatchRun(shop, "-o", "two", "--state", "state", "--frames", "all")
        #expect(await eventually { shop.records("two").count == 4 })
        shop.put("c.png", 2)
        #expect(await eventually { shop.records("two").count == 5 })
        #expect(all.end() == 0)
        #expect(frames.told(shop.records("two")) == (1..<5).map { "in/a.gif \($0)/5 ok" } + ["in/c.png 0/1 ok"])
        let last = WatchRun(shop, "-o", "three", "--state", "state", "--frames", "all")
        shop.put("d.png", 3)
        #expect(await eventually { shop.records("three").count == 1 })
        #expect(last.end() == 0 && frames.told(shop.records("three")) == ["in/d.png 0/1 ok"])
    }

    @Test func anAnimationIsMovedToTheQuarantineOnceWithAllItsRecords() async throws {
        let shop = Workshop.watched()
        try FileManager.default.createDirectory(atPath: shop.path + "/held", withIntermediateDirectories: true)
        shop.write("in/a.webp", FramesTests.fixture("changes.webp"))
        let options = ["-o", "out", "--frames", "all"]
        let watch = WatchRun(shop, options[0], options[1], options[2], options[3], "--quarantine", "held")
        #expect(await eventually { FileManager.default.fileExists(atPath: shop.path + "/held/a.webp.json") })
        watch.end(SIGKILL)
        #expect(
            frames.told(shop.records()) == frames.five("in/a.webp") && shop.read("held/a.webp.json") == shop.read("out")
        )
        #expect(shop.records().allSatisfy { $0["quarantined"] as? String == "held/a.webp" })
        // As if the crash had come between the move and the records, or in the middle of them.
        let whole = shop.read("out")
        for left in [0, 2] {
            shop.write("out", whole.split(separator: "\n")[..<left].map { $0 + "\n" }.joined())
            shop.move("held/a.webp.json", "held/a.webp.json.pending")
            let again = WatchRun(shop, options[0], options[1], options[2], options[3], "--quarantine", "held")
            #expect(await eventually { FileManager.default.fileExists(atPath: shop.path + "/held/a.webp.json") })
            #expect(again.end() == 0)
            #expect(shop.read("out").hasSuffix(whole) && shop.records().count == 5 + left)
        }
    }
}
