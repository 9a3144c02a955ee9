// Output that ends early, runs that are interrupted, and runs that go on where another stopped.

import Foundation
import Testing

struct StreamTests {
    @Test func aClosedPipeEndsTheRunQuietly() {
        let shop = Workshop(verdict: .real)
        for index in 0..<300 { shop.write("\(index).png", Workshop.png) }
        let run = shop.shell("$assay scan --model $model | head -n 1; echo ${PIPESTATUS[0]}")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.last == "0")
        #expect(run.errors == "")
    }

    @Test(arguments: [("INT", 130), ("QUIT", 131), ("TERM", 143)])
    func aSignalFinishesWhatIsInFlightAndIsRaisedAgain(signal: String, status: Int) {
        let shop = Workshop()
        for index in 0..<4 { shop.write("\(index).png", Workshop.png) }
        // The list never ends, so the scan can't either.
        let run = shop.shell(
            """
            set -m; mkfifo list; exec 9<>list; printf '0.png\\n1.png\\n' >&9
            $assay scan -j 1 --model $model --files-from list --summary summary -o records & pid=$!
            while [ "$(wc -l < records 2>/dev/null || echo 0)" -lt 2 ]; do sleep 0.01; done
            kill -\(signal) $pid; wait $pid 2>/dev/null; echo $?
            """)
        #expect(run.output == "\(status)\n")
        #expect(run.errors.contains("2 seen: 2 ok"))
        #expect(
            shop.read("records").split(separator: "\n").allSatisfy { object(String($0))["status"] as? String == "ok" })
        let summary = object(shop.read("summary"))
        #expect(summary["complete"] as? Bool == false)
        #expect(summary["signal"] as? String == "SIG\(signal)")
        #expect(summary["seen"] as? Int == 2)
    }

    @Test func aRunGoesOnAfterATornLine() {
        let shop = Workshop()
        for name in ["a", "b", "c"] { shop.write("p/\(name).png", Workshop.png) }
        #expect(shop.scan("-o", "out", "--sort", "path", "p").status == 0)
        let whole = shop.read("out")
        shop.write("out", String(whole.dropLast(50)))
        let run = shop.scan("-o", "out", "--resume", "--summary", "sum", "p")
        #expect(run.output == "")
        let lines = shop.read("out").split(separator: "\n").map { object(String($0))["path"] as? String }
        #expect(lines == ["p/a.png", "p/b.png", "p/c.png"])
        let summary = object(shop.read("sum"))
        #expect(summary["resumed"] as? Int == 2)
        #expect(summary["seen"] as? Int == 1)
    }

    @Test func aFileThatChangedIsScannedAgain() {
        let shop = Workshop()
        shop.write("a.png", Workshop.png)
        _ = shop.scan("-o", "out", "a.png")
        _ = shop.scan("-o", "out", "--resume", "a.png")
        #expect(shop.read("out").split(separator: "\n").count == 1)
        shop.write("a.png", Workshop.largePNG)
        _ = shop.scan("-o", "out", "--resume", "a.png")
        #expect(shop.read("out").split(separator: "\n").count == 2)
    }

    @Test func appendingNeverJoinsLines() {
        let shop = Workshop()
        shop.write("a.png", Workshop.png)
        let note = "{\"assay\":1,\"path\":\"x\"}\na note without an end"
        shop.write("out", note)
        _ = shop.scan("-o", "out", "--resume", "a.png")
        #expect(shop.read("out").hasPrefix(note + "\n{"))
        #expect(shop.read("out").split(separator: "\n").count == 3)
    }

    @Test func aFullDiskIsReported() {
        let shop = Workshop()
        shop.write("a.png", Workshop.png)
        let run = shop.shell("$assay scan -q --model $model a.png > /dev/full")
        #expect(run.status == 2)
        #expect(run.errors == "Error: standard output: no space left on device\n")
    }
}
