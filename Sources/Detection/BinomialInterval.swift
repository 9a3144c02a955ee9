// A rate of a few pictures proves little, so every rate of a source or generator is printed with what it may be by chance.

import Glibc

/// The range in which a rate lies with stated confidence: Clopper and Pearson, "The use of confidence or fiducial limits
/// illustrated in the case of the binomial", 1934. It is exact: never narrower than promised, however few the trials.
package struct BinomialInterval: Sendable, Equatable {
    package let lower: Double
    package let upper: Double

    /// Two-sided: each tail holds half of 1 − `confidence`. Nil without trials.
    package init?(hits: Int, of trials: Int, confidence: Double = 0.95) {
        guard trials > 0, (0...trials).contains(hits) else { return nil }
        let tail = (1 - confidence) / 2
        let (hits, misses) = (Double(hits), Double(trials - hits))
        // P(X ≥ hits | p) = I_p(hits, misses + 1) and P(X ≤ hits | p) = 1 − I_p(hits + 1, misses).
        lower = hits == 0 ? 0 : Self.root { incompleteBeta($0, hits, misses + 1) - tail }
        upper = misses == 0 ? 1 : Self.root { incompleteBeta($0, hits + 1, misses) - (1 - tail) }
    }

    /// Where an increasing function of a probability crosses zero, by bisection down to neighbouring numbers.
    private static func root(_ function: (Double) -> Double) -> Double {
        var (low, high) = (0.0, 1.0)
        while true {
            let middle = low + (high - low) / 2
            guard low < middle, middle < high else { return middle }
            if function(middle) < 0 { low = middle } else { high = middle }
        }
    }
}

/// The regularised incomplete beta function I_x(a, b) for positive a and b: the continued fraction of the NIST Digital
/// Library of Mathematical Functions, 8.17.22, by the method of Lentz, on the side where it converges fast.
package func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    /// Keeps a denominator away from zero.
    func nonzero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
    var numerator = 1.0
    var denominator = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var fraction = denominator
    for step in 1...10_000 {
        let m = Double(step)
        let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        denominator = 1 / nonzero(1 + even * denominator)
        numerator = nonzero(1 + even / numerator)
        fraction *= denominator * numerator
        let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        denominator = 1 / nonzero(1 + odd * denominator)
        numerator = nonzero(1 + odd / numerator)
        let change = denominator * numerator
        fraction *= change
        if abs(change - 1) < 1e-15 { break }
    }
    return front * fraction
}
