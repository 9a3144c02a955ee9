// Error rates from what an evaluation wrote.

import Detection
import FoundationEssentials

extension ErrorRates {
    /// Reads the object that `assay evaluate --json` writes; of a tier, if one is named. Nil if it is none, or has no such tier.
    package init?(evaluation bytes: [UInt8], tier: String?) {
        struct Verdicts: Decodable { let real: VerdictCounts, fake: VerdictCounts }
        struct Tier: Decodable { let tier: String, verdicts: Verdicts }
        struct Evaluation: Decodable { let assay: Int, model: String, verdicts: Verdicts, tiers: [Tier]? }
        guard let evaluation = try? JSONDecoder().decode(Evaluation.self, from: Data(bytes)), evaluation.assay == 1
        else {
            return nil
        }
        var verdicts = evaluation.verdicts
        if let tier, tier != "clean" {
            guard let named = evaluation.tiers?.first(where: { $0.tier == tier }) else { return nil }
            verdicts = named.verdicts
        }
        guard [verdicts.real, verdicts.fake].allSatisfy({ $0.listed.allSatisfy { (0...1_000_000_000).contains($0) } })
        else {
            return nil
        }
        self.init(model: evaluation.model, real: verdicts.real, fake: verdicts.fake)
    }
}
