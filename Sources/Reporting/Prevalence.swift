// How many of the files are synthetic, as far as verdicts can tell: a count of verdicts is not that number, since the model errs.

package import Detection
import Glibc

/// An estimate of the share of synthetic pictures among those judged.
package struct Prevalence: Sendable {
    /// Nil where only bounds can be given.
    package let share: Double?
    package let lower: Double
    package let upper: Double
    /// Whether the verdicts are spread as no mixture of the photographs and fakes that the error rates stem from would be.
    package let isContradicted: Bool

    /// What the thresholds alone promise: among photographs at most `falseAlarmRate` are called fake, among fakes at most `missRate` are
    /// called real. Each end has a confidence of 97.5 % (Clopper and Pearson for the counts). Nil without pictures.
    package init?(bounding counts: VerdictCounts, by thresholds: Thresholds) {
        guard let fake = BinomialInterval(hits: counts.fake, of: counts.total),
            let real = BinomialInterval(hits: counts.real, of: counts.total), thresholds.falseAlarmRate < 1,
            thresholds.missRate < 1
        else { return nil }
        // P(fake) ≤ share + (1 − share)·falseAlarmRate and P(real) ≤ (1 − share) + share·missRate.
        let least = (fake.lower - thresholds.falseAlarmRate) / (1 - thresholds.falseAlarmRate)
        let most = (1 - real.lower) / (1 - thresholds.missRate)
        share = nil
        lower = min(max(least, 0), 1)
        upper = min(max(most, lower), 1)
        isContradicted = least > most
    }

    /// By verdicts whose labels are known: the verdicts seen are a mixture of those that photographs and fakes get. Share and both
    /// distributions by maximum likelihood (with two verdicts the estimate of Rogan and Gladen 1978), the interval by profile
    /// likelihood, so that it covers what is not known of the error rates either. Nil without pictures of any of the three.
    package init?(of counts: VerdictCounts, by rates: ErrorRates) {
        let mixture = Mixture(
            seen: counts.listed.map(Double.init), real: rates.real.listed.map(Double.init),
            fake: rates.fake.listed.map(Double.init))
        guard counts.total > 0, rates.real.total > 0, rates.fake.total > 0 else { return nil }
        let best = mixture.maximum()
        share = best.share
        // A quarter of the way is where χ² of one degree of freedom has 95 % below it.
        let limit = best.likelihood - 3.841458820694124 / 2
        lower = mixture.crossing(from: best.share, to: 0, limit)
        upper = mixture.crossing(from: best.share, to: 1, limit)
        // One degree of freedom is left; 0.1 % above 10.83.
        isContradicted = 2 * (mixture.saturated - best.likelihood) > 10.83
    }
}

/// Counts of verdicts on pictures that are known to be photographs or synthetic, as `assay evaluate --json` gives them.
package struct ErrorRates: Sendable, Equatable {
    package let model: String
    package let real: VerdictCounts
    package let fake: VerdictCounts

    package init(model: String, real: VerdictCounts, fake: VerdictCounts) {
        (self.model, self.real, self.fake) = (model, real, fake)
    }
}

/// Counts over categories that come from two unknown distributions in an unknown proportion, with counts of either alone.
private struct Mixture {
    let seen: [Double]
    let real: [Double]
    let fake: [Double]

    /// The log-likelihood at a share, the distributions chosen to make it largest, by expectation and maximisation.
    func profile(_ share: Double) -> Double {
        var (p, q) = (smoothed(fake), smoothed(real))
        var last = -Double.infinity
        for _ in 0..<20_000 {
            var likelihood = 0.0
            var (nextP, nextQ) = (fake, real)
            for v in seen.indices {
                let (a, b) = (share * p[v], (1 - share) * q[v])
                if seen[v] > 0 {
                    likelihood += seen[v] * log(a + b)
                    nextP[v] += seen[v] * a / (a + b)
                    nextQ[v] += seen[v] * b / (a + b)
                }
                if fake[v] > 0 { likelihood += fake[v] * log(p[v]) }
                if real[v] > 0 { likelihood += real[v] * log(q[v]) }
            }
            if likelihood - last < 1e-9 { return likelihood }
            last = likelihood
            (p, q) = (normalised(nextP), normalised(nextQ))
        }
        return last
    }

    /// By a grid, then golden sections around its best place.
    func maximum() -> (share: Double, likelihood: Double) {
        let steps = 50
        let grid = (0...steps).map { profile(Double($0) / Double(steps)) }
        let best = grid.indices.max { grid[$0] < grid[$1] } ?? 0
        var (low, high) = (Double(max(best - 1, 0)) / Double(steps), Double(min(best + 1, steps)) / Double(steps))
        let ratio = (5.0.squareRoot() - 1) / 2
        var (a, b) = (high - ratio * (high - low), low + ratio * (high - low))
        var (atA, atB) = (profile(a), profile(b))
        while high - low > 1e-7 {
            if atA >= atB {
                (high, b, atB) = (b, a, atA)
                a = high - ratio * (high - low)
                atA = profile(a)
            } else {
                (low, a, atA) = (a, b, atB)
                b = low + ratio * (high - low)
                atB = profile(b)
            }
        }
        let middle = (low + high) / 2
        // The ends are no limits of sections: a share of nothing is zero.
        return [0, middle, 1].map { ($0, profile($0)) }.max { $0.1 < $1.1 } ?? (middle, atA)
    }

    /// Where the profile falls to `limit` on the way to an end; the end where it stays above.
    func crossing(from best: Double, to end: Double, _ limit: Double) -> Double {
        if profile(end) >= limit { return end }
        var (inside, outside) = (best, end)
        for _ in 0..<40 {
            let middle = (inside + outside) / 2
            if profile(middle) >= limit { inside = middle } else { outside = middle }
        }
        return outside
    }

    /// The log-likelihood of three unrelated distributions.
    var saturated: Double {
        [seen, real, fake].reduce(0) { sum, counts in
            let total = counts.reduce(0, +)
            return sum + counts.reduce(0) { $1 > 0 ? $0 + $1 * log($1 / total) : $0 }
        }
    }

    private func smoothed(_ counts: [Double]) -> [Double] { normalised(counts.map { $0 + 0.5 }) }

    private func normalised(_ counts: [Double]) -> [Double] {
        let total = counts.reduce(0, +)
        return total > 0 ? counts.map { $0 / total } : counts.map { _ in 1 / Double(counts.count) }
    }
}
