// What training minimises, as functions of a batch of logits.
import Glibc

/// A loss over a batch of logits, one per image, with targets in [0, 1].
package enum Loss: String, Sendable, Codable {
    /// Binary cross-entropy of sigmoid(logit).
    case crossEntropy
    /// Mean squared error between sigmoid(logit) and the target.
    case squaredError

    /// The mean loss over the batch; `gradient` becomes its gradient with respect to each logit, times `weight`.
    package func evaluate(logits: Tensor, targets: [Float], weight: Float = 1, gradient: Tensor) -> Double {
        let count = logits.shape.count
        precondition(targets.count == count)
        gradient.reshape(logits.shape)
        var total = 0.0
        for index in 0..<count {
            let (logit, target) = (Double(logits[index]), Double(targets[index]))
            let probability = sigmoid(logit)
            let slope: Double
            switch self {
            case .crossEntropy:
                total += max(logit, 0) - logit * target + log1p(exp(-abs(logit)))
                slope = probability - target
            case .squaredError:
                total += (probability - target) * (probability - target)
                slope = 2 * (probability - target) * probability * (1 - probability)
            }
            gradient[index] = weight * Float(slope / Double(count))
        }
        return total / Double(count)
    }
}

/// 1 / (1 + e^−x), without overflow.
package func sigmoid(_ x: Double) -> Double {
    x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
}
