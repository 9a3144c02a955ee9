// Spectra and explanations from end to end: what is decoded is decoded in confined processes, and what they say becomes files.

import Detection
import Foundation
import Imaging
import Spectra
import Testing

struct EvidenceTests {
    let shop = Workshop(verdict: .fake)

    private func content(_ name: String) -> [UInt8] {
        FileManager.default.contents(atPath: shop.path + "/" + name).map { [UInt8]($0) } ?? []
    }

    private func listing(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: shop.path + "/" + folder)) ?? []).sorted()
    }

    private func noise(_ seed: Int, _ width: Int = 96, _ height: Int = 80, grid: Int? = nil) -> [UInt8] {
        Workshop.noise(seed, width, height, grid: grid)
    }

    @Test func aSpectrumIsThatOfThePixels() throws {
        shop.write("a.png", noise(1))
        let run = shop.run(["spectrum", "--whole", "--json", "-o", "out", "a.png"])
        #expect(run.status == 0 && run.errors == "")
        let record = try #require(run.records.first)
        let name = try #require(record["sha256"] as? String)
        #expect(listing("out") == [".csv", ".npy", ".png"].map { name + $0 })
        let array = try #require(NumPyArray(content("out/\(name).npy")))
        let expected = try #require(Spectrum(of: try decode(noise(1)).pixels, SpectrumOptions(side: nil)))
        #expect(array == NumPyArray(shape: [80, 96, 4], values: expected.values))
        #expect(String(decoding: content("out/\(name).csv"), as: UTF8.self) == expected.radialProfile)
        #expect(try decode(content("out/\(name).png")).pixels.width > 400)
    }

    @Test func aMeanIsAReferenceAndAGridStandsOutFromIt() throws {
        for seed in 0..<6 { shop.write("plain/\(seed).png", noise(seed)) }
        shop.write("plain/notes.txt", "no picture")
        let mean = shop.run(["spectrum", "--mean", "--size", "32", "-o", "mean.npy", "-j", "2", "plain"])
        #expect(mean.status == 0 && mean.errors == "6 pictures: mean.npy\n")
        let bytes = content("mean.npy")
        #expect(NumPyArray(bytes)?.shape == [3, 32, 32, 4])
        // The same whatever the number of processes.
        _ = shop.run(["spectrum", "--mean", "--size", "32", "-o", "again.npy", "-j", "1", "plain"])
        #expect(content("again.npy") == bytes)
        shop.write("grid.png", noise(50, grid: 4))
        for reference in ["mean.npy", "plain"] {
            let run = shop.run(["spectrum", "--size", "32", "--against", reference, "--json", "-o", "out", "grid.png"])
            #expect(run.status == 0)
            let peaks = try #require(run.records.first?["peaks"] as? [[String: Any]])
            #expect(!peaks.isEmpty && peaks.allSatisfy { [2, 4].contains($0["period"] as? Int) })
        }
        #expect(shop.run(["spectrum", "--size", "16", "--against", "mean.npy", "-o", "out", "grid.png"]).status == 2)
    }

    @Test func anInterruptedMeanGoesOnOnlyWithTheSamePictures() throws {
        for seed in 0..<3 { shop.write("plain/\(seed).png", noise(seed, 32, 32)) }
        shop.write("mean.npy.partial", Array("assay-mean".utf8) + [UInt8](repeating: 0, count: 100))
        let run = shop.run(["spectrum", "--mean", "--resume", "--size", "16", "-o", "mean.npy", "plain"])
        #expect(run.status == 2 && run.errors.contains("of other pictures or options"))
        #expect(shop.run(["spectrum", "--mean", "--size", "16", "-o", "mean.npy", "plain"]).status == 0)
        #expect(listing(".") == ["mean.npy", "plain"])
    }

    @Test func aMeanThatWasKilledGoesOnAndIsTheSame() {
        for seed in 0..<620 { shop.write("plain/\(seed).png", noise(seed, 16, 16)) }
        #expect(shop.run(["spectrum", "--mean", "--size", "8", "-o", "whole.npy", "plain"]).status == 0)
        let run = shop.shell(
            """
            $assay spectrum --mean --size 8 -o parts.npy plain & pid=$!
            for i in $(seq 6000); do [ -s parts.npy.partial ] && break; sleep 0.01; done
            kill -9 $pid; wait $pid; ls parts.npy.partial
            exec $assay spectrum --mean --resume --size 8 -o parts.npy plain
            """)
        #expect(run.status == 0 && run.output == "parts.npy.partial\n")
        #expect(content("parts.npy") == content("whole.npy") && content("whole.npy").count > 3 * 8 * 8 * 4 * 4)
        #expect(listing(".") == ["parts.npy", "plain", "whole.npy"])
    }

    @Test func whatLiesInThePlaceOfAFileOfEvidenceIsLeftAsItIs() throws {
        shop.write("a.png", noise(1, 200, 150))
        #expect(shop.run(["spectrum", "-o", "good", "a.png"]).status == 0)
        let name = try #require(listing("good").first { $0.hasSuffix(".npy") })
        shop.write("victim", "precious")
        let ways = [
            "printf precious > out/\(name)", "ln -s ../victim out/\(name)", "mkdir out/\(name)", "mkfifo out/\(name)",
            "ln -s ../victim out/\(name).part", "mkfifo out/\(name).part", "ln -s nowhere/at/all out/\(name)",
        ]
        for way in ways {
            #expect(shop.shell("rm -rf out; mkdir out; " + way).status == 0)
            let run = shop.run(["spectrum", "-o", "out", "a.png"])
            #expect(run.status == 2 && run.errors.hasPrefix("Error: out/\(name)"), "\(way): \(run.errors)")
            let scan = shop.run([
                "scan", "--fail-on", "error", "--model", "../" + shop.modelName, "--spectra", "out", "--summary",
                "s.json",
                "a.png",
            ])
            #expect(scan.status == 2 && scan.records.count == 1 && scan.records[0]["spectrum"] == nil, "\(scan.status)")
            #expect(scan.errors.contains("Warning: no spectrum: out/\(name)"), "\(way)")
            #expect(scan.errors.contains("; 1 spectrum not written; "))
            #expect(object(shop.read("s.json"))["unwrittenSpectra"] as? Int == 1)
        }
        #expect(shop.read("victim") == "precious")
        for target in ["/dev/full", "nowhere/mean.npy", "a.png"] {
            let run = shop.run(["spectrum", "--mean", "--size", "8", "-o", target, "a.png"])
            #expect(run.status == 2 && run.errors.hasPrefix("Error: \(target): "), "\(target): \(run.errors)")
        }
    }

    @Test func onAFullDiskRecordsGoOutWithoutSpectra() throws {
        let disk = shop.path + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard mount("tmpfs", disk, "tmpfs", 0, "size=100k") == 0 else {
            print("no tmpfs can be mounted here; the test of a full disk is skipped")
            return
        }
        defer { umount2(disk, Int32(MNT_DETACH)) }
        shop.write("a.png", noise(1, 200, 150))
        let quiet = shop.run([
            "scan", "-q", "--fail-on", "error", "--model", "../" + shop.modelName, "--spectra", "disk/s", "a.png",
        ])
        #expect(quiet.status == 2 && quiet.errors == "" && quiet.records.count == 1)
        let run = shop.run(["scan", "--model", "../" + shop.modelName, "--spectra", "disk/s", "a.png"])
        #expect(run.records.count == 1 && run.records[0]["spectrum"] == nil)
        #expect(run.errors.contains("Warning: no spectrum: disk/s/") && run.errors.contains("no space left on device"))
        #expect(listing("disk/s") == [])
        let explained = shop.run(["explain", "--model", "../" + shop.modelName, "-o", "disk/e", "a.png"])
        #expect(explained.status == 2 && explained.errors.contains("no space left on device"))
        #expect(listing("disk/e").allSatisfy { !$0.hasSuffix(".part") })
    }

    @Test func whatIsNoPictureOrTooSmallIsToldAndTheRestIsDone() {
        shop.write("a.png", noise(1))
        shop.write("b.png", Array(noise(2).dropLast(200)))
        shop.write("c.txt", "text")
        shop.write("d.png", noise(3, 20, 20))
        let run = shop.run(["spectrum", "--size", "32", "-o", "out", "a.png", "b.png", "c.txt", "d.png", "gone.png"])
        #expect(run.status == 2)
        #expect(run.output.split(separator: "\n").count == 1 && listing("out").count == 3)
        for (name, words) in [
            ("b.png", "(truncated)"), ("c.txt", "(not-an-image)"), ("d.png", "smaller than a crop"),
            ("gone.png", "(not-found)"),
        ] {
            #expect(run.errors.split(separator: "\n").contains { $0.hasPrefix(name) && $0.contains(words) })
        }
        #expect(shop.run(["spectrum", "--whole", "--size", "32", "a.png"]).status == 64)
        #expect(shop.run(["spectrum", "--mean", "plain"]).status == 64)
    }

    #if DEBUG
        @Test func nothingIsDecodedWhereNothingCanConfine() {
            shop.write("a.png", noise(1))
            let bare = ["ASSAY_TEST_REFUSED": "3"]
            for command in [["spectrum"], ["explain", "--model", "../" + shop.modelName]] {
                let run = shop.run(command + ["-o", "out", "a.png"], environment: bare)
                #expect(run.status == 2 && run.errors.contains("No picture was read") && listing("out").isEmpty)
            }
        }
    #endif

    @Test func anExplanationCoversThePictureWhateverTheNumberOfProcesses() throws {
        shop.write("a.png", noise(1, 300, 200))
        var seen: [[UInt8]] = []
        for jobs in ["1", "3"] {
            let run = shop.run([
                "explain", "--model", "../" + shop.modelName, "--json", "-j", jobs, "-o", "out" + jobs, "a.png",
            ])
            #expect(run.status == 0 && run.errors == "")
            let record = try #require(run.records.first)
            let name = try #require(record["sha256"] as? String)
            #expect(listing("out" + jobs) == [".explain.npy", ".explain.png"].map { name + $0 })
            seen.append(content("out\(jobs)/\(name).explain.npy"))
            // Weights of zero: every score is one half, and that is above this model's threshold.
            #expect(
                NumPyArray(seen[seen.count - 1])
                    == NumPyArray(shape: [3, 4, 3], values: [Float](repeating: 0, count: 36)))
            #expect(record["share"] as? Double == 1 && record["threshold"] as? Double == 0.25)
            let grid = try #require(record["grid"] as? [String: Any])
            #expect(grid["columns"] as? [Int] == [0, 64, 128, 172] && grid["rows"] as? [Int] == [0, 64, 72])
        }
        #expect(seen[0] == seen[1])
    }

    @Test func aModelThatSeesTheWholePictureHasNoMap() {
        shop.write("seed.safetensors", Workshop.model(.fake, .seed))
        shop.write("a.png", noise(1))
        let run = shop.run(["explain", "--model", "seed.safetensors", "a.png"])
        #expect(run.status == 2 && run.errors.contains("sees a picture as a whole"))
    }

    @Test func aScanWritesTheSpectraOfWhatItJudged() throws {
        shop.write("a.png", noise(1, 200, 150))
        shop.write("small.png", noise(2, 60, 60))
        shop.write("b.png", Array(noise(3).dropLast(200)))
        let records = shop.scan("--spectra", "spectra", "--sort", "path", "a.png", "b.png", "small.png").records
        #expect(records.count == 3)
        let sha256 = try #require(records[0]["sha256"] as? String)
        #expect((records[0]["spectrum"] as? [String: Any])?["file"] as? String == "spectra/\(sha256).npy")
        #expect(records[1]["spectrum"] == nil && records[2]["spectrum"] == nil)
        #expect(listing("spectra") == [".csv", ".npy", ".png"].map { sha256 + $0 })
        // The same as the command of its own writes.
        #expect(shop.run(["spectrum", "-o", "own", "a.png"]).status == 0)
        for name in listing("spectra") { #expect(content("spectra/" + name) == content("own/" + name)) }
    }

    @Test func aScanWritesTheSpectraOfWhatCameInAStream() throws {
        for seed in 1...3 { shop.write("d/\(seed).png", noise(seed, 200, 150)) }
        // The same names, below the working directory, of other pictures.
        let made = shop.shell("tar --sort=name -cf a.tar d && rm -r d && mkdir d")
        #expect(made.status == 0)
        shop.write("d/1.png", noise(9, 200, 150))
        shop.write("-", noise(9, 200, 150))
        let members = shop.scan("--tar", "a.tar", "--window", "4K", "--spectra", "spectra").records
        #expect(members.compactMap { $0["path"] as? String } == ["d/1.png", "d/2.png", "d/3.png"])
        shop.write("one.png", noise(4, 200, 150))
        let one = shop.shell("$assay scan -q --model $model --spectra spectra - < one.png").records
        #expect(one.count == 1)
        #expect(shop.shell("tar -xf a.tar && $assay spectrum -o own d one.png").status == 0)
        #expect(shop.shell("$assay spectrum -o streamed - < one.png").status == 0)
        #expect(listing("own").count == 12 && listing("spectra") == listing("own"))
        for name in listing("spectra") { #expect(content("spectra/" + name) == content("own/" + name)) }
        for name in listing("streamed") { #expect(content("streamed/" + name) == content("own/" + name)) }
        #expect(listing("streamed").count == 3)
        for record in members + one {
            let sha256 = try #require(record["sha256"] as? String)
            #expect((record["spectrum"] as? [String: Any])?["file"] as? String == "spectra/\(sha256).npy")
        }
    }

    @Test func spectraOfEqualFilesDoNotGetIntoEachOthersWay() {
        let picture = noise(1, 200, 150)
        for number in 0..<24 { shop.write("p/\(number).png", picture) }
        let run = shop.shell("$assay scan --model $model --spectra spectra -j 4 p")
        #expect(run.records.count == 24 && !run.errors.contains("no spectrum"))
        #expect(run.records.allSatisfy { ($0["spectrum"] as? [String: Any])?["file"] != nil })
        #expect(listing("spectra").count == 3)
    }

    @Test func whereSpectraAreWrittenNothingIsScanned() {
        for name in ["p", "q"] { shop.write(name + "/a.png", noise(1, 200, 150)) }
        for _ in 0..<2 {
            #expect(shop.scan("--spectra", "p/spectra", "p").records.map { $0["path"] as? String } == ["p/a.png"])
            #expect(shop.run(["spectrum", "-o", "q/own", "q"]).output.split(separator: "\n").count == 1)
        }
        #expect(listing("p/spectra").count == 3 && listing("q/own") == listing("p/spectra"))
        for operands in [["p", "--spectra", "p"], ["--spectra", "."]] {
            let run = shop.run(["scan"] + operands)
            #expect(run.status == 64 && run.errors.contains("a directory of its own"))
        }
        let file = shop.scan("--spectra", "p/a.png", "p")
        #expect(file.status == 2 && file.errors == "Error: p/a.png: not a directory\n" && file.output == "")
    }

    @Test func aReportShowsTheJudgedFilesAndOnlyThose() throws {
        shop.write("a.png", noise(1, 400, 300))
        shop.write("b.png", noise(2, 200, 150))
        shop.write("records", shop.scan("--sort", "path", "a.png", "b.png").output)
        func report(_ arguments: String...) -> String {
            let run = shop.run(["report", "--model", "../" + shop.modelName, "records"] + arguments)
            #expect(run.status == 0 && run.errors == "")
            return run.output
        }
        func pictures(_ page: String) -> Int { page.components(separatedBy: "<img src=\"data:image/").count - 1 }
        let page = report()
        // A thumbnail, a map and a spectrum of each.
        #expect(pictures(page) == 6 && report("-j", "1") == page)
        #expect(page.contains("The picture, reduced from 400 × 300 pixels"))
        #expect(page.contains("100.0 % of the picture, looked at in parts"))
        #expect(pictures(report("--maps", "1")) == 4 && pictures(report("--maps", "0", "--top", "1")) == 1)
        let bare = report("--no-pictures")
        #expect(pictures(bare) == 0 && bare.contains("from records alone"))
        // Another file of the same name is not shown in its place.
        shop.write("b.png", noise(3, 200, 150))
        let changed = report()
        #expect(pictures(changed) == 3 && changed.contains("not the one that was judged"))
    }
}
