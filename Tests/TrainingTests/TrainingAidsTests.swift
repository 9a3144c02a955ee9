// What steadies a training run: averages of the weights, short gradients, and two views that must agree.

import Foundation
import Network
import Testing

@testable import Training

@Suite struct TrainingAidsTests {
    @Test func consistencyIsHalfTheSymmetricDivergenceAndItsGradientIsTheDifferenceQuotient() {
        let logits: [Float] = [1.2, -0.4, 0.3, 0.3, -2, 1]
        func value(_ logits: [Float]) -> Double {
            Consistency.evaluate(
                logits: Tensor(Shape(6, 1), logits), weight: 0, addingTo: Tensor(Shape(6, 1), logits))
        }
        func divergence(_ p: Double, _ q: Double) -> Double { p * log(p / q) + (1 - p) * log((1 - p) / (1 - q)) }
        func probability(_ index: Int) -> Double { sigmoid(Double(logits[index])) }
        let expected =
            [0, 2, 4].map { first in
                (divergence(probability(first), probability(first + 1))
                    + divergence(probability(first + 1), probability(first)))
                    / 2
            }.reduce(0, +) / 3
        #expect(abs(value(logits) - expected) < 1e-6)

        let gradient = Tensor(Shape(6, 1), [Float](repeating: 1, count: 6))
        _ = Consistency.evaluate(logits: Tensor(Shape(6, 1), logits), weight: 2, addingTo: gradient)
        for index in 0..<6 {
            var (above, below) = (logits, logits)
            above[index] += 1e-2
            below[index] -= 1e-2
            let slope = (value(above) - value(below)) / 2e-2
            // It was added to the ones that were there.
            #expect(abs(Double(gradient[index]) - 1 - 2 * slope) < 1e-4, "logit \(index)")
        }
    }

    @Test func longGradientsAreShortenedAndShortOnesLeftAlone() {
        let parameters = [Parameter("a", [2]), Parameter("b", [1])]
        func set(_ values: [Float]) {
            (parameters[0].gradient[0], parameters[0].gradient[1], parameters[1].gradient[0]) = (
                values[0], values[1], values[2]
            )
        }
        func gradients() -> [Float] { parameters.flatMap(\.gradient.values) }
        set([2, 4, 4])
        parameters.clipGradients(to: 3)
        #expect(gradients() == [1, 2, 2])
        parameters.clipGradients(to: 3.5)
        #expect(gradients() == [1, 2, 2])
        set([.nan, 1, 1])
        parameters.clipGradients(to: 3)
        #expect(gradients() == [0, 0, 0])
    }

    @Test func theAverageStartsShortAndForgetsAtItsRate() {
        let parameter = Parameter("w", [1])
        var average = WeightAverage(decay: 0.5)
        parameter.set([1])
        average.update([parameter], step: 1)
        #expect(average.values == [[1]])
        parameter.set([3])
        average.update([parameter], step: 2)
        // min(0.5, 3 / 12) is kept.
        #expect(average.values == [[2.5]])
        parameter.set([4.5])
        average.update([parameter], step: 100)
        #expect(average.values == [[3.5]])
        let seen = average.inPlace(of: [parameter]) { parameter.value.values }
        #expect(seen == [3.5] && parameter.value.values == [4.5])
        #expect(average.kept(of: [parameter]) == [[3.5]])
        var off = WeightAverage(decay: 0)
        off.update([parameter], step: 1)
        #expect(off.values.isEmpty && off.kept(of: [parameter]) == [[4.5]])
        // A model with such a weight could not be read again.
        parameter.set([.infinity])
        #expect(off.kept(of: [parameter]) == nil)
        average.update([parameter], step: 101)
        #expect(average.kept(of: [parameter]) == nil)
    }
}
