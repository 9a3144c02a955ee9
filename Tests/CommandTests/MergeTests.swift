// Shares that are scanned apart are put together whole, or it is said what is missing.

import Foundation
import Testing

struct MergeTests {
    /// Twenty pictures, scanned in three shares to `1.jsonl` … with summaries `1.json` ….
    private func shop() -> Workshop {
        let shop = Workshop(verdict: .real)
        for index in 0..<20 { shop.write("d/\(index).png", Workshop.png) }
        for share in 1...3 {
            let run = shop.scan(
                "-j", "1", "--shard", "\(share)/3", "--summary", "\(share).json", "-o", "\(share).jsonl", "d")
            #expect(run.status == 0 && run.errors == "")
        }
        return shop
    }

    private func paths(_ shop: Workshop, _ name: String) -> [String] {
        shop.read(name).split(separator: "\n").map { object(String($0))["path"] as? String ?? "?" }
    }

    private func exists(_ shop: Workshop, _ name: String) -> Bool {
        FileManager.default.fileExists(atPath: shop.path + "/" + name)
    }

    private let all = ["1.jsonl", "1.json", "2.jsonl", "2.json", "3.jsonl", "3.json"]

    @Test func sharesAreTheWholeAndNothingTwice() {
        let shop = shop()
        let run = shop.run(["merge"] + all + ["-o", "out"])
        #expect(run.status == 0 && run.output == "")
        #expect(run.errors == "20 records of 3 shards: 20 written, 0 repeats\n")
        #expect(shop.read("out") == (1...3).map { shop.read("\($0).jsonl") }.joined())
        #expect(paths(shop, "out").sorted() == (0..<20).map { "d/\($0).png" }.sorted())
        for share in 1...3 {
            let lines = shop.read("\(share).jsonl").split(separator: "\n").map { object(String($0)) }
            #expect(!lines.isEmpty && lines.allSatisfy { $0["shard"] as? String == "\(share)/3" })
            let summary = object(shop.read("\(share).json"))
            #expect(summary["shard"] as? String == "\(share)/3" && summary["records"] as? Int == lines.count)
        }
        #expect(!exists(shop, "out.part"))
    }

    @Test func repeatsAreDroppedAndTheFirstIsKept() {
        let shop = shop()
        #expect(shop.scan("-j", "1", "--shard", "2/3", "-o", "again.jsonl", "d").status == 0)
        let run = shop.run(["merge"] + all + ["again.jsonl", "-o", "-"])
        #expect(run.status == 0)
        #expect(run.output == (1...3).map { shop.read("\($0).jsonl") }.joined())
        let count = paths(shop, "2.jsonl").count
        #expect(
            run.errors == "\(20 + count) records of 3 shards: 20 written, \(count) repeat\(count == 1 ? "" : "s")\n")
        // By the id, where there is one.
        shop.write(
            "ids",
            """
            {"assay":1,"path":"a","id":"x","status":"ok"}
            {"assay":1,"path":"b","id":"x","status":"ok"}
            {"assay":1,"path":"b","id":"y","status":"ok"}

            """)
        #expect(
            shop.run(["merge", "ids", "-o", "-", "-q"]).output == """
                {"assay":1,"path":"a","id":"x","status":"ok"}
                {"assay":1,"path":"b","id":"y","status":"ok"}

                """)
    }

    @Test func recordsThatContradictEachOtherAreNoRepeats() {
        let shop = shop()
        let first = #"{"assay":1,"path":"a","id":"x","status":"ok","verdict":"real"}"#
        let second = #"{"assay":1,"path":"a","id":"x","status":"ok","verdict":"fake"}"#
        shop.write("one", first + "\n")
        shop.write("two", second + "\n" + first + "\n")
        #expect(shop.run(["merge", "one", "two", "-o", "-", "-q"]).output == first + "\n" + second + "\n")
    }

    /// Nobody's file of lines without ends fills the memory, and what is behind one line too long is looked at.
    @Test func aLineThatIsLongerThanAnyRecordIsAFaultOfItsOwn() {
        let shop = Workshop()
        let record = #"{"assay":1,"path":"a","status":"ok"}"#
        let long = String(repeating: "y", count: (4 << 20) + 1)
        shop.write("long", record + "\n" + long + "\n" + record + "\n" + "no record\n" + long)
        let run = shop.run(["merge", "long", "-o", "-", "--partial"])
        #expect(run.output == record + "\n")
        #expect(
            run.errors.split(separator: "\n").prefix(3) == [
                "assay: long:2: a line that is longer than any record", "assay: long:4: no record",
                "assay: long:5: a line that is longer than any record",
            ])
    }

    private func refused(_ shop: Workshop, _ files: [String], _ message: String) {
        let run = shop.run(["merge"] + files + ["-o", "out"])
        #expect(run.status == 2)
        #expect(
            run.errors == """
                assay: \(message)
                Error: nothing was written to out, since this is no whole; '--partial' writes what there is

                """)
        #expect(!exists(shop, "out") && !exists(shop, "out.part"))
    }

    @Test func aShareThatIsMissingOrNotWholeIsNamed() {
        let shop = shop()
        refused(shop, ["1.jsonl", "1.json", "3.jsonl", "3.json"], "nothing of shard 2/3")
        refused(shop, all.filter { $0 != "2.json" }, "shard 2/3: no summary of a run that finished")
        let lines = shop.read("2.jsonl").split(separator: "\n", omittingEmptySubsequences: false)
        shop.write("2.jsonl", lines.dropFirst().joined(separator: "\n"))
        refused(shop, all, "shard 2/3: \(lines.count - 2) records of \(lines.count - 1)")
        shop.write("2.json", shop.read("2.json").replacing("\"complete\":true", with: "\"complete\":false"))
        refused(shop, all, "shard 2/3: no summary of a run that finished")
        shop.write("more", #"{"assay":1,"path":"x","shard":"1/4","status":"ok"}"# + "\n")
        refused(
            shop, ["1.jsonl", "1.json", "more"],
            "shares of different numbers: of 3, of 4\nassay: shard 1/4: no summary of a run that finished")
    }

    /// A share of another folder has the right number, a summary that is complete, and leaves a hole.
    @Test func sharesOfScansThatAskedForOtherFilesAreNoWhole() {
        let shop = shop()
        shop.write("e/other.png", Workshop.png)
        for other in [["e"], ["d", "e"], ["--exclude", "1*", "d"], ["--only", "fake", "d"]] {
            let run = shop.scan(["-j", "1", "--shard", "2/3", "--summary", "o.json", "-o", "o.jsonl"] + other)
            #expect(run.status == 0)
            refused(
                shop, ["1.jsonl", "1.json", "o.jsonl", "o.json", "3.jsonl", "3.json"],
                "shares of scans that were asked for different files")
            for name in ["o.json", "o.jsonl"] { try? FileManager.default.removeItem(atPath: shop.path + "/" + name) }
        }
        // Nobody knows what a share without a scope was asked for.
        shop.write("o.json", shop.read("2.json").replacing(#/"scope":"[0-9a-f]+",/#, with: ""))
        refused(
            shop, ["1.jsonl", "1.json", "2.jsonl", "o.json", "3.jsonl", "3.json"],
            "summaries with and without a scope, so the scans may have been asked for different files")
        // In another order, and with what chooses no files, it is the same scan.
        for (share, operands) in [(1, ["d", "e", "-L", "-E", "x"]), (2, ["e/", "-E", "x", "d", "-L"])] {
            let run = shop.scan(
                ["-j", "\(share)", "--shard", "\(share)/2", "--summary", "p\(share).json", "-o", "p\(share).jsonl"]
                    + operands)
            #expect(run.status == 0)
        }
        let run = shop.run(["merge", "p1.jsonl", "p1.json", "p2.jsonl", "p2.json", "-o", "-", "-q"])
        #expect(run.status == 0 && run.errors == "" && run.output.split(separator: "\n").count == 21)
    }

    @Test func noFileIsCountedTwiceOrWrittenOver() {
        let shop = Workshop()
        let line = #"{"assay":1,"path":"a","status":"ok"}"# + "\n"
        shop.write("a", line)
        shop.write("out.part", line)
        try? FileManager.default.createSymbolicLink(atPath: shop.path + "/link", withDestinationPath: "a")
        let twice = shop.run(["merge", "a", "link", "-o", "out"])
        #expect(twice.status == 64 && twice.errors.hasPrefix("Error: link: this file is named twice\n"))
        let part = shop.run(["merge", "a", "out.part", "-o", "out"])
        #expect(part.status == 64 && part.errors.hasPrefix("Error: out.part: out is written under this name"))
        #expect(shop.read("out.part") == line && !exists(shop, "out"))
    }

    @Test func forgedNumbersAreNoSummaryAndManyFaultsAreCounted() {
        let shop = Workshop()
        for (records, resumed) in [
            ("-1", "0"), ("9223372036854775807", "1"), ("1e3", "0"), ("1", "-9223372036854775808"),
        ] {
            shop.write(
                "s",
                #"{"assay":1,"complete":true,"shard":"1/1","records":\#(records),"resumedRecords":\#(resumed)}"# + "\n")
            refused(shop, ["s"], "s:1: no summary")
        }
        // What tells a path is a record, whatever else it tells.
        shop.write("r", #"{"assay":1,"path":"a","status":"ok","complete":true}"# + "\n")
        #expect(shop.run(["merge", "r", "-o", "-", "-q"]).output == shop.read("r"))
        let marks = String(repeating: "\u{316}\u{301}", count: 400_000)
        shop.write("k", #"{"assay":1,"path":"a","status":"ok","\#(marks)":1,"model":"\#(marks)"}"# + "\n")
        #expect(shop.run(["merge", "k", "-o", "-", "-q"]).output == shop.read("k"))
        shop.write("many", String(repeating: "\n", count: 1000))
        let many = shop.run(["merge", "many", "-o", "out"]).errors.split(separator: "\n")
        #expect(many.count == 102 && many[100] == "assay: 900 more lines like these")
    }

    @Test func tornLinesAndForeignOnesAreNamedAndPartialWritesTheRest() {
        let shop = Workshop()
        let line = #"{"assay":1,"path":"a","status":"ok"}"#
        shop.write("torn", line + "\n" + #"{"assay":1,"path":"#)
        refused(shop, ["torn"], "torn:2: the line has no end, so the run that wrote it was cut off")
        shop.write("foreign", line + "\nhello\n")
        refused(shop, ["foreign"], "foreign:2: no record")
        shop.write(
            "models",
            #"{"assay":1,"path":"a","status":"ok","model":"m"}"# + "\n"
                + #"{"assay":1,"path":"a","status":"ok","model":"n"}"#
                + "\n")
        refused(shop, ["models"], "records of different models: m, n")
        shop.write(
            "rules",
            #"{"assay":1,"path":"a","status":"ok","ruleset":"0123456789"}"# + "\n"
                + #"{"assay":1,"path":"b","status":"skipped","ruleset":null}"# + "\n"
                + #"{"assay":1,"path":"c","status":"ok","ruleset":"89abcdef01"}"#
                + "\n")
        refused(shop, ["rules"], "records decided by different rules: 01234567, 89abcdef")
        let run = shop.run(["merge", "torn", "--partial", "-o", "out"])
        #expect(run.status == 2 && shop.read("out") == line + "\n")
        #expect(
            run.errors == """
                assay: torn:2: the line has no end, so the run that wrote it was cut off
                1 record: 1 written, 0 repeats

                """)
    }

    @Test func noInputIsLostAndNoPictureReplaced() {
        let shop = shop()
        shop.write("photo", Workshop.jpeg)
        let run = shop.run(["merge"] + all + ["-o", "photo"])
        #expect(run.status == 2 && run.errors.contains("photo: it holds something, but no records"))
        // An input may be the output.
        #expect(shop.run(["merge"] + all + ["-o", "1.jsonl"]).status == 0)
        #expect(paths(shop, "1.jsonl").count == 20)
        let gone = shop.run(["merge", "gone", "-o", "out"])
        #expect(gone.status == 2 && gone.errors == "Error: gone: no such file or directory\n" && !exists(shop, "out"))
        let needed = shop.run(["merge", "1.jsonl"])
        #expect(needed.status == 64 && needed.errors.hasPrefix("Error: The option '--output <file>' is needed\n"))
        #expect(shop.run(["scan", "--shard", "4/3"]).status == 64)
    }

    /// Others may write to the directory too, and what they link there leads anywhere.
    @Test func nothingIsWrittenWhereALinkLeads() throws {
        let shop = Workshop()
        let record = #"{"assay":1,"path":"a","status":"ok"}"# + "\n"
        shop.write("one", record)
        shop.write("precious", record + record)
        try FileManager.default.createSymbolicLink(
            atPath: shop.path + "/out.part", withDestinationPath: "precious")
        let run = shop.run(["merge", "one", "-o", "out"])
        #expect(run.status == 2 && run.errors == "Error: out: not a regular file\n")
        #expect(shop.read("precious") == record + record && !exists(shop, "out"))
    }

    @Test func anArchiveIsSharedByItsMembers() throws {
        let shop = shop()
        #expect(shop.shell("tar -cf a.tar d").status == 0)
        for share in 1...2 {
            let run = shop.scan(
                "--tar", "a.tar", "--shard", "\(share)/2", "--summary", "t\(share).json", "-o", "t\(share)")
            #expect(run.status == 0)
        }
        let run = shop.run(["merge", "t1", "t1.json", "t2", "t2.json", "-o", "out", "-q"])
        #expect(run.status == 0 && run.errors == "")
        #expect(Set(paths(shop, "out")).count == 20 && !paths(shop, "t1").isEmpty && !paths(shop, "t2").isEmpty)
    }
}
