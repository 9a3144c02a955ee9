// The report command from end to end, and its page in a real browser.

import Detection
import Foundation
import Imaging
import Testing

struct ReportTests {
    let shop = Workshop(verdict: .fake)

    private func record(_ path: String, _ verdict: String, _ score: Double) -> String {
        #"{"assay":1,"path":"\#(path)","status":"ok","verdict":"\#(verdict)","scores":{"fused":\#(score),"spatial":0.5,"frequency":0.5},"#
            + #""reasons":[],"rules":[],"size":1,"modified":null,"sha256":null,"crops":1,"spread":0,"model":"m"}"#
    }

    private func report(_ arguments: String...) -> Run {
        shop.run(["report", "--model", "../" + shop.modelName] + arguments)
    }

    @Test func aScanBecomesAReport() {
        shop.write("pictures/a.jpg", Workshop.jpeg)
        shop.write("pictures/b.png", Array(Workshop.png.dropLast(100)))
        shop.write("records.jsonl", shop.scan("pictures").output)
        let run = report("records.jsonl", "-o", "report.html")
        #expect(run.status == 0 && run.output == "" && run.errors == "")
        let page = shop.read("report.html")
        #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
        #expect(page.contains("2 files in pictures/"))
        #expect(page.contains("<a href=\"#file-1\"><bdi>pictures/a.jpg</bdi></a>"))
        #expect(page.contains("<th scope=\"row\">truncated</th>"))
        #expect(report("records.jsonl").output == page)
        let text = report("records.jsonl", "--text").output
        #expect(text.hasPrefix("2 files in pictures/, judged by crossdomain-1:"))
    }

    @Test func standardInputIsReadAndRecordsOfSeveralFilesAreJoined() {
        shop.write("one", record("a", "fake", 0.9) + "\n")
        let run = shop.run(
            ["report", "--text", "--model", "../" + shop.modelName, "-", "one"],
            input: record("b", "real", 0.1) + "\nnot a record\n")
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("2 files, judged by m\n"))
        #expect(run.output.contains("1 line of the input could not be read"))
    }

    @Test func whatIsNoReportIsNotReplaced() {
        shop.write("records", record("a", "fake", 0.9) + "\n")
        for target in ["records", "picture.jpg"] {
            if target != "records" { shop.write(target, Workshop.jpeg) }
            let before = FileManager.default.contents(atPath: shop.path + "/" + target)
            let run = report("records", "-o", target)
            #expect(run.status == 2 && run.errors.contains(target))
            #expect(FileManager.default.contents(atPath: shop.path + "/" + target) == before)
        }
        shop.write("old.html", "<!DOCTYPE html>\n<html lang=\"en\">\nold")
        #expect(report("records", "-o", "old.html").status == 0)
        #expect(!shop.read("old.html").contains("\nold"))
    }

    @Test func recordsThatSayTooLittleAreRefused() {
        shop.write("a.png", Workshop.picture(1))
        let records = shop.scan("--fields", "minimal", "-o", "min.jsonl", "a.png")
        #expect(records.status <= 1)
        let run = report("--text", "min.jsonl")
        #expect(run.status == 2 && run.output.isEmpty)
        #expect(run.errors.contains("min.jsonl: records of '--fields minimal' say neither why nor by which model"))
    }

    @Test func nothingToReportIsAFailure() {
        shop.write("empty", "")
        #expect(report("empty").status == 2)
        #expect(report("missing").errors == "Error: missing: no such file or directory\n")
        #expect(report("--tier", "web", "empty").status == 64)
        shop.write("rates", "{}")
        #expect(report("--error-rates", "rates", "empty").errors.contains("not what 'assay evaluate --json' writes"))
    }

    @Test func anEvaluationGivesTheErrorRates() {
        for (label, count) in [("real", 3), ("fake", 2)] {
            for index in 0..<count {
                shop.write("data/\(label)/\(index).png", encodePNG(Workshop.pixels(50 + index, 40)))
            }
        }
        let evaluation = shop.run(["evaluate", "--json", "--model", "../" + shop.modelName, "data"])
        shop.write("rates.json", evaluation.output)
        shop.write("records", shop.scan("data").output)
        let run = report("--error-rates", "rates.json", "--text", "records")
        #expect(run.status == 0)
        #expect(run.output.contains("of 3 photographs there"))
    }

    /// Chromium with a profile of its own, and what it printed.
    private func browse(_ arguments: [String]) -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/chromium")
        process.arguments =
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(shop.path)/profile",
                "--virtual-time-budget=5000",
            ] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try! process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return output
    }

    private static let hasBrowser = FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium")
    private static let readsPDF = FileManager.default.isExecutableFile(atPath: "/usr/bin/pdftotext")

    /// The page as a browser has it after the script ran: all rows are there to be paged through, and hostile names are text.
    @Test(.enabled(if: hasBrowser, "needs Debian's chromium"))
    func aBrowserShowsTheFilesAndRunsNothingOfTheirs() throws {
        let attack =
            "</script><script>document.title='owned'</script><img src=x onerror=\\\"document.title='owned'\\\">.jpg"
        let lines = (0..<250).map { record("r/\($0)", "real", 0.1) } + [record(attack, "fake", 0.95)]
        shop.write("records", lines.joined(separator: "\n"))
        #expect(report("records", "-o", "report.html").status == 0)
        let page = browse(["--dump-dom", "file://\(shop.path)/report.html"])
        #expect(page.contains("1 to 1 of 1 files</span>"))
        #expect(page.contains("<title>Assay report: 251 files"))
        #expect(page.components(separatedBy: "<tr role=\"row\"><td").count - 1 == 1)
        #expect(page.contains("<bdi>&lt;/script&gt;&lt;script&gt;document.title='owned'"))
        for (name, size) in [("desktop", "1280,900"), ("phone", "390,844")] {
            _ = browse([
                "--screenshot=\(shop.path)/\(name).png", "--window-size=\(size)", "file://\(shop.path)/report.html",
            ])
            let shot = FileManager.default.contents(atPath: "\(shop.path)/\(name).png").map { [UInt8]($0) } ?? []
            let pixels = try decode(shot).pixels
            #expect(
                Set(stride(from: 0, to: pixels.bytes.count, by: 3).map { pixels.bytes[$0] }).count > 8, "an empty page")
        }
    }

    /// On paper nothing can be unfolded and no button pressed.
    @Test(.enabled(if: hasBrowser && readsPDF, "needs Debian's chromium and poppler-utils"))
    func aPrintedReportShowsWhatTheScreenFolds() {
        for name in ["a", "b"] { shop.write("r/\(name).jpg", Workshop.jpeg) }
        shop.write("records", shop.scan("r").output)
        #expect(report("records", "-o", "report.html").status == 0)
        _ = browse([
            "--no-pdf-header-footer", "--print-to-pdf=\(shop.path)/report.pdf", "file://\(shop.path)/report.html",
        ])
        let lines = shop.shell("pdftotext -layout report.pdf -").output.split(separator: "\n")
        func has(_ words: String...) -> Bool { lines.contains { line in words.allSatisfy { line.contains($0) } } }
        #expect(has("file", "verdict", "fused", "bytes"))
        #expect(has("2 files, same bytes, 2 flagged") && has("r/b.jpg", "fake 0.5"))
        #expect(!has("previous") && !has("path contains") && !has("The histogram as a table"))
    }
}
