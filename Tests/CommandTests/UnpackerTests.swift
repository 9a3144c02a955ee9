// A process that unpacks and was taken over can harm nothing either: it may read its archive and write what it likes into a pipe.

import Foundation
import Testing

@Suite(.enabled(if: HostileTests.debug, "only debug builds can be made to misbehave")) struct UnpackerTests {
    /// An archive with a picture, a member whose name makes the process misbehave, and another picture.
    private func archive(_ word: String) -> [UInt8] {
        var zip = ZipFile()
        zip.add("a.png", Workshop.png)
        zip.add("assay-test:" + word, [1, 2, 3])
        zip.add("z.png", Workshop.png)
        return zip.whole
    }

    private func scan(_ word: String, _ more: String...) -> (records: [[String: Any]], status: Int32, isComplete: Bool?)
    {
        let shop = Workshop(verdict: .real)
        shop.write("a.zip", archive(word))
        let run = shop.run(
            ["scan", "-q", "--model", "../\(shop.modelName)", "--summary", "s.json", "--tar", "a.zip"] + more)
        return (run.records, run.status, object(shop.read("s.json"))["complete"] as? Bool)
    }

    @Test func itDiesOfWhatItAttempts() {
        #expect(SandboxTests.attempts.count > 60)
        let shop = Workshop(verdict: .real)
        shop.write("victim", "untouched")
        for attempt in SandboxTests.attempts {
            shop.write("../\(shop.modelName).zip", archive("attempt:" + attempt))
            let run = shop.scan("--tar", "../\(shop.modelName).zip")
            #expect(run.records.map { $0["code"] as? String } == [nil, "unpacking-failed"], "\(attempt)")
            #expect(
                run.records.last?["message"] as? String == "the process that unpacks was ended by SIGSYS", "\(attempt)")
            #expect(run.status == 2)
        }
        #expect(shop.read("victim") == "untouched")
        #expect(try! FileManager.default.contentsOfDirectory(atPath: shop.path) == ["victim"])
        try? FileManager.default.removeItem(atPath: shop.path + "/../\(shop.modelName).zip")
    }

    @Test(arguments: [
        ("crash", "was ended by SIGSEGV"), ("hang", "gave no sign of life for 1.0 s"),
        ("memory", "needed more than 522 MiB"), ("babble", "said what no such process says"),
        ("lie", "said what no such process says"),
    ])
    func whateverBecomesOfItIsToldOfTheArchive(word: String, message: String) {
        let (records, status, isComplete) = scan(
            word, "--timeout", word == "hang" ? "1" : "60", "--max-file-size", "10M")
        // What it had written before it was found out is read.
        #expect(records.first?["path"] as? String == "a.png" && records.last?["path"] as? String == "a.zip")
        #expect(records.last?["code"] as? String == "unpacking-failed")
        #expect(records.last?["message"] as? String == "the process that unpacks \(message)")
        #expect(status == 2 && isComplete == false)
    }

    @Test func itHoldsItsArchiveAndItsPipeAndNothingElse() throws {
        let shop = Workshop(verdict: .real)
        shop.write("a.zip", archive("hang"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Workshop.program)
        process.arguments = ["scan", "-q", "--timeout", "60", "-o", "records", "--tar", "a.zip"]
        process.currentDirectoryURL = URL(fileURLWithPath: shop.path)
        try process.run()
        defer { kill(process.processIdentifier, SIGKILL) }
        func read(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        var found: String?
        for _ in 0..<4000 where found == nil {
            usleep(5000)
            // Its name is its last change but one, the filter the last.
            let tasks = "/proc/\(process.processIdentifier)/task"
            found = ((try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? [])
                .flatMap { read("\(tasks)/\($0)/children").split(separator: " ").map(String.init) }
                .first {
                    read("/proc/\($0)/comm") == "assay-unpacker\n"
                        && read("/proc/\($0)/status").contains("Seccomp:\t2\n")
                }
        }
        let unpacker = "/proc/\(try #require(found))"
        let status = read(unpacker + "/status")
        #expect(status.contains("Threads:\t1\n") && status.contains("NoNewPrivs:\t1\n"))
        if let open = try? FileManager.default.contentsOfDirectory(atPath: unpacker + "/fd") {
            #expect(open.sorted() == ["0", "1", "2", "3", "4", "5"])
        }
    }
}
