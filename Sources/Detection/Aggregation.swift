// How the logits of a picture's crops become the picture's.

package enum Aggregation: String, Sendable, Codable, CaseIterable {
    case mean
    /// Midway between the mean of all crops and that of the highest quarter: a manipulation may be local.
    case meanAndTopQuarter

    /// - Parameter logits: one for each crop, at least one.
    package func logit(of logits: [Double]) -> Double {
        let mean = average(logits[...])
        switch self {
        case .mean: return mean
        case .meanAndTopQuarter:
            let top = logits.sorted(by: >).prefix((logits.count + 3) / 4)
            return (mean + average(top)) / 2
        }
    }

    private func average(_ values: ArraySlice<Double>) -> Double { values.reduce(0, +) / Double(values.count) }
}
