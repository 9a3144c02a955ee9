// Models go on from models: means, new thresholds for old weights, and what a training is not begun with.

import Detection
import Foundation
import Testing

struct ModelTests {
    private let shop = Workshop.ofNoise()

    private func short(_ output: String, _ more: String...) -> [String] {
        [
            "train", "data", "-o", output, "--epochs", "1", "--epoch-size", "8", "--batch", "8", "--validation", "0.3",
            "--seed", "11",
        ] + more
    }

    /// What evaluation makes of each picture, exactly.
    private func scores(_ model: String) -> [Double] {
        #expect(shop.run(["evaluate", "data", "--model", model, "--scores", "scores"]).status == 0)
        return shop.read("scores").split(separator: "\n").compactMap { object(String($0))["unclamped"] as? Double }
    }

    @Test func theMeanOfAModelWithItselfIsTheModelAndIsSureOfNothingUntilCalibrated() {
        #expect(shop.run(Workshop.training("a") + ["-q"]).status == 0)
        let run = shop.run(["model", "average", "a", "a", "-o", "mean"])
        #expect(run.status == 0 && run.output == "" && run.errors == "")
        #expect(shop.run(["model", "verify", "mean"]).status == 0)
        #expect(
            shop.run(["model", "show", "mean"]).output.contains(#/recipe +mean of crossdomain-1:[0-9a-f]{8}, cross/#))
        let records = shop.run(["scan", "-q", "--model", "mean", "data"]).records
        #expect(records.count == 24 && records.allSatisfy { $0["verdict"] as? String == "uncertain" })

        for (from, to) in [("a", "a2"), ("mean", "mean2")] {
            let run = shop.run(Workshop.training(to) + ["--init", from, "--epochs", "0"])
            #expect(run.status == 0 && !run.errors.contains("epoch"), "\(run.errors)")
            #expect(run.errors.contains("warning: only ") && run.errors.contains("thresholds: fake from"))
            #expect(run.errors.contains("warning: the weights were fitted to pictures of this very data; "))
        }
        #expect(scores("a2") == scores("mean2") && scores("a2").count == 24)
        // The same weights rank alike, whatever calibrates them: here all pictures, there the validation's.
        func order(_ model: String) -> [Int] {
            let scores = scores(model)
            return scores.indices.sorted { scores[$0] < scores[$1] }
        }
        #expect(order("a2") == order("a"))
    }

    @Test func theMeanIsThatOfTheWeights() throws {
        for (name, seed) in [("a", "1"), ("b", "2")] {
            #expect(shop.run(short(name, "-q", "--seed", seed)).status == 0)
        }
        #expect(shop.run(["model", "average", "a", "b", "b", "-o", "mean"]).status == 0)
        let weights = try ["a", "b", "mean"].map { name in
            let bytes = try #require(FileManager.default.contents(atPath: shop.path + "/" + name))
            return try Detector.load(Array(bytes), digest: "").makeNetwork().parameters.flatMap(\.value.values)
        }
        #expect(weights[0] != weights[1])
        // Both runs had the same pictures but for those that their seeds kept for validation: of each source the larger number counts.
        func data(_ model: String) -> [Int] {
            let line = shop.run(["model", "show", model]).output.split(separator: "\n").first { $0.hasPrefix("data ") }
            return (line ?? "").split(separator: " ").compactMap { Int($0) }
        }
        #expect(data("mean") == zip(data("a"), data("b")).map { max($0, $1) } && data("mean").count == 2)
        #expect(weights.allSatisfy { $0.count == weights[2].count })
        for (index, mean) in weights[2].enumerated() {
            let expected = (Double(weights[0][index]) + 2 * Double(weights[1][index])) / 3
            let tolerance = 1e-6 * max(1, abs(expected))
            guard abs(expected - Double(mean)) <= tolerance else {
                Issue.record("weight \(index) is \(mean), not \(expected)")
                break
            }
        }
    }

    @Test func whatHasNoMeanIsRefused() {
        #expect(shop.run(short("a", "-q")).status == 0)
        #expect(shop.run(short("wide", "-q", "--width", "2")).status == 0)
        let wide = shop.run(["model", "average", "a", "wide", "-o", "mean"])
        #expect(
            wide.status == 2
                && wide.errors
                    == "Error: the model file does not fit: of the 2 models, number 2 has another blueprint than the first\n"
        )
        #expect(shop.run(["model", "average", "a", "-o", "mean"]).status == 64)
        #expect(shop.run(["model", "average", "a", "a"]).status == 64)
        // A picture is not replaced.
        let picture = shop.run(["model", "average", "a", "a", "-o", "data/real/noise/0.png"])
        #expect(picture.status == 2 && picture.errors.contains("data/real/noise/0.png: "))
        #expect(!FileManager.default.fileExists(atPath: shop.path + "/mean"))
        let random = shop.run(short("m", "--epochs", "0"))
        #expect(random.status == 64 && random.errors.contains("'--epochs 0' needs the model of '--init'"))
    }

    @Test func theShippedModelIsAStart() {
        // Nothing is named but the model: its own blueprint is trained.
        let run = shop.run(["train", "data", "-o", "own", "--init", "shipped", "--epochs", "0"])
        #expect(run.status == 0, "\(run.errors)")
        // All pictures choose, and so few bear out no more than one in thirteen.
        #expect(run.errors.contains("calibrating on 24 pictures\n") && !run.errors.contains("to train on"))
        #expect(!run.errors.contains("this very data"))
        #expect(
            run.errors.contains(
                "warning: only 12 photographs choose the thresholds, so that up to 7.7 % of false alarms must be expected, not 1.0 %\n"
            ))
        #expect(
            run.errors.contains(
                "warning: only 12 fakes choose the thresholds, so that up to 7.7 % of misses must be expected, not 5.0 %\n"
            ))
        let shown = shop.run(["model", "show", "own"]).output
        #expect(shown.contains("false alarms allowed: 0.077\n") && shown.contains("misses allowed: 0.077\n"))
        let other = shop.run(short("other", "--init", "shipped", "--architecture", "crossdomain"))
        #expect(
            other.status == 2
                && other.errors
                    == "Error: shipped: its blueprint is not the one that is trained; without --architecture, "
                    + "--blueprint, --width and --depth it is\n"
        )
        let nameless = shop.run(["train", "data", "-o", "", "--init", "shipped", "--epochs", "0"])
        #expect(nameless.status == 64)
        // What it was fitted to, and under which licence, has not changed.
        func lines(_ model: String...) -> [Substring] {
            shop.run(["model", "show"] + model).output.split(separator: "\n").filter {
                $0.hasPrefix("data ") || $0.hasPrefix("source ") || $0.hasPrefix("licence ")
            }
        }
        #expect(lines("own") == lines() && lines("own").contains("licence        research only"))
        #expect(shop.run(["model", "average", "shipped", "own", "-o", "mean"]).status == 0)
        #expect(lines("mean") == lines())
        let mean = shop.run(["model", "show", "mean"]).output
        #expect(mean.contains("\nfake           never\n") && mean.contains("\nreal           never\n"))
        #expect(shop.run(["model", "average", "own", "own", "-o", ""]).status == 64)
    }

    @Test func picturesThatAreNotThereAreNoDataSet() {
        shop.write(
            "m.csv",
            "path,label\ndata/real/noise/0.png,real\ngone/1.png,fake\ndata/fake/noise/1.png,fake\ngone/2.png,real\n")
        let run = shop.run(["train", "m.csv", "-o", "m", "-q"])
        #expect(run.status == 2)
        #expect(run.errors == "Error: 2 of 4 pictures are not there, such as gone/1.png\n")
        #expect(!FileManager.default.fileExists(atPath: shop.path + "/m"))
    }

    @Test func picturesThatCannotBeReadChooseNothing() {
        for kind in ["real", "fake"] {
            let shop = Workshop.ofNoise()
            for index in 0..<12 { shop.write("data/\(kind)/noise/\(index).png", "no picture, no \(index)") }
            let name = kind == "real" ? "photographs" : "fakes"
            let run = shop.run(["train", "data", "-o", "m", "--init", "shipped", "--epochs", "0"])
            #expect(run.status == 2, "\(run.errors)")
            #expect(run.errors.hasSuffix("Error: not one of the \(name) that choose the thresholds could be read\n"))
            #expect(!FileManager.default.fileExists(atPath: shop.path + "/m"))
        }
    }

    @Test func aCheckpointThatWillBeReplacedIsNamed() {
        #expect(shop.run(short("m", "-q")).status == 0)
        let model = FileManager.default.contents(atPath: shop.path + "/m")!
        shop.write("n.checkpoint", Array(model))
        let run = shop.run(short("n"))
        #expect(run.status == 0)
        #expect(
            run.errors.contains(
                "warning: n.checkpoint is that of an earlier run and will be replaced; --resume would go on from it\n"))
    }

    @Test func aRunThatHasNothingToGoOnFromSaysSo() {
        let run = shop.run(short("m", "--resume"))
        #expect(run.status == 0 && run.errors.contains("nothing to go on from at m.checkpoint: training begins anew\n"))
        let model = FileManager.default.contents(atPath: shop.path + "/m")
        // Started again after its end, it has nothing to do, and says nothing else.
        let again = shop.run(short("m", "--resume"))
        #expect(again.status == 0)
        #expect(again.errors.hasSuffix("m is that of this very run, which has ended: nothing to do\n"))
        #expect(!again.errors.contains("epoch") && FileManager.default.contents(atPath: shop.path + "/m") == model)
        // Other options make another run.
        let other = shop.run(short("m", "--resume", "--seed", "8"))
        #expect(other.status == 0 && other.errors.contains("training begins anew\n"))
    }
}
