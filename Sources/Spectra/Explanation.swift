// Where a picture's score comes from: every part of it scored, and every band of its frequencies left out.

package import Detection
package import Imaging
internal import Threads

/// What a detector makes of a picture's parts and of its frequencies.
package struct Explanation: Sendable {
    package let map: ExplanationMap
    /// Of all bands, on average over some crops; none where the model's crops are not the reference's or the picture is smaller than one.
    package let effects: [BandEffect]
    /// Those of the picture.
    package let thresholds: Thresholds

    /// Crops in which bands are replaced, spread over the picture.
    private static let mostCrops = 9

    /// - Parameters:
    ///   - explainers: one for each thread that may work; all of the same detector.
    ///   - reference: of pictures, not of their residuals.
    package init(of pixels: Pixels, _ explainers: [Explainer], step: Int, _ reference: SpectralReference?) {
        let side = explainers[0].side
        thresholds = explainers[0].thresholds(for: pixels)
        let grid = ExplanationGrid(width: pixels.width, height: pixels.height, side: side, step: step)
        let origins = Self.origins(pixels, side)
        let usable = reference.flatMap { $0.width == side && $0.height == side ? $0.ofLuminance : nil }
        let team = ThreadTeam(threads: explainers.count)
        var scores = [Scores](repeating: Scores { _ in 0 }, count: grid.count)
        var changes = [[BandEffect]](repeating: [], count: usable == nil ? 0 : origins.count)
        unsafe scores.withUnsafeMutableBufferPointer { scores in
            // Threads write to different elements, and the team waits for all of them.
            let slots = scores.baseAddress
            team.forEach(grid.count) { index, thread in
                let place = grid.place(index)
                unsafe slots?[index] = explainers[thread].logits(pixels, x: place.x, y: place.y)
            }
        }
        if let usable {
            unsafe changes.withUnsafeMutableBufferPointer { changes in
                let slots = changes.baseAddress
                team.forEach(origins.count) { index, thread in
                    unsafe slots?[index] = explainers[thread].effects(
                        of: FrequencyBand.all, pixels, at: origins[index], mean: usable.mean,
                        deviation: usable.deviation, epsilon: Spectrum.epsilon)
                }
            }
        }
        map = ExplanationMap(
            grid, width: pixels.width, height: pixels.height,
            logits: Dictionary(uniqueKeysWithValues: Head.allCases.map { head in (head, scores.map { $0[head] }) }))
        effects =
            changes.isEmpty ? [] : FrequencyBand.all.indices.map { band in BandEffect(mean: changes.map { $0[band] }) }
    }

    private static func origins(_ pixels: Pixels, _ side: Int) -> [(x: Int, y: Int)] {
        if pixels.width < side || pixels.height < side { return [] }
        let all = SpectrumOptions(side: side).origins(width: pixels.width, height: pixels.height)
        return all.count <= mostCrops
            ? all : (0..<mostCrops).map { all[(2 * $0 + 1) * all.count / (2 * mostCrops)] }
    }

    /// The bands that change most, in either direction.
    package var strongestEffects: [BandEffect] {
        Array(effects.sorted { abs($0.change) > abs($1.change) }.prefix(4).filter { abs($0.change) >= 0.01 })
    }
}

extension BandEffect {
    /// The mean of effects of the same band.
    fileprivate init(mean effects: [BandEffect]) {
        let count = Double(effects.count)
        self.init(
            band: effects[0].band, change: effects.reduce(0) { $0 + $1.change } / count,
            distance: effects.reduce(0) { $0 + $1.distance } / count)
    }
}
