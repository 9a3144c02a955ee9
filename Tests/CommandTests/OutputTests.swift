// What is written arrives or is missed out loud, and nothing is written over what is not the program's own.

import Foundation
import Testing

struct OutputTests {
    private func shop() -> Workshop {
        let shop = Workshop()
        for name in ["a.jpg", "b.jpg", "data/real/1.jpg", "data/fake/2.jpg"] { shop.write(name, Workshop.jpeg) }
        return shop
    }

    @Test(arguments: [
        ["scan", "-o"], ["scan", "-o", "a.jpg", "--resume"], ["scan", "-l", "-o"], ["scan", "-l0", "-o"],
        ["scan", "--summary"],
        ["evaluate", "data", "--scores"], ["train", "data", "-o"], ["train", "data", "-o", "m", "--log"],
    ])
    func whatHoldsSomethingElseIsLeftAsItIs(arguments: [String]) {
        let shop = shop()
        // As a shell expands *.jpg.
        let operands =
            arguments.contains("a.jpg") ? ["b.jpg"] : arguments[0] == "scan" ? ["a.jpg", "b.jpg"] : ["a.jpg"]
        let run = shop.run(arguments + operands)
        #expect(run.status == 2)
        #expect(run.errors.hasPrefix("Error: a.jpg: it holds something, but no ") && run.output == "", "\(run.errors)")
        #expect(FileManager.default.contents(atPath: shop.path + "/a.jpg") == Data(Workshop.jpeg))
    }

    @Test func aSummaryReplacesASummaryAndNoRecords() {
        let shop = shop()
        #expect(shop.scan("a.jpg", "-o", "records", "--summary", "sum").status == 0)
        let (records, first) = (shop.read("records"), shop.read("sum"))
        #expect(shop.scan("a.jpg", "--summary", "records").status == 2)
        #expect(shop.read("records") == records)
        #expect(shop.scan("a.jpg", "b.jpg", "--summary", "sum").status == 0)
        #expect(object(first)["seen"] as? Int == 1 && object(shop.read("sum"))["seen"] as? Int == 2)
        #expect(shop.scan("a.jpg", "-o", "sum").status == 2)
        let both = shop.scan("a.jpg", "-o", "-", "--summary", "-").output.split(separator: "\n").map {
            object(String($0))
        }
        #expect(both.count == 2 && both[0]["path"] as? String == "a.jpg" && both[1]["seen"] as? Int == 1)
        #expect(!FileManager.default.fileExists(atPath: shop.path + "/-"))
    }

    @Test func listsGrow() {
        let shop = shop()
        for options in ["-l", "-l0"] {
            for name in ["a.jpg", "b.jpg"] {
                #expect(shop.scan(options, "--only", "ok", "-o", "list\(options)", name).status == 0)
            }
        }
        #expect(shop.read("list-l") == "a.jpg\nb.jpg\n")
        #expect(shop.read("list-l0") == "a.jpg\0b.jpg\0")
    }

    @Test func aModelReplacesNoPipeAndNoDevice() {
        let shop = shop()
        for path in ["pipe", "m"] { mkfifo(shop.path + "/\(path)\(path == "m" ? ".checkpoint" : "")", 0o600) }
        for (path, named) in [("pipe", "pipe"), ("m", "m.checkpoint"), ("/dev/null", "/dev/null")] {
            let run = shop.run(["train", "data", "-o", path])
            #expect(run.status == 2 && run.errors == "Error: \(named): not a regular file\n")
        }
        var status = stat()
        #expect(stat(shop.path + "/pipe", &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test(arguments: [
        "model show", "model show --json", "model blueprint", "model verify", "evaluate data", "evaluate data --json",
        "help", "scan --help", "--version", "manual", "train --show-recipe", "scan -q a.jpg",
        "scan -q a.jpg --summary -", "rules explain a.jpg", "hash --md5 a.jpg",
    ])
    func aFullDiskIsNoticed(command: String) {
        let run = shop().shell("$assay \(command) > /dev/full")
        #expect(run.status == 2)
        #expect(run.errors.hasSuffix("Error: standard output: no space left on device\n"))
    }

    @Test(arguments: ["scan -q a.jpg --summary /dev/full", "evaluate data --scores /dev/full"])
    func aFullDiskIsNoticedAtTheEnd(command: String) {
        let run = shop().shell("$assay \(command)")
        #expect(run.status == 2)
        #expect(run.errors.hasSuffix("Error: /dev/full: no space left on device\n"))
    }

    /// A limit on the size of files stands in for a full disk: a write that does not fit is cut short, the next one fails.
    @Test(arguments: ["> out", "-o out", "--sort path > out", "-l --only error -o out", "--sort path >> out"])
    func aLineThatDoesNotFitIsTakenBack(redirection: String) {
        let shop = shop()
        let isList = redirection.contains("-l")
        // Names of which neither a whole number of records nor one of paths comes to a kilobyte.
        let names = (0..<40).map { "\($0)" + String(repeating: "x", count: 100) }
        for name in names { shop.write("d/" + name, Array(Workshop.jpeg.prefix(100))) }
        let run = shop.shell("ulimit -f 1; $assay scan -q d \(redirection)")
        #expect(run.status == 2)
        #expect(run.errors.contains("file too large"), "\(run.errors)")
        let text = shop.read("out")
        #expect(text.hasSuffix("\n") && text.utf8.count < 1024)
        for line in text.split(separator: "\n") {
            #expect(names.contains { (isList ? String(line) : object(String(line))["path"] as? String) == "d/" + $0 })
        }
    }

    @Test func whatIsClosedIsNotTakenForAFile() {
        let shop = shop()
        let output = shop.shell("$assay scan -q --model $model a.jpg >&-")
        #expect(output.status == 2 && output.errors == "Error: standard output: bad file descriptor\n")
        let input = shop.shell("$assay scan -q --model $model --files-from - <&-")
        #expect(input.status == 2 && input.records.first?["code"] as? String == "unreadable")
        let all = shop.shell("$assay scan --model $model -o out a.jpg <&- >&- 2>&-")
        #expect(all.status == 0 && shop.read("out").split(separator: "\n").count == 1)
    }

    static let canHideProc = Workshop().shell("unshare -rm sh -c 'mount -t tmpfs none /proc'").status == 0

    @Test(.enabled(if: OutputTests.canHideProc, "no mounting here"))
    func argumentsNeedNoProc() {
        let shop = shop()
        func run(_ arguments: String) -> Run {
            shop.shell("unshare -rm sh -c 'mount -t tmpfs none /proc && exec \"$assay\" \(arguments)'")
        }
        #expect(run("--version").output.hasPrefix("assay "))
        #expect(run("model verify").status == 0)
        let scan = run("scan a.jpg")
        #expect(scan.status == 2 && scan.errors.hasPrefix("Error: /proc is not mounted here"))
    }

    @Test(arguments: ["-o", "--summary"])
    func whoTiresOfWaitingForAReaderIsHeard(option: String) {
        let shop = shop()
        let run = shop.shell(
            """
            mkfifo pipe; $assay scan \(option) pipe a.jpg & sleep 2
            for try in {1..50}; do kill -TERM $! 2>/dev/null || break; sleep 0.2; done
            kill -KILL $! 2>/dev/null; wait $! 2>/dev/null; echo $?
            """)
        #expect(run.output.hasSuffix("143\n"), "\(run.output)")
    }

    @Test func recordsGoThroughAPipe() {
        let shop = shop()
        let run = shop.shell(
            "mkfifo pipe; cat pipe & $assay scan -q --model $model -o pipe --summary sum a.jpg b.jpg; wait")
        #expect(run.records.count == 2)
    }

    /// `script` gives the program a terminal.
    @Test(arguments: ["dumb", "xterm"])
    func aDumbTerminalGetsNoEscapeCodes(terminal: String) {
        let shop = Workshop(verdict: .fake)
        shop.write("data/real/a.jpg", Workshop.jpeg)
        let run = shop.shell(
            """
            script -qec '$assay scan --progress always --model $model data > /dev/null' /dev/null
            script -qec '$assay evaluate --model $model data > /dev/null' /dev/null
            """, environment: ["TERM": terminal, "NO_COLOR": ""])
        #expect(run.output.contains("1 seen: 1 ok ("))
        #expect(run.output.contains("\u{1b}") == (terminal == "xterm"), "\(run.output.debugDescription)")
    }
}
