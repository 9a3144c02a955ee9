// A watched directory, by the real program: every file exactly one record, and stated behaviour where that is hard.

import Files
import Foundation
import Testing

@Suite(.serialized) struct WatchTests {
    let shop: Workshop

    init() throws {
        shop = Workshop(verdict: .fake)
        try FileManager.default.createDirectory(atPath: shop.path + "/in", withIntermediateDirectories: true)
    }

    private func put(_ name: String, _ number: Int) { shop.write("in/" + name, Workshop.picture(number)) }

    private func move(_ old: String, _ new: String) { rename(shop.path + "/" + old, shop.path + "/" + new) }

    private func isRecorded(_ names: String...) -> Bool {
        eventually { shop.faults(in: names.isEmpty ? ["out"] : names) == [] }
    }

    private func write(_ name: [UInt8], _ bytes: [UInt8]) {
        let path = PathBytes(Array(shop.path.utf8) + [47] + name)
        let descriptor = path.withCString { open($0, O_WRONLY | O_CREAT, 0o644) }
        _ = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
    }

    // MARK: what arrives

    @Test func everyFileGetsOneRecordHoweverItArrives() throws {
        put("before.png", 1)
        put("deep/er/before.png", 2)
        let watch = WatchRun(shop, "-o", "out")
        #expect(isRecorded())
        put("written.png", 3)
        put("new/directory/file.png", 4)
        shop.write("elsewhere/a/b.png", Workshop.picture(5))
        move("elsewhere", "in/moved")
        link(shop.path + "/in/written.png", shop.path + "/in/second.png")
        symlink("written.png", shop.path + "/in/link.png")
        mkfifo(shop.path + "/in/fifo.png", 0o600)
        write(Array("in/new\nline ".utf8) + [0xff, 0xfe], Workshop.picture(6))
        shop.write("in/text.png", "no picture")
        #expect(isRecorded())
        // Renamed: another path. Replaced, and written to again: other contents.
        move("in/moved/a", "in/moved/c")
        shop.write("in/.hidden", Workshop.picture(7))
        move("in/.hidden", "in/before.png")
        put("written.png", 8)
        #expect(isRecorded())
        let paths = shop.records().compactMap { $0["path"] as? String }
        #expect(!paths.contains { $0.contains("link.png") || $0.contains("fifo") || $0.contains("text") })
        #expect(watch.end() == 0)
        #expect(watch.errors == "")
        // Started again, it has nothing to do.
        let count = shop.records().count
        let again = WatchRun(shop, "-o", "out")
        put("last.png", 9)
        #expect(isRecorded())
        #expect(again.end() == 0)
        #expect(shop.records().count == count + 1)
    }

    @Test func partsWaitForTheirNames() {
        let watch = WatchRun(shop, "-o", "out", "--ignore", "upload-*")
        for name in ["a.png.part", "b.png.crdownload", "c.png.tmp", "d.png~", "upload-e.png"] { put(name, name.count) }
        put("whole.png", 100)
        #expect(eventually { shop.records().count == 1 })
        move("in/a.png.part", "in/a.png")
        move("in/upload-e.png", "in/e.png")
        #expect(eventually { shop.records().count == 3 })
        #expect(watch.end() == 0)
        #expect(Set(shop.records().compactMap { $0["path"] as? String }) == ["in/whole.png", "in/a.png", "in/e.png"])
    }

    @Test func newOnlyPassesOverWhatIsThere() {
        put("old.png", 1)
        let watch = WatchRun(shop, "-o", "out", "--new-only", "--state", "state")
        // Only a file that arrives after the watches stand shows that they do.
        var number = 10
        #expect(
            eventually {
                number += 1
                put("\(number).png", number)
                usleep(300_000)
                return !shop.records().isEmpty
            })
        watch.end(SIGKILL)
        put("meanwhile.png", 2)
        let again = WatchRun(shop, "-o", "out", "--new-only", "--state", "state")
        #expect(eventually { shop.records().contains { $0["path"] as? String == "in/meanwhile.png" } })
        #expect(again.end() == 0)
        #expect(!shop.records().contains { $0["path"] as? String == "in/old.png" })
    }

    @Test func touchedAndLockedFilesAreRecordedOnce() {
        put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out", "--rescan", "1")
        #expect(isRecorded())
        // A new time of modification makes a new scan and the same id.
        utimes(shop.path + "/in/a.png", nil)
        chmod(shop.path + "/in/a.png", 0o600)
        put("b.png", 2)
        #expect(isRecorded())
        sleep(3)
        #expect(watch.end() == 0)
        #expect(shop.records().count == 2)
        #expect(Set(shop.records().compactMap { $0["id"] as? String }).count == 2)
    }

    @Test func aFileThatGrowsForeverIsNotScannedAndHoldsUpNothing() {
        let watch = WatchRun(shop, "-o", "out")
        let path = shop.path + "/in/growing.png"
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o644)
        for number in 0..<20 {
            let bytes = Workshop.picture(number)
            _ = Glibc.write(descriptor, bytes, bytes.count)
            if number % 5 == 0 { put("\(number).png", 100 + number) }
            usleep(100_000)
        }
        #expect(eventually { shop.records().count == 4 })
        close(descriptor)
        #expect(eventually { shop.records().count == 5 })
        #expect(watch.end() == 0)
    }

    // MARK: load

    enum Hardship: String, CaseIterable { case none, stopped, fewWatches, polled, killed }

    /// Creates, renames, moves, replaces, links, deletes and writes slowly, in many new directories.
    ///
    /// `ASSAY_SOAK` multiplies what is done, for `make soak`.
    @Test(arguments: Hardship.allCases) func underLoadNothingIsLost(_ hardship: Hardship) throws {
        let factor = ProcessInfo.processInfo.environment["ASSAY_SOAK"].flatMap { Int($0) } ?? 1
        var wrapper: [String] = []
        if hardship == .fewWatches {
            wrapper = [
                "unshare", "-Ur", "sh", "-c", "echo 50 > /proc/sys/user/max_inotify_watches && exec \"$@\"", "sh",
            ]
        }
        if hardship == .polled {
            wrapper = [
                "unshare", "-Ur", "sh", "-c", "echo 0 > /proc/sys/user/max_inotify_watches && exec \"$@\"", "sh",
            ]
        }
        func start() -> WatchRun { WatchRun(shop, "-o", "out", "--poll", "0.5", wrapper: wrapper) }
        put("first.png", -1)
        var watch = start()
        if hardship != .killed { #expect(isRecorded()) }
        let load = Load(shop.path, seed: 7)
        let files = 8
        for round in 0..<(hardship == .killed ? 20 : 4 * factor) {
            if hardship == .stopped && round == 1 {
                watch.signal(SIGSTOP)
                // Three events each, of which the kernel keeps 16,384 unless told otherwise.
                for number in 0..<7000 { put("busy.png", 1_000_000 + number) }
            }
            load.work(directories: hardship == .killed ? 2 : 12, files: files)
            if hardship == .killed {
                usleep(UInt32.random(in: 0..<600_000))
                watch.end(SIGKILL)
                watch = start()
            }
        }
        load.finish()
        if hardship == .stopped { watch.signal(SIGCONT) }
        #expect(eventually(600) { shop.faults() == [] })
        #expect(shop.faults() == [])
        #expect(watch.end() == 0)
        let words = [
            "stopped": "fs.inotify.max_queued_events", "fewWatches": "fs.inotify.max_user_watches",
            "polled": "fs.inotify.max_user_watches",
        ]
        if let word = words[hardship.rawValue] { #expect(watch.errors.contains(word)) }
    }

    // MARK: output

    @Test func aRotatedOutputIsOpenedAnewAndStaysKnown() throws {
        put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out")
        #expect(isRecorded())
        move("out", "out.1")
        watch.signal(SIGHUP)
        #expect(eventually { FileManager.default.fileExists(atPath: shop.path + "/out") })
        put("b.png", 2)
        #expect(isRecorded("out.1", "out"))
        #expect(watch.end() == 0)
        #expect(shop.records().count == 1)
        let gzip = try Process.run(URL(fileURLWithPath: "/usr/bin/env"), arguments: ["gzip", shop.path + "/out.1"])
        gzip.waitUntilExit()
        let again = WatchRun(shop, "-o", "out")
        put("c.png", 3)
        #expect(eventually { shop.records().count == 2 })
        #expect(again.end() == 0)
        #expect(shop.records().count == 2)
    }

    @Test func aDeletedOutputIsMadeAgainAndAMissingDirectoryWaitedFor() throws {
        let logs = shop.path + "/logs"
        try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
        put("a.png", 1)
        let watch = WatchRun(shop, "-o", "logs/out")
        #expect(isRecorded("logs/out"))
        try FileManager.default.removeItem(atPath: logs)
        put("b.png", 2)
        #expect(eventually { watch.errors.contains("the output can't be written") })
        try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
        #expect(eventually { shop.records("logs/out").count == 1 })
        #expect(watch.end() == 0)
        #expect(shop.records("logs/out").first?["path"] as? String == "in/b.png")
    }

    @Test func aFullDiskIsWaitedForAndNothingIsLost() throws {
        let disk = shop.path + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard mount("tmpfs", disk, "tmpfs", 0, "size=64k") == 0 else {
            print("no tmpfs can be mounted here; the test of a full disk is skipped")
            return
        }
        defer { umount2(disk, Int32(MNT_DETACH)) }
        shop.write("disk/ballast", [UInt8](repeating: 1, count: 56 << 10))
        let watch = WatchRun(shop, "-o", "disk/out", "--metrics", "metrics")
        for number in 0..<60 { put("\(number).png", number) }
        #expect(eventually { watch.errors.contains("no space left on device; waiting") })
        #expect(eventually { shop.read("metrics").contains("assay_watch_output_blocked 1\n") })
        #expect(shop.read("disk/out").hasSuffix("\n") || shop.read("disk/out").isEmpty)
        // Killed in the middle of it, too.
        watch.end(SIGKILL)
        let again = WatchRun(shop, "-o", "disk/out")
        #expect(eventually { again.errors.contains("no space left on device; waiting") })
        try FileManager.default.removeItem(atPath: disk + "/ballast")
        #expect(isRecorded("disk/out"))
        #expect(again.end() == 0)
    }

    @Test func aClosedPipeEndsTheWatch() {
        put("a.png", 1)
        let pipe = Pipe()
        let watch = WatchRun(shop, output: pipe.fileHandleForWriting)
        try? pipe.fileHandleForWriting.close()
        let first = pipe.fileHandleForReading.availableData
        #expect(String(decoding: first, as: UTF8.self).contains("in/a.png"))
        try? pipe.fileHandleForReading.close()
        put("b.png", 2)
        #expect(watch.status() == 2)
        #expect(watch.errors.contains("the output was closed by its reader"))
        #expect(watch.errors.contains("without --state"))
    }

    @Test func theLedgerKnowsWhatWentIntoAPipe() {
        for number in 0..<5 { put("\(number).png", number) }
        for round in 0..<3 {
            shop.write("stream\(round)", "")
            let output = FileHandle(forWritingAtPath: shop.path + "/stream\(round)")
            let watch = WatchRun(shop, "--state", "state", output: output)
            put("round\(round).png", 100 + round)
            let all = (0...round).map { "stream\($0)" }
            #expect(eventually { shop.faults(in: all) == [] })
            watch.end(round == 1 ? SIGKILL : SIGTERM)
        }
        #expect(shop.records("stream0").count == 6)
        #expect(shop.records("stream1").count == 1)
        #expect(shop.records("stream2").count == 1)
    }

    @Test func aSecondWatchOnTheSameOutputDoesNotStart() {
        put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out")
        #expect(isRecorded())
        let second = WatchRun(shop, "-o", "out")
        #expect(second.status() == 2)
        #expect(second.errors.contains("another watch writes to it"))
        #expect(watch.end() == 0)
    }

    @Test func outputInsideTheDirectoryIsNotScanned() {
        put("a.png", 1)
        let watch = WatchRun(shop, "-o", "in/out", "--state", "in/state", "--metrics", "metrics", "--rescan", "0.5")
        #expect(isRecorded("in/out"))
        #expect(eventually { shop.read("metrics").contains("assay_watch_rescans_total{cause=\"periodic\"} ") })
        sleep(6)
        #expect(watch.end() == 0)
        #expect(shop.read("metrics").contains("assay_watch_not_images_total 0\n"))
        #expect(shop.records("in/out").count == 1)
    }

    // MARK: the directory itself

    @Test func aDirectoryThatGoesAwayIsWaitedFor() {
        put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out")
        #expect(isRecorded())
        move("in", "away")
        #expect(eventually { watch.errors.contains("the watched directory is gone; waiting for it to come back") })
        shop.write("away/b.png", Workshop.picture(2))
        move("away", "in")
        #expect(isRecorded())
        put("c.png", 3)
        #expect(isRecorded())
        #expect(watch.end() == 0)
        #expect(shop.records().count == 3)
    }

    @Test func itMayEndTheWatchInstead() {
        put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out", "--exit-on-unmount")
        #expect(isRecorded())
        move("in", "away")
        #expect(watch.status() == 2)
        #expect(watch.errors.contains("Error: in: the watched directory is gone"))
    }

    @Test func permissionsThatAreLostAndGivenBackCostNothing() throws {
        guard getuid() == 0 else {
            print("not root; the test of lost permissions is skipped")
            return
        }
        put("a.png", 1)
        for name in ["", "/in", "/in/a.png"] { chown(shop.path + name, 65534, 65534) }
        chmod(shop.path + "/../" + shop.modelName, 0o644)
        let watch = WatchRun(
            shop, "-o", "out", "--rescan", "1",
            wrapper: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
        #expect(isRecorded())
        put("secret.png", 2)
        #expect(eventually { shop.records().contains { $0["path"] as? String == "in/secret.png" } })
        shop.write("closed/c.png", Workshop.picture(3))
        chmod(shop.path + "/closed", 0)
        move("closed", "in/closed")
        put("unreadable.png", 4)
        chmod(shop.path + "/in/unreadable.png", 0)
        #expect(eventually { shop.records().contains { $0["path"] as? String == "in/closed" } })
        chmod(shop.path + "/in/closed", 0o755)
        chmod(shop.path + "/in/unreadable.png", 0o644)
        #expect(isRecorded())
        #expect(watch.end() == 0)
        #expect(shop.records().count(where: { $0["path"] as? String == "in/closed" }) == 1)
    }

    // MARK: manners

    @Test func aBrokenModelKeepsTheOldOneInForceAndANewOneTakesOver() {
        put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out")
        #expect(isRecorded())
        let whole = Workshop.model(.real)
        shop.write("../" + shop.modelName, Array(whole.dropLast(10)))
        watch.signal(SIGHUP)
        #expect(eventually { watch.errors.contains("stays in force") })
        put("b.png", 2)
        #expect(isRecorded())
        shop.write("../" + shop.modelName, whole)
        watch.signal(SIGHUP)
        var number = 10
        #expect(
            eventually {
                number += 1
                put("\(number).png", number)
                usleep(300_000)
                return shop.records().last?["verdict"] as? String == "real"
            })
        #expect(isRecorded())
        #expect(watch.end() == 0)
        #expect(shop.records().prefix(2).allSatisfy { $0["verdict"] as? String == "fake" })
    }

    @Test func flaggedFilesAreMovedAndAProgramHearsOfThem() throws {
        try FileManager.default.createDirectory(atPath: shop.path + "/held", withIntermediateDirectories: true)
        shop.write("tell", "#!/bin/sh\ncat >> \(shop.path)/told\ntest ! -e \(shop.path)/refuse\n")
        chmod(shop.path + "/tell", 0o755)
        shop.write("refuse", "")
        put("one/a.png", 1)
        put("two/a.png", 2)
        let options = ["--state", "state", "--quarantine", "held", "--exec", "./tell"]
        let watch = WatchRun(shop, "-o", "out", options[0], options[1], options[2], options[3], options[4], options[5])
        #expect(eventually { shop.records().count == 2 && watch.errors.components(separatedBy: "status 1").count == 3 })
        #expect(watch.end() == 0)
        // What the program failed at is kept, and tried again.
        try FileManager.default.removeItem(atPath: shop.path + "/refuse")
        let again = WatchRun(shop, "-o", "out", options[0], options[1], options[2], options[3], options[4], options[5])
        #expect(
            eventually { (try? FileManager.default.contentsOfDirectory(atPath: shop.path + "/state/flagged")) == [] })
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

    @Test func whatWasMovedBeforeACrashGetsItsRecord() throws {
        put("a.png", 1)
        try FileManager.default.createDirectory(atPath: shop.path + "/held", withIntermediateDirectories: true)
        let watch = WatchRun(shop, "-o", "out", "--quarantine", "held")
        #expect(eventually { FileManager.default.fileExists(atPath: shop.path + "/held/a.png.json") })
        watch.end(SIGKILL)
        // As if the crash had come between the move and the record.
        shop.write("out", "")
        move("held/a.png.json", "held/a.png.json.pending")
        shop.write("held/never.png.json.pending", shop.read("held/a.png.json.pending"))
        let again = WatchRun(shop, "-o", "out", "--quarantine", "held")
        #expect(
            eventually {
                shop.records().count == 1 && FileManager.default.fileExists(atPath: shop.path + "/held/a.png.json")
            })
        #expect(again.end() == 0)
        #expect(!FileManager.default.fileExists(atPath: shop.path + "/held/never.png.json.pending"))
        #expect(shop.records().count == 1)
    }

    @Test func theStatusIsPrintedOnRequest() {
        put("a.png", 1)
        let watch = WatchRun(shop, "-o", "out")
        #expect(isRecorded())
        // The line is on disk before it is counted, so asking once may be too early.
        #expect(
            eventually {
                watch.signal(SIGUSR1)
                return watch.errors.contains("1 scanned (") && watch.errors.contains("), 0 not scanned")
            })
        #expect(watch.end(SIGINT) == 0)
    }

    @Test func aDirectoryThatIsNotThereIsAnError() {
        let watch = WatchRun(shop, "-o", "out", directory: "nowhere")
        #expect(watch.status() == 2)
        #expect(watch.errors == "Error: nowhere: no such file or directory\n")
        #expect(shop.run(["watch"]).status == 64)
        #expect(shop.run(["watch", "in", "--exec", "./x"]).status == 64)
    }

    // MARK: examples

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

/// Things that happen to an upload directory, the same for the same seed.
final class Load {
    private let root: String
    private var state: UInt64
    private var number = 0
    private var directories: [String]
    private var slow: [(descriptor: Int32, rest: [UInt8])] = []

    init(_ root: String, seed: UInt64) {
        self.root = root
        state = seed
        directories = ["in"]
    }

    private func random(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    private func write(_ name: String) {
        number += 1
        let descriptor = open(root + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        let bytes = Workshop.picture(number)
        _ = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
    }

    private func move(_ old: String, _ new: String) { rename(root + "/" + old, root + "/" + new) }

    func work(directories count: Int, files: Int) {
        for _ in 0..<count {
            number += 1
            let directory = directories[random(directories.count)] + "/d\(number)"
            guard mkdir(root + "/" + directory, 0o755) == 0 else { continue }
            for file in 0..<files { write("\(directory)/\(file).png") }
            if directories.count < 60 { directories.append(directory) }
            switch random(8) {
            case 0: move("\(directory)/0.png", "\(directory)/renamed.png")
            case 1: link("\(root)/\(directory)/1.png", "\(root)/\(directory)/second.png")
            case 2: unlink("\(root)/\(directory)/2.png")
            case 3: write("\(directory)/1.png")
            case 4:
                write("\(directory)/.new")
                move("\(directory)/.new", "\(directory)/3.png")
            case 5:
                number += 1
                let bytes = Workshop.picture(number)
                let descriptor = open("\(root)/\(directory)/slow.png", O_WRONLY | O_CREAT, 0o644)
                _ = Glibc.write(descriptor, bytes, 30)
                slow.append((descriptor, Array(bytes.dropFirst(30))))
            case 6:
                let tree = "tree\(number)"
                mkdir("\(root)/\(tree)", 0o755)
                mkdir("\(root)/\(tree)/sub", 0o755)
                for file in 0..<3 { write("\(tree)/sub/\(file).png") }
                move(tree, "in/\(tree)")
            default:
                // A tree that moves out, or within.
                let moved = random(2) == 0 ? "out-\(number)" : "in/moved-\(number)"
                move(directory, moved)
                directories.removeAll { $0 == directory || $0.hasPrefix(directory + "/") }
            }
            if slow.count > 3 { closeOne() }
        }
    }

    private func closeOne() {
        let (descriptor, rest) = slow.removeFirst()
        _ = Glibc.write(descriptor, rest, rest.count)
        close(descriptor)
    }

    /// Writes what is still open to its end.
    func finish() { while !slow.isEmpty { closeOne() } }
}
