// A decoder that was taken over can harm nothing: proved by having it try, from inside and in earnest.

import CProcess
import Foundation
import Testing

struct SandboxTests {
    /// What a decoder in a debug build can be made to try, by name.
    static let attempts: [String] = {
        var names: [String] = []
        #if DEBUG
            while let name = process_attempt_name(Int32(names.count)) { names.append(String(cString: name)) }
        #endif
        return names
    }()

    /// A scan without any of what this system may offer.
    static let nothing = ["ASSAY_TEST_REFUSED": "3"]

    /// A place with something to destroy.
    private func makeShop() -> Workshop {
        let shop = Workshop()
        shop.write("victim", "untouched")
        return shop
    }

    private func write(_ attempt: String, in shop: Workshop) {
        shop.write("\(attempt).jpg", Workshop.jpeg + Array("assay-test:attempt:\(attempt)".utf8))
    }

    private func scan(_ shop: Workshop, _ names: [String], isolation: String = "strict", _ more: [String: String] = [:])
        -> Run
    {
        let options = ["scan", "-q", "-j", "1", "--sort", "path", "--model", "../\(shop.modelName)"]
        let files = names.map { "\($0).jpg" }
        return shop.run(
            options + ["--isolation", isolation, "--summary", "../\(shop.modelName).json"] + files, environment: more)
    }

    /// All that can be said of the files in the working directory.
    private func world(_ shop: Workshop) -> [String] {
        FileManager.default.enumerator(atPath: shop.path)!.map { name in
            let path = shop.path + "/\(name)"
            var status = stat()
            lstat(path, &status)
            let content = FileManager.default.contents(atPath: path).map { String($0.hashValue) } ?? "none"
            let numbers = "\(status.st_ino) \(status.st_mode) \(status.st_uid) \(status.st_nlink) \(status.st_size)"
            return "\(name) \(numbers) \(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec) \(content)"
        }.sorted()
    }

    private func expectDeaths(_ records: [[String: Any]], _ names: [String]) {
        #expect(records.count == names.count)
        for (record, name) in zip(records, names) {
            #expect(record["code"] as? String == "crashed", "\(name)")
            #expect(record["message"] as? String == "the decoder was ended by SIGSYS", "\(name)")
        }
    }

    /// The first decoder of a scan is a copy of the scanner, so each attempt has a scan of its own.
    @Test(.enabled(if: HostileTests.debug, "only debug builds can be made to misbehave"))
    func aDecoderThatWasSplitOffDiesOfWhatItAttempts() {
        #expect(Self.attempts.count > 60)
        let shop = makeShop()
        shop.write("z.jpg", Workshop.jpeg)
        for attempt in Self.attempts { write(attempt, in: shop) }
        let before = world(shop)
        for attempt in Self.attempts {
            let run = scan(shop, [attempt, "z"])
            expectDeaths(Array(run.records.prefix(1)), [attempt])
            #expect(run.records.last?["status"] as? String == "ok" && run.status == 2)
        }
        #expect(world(shop) == before)
    }

    /// After a failure decoders are programs of their own.
    @Test(.enabled(if: HostileTests.debug, "only debug builds can be made to misbehave"))
    func aDecoderThatWasStartedDiesOfWhatItAttempts() {
        let shop = makeShop()
        shop.write("a.jpg", Workshop.jpeg + Array("assay-test:crash".utf8))
        shop.write("z.jpg", Workshop.jpeg)
        for attempt in Self.attempts { write(attempt, in: shop) }
        let before = world(shop)
        let run = scan(shop, ["a"] + Self.attempts + ["z"])
        #expect(run.records.count == Self.attempts.count + 2)
        expectDeaths(Array(run.records.dropFirst().dropLast()), Self.attempts)
        #expect(run.records.last?["status"] as? String == "ok" && run.status == 2)
        #expect(world(shop) == before)
    }

    @Test(.enabled(if: HostileTests.debug, "only debug builds can be made to do what this asks for"))
    func aConfinedProcessMaySort() {
        let shop = makeShop()
        shop.write("s.jpg", Workshop.jpeg + Array("assay-test:sort".utf8))
        let run = scan(shop, ["s"])
        #expect(run.records.map { $0["status"] as? String } == ["ok"] && run.status == 0)
    }

    /// Shows that the tests above could fail.
    @Test(.enabled(if: HostileTests.debug, "only debug builds can be made to misbehave"), arguments: [[], ["a"]])
    func withoutIsolationTheSameAttemptsSucceed(before: [String]) {
        let shop = makeShop()
        shop.write("a.jpg", Workshop.jpeg + Array("assay-test:crash".utf8))
        for attempt in ["fchmodat", "mkdirat", "truncate", "unlinkat"] { write(attempt, in: shop) }
        func attempt(_ name: String) {
            let run = scan(shop, before + [name], isolation: "weak", Self.nothing)
            #expect(run.records.last?["status"] as? String == "ok")
        }
        func status(_ name: String) -> stat? {
            var status = stat()
            return lstat(shop.path + "/" + name, &status) == 0 ? status : nil
        }
        attempt("fchmodat")
        #expect(status("victim")?.st_mode == S_IFREG)
        attempt("truncate")
        #expect(status("victim")?.st_size == 1)
        attempt("mkdirat")
        #expect(status("made") != nil)
        attempt("unlinkat")
        #expect(status("victim") == nil)
    }

    /// Landlock holds alone, where there is one.
    @Test(.enabled(if: HostileTests.debug, "only debug builds can be made to misbehave"))
    func filesAreDeniedTwice() {
        let shop = makeShop()
        let names = ["mkdirat", "renameat2", "symlinkat", "unlinkat"]
        for attempt in names { write(attempt, in: shop) }
        let before = world(shop)
        let run = scan(shop, names, isolation: "weak", ["ASSAY_TEST_REFUSED": "1"])
        #expect(run.records.map { $0["status"] as? String } == ["ok", "ok", "ok", "ok"])
        let isolation = object(shop.read("../\(shop.modelName).json"))["isolation"] as? [String: Any]
        #expect(isolation?["demand"] as? String == "weak" && isolation?["seccomp"] as? Bool == false)
        if isolation?["landlock"] as? Bool == true { #expect(world(shop) == before) }
    }

    @Test(.enabled(if: HostileTests.debug, "only debug builds can pretend to run elsewhere"))
    func whereTheFilterIsRefusedNothingIsScannedUnlessAskedFor() {
        let shop = makeShop()
        shop.write("a.jpg", Workshop.jpeg)
        shop.write("b.jpg", Workshop.jpeg)
        let arguments = ["scan", "--model", "../\(shop.modelName)", "a.jpg", "b.jpg"]
        let strict = shop.run(arguments, environment: Self.nothing)
        #expect(strict.status == 2 && strict.output == "")
        #expect(strict.errors.contains("seccomp") && strict.errors.contains("'--isolation weak'"))
        let weak = shop.run(arguments + ["--isolation", "weak"], environment: Self.nothing)
        #expect(weak.status == 0 && weak.records.count == 2)
        #expect(weak.errors.components(separatedBy: "seccomp").count == 2, "said once")
        #expect(shop.run(arguments + ["--isolation", "none"]).status == 64)
    }

    @Test func theSummarySaysWhatWasInForce() throws {
        let shop = makeShop()
        shop.write("a.jpg", Workshop.jpeg)
        for demand in ["strict", "weak"] {
            #expect(scan(shop, ["a"], isolation: demand).status == 0)
            let summary = object(shop.read("../\(shop.modelName).json"))
            let isolation = try #require(summary["isolation"] as? [String: Any])
            #expect(isolation["demand"] as? String == demand)
            // What the kernel has is used whatever was asked for.
            #expect(isolation["seccomp"] as? Bool == true)
        }
    }

    /// What no attempt can show: that there is nothing else within reach.  Both ways to start one.
    @Test(.enabled(if: HostileTests.debug, "only debug builds can be made to misbehave"), arguments: [[], ["a.jpg"]])
    func aDecoderHoldsItsSocketAndTheImages(before: [String]) throws {
        let shop = Workshop()
        shop.write("a.jpg", Workshop.jpeg + Array("assay-test:crash".utf8))
        shop.write("b.jpg", Workshop.jpeg + Array("assay-test:hang".utf8))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Workshop.program)
        process.arguments = ["scan", "-q", "-j", "1", "--timeout", "60", "-o", "records"] + before + ["b.jpg"]
        process.currentDirectoryURL = URL(fileURLWithPath: shop.path)
        try process.run()
        defer { kill(process.processIdentifier, SIGKILL) }
        func read(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        /// Children of any thread.
        func children() -> [String] {
            let tasks = "/proc/\(process.processIdentifier)/task"
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
            return threads.flatMap { read("\(tasks)/\($0)/children").split(separator: " ").map(String.init) }
        }
        // The record of what came before has been written when that decoder is gone.
        var found: String?
        for _ in 0..<4000 where found == nil {
            usleep(5000)
            guard shop.read("records").split(separator: "\n").count == before.count else { continue }
            found = children().first { read("/proc/\($0)/comm") == "assay-decoder\n" }
        }
        let decoder = "/proc/\(try #require(found))"
        #expect(read(decoder + "/status").contains("Threads:\t1\n"))
        // Root may look at its descriptors: /dev/null three times, the socket, and the images.
        if let open = try? FileManager.default.contentsOfDirectory(atPath: decoder + "/fd") {
            #expect(open.sorted() == ["0", "1", "2", "3", "4"])
            #expect(!read(decoder + "/maps").contains("rw-s"), "images can be written")
        }
    }
}
