// Has files looked at for `assay rules explain`: confined as in a scan, one after the other, with rules that nearly match.

import Confinement
import Detection
import Files
import Imaging
import Inspection
import Scanning

enum RulesExplainer {
    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let modelPath = line.path(ScanOptions.model)
        let modelBytes = try ModelFile.read(modelPath)
        let model = try ModelFile.load(modelPath, modelBytes)
        var rules = try RuleOptions.plan(line)
        rules.settings?.findsNear = true
        let plan = try ScanPlan(line, model.detector, modelPath.map { _ in SharedBytes(modelBytes) }, rules)
        _ = try confine(line, plan.confinement, isQuiet: false)
        var status: Int32 = 0
        do throws(FileError) {
            let inspector = try ConfinedInspector<Void>(plan.confinement)
            for path in line.operands {
                let outcome = look(at: path, inspector, plan)
                if let finding = outcome.finding, let judgement = rules.judge.judge(finding) {
                    try? Console.out(
                        RulesExplanation.text(path, size: outcome.size, finding, judgement, rules, model.detector.card))
                } else {
                    let reason = outcome.finding?.refusal?.message ?? outcome.failure ?? "no finding"
                    Console.error("Error: \(path.escaped): \(reason.escapingControls)\n")
                    status = 2
                }
            }
        } catch {
            throw .failure("no decoder process: \(error.message)")
        }
        return status
    }

    private struct Outcome {
        var finding: Finding?
        var size = 0
        var failure: String?
    }

    private static func look(at path: PathBytes, _ inspector: ConfinedInspector<Void>, _ plan: ScanPlan) -> Outcome {
        do throws(FileError) {
            let file = try OpenFile.open(path, in: nil, followingLinks: true)
            let bytes = try file.readAll(limit: plan.maxFileSize)
            guard let format = ImageFormat.sniff(bytes), format.isDecodable else {
                return Outcome(failure: "not a picture that is decoded")
            }
            let start = inspector.place(for: bytes.count) ?? 0
            try inspector.grow(to: start + bytes.count)
            let place = start..<(start + bytes.count)
            unsafe UnsafeMutableRawBufferPointer(rebasing: inspector.bytes[place]).copyBytes(from: bytes)
            let request = plan.handsOverPaths ? Request.judgeNamed(path: path.lossy) : .judge
            inspector.submit((), at: place, request, format: format)
            return Outcome(finding: inspector.next(downTo: 0)?.finding, size: bytes.count)
        } catch {
            return Outcome(failure: error.message)
        }
    }
}
