// Photographs full of detail set the threshold for all others unless it may be higher for them: this finds how much higher.

package import Detection

/// The pictures that thresholds are chosen by, as they are met under one condition: as they are, or as a web site leaves them.
package struct SourcedScores: Sendable {
    package let validation: [SourcedScore]
    package let heldOut: [SourcedScore]

    package init(validation: [SourcedScore], heldOut: [SourcedScore] = []) {
        (self.validation, self.heldOut) = (validation, heldOut)
    }

    /// The scores as they would have to be for thresholds that do not move.
    fileprivate func levelled(_ detail: DetailSlope) -> SourcedScores {
        let back = DetailSlope(slope: -detail.slope, usual: detail.usual)
        func levelled(_ scores: [SourcedScore]) -> [SourcedScore] {
            scores.map {
                SourcedScore(
                    score: back.moved($0.score, for: $0.detail), isFake: $0.isFake, source: $0.source, detail: $0.detail
                )
            }
        }
        return SourcedScores(validation: levelled(validation), heldOut: levelled(heldOut))
    }

    /// The share of the fakes in validation that these thresholds call fake.
    fileprivate func found(by thresholds: Thresholds) -> Double {
        let fakes = validation.filter(\.isFake)
        return Double(fakes.count { $0.score >= thresholds.at(detail: $0.detail).fake }) / Double(max(fakes.count, 1))
    }
}

/// The thresholds that keep the policy under each of the conditions, and of all slopes over the pictures' detail the one with which
/// they call most of the fakes in validation fake, on average over the conditions; of equals the smallest. The thresholds are stated at the
/// median detail of the real pictures under the first condition.
package func chooseThresholds(
    _ conditions: [SourcedScores], policy: ThresholdPolicy = ThresholdPolicy()
) -> Thresholds {
    let details = conditions.prefix(1).flatMap { $0.validation + $0.heldOut }.filter { !$0.isFake }.map(\.detail)
        .sorted()
    let usual = details.isEmpty ? 0 : details[details.count / 2]
    func thresholds(_ slope: Double) -> Thresholds {
        let detail = DetailSlope(slope: slope, usual: usual)
        let levelled = slope == 0 ? conditions : conditions.map { $0.levelled(detail) }
        var strictest = chooseThresholds(
            validation: levelled[0].validation, heldOut: levelled[0].heldOut, policy: policy)
        for condition in levelled.dropFirst() {
            strictest = strictest.stricter(
                chooseThresholds(validation: condition.validation, heldOut: condition.heldOut, policy: policy))
        }
        strictest.detail = slope == 0 ? nil : detail
        return strictest
    }
    var chosen = thresholds(0)
    let real = chosen.real
    func found(_ thresholds: Thresholds) -> Double { conditions.reduce(0) { $0 + $1.found(by: thresholds) } }
    for slope in policy.slopes where slope > 0 {
        let other = thresholds(slope)
        if found(other) > found(chosen) { chosen = other }
    }
    // Clearing a picture has nothing to do with how many are accused.
    chosen.real = min(real, chosen.suspect ?? chosen.fake)
    return chosen
}
