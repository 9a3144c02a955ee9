// Training and evaluation end to end: a model comes out, a killed run goes on, and scan and evaluate agree.

import Foundation
import Imaging
import Testing

struct TrainTests {
    private func shop() -> Workshop { Workshop.ofNoise() }

    private func arguments(_ output: String, _ more: String...) -> [String] { Workshop.training(output) + more }

    @Test func aSplitThatIsKeptOutIsRankedAfterEveryEpoch() throws {
        let shop = shop()
        var manifest = "path,label,source,generator,split,pair\n"
        for index in 0..<12 {
            let split = index % 4 == 3 ? "dev" : "train"
            manifest += "data/real/noise/\(index).png,real,camera,,\(split),\(index)\n"
            manifest += "data/fake/noise/\(index).png,fake,web,blocks,\(split),\(index)\n"
        }
        shop.write("list.csv", manifest)
        let run = shop.run([
            "train", "list.csv", "-o", "m.safetensors", "--dev-split", "dev", "--epochs", "1", "--epoch-size", "16",
            "--batch", "8", "--validation", "0.3", "--consistency", "0.5", "--averaging", "0.9", "--clip", "1",
            "--label-smoothing", "0.05", "--ramp", "0.5", "--log", "log", "--seed", "3",
        ])
        #expect(run.status == 0, "\(run.errors)")
        // Three quarters of twelve pairs, which no split tears apart; three pairs are kept out.
        #expect(run.errors.contains("pictures to train on") && run.errors.contains(", 6 left out"))
        #expect(run.errors.contains("unseen: ROC AUC spatial 0.") || run.errors.contains("unseen: ROC AUC spatial 1."))
        #expect(run.errors.contains("for blocks; at 5 % false alarms"))
        #expect(shop.read("log").split(separator: "\n").allSatisfy { $0.contains(#""worstGenerator":"blocks""#) })
        let shown = shop.run(["model", "show", "m.safetensors"]).output
        #expect(shown.contains("envelope       sides of 128 pixels or more") && shown.contains("suspect "))
        #expect(shown.contains("consistency=0.5") && shown.contains("averaging=0.9"))

        // Where no split is called train, the rest is trained on, never the pictures that are kept out.
        shop.write("other.csv", manifest.replacingOccurrences(of: ",train,", with: ",,"))
        let rest = shop.run([
            "train", "other.csv", "-o", "o.safetensors", "--dev-split", "dev", "--epochs", "1", "--epoch-size", "8",
            "--batch", "8", "--validation", "0.3",
        ])
        #expect(rest.status == 0 && rest.errors.contains(", 6 left out"), "\(rest.errors)")
        let counts = rest.errors.split(separator: "\n")[0].split(separator: " ").compactMap { Int($0) }
        #expect(counts.reduce(0, +) == 24)
        let nothing = shop.run(["train", "list.csv", "-o", "n", "--split", "dev", "--dev-split", "dev"])
        #expect(nothing.status != 0 && nothing.errors.contains("nothing is left to train on"))

        let unknown = shop.run(["train", "list.csv", "-o", "n", "--dev-split", "test"])
        #expect(unknown.status != 0 && unknown.errors.contains("no picture is in split 'test'"))
    }

    /// Everything that is found out before a training begins, with data that would take its time.
    @Test func contradictionsAreRefused() throws {
        let shop = shop()
        let same = FileManager.default.contents(atPath: shop.path + "/data/real/noise/3.png")!
        shop.write("data/fake/other/copy.png", Array(same))
        let twice = shop.run(arguments("m"))
        #expect(twice.status == 2)
        #expect(
            twice.errors.hasSuffix(
                "Error: the data contradicts itself: the same bytes are a real and a fake picture\n"
                    + "  data/real/noise/3.png and data/fake/other/copy.png\n"))
        #expect(!FileManager.default.fileExists(atPath: shop.path + "/m"))
        let unknown = shop.run(arguments("m", "--emphasis", "nosuch=3"))
        #expect(unknown.status == 2)
        #expect(
            unknown.errors
                == "Error: --emphasis: no picture to train on comes from a source 'nosuch'; the sources are noise, other\n"
        )
        let useless = shop.run(arguments("m", "--emphasis", "noise=3", "--no-equalize"))
        #expect(useless.status == 64 && useless.errors.hasPrefix("Error: The option '--emphasis' needs '--equalize'\n"))
        // The contradiction ends each run where training would begin.
        var manifest = "path,label,split\n"
        for index in 0..<4 {
            manifest += "data/real/noise/\(index).png,real,\(index < 3 ? "tarin" : "tset")\n"
            manifest += "data/fake/noise/\(index).png,fake,\(index < 3 ? "tarin" : "tset")\n"
        }
        shop.write("m.csv", manifest + "data/fake/other/copy.png,fake,tarin\n")
        shop.write("n.csv", manifest.replacing("tarin", with: "train") + "data/fake/other/copy.png,fake,train\n")
        shop.write(
            "o.csv",
            manifest.replacing("tarin", with: "train").replacing("tset", with: "test")
                + "data/real/noise/9.png,real,train\ndata/fake/other/copy.png,fake,train\n")
        func errors(_ data: String) -> String { shop.run(["train", data, "-o", "m"]).errors }
        #expect(
            errors("m.csv").hasPrefix(
                "warning: the data has the splits 'tarin', 'tset' and none 'train': all is trained on\n"))
        #expect(
            errors("n.csv").contains(
                "warning: the data has the splits 'train', 'tset', of which only 'train' is trained on\n"))
        #expect(errors("o.csv").hasPrefix("of the splits 'test', 'train' only 'train' is trained on\n"))
        #expect(!errors("o.csv").contains("warning: the data"))
    }

    @Test func aRunBeginsWithTheWeightsOfAModel() throws {
        let shop = shop()
        #expect(shop.run(arguments("first.safetensors", "-q")).status == 0)
        // So slow that nothing is learnt: what the first run knows is what the second one knows.
        func slow(_ output: String, _ more: String...) -> [String] {
            [
                "train", "data", "-o", output, "-q", "--epochs", "1", "--epoch-size", "8", "--batch", "8",
                "--validation", "0.3",
            ]
                + ["--seed", "11", "--learning-rate", "1e-9", "--log", output + ".log"] + more
        }
        #expect(shop.run(slow("random.safetensors")).status == 0)
        let begun = shop.run(slow("second.safetensors", "--init", "first.safetensors"))
        #expect(begun.status == 0, "\(begun.errors)")
        func loss(_ name: String) throws -> Double {
            let line = try #require(shop.read(name + ".log").split(separator: "\n").last)
            let json = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(json?["validationLoss"] as? Double)
        }
        #expect(try loss("second.safetensors") < loss("random.safetensors"))
        #expect(shop.run(["model", "show", "second.safetensors"]).output.contains(" init="))
        let wider = shop.run(slow("wide.safetensors", "--init", "first.safetensors", "--width", "2"))
        #expect(wider.status != 0 && wider.errors.contains("its blueprint is not the one that is trained"))
        let many = shop.run(slow("many.safetensors", "--init", "first.safetensors", "--init", "second.safetensors"))
        #expect(
            many.status != 0
                && many.errors.contains(
                    "first.safetensors, second.safetensors: the blueprint that is trained has no room for these")
        )
        shop.write("columns.json", #"{"columns": 2, "fusion": {"hidden": [128]}}"#)
        let columns = slow("columns.safetensors", "--init", "first.safetensors", "--init", "second.safetensors")
        #expect(shop.run(columns + ["--blueprint", "columns.json"]).status == 0)
        let shown = shop.run(["model", "show", "columns.safetensors"]).output
        #expect(shown.contains(#/ init=[0-9a-f]{16},[0-9a-f]{16}\b/#))
    }

    @Test func theRecipeIsPrintedWithoutData() {
        let shop = Workshop()
        let ours = shop.run(["train", "--show-recipe"])
        #expect(ours.status == 0 && ours.errors == "")
        #expect(
            ours.output.contains("  JPEG again")
                && ours.output.contains("of these crops, with the probabilities below:"))
        #expect(ours.output.contains(#/\n    WebP +0\.2 /#) && ours.output.contains(#/\n    AVIF +0\.05 /#))
        // What the run would do, not what it would do by default.
        let gentler = shop.run(["train", "--show-recipe", "--augmentation", "0.6", "--no-equalize"]).output
        #expect(gentler.contains(#/\n  rescaling +0\.36 /#) && gentler.contains(#/\n    WebP +0\.2 /#))
        #expect(gentler.contains(#/\nequalisation +0\.0 /#) && ours.output.contains(#/\nequalisation +0\.5 /#))
        let article = shop.run(["train", "--show-recipe", "--architecture", "seed"])
        #expect(article.status == 0 && article.output != ours.output)
        let missing = shop.run(["train", "-o", "m"])
        #expect(missing.status == 64 && missing.errors.contains("Missing expected argument '<data>'"))
    }

    @Test func aKilledRunGoesOnToTheSameModel() throws {
        let shop = shop()
        let whole = shop.run(arguments("whole.safetensors", "-q", "-j", "1"))
        #expect(whole.status == 0, "\(whole.errors)")
        #expect(whole.output == "" && whole.errors == "")

        let process = Process()
        process.executableURL = URL(fileURLWithPath: Workshop.program)
        process.arguments = arguments("killed.safetensors", "-q", "-j", "2", "--log", "log")
        process.currentDirectoryURL = URL(fileURLWithPath: shop.path)
        try process.run()
        // The log has a line before the checkpoint of that epoch is written, so the second line proves the first checkpoint.
        while process.isRunning && shop.read("log").split(separator: "\n").count < 2 { usleep(2000) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        #expect(FileManager.default.fileExists(atPath: shop.path + "/killed.safetensors.checkpoint"))

        let resumed = shop.run(arguments("killed.safetensors", "-j", "2", "--resume"))
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("going on after epoch"))
        let models = ["whole", "killed"].map { FileManager.default.contents(atPath: "\(shop.path)/\($0).safetensors") }
        #expect(models[0] != nil && models[0] == models[1])
    }

    @Test func scanAndEvaluatePrintTheSameScores() throws {
        let shop = shop()
        #expect(shop.run(arguments("model.safetensors", "-q")).status == 0)
        let evaluation = shop.run(["evaluate", "data", "--model", "model.safetensors", "--scores", "scores", "--json"])
        #expect(evaluation.status == 0, "\(evaluation.errors)")
        let scan = shop.run(["scan", "--model", "model.safetensors", "-q", "data"])
        func scores(_ records: [[String: Any]]) -> [String: [String: Double]] {
            Dictionary(
                uniqueKeysWithValues: records.map {
                    ("\($0["path"]!)".components(separatedBy: "data/").last!, $0["scores"] as! [String: Double])
                })
        }
        let evaluated = shop.read("scores").split(separator: "\n").map { object(String($0)) }
        #expect(evaluated.count == 24)
        #expect(scores(evaluated) == scores(scan.records))
    }

    @Test func anotherBlueprintIsTrainedKeptAndScannedWith() throws {
        let shop = shop()
        let json = #"{"name": "small", "side": 96, "crops": "byArea", "fusion": {"hidden": [16]}}"#
        shop.write("blueprint.json", json)
        let more = ["--blueprint", "blueprint.json", "--width", "0.7", "--depth", "1", "--epochs", "1"]
        let training = shop.run(arguments("model.safetensors", "-q") + more)
        #expect(training.status == 0, "\(training.errors)")
        let show = shop.run(["model", "show", "model.safetensors"]).output
        #expect(show.contains("architecture   small\n") && show.contains("\nblueprint      {"))
        let kept = shop.run(["model", "blueprint", "model.safetensors"]).output
        #expect(object(kept)["side"] as? Int == 96)
        #expect((object(kept)["fusion"] as? [String: Any])?["hidden"] as? [Int] == [8])
        let scan = shop.run(["scan", "--model", "model.safetensors", "-q", "data"])
        #expect(scan.records.count == 24)
        #expect(scan.records.allSatisfy { ($0["model"] as? String)?.hasPrefix("small-1:") == true })
        #expect(scan.records.allSatisfy { $0["crops"] as? Int == 1 })

        shop.write("blueprint.json", #"{"fusion": {"hiden": [16]}}"#)
        let refused = shop.run(arguments("other.safetensors") + more)
        #expect(refused.status == 2)
        #expect(refused.errors.contains("blueprint.json") && refused.errors.contains("unknown key 'fusion.hiden'"))
    }

    /// It is loaded when training begins, and by nothing else.
    @Test func onlyTrainingNeedsOpenBLAS() {
        let shop = Workshop()
        shop.write("libraries/libopenblas.so.0", "no library")
        shop.write("a.png", Workshop.png)
        let broken = ["LD_LIBRARY_PATH": shop.path + "/libraries"]
        let training = shop.run(["train", "data", "-o", "m"], environment: broken)
        #expect(training.status == 2)
        #expect(training.errors.hasPrefix("Error: training needs OpenBLAS (on Debian the package libopenblas0): "))
        #expect(training.errors.contains("/libraries/libopenblas.so.0"))
        let scan = shop.run(["scan", "--model", "../" + shop.modelName, "-q", "a.png"], environment: broken)
        #expect(scan.status == 0, "\(scan.errors)")
    }

    @Test func dataOfAnotherFormIsRefusedWithBothForms() {
        let shop = Workshop()
        shop.write("data/a.png", Workshop.png)
        let run = shop.run(["train", "data", "-o", "m"])
        #expect(run.status != 0)
        #expect(run.errors.contains("real/") && run.errors.contains("manifest"))
        let missing = shop.run(["train", "data"])
        #expect(missing.status == 64)
    }
}
