// What arrives in a watched directory, by the real program: every file exactly one record.

import Files
import Foundation
import Testing

@Suite(.serialized) struct WatchArrivalTests {
    let shop = Workshop.watched()

    @Test func everyFileGetsOneRecordHoweverItArrives() async throws {
        shop.put("before.png", 1)
        shop.put("deep/er/before.png", 2)
        let watch = WatchRun(shop, "-o", "out")
        #expect(await shop.isRecorded())
        shop.put("written.png", 3)
        shop.put("new/directory/file.png", 4)
        shop.write("elsewhere/a/b.png", Workshop.picture(5))
        shop.move("elsewhere", "in/moved")
        link(shop.path + "/in/written.png", shop.path + "/in/second.png")
        symlink("written.png", shop.path + "/in/link.png")
        mkfifo(shop.path + "/in/fifo.png", 0o600)
        mknod(shop.path + "/in/socket.png", S_IFSOCK | 0o600, 0)
        shop.write(Array("in/new\nline ".utf8) + [0xff, 0xfe], Workshop.picture(6))
        shop.write("in/text.png", "no picture")
        #expect(await shop.isRecorded())
        // Renamed: another path. Replaced, and written to again: other contents.
        shop.move("in/moved/a", "in/moved/c")
        shop.write("in/.hidden", Workshop.picture(7))
        shop.move("in/.hidden", "in/before.png")
        shop.put("written.png", 8)
        #expect(await shop.isRecorded())
        let paths = shop.records().compactMap { $0["path"] as? String }
        #expect(
            !paths.contains {
                $0.contains("link.png") || $0.contains("fifo") || $0.contains("socket") || $0.contains("text")
            })
        #expect(watch.end() == 0)
        #expect(watch.errors == "")
        // Started again, it has nothing to do.
        let count = shop.records().count
        let again = WatchRun(shop, "-o", "out")
        shop.put("last.png", 9)
        #expect(await shop.isRecorded())
        #expect(again.end() == 0)
        #expect(shop.records().count == count + 1)
    }

    @Test func partsWaitForTheirNames() async {
        let watch = WatchRun(shop, "-o", "out", "--ignore", "upload-*")
        for name in ["a.png.part", "b.png.crdownload", "c.png.tmp", "d.png~", "upload-e.png"] {
            shop.put(name, name.count)
        }
        shop.put("whole.png", 100)
        #expect(await eventually { shop.records().count == 1 })
        shop.move("in/a.png.part", "in/a.png")
        shop.move("in/upload-e.png", "in/e.png")
        #expect(await eventually { shop.records().count == 3 })
        #expect(watch.end() == 0)
        #expect(Set(shop.records().compactMap { $0["path"] as? String }) == ["in/whole.png", "in/a.png", "in/e.png"])
    }

    @Test func newOnlyPassesOverWhatIsThere() async {
        shop.put("old.png", 1)
        let watch = WatchRun(shop, "-o", "out", "--new-only", "--state", "state")
        // Only a file that arrives after the watches stand shows that they do.
        var number = 10
        #expect(
            await eventually {
                number += 1
                shop.put("\(number).png", number)
                usleep(300_000)
                return !shop.records().isEmpty
            })
        watch.end(SIGKILL)
        shop.put("meanwhile.png", 2)
        let again = WatchRun(shop, "-o", "out", "--new-only", "--state", "state")
        #expect(await eventually { shop.records().contains { $0["path"] as? String == "in/meanwhile.png" } })
        #expect(again.end() == 0)
        #expect(!shop.records().contains { $0["path"] as? String == "in/old.png" })
    }

    @Test func touchedAndLockedFilesAreRecordedOnce() async {
        shop.put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out", "--rescan", "0.2")
        #expect(await shop.isRecorded())
        // A new time of modification makes a new scan and the same id.
        utimes(shop.path + "/in/a.png", nil)
        chmod(shop.path + "/in/a.png", 0o600)
        shop.put("b.png", 2)
        #expect(await shop.isRecorded())
        try? await Task.sleep(for: .seconds(1))
        #expect(watch.end() == 0)
        #expect(shop.records().count == 2)
        #expect(Set(shop.records().compactMap { $0["id"] as? String }).count == 2)
    }

    @Test func aFileThatGrowsForeverIsNotScannedAndHoldsUpNothing() async {
        let watch = WatchRun(shop, "-o", "out")
        // What was there before the watch has no events and would be judged in any pause of its writer.
        shop.put("first.png", 99)
        #expect(await eventually { shop.records().count == 1 })
        let path = shop.path + "/in/growing.png"
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o644)
        for number in 0..<20 {
            let bytes = Workshop.picture(number)
            _ = Glibc.write(descriptor, bytes, bytes.count)
            if number % 5 == 0 { shop.put("\(number).png", 100 + number) }
            try? await Task.sleep(for: .milliseconds(50))
        }
        #expect(await eventually { shop.records().count == 5 })
        close(descriptor)
        #expect(await eventually { shop.records().count == 6 })
        #expect(watch.end() == 0)
    }

    @Test func whatArrivesDoesNotWaitForWhatWasThere() async throws {
        for number in 0..<300 { shop.put("old/\(number).png", number) }
        let pipe = Pipe()
        let watch = WatchRun(shop, "-j", "1", "--state", "state", output: pipe.fileHandleForWriting)
        try pipe.fileHandleForWriting.close()
        // Nobody reads yet, so that the pipe fills up and everything behind it waits, as much as may be ready at a time.
        let reader = pipe.fileHandleForReading.fileDescriptor
        #expect(
            await eventually {
                FileManager.default.fileExists(atPath: shop.path + "/state/ledger") && pending(reader) > 0
            })
        var counts: [Int] = []
        #expect(
            await eventually {
                guard let waiting = watch.waiting else { return false }
                counts.append(waiting.all)
                return waiting.ready == 68 && counts.count > 20 && Set(counts.suffix(20)).count == 1
            })
        shop.put("new/arrived.png", 1000)
        #expect(await eventually { watch.waiting?.all == (counts.last ?? 0) + 1 })
        var lines: [Substring] = []
        var rest = ""
        while lines.count < 301 {
            let data = pipe.fileHandleForReading.availableData
            if data.isEmpty { break }
            rest += String(decoding: data, as: UTF8.self)
            var parts = rest.split(separator: "\n", omittingEmptySubsequences: false)
            rest = String(parts.removeLast())
            lines += parts
        }
        #expect(lines.count == 301)
        // Only what the pipe held and what was in work came before it.
        let place = try #require(lines.firstIndex { $0.contains("in/new/arrived.png") })
        #expect(place < 150)
        #expect(watch.end() == 0)
    }

    /// Bytes that wait to be read.
    private func pending(_ descriptor: Int32) -> Int32 {
        var count: Int32 = 0
        _ = ioctl(descriptor, UInt(FIONREAD), &count)
        return count
    }

    /// Times are compared for being the same, never for which is later.
    @Test func aClockThatIsSetBackLosesNothingAndRepeatsNothing() async {
        func arrive(_ number: Int, seconds: Int) {
            shop.write("elsewhere", Workshop.picture(number))
            shop.date("elsewhere", seconds)
            shop.move("elsewhere", "in/a.png")
        }
        let future = 4_000_000_000
        arrive(1, seconds: future)
        let watch = WatchRun(shop, "-o", "out", "--state", "state", "--rescan", "0.2")
        #expect(await shop.isRecorded())
        arrive(2, seconds: 31_536_000)
        #expect(await shop.isRecorded())
        // The time that another content of the same size had before.
        arrive(3, seconds: future)
        #expect(await shop.isRecorded())
        watch.end(SIGKILL)
        // While nobody watches, older than everything that was recorded.
        arrive(4, seconds: 86_400)
        let again = WatchRun(shop, "-o", "out", "--state", "state", "--rescan", "0.2")
        #expect(await shop.isRecorded())
        shop.put("b.png", 5)
        #expect(await shop.isRecorded())
        #expect(again.end() == 0)
        #expect(shop.records().count == 5)
    }
}
