// A data set in which the file format gives the label away flatters every detector; this probe says how far it does.

import Files

/// How well a classifier that sees no pixels does on a data set.
///
/// It is a logistic regression (``LogisticRegression``) over what ``FormatFeatures`` lists, cross-validated in five folds. The
/// fold of a picture is the first 64 bits of the SHA-256 of its path, modulo 5; of the path counts what lies below the
/// deepest directory that all pictures share, so that the figures don't depend on where the data set lies. Neither source nor
/// group takes part. Each fold is scored by a regression on the other four, whose means and deviations standardise the
/// columns; the area under the ROC curve is that of the log-odds of all folds together, to nine decimals.
package struct FormatProbe: Sendable, Equatable {
    /// Two real sources told apart by format alone.
    package struct Sources: Sendable, Equatable {
        /// The larger first; of equal size, in order of their names.
        package let names: [String]
        package let counts: [Int]
        /// Area under the ROC curve, the second source being positive; nil where a fold has no picture of one to learn from.
        package let rocAUC: Double?
    }

    /// Area under the ROC curve for real against fake; nil where a fold has none of one class to learn from.
    package let rocAUC: Double?
    /// The two largest real sources whose name is stated: how much sources differ by format though all are real. Nil with
    /// fewer than two.
    package let sources: Sources?

    /// - Parameter facts: of each sample's file.
    package init(samples: [Sample], facts: [FileFacts]) {
        precondition(samples.count == facts.count, "every sample has its facts")
        let folds = Self.folds(samples.map(\.path))
        rocAUC = Self.logOdds(facts, folds, labels: samples.map(\.isFake)).map {
            Self.area($0, labels: samples.map(\.isFake))
        }
        var sizes: [String: Int] = [:]
        for sample in samples where !sample.isFake && !sample.source.isEmpty { sizes[sample.source, default: 0] += 1 }
        let largest = sizes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(2)
        guard largest.count == 2 else {
            sources = nil
            return
        }
        let names = largest.map(\.key)
        let places = samples.indices.filter { !samples[$0].isFake && names.contains(samples[$0].source) }
        let labels = places.map { samples[$0].source == names[1] }
        let scores = Self.logOdds(places.map { facts[$0] }, places.map { folds[$0] }, labels: labels)
        sources = Sources(
            names: names, counts: largest.map(\.value), rocAUC: scores.map { Self.area($0, labels: labels) })
    }

    static let foldCount = 5

    /// The fold of each path.
    static func folds(_ paths: [String]) -> [Int] {
        let parts = paths.map { $0.split(separator: "/", omittingEmptySubsequences: true) }
        var shared = parts.first.map { Array($0.dropLast()) } ?? []
        for path in parts {
            let directories = path.dropLast()
            shared = Array(zip(shared, directories).prefix { $0.0 == $0.1 }.map(\.0))
        }
        return parts.map { path in
            let digest = SHA256.hexadecimal(of: Array(path.dropFirst(shared.count).joined(separator: "/").utf8))
            return Int((UInt64(digest.prefix(16), radix: 16) ?? 0) % UInt64(foldCount))
        }
    }

    /// Every picture's log-odds by a regression that has not seen its fold.
    static func logOdds(_ facts: [FileFacts], _ folds: [Int], labels: [Bool]) -> [Double]? {
        let features = FormatFeatures(facts)
        var scores = [Double](repeating: 0, count: facts.count)
        for fold in Set(folds) {
            let seen = folds.indices.filter { folds[$0] != fold }
            let held = folds.indices.filter { folds[$0] == fold }
            let positives = seen.count { labels[$0] }
            guard positives > 0, positives < seen.count else { return nil }
            let regression = LogisticRegression(
                features.standardised(at: seen, by: seen), labels: seen.map { labels[$0] })
            for (place, row) in zip(held, features.standardised(at: held, by: seen)) {
                scores[place] = regression.logOdds(row)
            }
        }
        return scores.isEmpty ? nil : scores
    }

    /// Equal but for rounding counts as equal: a data set without any difference in format has exactly 0.5.
    private static func area(_ scores: [Double], labels: [Bool]) -> Double {
        let samples = zip(scores, labels).map { LabelledScore(score: ($0 * 1e9).rounded() / 1e9, isFake: $1) }
        return ROCCurve(samples).area
    }
}
