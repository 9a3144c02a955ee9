// Has files looked at for `assay rules explain`: confined as in a scan, one after the other, with rules that nearly match.

import Confinement
import Detection
import Files
import Inspection
import Scanning

/// Explains what the rules make of files.
enum RulesExplainer {
    static let file = Argument("file", repeats: true, "Pictures.")
    static let json = Option(
        "json", "Print a JSON object for each picture, on a line of its own, with the values of facts as what they are."
    )

    static let command = Command(
        "explain", "Say which rules match a picture and which nearly do.",
        discussion: [
            "For each rule the facts that it asks for are shown with their values. A rule nearly matches if it would with one of them "
                + "changed: a flag turned round, a number moved by up to a tenth, one between 0 and 1 by up to 0.05.",
            "The exit status is 0 if all files were judged, 2 if not.",
        ],
        arguments: [file],
        options: [json] + RuleOptions.choice + RuleOptions.matching + [
            ScanOptions.model, ScanOptions.maxFileSize, ScanOptions.maxPixels, ScanOptions.timeout,
            ScanOptions.isolation,
        ], run: run)

    private static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let modelPath = line.path(ScanOptions.model)
        let modelBytes = try ModelFile.read(modelPath)
        let model = try ModelFile.load(modelPath, modelBytes)
        var rules = try RuleOptions.plan(line)
        rules.settings?.findsNear = true
        let plan = try ScanPlan(line, model.detector, modelPath.map { _ in SharedBytes(modelBytes) }, rules)
        _ = try confine(line, plan.confinement, isQuiet: false)
        let inspector: ConfinedInspector<Void>
        do throws(FileError) {
            inspector = try ConfinedInspector<Void>(plan.confinement)
        } catch {
            throw .failure("no decoder process: \(error.message)")
        }
        var status: Int32 = 0
        for path in line.operands {
            let outcome = look(at: path, inspector, plan)
            if let finding = outcome.finding, let judgement = rules.judge.judge(finding) {
                let explanation = RulesExplanation(
                    path, size: outcome.size, finding, judgement, rules, model.detector.card)
                try Console.out(line.flag(json) ? explanation.json : explanation.text)
            } else {
                let reason = outcome.finding?.refusal?.message ?? outcome.failure ?? "no finding"
                Console.error("Error: \(path.escaped): \(reason.escapingControls)\n")
                status = 2
            }
        }
        return status
    }

    private struct Outcome {
        var finding: Finding?
        var size = 0
        var failure: String?
    }

    private static func look(at path: PathBytes, _ inspector: ConfinedInspector<Void>, _ plan: ScanPlan) -> Outcome {
        let request = plan.handsOverPaths ? Request.judgeNamed(path: path.lossy) : .judge
        do throws(ReadError) {
            let picture = try inspector.load(path, for: request, limit: plan.maxFileSize)
            defer { inspector.forget(picture) }
            return Outcome(finding: inspector.ask(request, about: picture), size: picture.place.count)
        } catch {
            return Outcome(failure: error.message)
        }
    }
}
