// Hashes are printed as those tools take them that look for known files and pictures.

import Files
import Imaging
import Testing

struct HashTests {
    @Test(arguments: ["md5", "sha1", "sha256"]) func digestsAreThoseOfCoreutils(kind: String) {
        let shop = Workshop()
        shop.write("d/a.png", Workshop.png)
        shop.write("d/odd\nna\\me.jpg", Workshop.jpeg)
        shop.write("d/text.txt", "no picture")
        let run = shop.run(["hash", "--\(kind)", "--sort", "path", "d"])
        #expect(run.status == 0 && run.errors == "")
        #expect(run.output == shop.shell("\(kind)sum d/a.png $'d/odd\\nna\\\\me.jpg'").output)
        #expect(shop.shell("$assay hash --\(kind) d | \(kind)sum -c --status; echo ${PIPESTATUS[@]}").output == "0 0\n")
    }

    @Test func whatIsNamedIsDigestedWhateverItIsAndWhatIsMissingIsTold() {
        let shop = Workshop()
        shop.write("abc", "abc")
        let run = shop.run(["hash", "--sha1", "gone", "abc", "-"], input: "abc")
        let digest = "a9993e364706816aba3e25717850c26c9cd0d89d"
        #expect(run.output == "\(digest)  abc\n\(digest)  -\n")
        #expect(run.errors == "assay: gone: no such file or directory\n")
        #expect(run.status == 2)
    }

    @Test func perceptualHashesComeWithQualityAndPath() throws {
        let shop = Workshop()
        shop.write("d/a.png", Workshop.png)
        shop.write("d/b\"\n.png", Workshop.largePNG)
        shop.write("d/text.txt", "no picture")
        shop.write("torn.png", Array(Workshop.png.dropLast(100)))
        func line(_ pixels: Pixels, _ path: String) throws -> String {
            let hash = try PerceptualHash(pixels)
            return "\(hash.bytes.hexadecimal),\(hash.quality),\(path)\n"
        }
        let run = shop.run(["hash", "--pdq", "--sort", "path", "-j", "1", "d", "torn.png", "d/text.txt"])
        #expect(
            try run.output == line(Workshop.pixels(), "d/a.png") + line(Workshop.pixels(100, 80), "\"d/b\"\"\n.png\""))
        #expect(run.errors.hasPrefix("assay: torn.png: the file ends too early"))
        #expect(run.errors.contains("\nassay: d/text.txt: "))
        #expect(run.status == 2)
        #expect(shop.run(["hash", "--pdq", "d"]).status == 0)
    }

    @Test(arguments: [[], ["--md5", "--pdq"], ["--sha1", "--sha256"]]) func oneKindIsNeeded(options: [String]) {
        let run = Workshop().run(["hash"] + options)
        #expect(run.status == 64 && run.output == "")
        #expect(run.errors.hasPrefix("Error: One of the options '--md5', '--sha1', '--sha256' and '--pdq' is needed\n"))
    }

    @Test func recordsHaveTheHashesThatAreAskedFor() throws {
        let shop = Workshop()
        shop.write("a.png", Workshop.png)
        let hash = try PerceptualHash(Workshop.pixels())
        let plain = try #require(shop.scan("a.png").records.first)
        #expect(plain["md5"] == nil && plain["sha1"] == nil && plain["pdq"] == nil)
        for options in [["--pdq", "--digests", "md5,sha1"], ["--fields", "full"]] {
            let record = try #require(
                shop.run(["scan", "-q", "--model", "../" + shop.modelName, "a.png"] + options).records.first)
            #expect(record["md5"] as? String == digest(shop, "md5"))
            #expect(record["sha1"] as? String == digest(shop, "sha1"))
            #expect(record["sha256"] as? String == digest(shop, "sha256"))
            let pdq = record["pdq"] as? [String: Any]
            #expect(pdq?["hash"] as? String == hash.bytes.hexadecimal && pdq?["quality"] as? Int == hash.quality)
            // Looking at the whole changes nothing about the parts.
            #expect((record["scores"] as? [String: Double]) == (plain["scores"] as? [String: Double]))
            #expect(record["crops"] as? Int == plain["crops"] as? Int)
        }
        let one = try #require(shop.scan("--digests", "md5", "a.png").records.first)
        #expect(one["md5"] != nil && one["sha1"] == nil)
    }

    private func digest(_ shop: Workshop, _ kind: String) -> String {
        String(shop.shell("\(kind)sum < a.png").output.prefix { $0 != " " })
    }

    @Test func minimalRecordsSayWhichFileAndWhatCameOfIt() throws {
        let shop = Workshop(verdict: .fake)
        shop.write("a.png", Workshop.png)
        shop.write("torn.png", Array(Workshop.png.dropLast(100)))
        let run = shop.scan("--fields", "minimal", "--sort", "path", "a.png", "torn.png")
        let sums = ["a.png", "torn.png"].map { shop.shell("sha256sum < \($0)").output.prefix(64) }
        #expect(
            run.output == """
                {"assay":1,"path":"a.png","status":"ok","verdict":"fake","scores":{"fused":0.5},"sha256":"\(sums[0])"}
                {"assay":1,"path":"torn.png","status":"error","verdict":null,"code":"truncated","sha256":"\(sums[1])"}

                """)
        let resumed = shop.run(["scan", "--fields", "minimal", "-o", "out", "--resume", "a.png"])
        #expect(resumed.status == 64)
    }
}
