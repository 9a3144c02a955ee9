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

    @Test func aSummaryForNobodyIsNoFailure() {
        let shop = Workshop(verdict: .fake)
        shop.write("a.png", Workshop.png)
        // The reader is gone before the scan begins.
        let run = shop.shell("exec 3> >(:); wait $!; $assay scan -q --model $model --summary - -o out a.png >&3")
        #expect(run.status == 1 && run.errors == "")
        #expect(shop.read("out").split(separator: "\n").count == 1)
        #expect(shop.shell("$assay scan -q --model $model --summary - -o more a.png > /dev/full").status == 2)
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

    private func lines(_ shop: Workshop) -> [String] {
        shop.read("out").split(separator: "\n").map { line in
            let record = object(String(line))
            return "\(record["path"]!) \(record["code"] as? String ?? "ok")"
        }
    }

    @Test func whatALimitOrTheMachineCausedIsTriedAgain() {
        let shop = Workshop(verdict: .real)
        shop.write("d/large.png", Workshop.largePNG)
        shop.write("d/small.png", Workshop.png)
        shop.write("d/torn.png", Array(Workshop.png.dropLast(60)))
        let options = ["-o", "out", "--sort", "path", "d", "late.png"]
        func scan(_ more: String...) -> Run {
            shop.run(["scan", "--model", "../" + shop.modelName, "-q"] + options + more)
        }
        #expect(scan("--max-pixels", "5K").status == 2)
        let first = ["d/large.png too-many-pixels", "d/small.png ok", "d/torn.png truncated", "late.png not-found"]
        #expect(lines(shop) == first)
        // Nothing has changed, so nothing is added, and the status is what it was.
        #expect(scan("--max-pixels", "5K", "--resume").status == 2)
        #expect(lines(shop) == first)
        shop.write("late.png", Workshop.png)
        #expect(scan("--resume", "--summary", "sum").status == 2)
        #expect(lines(shop) == first + ["d/large.png ok", "late.png ok"])
        let summary = object(shop.read("sum"))
        #expect(summary["seen"] as? Int == 2 && summary["resumed"] as? Int == 2)
        #expect(
            (summary["earlier"] as? [String: Int])?["error"] == 1 && (summary["earlier"] as? [String: Int])?["ok"] == 1)
        // The only one that failed is whole now.
        shop.write("d/torn.png", Workshop.png)
        #expect(scan("--resume").status == 0)
        #expect(lines(shop).last == "d/torn.png ok")
    }

    @Test func theStatusCoversWhatWasRecordedBefore() {
        let shop = Workshop(verdict: .fake)
        for name in ["a.png", "b.png"] { shop.write(name, Workshop.png) }
        #expect(shop.scan("-o", "out", "a.png").status == 1)
        let run = shop.run(["scan", "--model", "../" + shop.modelName, "-o", "out", "--resume", "a.png"])
        #expect(run.status == 1)
        #expect(run.errors.contains("; 1 recorded before, 1 of them fake; "))
        // Even if only another file is asked for.
        shop.write("text", "no picture")
        #expect(shop.scan("-o", "out", "--resume", "--fail-on", "fake", "text").status == 1)
        #expect(shop.scan("-o", "out", "--resume", "--fail-on", "real", "a.png").status == 2)
    }

    @Test func recordsOfAnotherModelAreNotMixedInUnasked() {
        let (shop, other) = (Workshop(verdict: .fake), Workshop(verdict: .real))
        for name in ["a.png", "b.png"] { shop.write(name, Workshop.png) }
        #expect(shop.scan("-o", "out", "a.png").status == 1)
        let before = shop.read("out")
        func resume(_ option: String) -> Run {
            shop.run(["scan", "-q", "--model", "../" + other.modelName, "-o", "out", option, "a.png", "b.png"])
        }
        let refused = resume("--resume")
        #expect(
            refused.status == 2
                && refused.errors.hasPrefix("Error: out: it has records of another model, crossdomain-1:"))
        #expect(shop.read("out") == before)
        #expect(resume("--resume=any-model").status == 1)
        #expect(lines(shop) == ["a.png ok", "b.png ok"])
        #expect(resume("--resume=other").status == 64)
    }

    /// As many directories as files, each of which is kept open while its file waits.
    @Test func fewDescriptorsLoseNoFile() {
        let shop = Workshop(verdict: .real)
        for index in 0..<200 { shop.write("d/\(index)/x.png", Workshop.png) }
        let run = shop.shell("ulimit -n 40; $assay scan -q -j 64 --model $model d")
        #expect(run.records.count == 200 && run.records.allSatisfy { $0["status"] as? String == "ok" })
        #expect(run.status == 0)
    }
}
