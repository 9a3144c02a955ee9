// `assay evaluate` end to end: the table of a model card, and every JSON key in the manual.

import Foundation
import Imaging
import Testing

struct EvaluateTests {
    /// Nine pictures that a model without weights scores 0.5, thus fake: photographs of two sources, fakes of two generators.
    private func shop() -> Workshop {
        let shop = Workshop(verdict: .fake)
        var manifest = "path,label,source,generator,pair\n"
        for (index, row) in [
            "real,phone,,1", "real,phone,,2", "real,phone,,3", "real,film,,", "real,film,,", "fake,set,gan,1",
            "fake,set,gan,2", "fake,set,diffusion,3", "fake,set,diffusion,9",
        ].enumerated() {
            // The same pixels, hence the same bytes: format gives nothing away.
            shop.write("data/\(index).png", Workshop.png)
            manifest += "\(index).png,\(row)\n"
        }
        shop.write("data/m.csv", manifest + "gone.png,real,phone,,\n")
        return shop
    }

    private func evaluate(_ shop: Workshop, _ arguments: String...) -> Run {
        shop.run(["evaluate", "data/m.csv", "--model", "../" + shop.modelName] + arguments)
    }

    @Test func theTableOfAModelCardIsExact() {
        let run = evaluate(shop(), "--tiers")
        // One picture is gone.
        #expect(run.status == 2 && run.errors == "", "\(run.errors)")
        let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2)
        #expect(lines.joined(separator: "\n") == Self.table)
    }

    /// A manifest of JSON lines begins as scores do.
    @Test func scoresReplaceNothingButScores() {
        let shop = shop()
        let manifest = #"{"path":"0.png","label":"real"}"# + "\n" + #"{"path":"5.png","label":"fake"}"# + "\n"
        shop.write("data/m.jsonl", manifest)
        func evaluate(_ file: String) -> Run {
            shop.run(["evaluate", "data/m.jsonl", "--model", "../" + shop.modelName, "--scores", file])
        }
        let refused = evaluate("data/m.jsonl")
        #expect(
            refused.status == 2 && refused.errors.contains("it holds something, but no scores, and is left as it is"))
        #expect(shop.read("data/m.jsonl") == manifest)
        for _ in 0..<2 { #expect(evaluate("s").status == 0) }
        #expect(shop.read("s").split(separator: "\n").count == 2)
    }

    @Test func tiersAreChosenByName() {
        let shop = shop()
        func tiers(_ arguments: String...) -> [String?] {
            let run = shop.run(
                ["evaluate", "data/m.csv", "--json", "--model", "../" + shop.modelName] + arguments)
            return (object(run.output)["tiers"] as? [[String: Any]] ?? [[:]]).map { $0["tier"] as? String }
        }
        #expect(tiers() == [])
        #expect(tiers("--tier", "hard") == ["hard"])
        #expect(tiers("--tier=web", "--tier", "clean", "--tier", "web") == ["clean", "web"])
        #expect(tiers("--tiers", "--perturb") == ["clean", "web", "hard"])
        let wrong = evaluate(shop, "--tier", "wild")
        #expect(wrong.status == 64)
        #expect(
            wrong.errors.hasPrefix(
                "Error: The value 'wild' is invalid for '--tier <name>': expected one of clean, web, hard"))
    }

    @Test func jsonHasTheCountsIntervalsAndPairs() throws {
        let report = object(evaluate(shop(), "--json", "--tier", "web").output)
        let tier = try #require((report["tiers"] as? [[String: Any]])?.first)
        for figures in [report, tier] {
            #expect(
                figures["verdicts"] as? [String: [String: Int]] == [
                    "real": ["fake": 5, "real": 0, "uncertain": 0], "fake": ["fake": 4, "real": 0, "uncertain": 0],
                ])
            let pairs = try #require(figures["pairs"] as? [String: Any])
            #expect(pairs["fakes"] as? Int == 3)
            #expect(pairs["ranking"] as? [String: Double] == ["fused": 0.5, "spatial": 0.5, "frequency": 0.5])
            let generators = try #require(figures["generators"] as? [[String: Any]])
            #expect(generators.map { $0["generator"] as? String } == ["", "diffusion", "gan"])
            #expect(generators[0]["detectionInterval"] is NSNull)
            // 0.025 to the power of one half.
            let interval = try #require(generators[1]["detectionInterval"] as? [Double])
            #expect(abs(interval[0] - 0.025.squareRoot()) < 1e-12 && interval[1] == 1)
            let curve = try #require((figures["riskCoverage"] as? [String: [String: Any]])?["fused"])
            let points = try #require(curve["points"] as? [[String: Double]])
            #expect(points.map { $0["coverage"] } == (1...10).map { Double($0) / 10 })
            #expect(points.allSatisfy { abs(($0["risk"] ?? 1) - 4.0 / 9) < 1e-12 })
            #expect((figures["worstSource"] as? [String: Any])?["source"] as? String == "phone")
            let areas = try #require((figures["generatorAUC"] as? [String: [String: Any]])?["fused"])
            #expect(areas["mean"] as? Double == 0.5 && areas["deviation"] as? Double == 0)
        }
        let format = try #require(report["format"] as? [String: Any])
        #expect(format["detectorAUC"] as? Double == 0.5)
        #expect((format["sources"] as? [String: Any])?["names"] as? [String] == ["phone", "film"])
    }

    @Test func everyKeyIsInTheManual() throws {
        let shop = shop()
        let report = object(evaluate(shop, "--json", "--tiers", "--perturb").output)
        func keys(_ value: Any) -> Set<String> {
            switch value {
            case let object as [String: Any]: Set(object.keys).union(object.values.flatMap(keys))
            case let list as [Any]: Set(list.flatMap(keys))
            default: []
            }
        }
        let page = try String(
            contentsOf: DocumentTests.root.appendingPathComponent("man/assay-evaluate.1"), encoding: .utf8)
        let section = try #require(page.range(of: ".Sh JSON\n"))
        let words = Set(page[section.upperBound...].split { !$0.isLetter && !$0.isNumber }.map(String.init))
        let found = keys(report)
        #expect(found.isSuperset(of: ["tiers", "rocAUCAgainstReals", "riskCoverage", "message", "perturbation"]))
        #expect(found.subtracting(words) == [])
    }

    private static let table = """
               5 real, 4 fake, 1 unreadable

                                     fused  spatial  frequency
        loss                        0.6931   0.6931     0.6931
        Brier score, real           0.2500   0.2500     0.2500
        Brier score, fake           0.2500   0.2500     0.2500
        accuracy                    55.6 %   55.6 %     55.6 %
        balanced accuracy           50.0 %   50.0 %     50.0 %
        ROC AUC                     0.5000   0.5000     0.5000
        average precision           0.4444   0.4444     0.4444
        equal error rate            50.0 %   50.0 %     50.0 %
        found at 1 % false alarms    0.0 %    0.0 %      0.0 %
        found at 5 % false alarms    0.0 %    0.0 %      0.0 %
        calibration error           0.0556   0.0556     0.0556
        false alarms               100.0 %  100.0 %    100.0 %
        misses                       0.0 %    0.0 %      0.0 %
        detected                   100.0 %  100.0 %    100.0 %
        uncertain                    0.0 %    0.0 %      0.0 %
        accuracy of the rest        44.4 %   44.4 %     44.4 %
        errors, surest 20 %         44.4 %   44.4 %     44.4 %
        errors, surest 50 %         44.4 %   44.4 %     44.4 %
        errors, surest 80 %         44.4 %   44.4 %     44.4 %
        errors, surest 100 %        44.4 %   44.4 %     44.4 %
        area under risk-coverage    0.4444   0.4444     0.4444

        Verdicts: fake from 0.2500 up, real from 0.1250 down, on the fused score.

        Tier   false alarms          95 %  worst source  its alarms  detected          95 %  uncertain
        clean       100.0 %  47.8 – 100.0         phone     100.0 %   100.0 %  39.8 – 100.0      0.0 %
        web         100.0 %  47.8 – 100.0         phone     100.0 %   100.0 %  39.8 – 100.0      0.0 %
        hard        100.0 %  47.8 – 100.0         phone     100.0 %   100.0 %  39.8 – 100.0      0.0 %

        AUC    fused  spatial  frequency  generators' mean  deviation  minimum      worst
        clean  0.500    0.500      0.500             0.500      0.000    0.500  diffusion
        web    0.500    0.500      0.500             0.500      0.000    0.500  diffusion
        hard   0.500    0.500      0.500             0.500      0.000    0.500  diffusion

        Real source  real  called fake  uncertain  called real  false alarms          95 %     AUC  spatial  frequency
        film            2            2          0            0       100.0 %  15.8 – 100.0  0.500*   0.500*     0.500*
        phone           3            3          0            0       100.0 %  29.2 – 100.0  0.500*   0.500*     0.500*

        Fake source  fake  called fake  uncertain  called real  detected          95 %     AUC  spatial  frequency
        set             4            4          0            0   100.0 %  39.8 – 100.0  0.500*   0.500*     0.500*

        Generator  fake  called fake  uncertain  called real  detected          95 %    AUC  spatial  frequency
        diffusion     2            2          0            0   100.0 %  15.8 – 100.0  0.500    0.500      0.500
        gan           2            2          0            0   100.0 %  15.8 – 100.0  0.500    0.500      0.500

        Fake above its photograph  pairs   fused  spatial  frequency
        all                            3  50.0 %   50.0 %     50.0 %
        diffusion                      1  50.0 %   50.0 %     50.0 %
        gan                            2  50.0 %   50.0 %     50.0 %

        Real source, web  real  called fake  uncertain  called real  false alarms          95 %     AUC  spatial  frequency
        film                 2            2          0            0       100.0 %  15.8 – 100.0  0.500*   0.500*     0.500*
        phone                3            3          0            0       100.0 %  29.2 – 100.0  0.500*   0.500*     0.500*

        Generator, web  fake  called fake  uncertain  called real  detected          95 %    AUC  spatial  frequency
        diffusion          2            2          0            0   100.0 %  15.8 – 100.0  0.500    0.500      0.500
        gan                2            2          0            0   100.0 %  15.8 – 100.0  0.500    0.500      0.500

        Fake above its photograph, web  pairs   fused  spatial  frequency
        all                                 3  50.0 %   50.0 %     50.0 %
        diffusion                           1  50.0 %   50.0 %     50.0 %
        gan                                 2  50.0 %   50.0 %     50.0 %

        Real source, hard  real  called fake  uncertain  called real  false alarms          95 %     AUC  spatial  frequency
        film                  2            2          0            0       100.0 %  15.8 – 100.0  0.500*   0.500*     0.500*
        phone                 3            3          0            0       100.0 %  29.2 – 100.0  0.500*   0.500*     0.500*

        Generator, hard  fake  called fake  uncertain  called real  detected          95 %    AUC  spatial  frequency
        diffusion           2            2          0            0   100.0 %  15.8 – 100.0  0.500    0.500      0.500
        gan                 2            2          0            0   100.0 %  15.8 – 100.0  0.500    0.500      0.500

        Fake above its photograph, hard  pairs   fused  spatial  frequency
        all                                  3  50.0 %   50.0 %     50.0 %
        diffusion                            1  50.0 %   50.0 %     50.0 %
        gan                                  2  50.0 %   50.0 %     50.0 %

        95 %: the range of the rate to its left, with this confidence (Clopper and Pearson).
        Generators: the fakes of each against all real pictures.
        * against all pictures of the other class

        Without a look at the pixels                                      AUC
        real from fake, by size and format alone                       0.5000
        the detector                                                   0.5000
        real from real, by size and format alone: phone (3), film (2)  0.5000

        Unreadable
          data/gone.png: no such file or directory

        """
}
