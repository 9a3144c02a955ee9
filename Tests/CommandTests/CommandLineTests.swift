// What is typed wrongly is answered with what was probably meant, and help is exact.

import Detection
import Foundation
import Network
import Testing

struct CommandLineTests {
    let shop = Workshop()

    @Test(arguments: [["scan", "."], ["model", "verify"], ["train", "data", "-o", "m"]])
    func anUnknownInstructionSetIsRefused(arguments: [String]) {
        let run = shop.run(arguments, environment: ["ASSAY_INSTRUCTIONS": "avx3\u{1b}"])
        #expect(run.status == 64)
        #expect(run.errors == "Error: ASSAY_INSTRUCTIONS is 'avx3\\x1b': expected one of avx512, avx2, baseline\n")
        #expect(run.output == "")
    }

    @Test func anEmptyChoiceOfInstructionSetIsNone() {
        #expect(shop.run(["model", "verify"], environment: ["ASSAY_INSTRUCTIONS": ""]).status == 0)
    }

    @Test(arguments: [
        (["scn"], "Error: Unknown subcommand 'scn'. Did you mean 'scan'?\nUsage: assay <subcommand>\n"),
        (
            ["scan", "--modle", "x"],
            "Error: Unknown option '--modle'. Did you mean '--model'?\nUsage: assay scan [<options>] [<path> ...]\n"
        ),
        (["scan", "-x"], "Error: Unknown option '-x'.\n"),
        (["scan", "--zzzzzzz"], "Error: Unknown option '--zzzzzzz'.\n"),
        (["scan", "--jobs"], "Error: Missing value for '--jobs <n>'\n"),
        (
            ["scan", "--jobs", "0"],
            "Error: The value '0' is invalid for '--jobs <n>': expected a whole number from 1 to 1024\n"
        ),
        (
            ["scan", "--sort=size"],
            "Error: The value 'size' is invalid for '--sort <order>': expected one of none, path\n"
        ),
        (["scan", "--only", "fakes"], "Error: The value 'fakes' is invalid for '--only <kinds>': expected one of "),
        (
            ["scan", "--max-pixels", "12X"],
            "Error: The value '12X' is invalid for '--max-pixels <n>': expected a count"
        ),
        (
            ["scan", "--rules-timeout", "abc"],
            "Error: The value 'abc' is invalid for '--rules-timeout <seconds>': expected a number from 0.001 to 1000000.0\n"
        ),
        (["scan", "--rules-timeout", "0"], "Error: The value '0' is invalid for '--rules-timeout <seconds>': "),
        (["watch", "--rules-timeout=-1", "."], "Error: The value '-1' is invalid for '--rules-timeout <seconds>': "),
        (["scan", "--quiet=1"], "Error: The option '--quiet' takes no value\n"),
        (["scan", "-0"], "Error: The option '--null' needs "),
        (["scan", "--resume"], "Error: The option '--resume' needs "),
        (["model", "show", "a", "b"], "Error: Unexpected argument 'b'\n"),
        ([], "Error: Missing expected subcommand: one of scan, "),
        (["model"], "Error: Missing expected subcommand: one of show, blueprint, verify, average\n"),
        (["help", "foo"], "Error: Unknown subcommand 'foo'.\nUsage: assay <subcommand>\n"),
        (["help", "model", "shwo"], "Error: Unknown subcommand 'shwo'. Did you mean 'show'?\n"),
        (["scan", "--only", ""], "Error: The value '' is invalid for '--only <kinds>': expected one of fake, "),
        (["scan", "--only", "fake,"], "Error: The value '' is invalid for '--only <kinds>': expected one of fake, "),
        (["scan", "--fail-on="], "Error: The value '' is invalid for '--fail-on <kinds>': expected one of fake, "),
        (["scan", "-g", "*.[jp"], "Error: The pattern '*.[jp' can't be parsed: a [ has no ]\nUsage: "),
        (["scan", "-E", "{a"], "Error: The pattern '{a' can't be parsed: a { has no }\nUsage: "),
        (["scan", "-o", "-", "--resume"], "Error: The option '--resume' needs "),
        (["train", "data", "-o", "-"], "Error: A model can't be written to standard output\n"),
        (["scan", "--a\u{1b}[31m"], "Error: Unknown option '--a\\x1b[31m'.\n"),
    ])
    func usageErrorsEndWith64(arguments: [String], message: String) {
        let run = shop.run(arguments)
        #expect(run.status == 64)
        #expect(run.output == "")
        #expect(run.errors.hasPrefix(message))
    }

    @Test func helpIsTheSameHoweverItIsAskedFor() {
        let help = shop.run(["scan", "--help"])
        #expect(help.status == 0)
        #expect(help.output.hasPrefix("OVERVIEW: Score images and write one JSON line for each.\n"))
        #expect(help.output.contains("\nUSAGE: assay scan [<options>] [<path> ...]\n"))
        #expect(
            help.output.contains("\n  -j, --jobs <n>          Scan <n> pictures at a time, at most two for each CPU."))
        #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(shop.run(["help", "scan"]).output == help.output)
        #expect(shop.run(["scan", "a", "-h"]).output == help.output)
        #expect(!shop.run(["help"]).output.contains("decoder"))
    }

    @Test func theVersionIsPrinted() {
        #expect(shop.run(["--version"]).output.hasPrefix("assay "))
    }

    @Test func aModelFileIsShownAndVerified() throws {
        let show = shop.run(["model", "show", "../" + shop.modelName])
        #expect(show.status == 0)
        #expect(show.output.contains("architecture   crossdomain\n"))
        #expect(show.output.contains("weights        100835\n"))
        #expect(show.output.contains("multiply-adds  52375808 a crop\n"))
        #expect(!show.output.contains("blueprint"))
        #expect(show.output.contains("fake           score of 0.75 or more; false alarms allowed: 0.01\n"))
        #expect(object(shop.run(["model", "show", "--json", "../" + shop.modelName]).output)["format"] as? Int == 1)
        let blueprint = object(shop.run(["model", "blueprint", "../" + shop.modelName]).output)
        #expect(blueprint["name"] as? String == "crossdomain" && blueprint["side"] as? Int == 128)
        #expect(shop.run(["model", "verify", "../" + shop.modelName]).status == 0)
        shop.write("bad", Array(Workshop.model(.real).dropLast(4)))
        let bad = shop.run(["model", "verify", "bad"])
        #expect(bad.status == 1)
        #expect(bad.errors.hasPrefix("Error: bad: the model file is damaged"))
        #expect(shop.run(["model", "verify", "gone"]).status == 2)
        let network = Blueprint.crossdomain.makeNetwork()
        let variance = try #require(network.parameters.last { $0.name.hasSuffix(".running_var") })
        variance.value[1] = -1
        shop.write("negative", Detector(card: ModelCard(.crossdomain), parameters: network.parameters).encoded())
        let negative = shop.run(["model", "verify", "negative"])
        #expect(negative.status == 1)
        #expect(
            negative.errors
                == "Error: negative: the model file does not fit: '\(variance.name)' holds a negative variance\n")
        #expect(shop.run(["scan", "--model", "bad", "."]).status == 2)
    }
}
