// The manners of a service: reloading, status, quarantine, programs, and the examples that set one up.

import Files
import Foundation
import Imaging
import Testing

@Suite(.serialized) struct WatchServiceTests {
    let shop = Workshop.watched()

    private func rule(_ verdict: String) -> String {
        """
        rule house
        {
            meta:
                verdict = "\(verdict)"
                priority = 1000
                reason = "the house says so"
            condition:
                true
        }
        """
    }

    /// Has the watch read everything anew, and waits until it says that it has.
    private func reload(_ watch: WatchRun, _ systemd: NotifySocket) async {
        systemd.clear()
        watch.signal(SIGHUP)
        #expect(await eventually { systemd.heard.contains { $0.hasPrefix("READY=1\n") } })
        let words = systemd.heard.filter { !$0.hasPrefix("STATUS=") && $0 != "WATCHDOG=1" }
        #expect(words.count == 2)
        #expect(words.first?.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") == true)
        #expect(words.last?.hasPrefix("READY=1\n") == true)
    }

    @Test func aReloadTakesModelAndRulesTogetherAndWhatIsBrokenChangesNeither() async throws {
        let systemd = NotifySocket()
        shop.write("house.yar", rule("uncertain"))
        shop.put("a.png", 1)
        let watch = WatchRun(
            shop, "-o", "out", "--rules", "house.yar", environment: ["NOTIFY_SOCKET": systemd.path])
        #expect(await shop.isRecorded())
        #expect(systemd.heard.first?.hasPrefix("READY=1\n") == true)

        // Broken rules beside a whole model.
        let model = Workshop.model(.real)
        shop.write("../" + shop.modelName, model)
        shop.write("house.yar", "rule house\n{\n    condition: nothing\n}\n")
        await reload(watch, systemd)
        let kept = "model and rules that were loaded before stay in force\n"
        #expect(watch.errors == "assay: house.yar:3: undefined identifier \"nothing\"; " + kept)
        shop.put("b.png", 2)
        #expect(await shop.isRecorded())

        // A broken model beside whole rules.
        shop.write("../" + shop.modelName, Array(model.dropLast(10)))
        shop.write("house.yar", rule("real"))
        await reload(watch, systemd)
        #expect(watch.errors.components(separatedBy: kept).count == 3)
        shop.put("c.png", 3)
        #expect(await shop.isRecorded())

        shop.write("../" + shop.modelName, model)
        await reload(watch, systemd)
        shop.put("d.png", 4)
        #expect(await shop.isRecorded())
        let records = shop.records()
        #expect(records.compactMap { $0["verdict"] as? String } == ["uncertain", "uncertain", "uncertain", "real"])
        for key in ["model", "ruleset"] {
            let values = records.compactMap { $0[key] as? String }
            #expect(values.count == 4)
            #expect(Set(values.prefix(3)).count == 1)
            #expect(values.first != values.last)
        }
        #expect(watch.end() == 0)
    }

    @Test func otherRulesGiveTheSameFileAnotherId() async {
        let systemd = NotifySocket()
        shop.write("house.yar", rule("uncertain"))
        shop.put("a.png", 1)
        let watch = WatchRun(
            shop, "-o", "out", "--rules", "house.yar", "--rescan", "0.2", environment: ["NOTIFY_SOCKET": systemd.path])
        #expect(await shop.isRecorded())
        shop.write("house.yar", rule("uncertain") + "\n")
        await reload(watch, systemd)
        // What was recorded keeps its record until something happens to it.
        shop.put("b.png", 2)
        #expect(await shop.isRecorded())
        #expect(shop.records().count == 2)
        utimes(shop.path + "/in/a.png", nil)
        #expect(await eventually { shop.records().count == 3 })
        #expect(watch.end() == 0)
        let records = shop.records().filter { $0["path"] as? String == "in/a.png" }
        #expect(records.count == 2)
        #expect(Set(records.compactMap { $0["id"] as? String }).count == 2)
        for key in ["sha256", "model", "verdict"] { #expect(Set(records.compactMap { $0[key] as? String }).count == 1) }
    }

    @Test func flaggedFilesAreMovedAndAProgramHearsOfThem() async throws {
        try FileManager.default.createDirectory(atPath: shop.path + "/held", withIntermediateDirectories: true)
        shop.write("tell", "#!/bin/sh\ncat >> \(shop.path)/told\ntest ! -e \(shop.path)/refuse\n")
        chmod(shop.path + "/tell", 0o755)
        shop.write("refuse", "")
        shop.put("one/a.png", 1)
        shop.put("two/a.png", 2)
        let options = ["--state", "state", "--quarantine", "held", "--exec", "./tell"]
        let watch = WatchRun(shop, "-o", "out", options[0], options[1], options[2], options[3], options[4], options[5])
        #expect(
            await eventually {
                shop.records().count == 2 && watch.errors.components(separatedBy: "status 1").count == 3
            })
        #expect(watch.end() == 0)
        // What the program failed at is kept, and tried again.
        try FileManager.default.removeItem(atPath: shop.path + "/refuse")
        let again = WatchRun(shop, "-o", "out", options[0], options[1], options[2], options[3], options[4], options[5])
        #expect(
            await eventually {
                (try? FileManager.default.contentsOfDirectory(atPath: shop.path + "/state/flagged")) == []
            })
        #expect(again.end() == 0)
        #expect(shop.records("told").count == 4)
        let places = shop.records().compactMap { $0["quarantined"] as? String }
        #expect(Set(places) == ["held/a.png", "held/a.png.1"])
        for (record, place) in zip(shop.records(), places) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: shop.path + "/" + place))
            #expect(SHA256.hexadecimal(of: Array(bytes)) == record["sha256"] as? String)
            #expect(shop.records(place + ".json").first?["id"] as? String == record["id"] as? String)
        }
        #expect(!FileManager.default.fileExists(atPath: shop.path + "/in/one/a.png"))
        #expect(shop.records().count == 2)
    }

    @Test func aProgramThatIsNotThereIsMissedAtTheStart() {
        let watch = WatchRun(shop, "-o", "out", "--state", "state", "--exec", "./nobody")
        #expect(watch.status() == 2)
        #expect(watch.errors.contains("./nobody: no such file or directory"))
    }

    @Test func whatWasMovedBeforeACrashGetsItsRecord() async throws {
        shop.put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out", "--quarantine", "held")
        #expect(await eventually { FileManager.default.fileExists(atPath: shop.path + "/held/a.png.json") })
        watch.end(SIGKILL)
        // As if the crash had come between the move and the record.
        shop.write("out", "")
        shop.move("held/a.png.json", "held/a.png.json.pending")
        shop.write(
            "held/never.png.json.pending",
            shop.read("held/a.png.json.pending").replacingOccurrences(of: "held/a.png", with: "held/never.png"))
        let again = WatchRun(shop, "-o", "out", "--quarantine", "held")
        #expect(
            await eventually {
                shop.records().count == 1 && FileManager.default.fileExists(atPath: shop.path + "/held/a.png.json")
            })
        #expect(again.end() == 0)
        #expect(!FileManager.default.fileExists(atPath: shop.path + "/held/never.png.json.pending"))
        #expect(shop.records().count == 1)
    }

    @Test func aFlaggedFileThatComesAgainIsMovedAgain() async throws {
        try FileManager.default.createDirectory(atPath: shop.path + "/held", withIntermediateDirectories: true)
        let watch = WatchRun(shop, "-o", "out", "--state", "state", "--quarantine", "held")
        for name in ["a.png", "a.png.1"] {
            shop.put("a.png", 1)
            #expect(
                await eventually { FileManager.default.fileExists(atPath: shop.path + "/held/\(name).json") })
        }
        #expect(watch.end() == 0)
        #expect(!FileManager.default.fileExists(atPath: shop.path + "/in/a.png"))
        let records = shop.records()
        #expect(records.compactMap { $0["quarantined"] as? String } == ["held/a.png", "held/a.png.1"])
        #expect(Set(records.compactMap { $0["id"] as? String }).count == 1, "for consumers it is the same")
    }

    /// What was judged is not what is there any more, also if no byte of it is another: it is judged again, and then moved.
    @Test func aFileThatIsTouchedWhileItIsJudgedIsJudgedAgainAndMovedOnce() async throws {
        try FileManager.default.createDirectory(atPath: shop.path + "/held", withIntermediateDirectories: true)
        let watch = WatchRun(shop, "-o", "out", "--state", "state", "--quarantine", "held")
        // Large, so that it takes a while.
        let slow = encodePNG(Workshop.pixels(1000, 800))
        for name in ["a.png", "b.png"] { shop.write(name, slow) }
        shop.move("a.png", "in/a.png")
        shop.move("b.png", "in/b.png")
        let clock = ContinuousClock()
        let end = clock.now + .seconds(2)
        var touches = 0
        while clock.now < end {
            touches += 1
            chmod(shop.path + "/in/a.png", touches % 2 == 0 ? 0o600 : 0o640)
            shop.date("in/b.png", 1_700_000_000 + touches)
            try await Task.sleep(for: .milliseconds(5))
        }
        for name in ["a.png", "b.png"] {
            #expect(await eventually { FileManager.default.fileExists(atPath: shop.path + "/held/\(name).json") })
        }
        #expect(watch.end() == 0)
        let records = shop.records()
        #expect(Set(records.compactMap { $0["quarantined"] as? String }) == ["held/a.png", "held/b.png"])
        #expect(records.count == 2 && Set(records.compactMap { $0["id"] as? String }).count == 2)
        #expect(!watch.errors.contains("not moved"))
        for name in ["a.png", "b.png"] {
            #expect(!FileManager.default.fileExists(atPath: shop.path + "/in/" + name))
            #expect(FileManager.default.contents(atPath: shop.path + "/held/" + name).map { Array($0) } == slow)
        }
    }

    /// Touched, it is looked at again by the next walk; what comes out the same has its record.
    @Test func aFileThatIsTouchedWhileItIsJudgedHasOneRecord() async throws {
        let watch = WatchRun(shop, "-o", "out", "--rescan", "0.3")
        shop.write("a.png", encodePNG(Workshop.pixels(1000, 800)))
        shop.move("a.png", "in/a.png")
        for touch in 0..<200 {
            chmod(shop.path + "/in/a.png", touch % 2 == 0 ? 0o600 : 0o640)
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(await eventually { shop.records().count == 1 })
        // Time for more than one walk.
        try await Task.sleep(for: .seconds(1))
        #expect(watch.end() == 0 && shop.records().count == 1)
    }

    @Test func whatCannotBeMovedIsTriedAgain() async throws {
        let held = shop.path + "/held"
        try FileManager.default.createDirectory(atPath: held, withIntermediateDirectories: true)
        let watch = WatchRun(shop, "-o", "out", "--state", "state", "--quarantine", "held", "--rescan", "1")
        shop.put("a.png", 1)
        #expect(await eventually { FileManager.default.fileExists(atPath: held + "/a.png.json") })
        try FileManager.default.removeItem(atPath: held)
        shop.put("b.png", 2)
        #expect(await eventually { watch.errors.contains("not moved to the quarantine") && shop.records().count == 2 })
        try FileManager.default.createDirectory(atPath: held, withIntermediateDirectories: true)
        #expect(await eventually { FileManager.default.fileExists(atPath: held + "/b.png.json") })
        #expect(watch.end() == 0)
        #expect(!FileManager.default.fileExists(atPath: shop.path + "/in/b.png"))
        let ofB = shop.records().filter { $0["path"] as? String == "in/b.png" }
        #expect(ofB.map { $0["quarantined"] as? String } == [nil, "held/b.png"])
    }

    @Test func theStatusIsPrintedOnRequest() async {
        shop.put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out")
        #expect(await shop.isRecorded())
        // The line is on disk before it is counted, so asking once may be too early.
        #expect(
            await eventually {
                watch.signal(SIGUSR1)
                return watch.errors.contains("1 scanned (") && watch.errors.contains("), 0 not scanned")
            })
        #expect(watch.end(SIGINT) == 0)
    }

    @Test func theUnitIsHardened() throws {
        let unit = DocumentTests.root.appendingPathComponent("examples/watch/assay-watch.service").path
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze") else {
            print("systemd-analyze is missing; the test of the unit is skipped")
            return
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/systemd-analyze")
        process.arguments = ["security", "--offline=true", "--threshold=20", "--no-pager", unit]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func theExampleShowsWhatItSays() throws {
        let script = DocumentTests.root.appendingPathComponent("examples/watch/show").path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: script)
        process.arguments = [Workshop.program]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
