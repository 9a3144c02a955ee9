// A detector that may stay silent is judged by how often it errs where it speaks: error against share of pictures judged.

/// The risk-coverage curve (Geifman and El-Yaniv, "Selective classification for deep neural networks", 2017) of the verdict
/// fake above 0.5 and real otherwise, the pictures furthest from 0.5 being judged first.
///
/// Of pictures equally far from 0.5 none comes first: each carries the error rate of all of them. The number of errors is
/// therefore linear between the distinct distances, and is read off there too where a coverage is no whole number of pictures.
package struct RiskCoverage: Sendable, Equatable {
    /// The error rate among the surest 10 %, 20 % … 100 % of the pictures.
    package let risks: [Double]
    /// The mean of the error rates among the surest 1, 2 … n of n pictures.
    package let area: Double

    /// Nil without samples.
    package init?(_ samples: [LabelledScore]) {
        guard !samples.isEmpty else { return nil }
        let judged = samples.map { (confidence: abs($0.score - 0.5), isWrong: ($0.score > 0.5) != $0.isFake) }
            .sorted { $0.confidence > $1.confidence }
        // Errors among the first n pictures, n from 0.
        var errors = [0.0]
        errors.reserveCapacity(judged.count + 1)
        var start = 0
        while start < judged.count {
            var end = start
            while end < judged.count, judged[end].confidence == judged[start].confidence { end += 1 }
            let wrong = Double(judged[start..<end].count { $0.isWrong })
            let before = errors[start]
            for place in 1...(end - start) { errors.append(before + wrong * Double(place) / Double(end - start)) }
            start = end
        }
        area = (1...judged.count).reduce(0) { $0 + errors[$1] / Double($1) } / Double(judged.count)
        risks = (1...10).map { tenths in
            // In whole tenths of pictures, so that 30 % of 10 pictures are 3.
            let whole = tenths * judged.count / 10
            let part = Double(tenths * judged.count % 10) / 10
            let rest = part == 0 ? 0 : part * (errors[whole + 1] - errors[whole])
            return (errors[whole] + rest) / (Double(whole) + part)
        }
    }

    /// The error rate at a coverage of whole tenths, 1 to 10.
    package func risk(tenths: Int) -> Double { risks[tenths - 1] }
}
