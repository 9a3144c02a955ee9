// Two views of one picture ought to get one answer: what separates them, a rescaling or a compression, says nothing of its origin.
import Network

/// The disagreement between neighbouring crops of a batch, 2i and 2i + 1, which show the same picture.
enum Consistency {
    /// Half the symmetric Kullback–Leibler divergence between the two probabilities, (σ(a) − σ(b))·(a − b) / 2, as a mean over the
    /// pairs; its gradient with respect to every logit, times `weight`, is added to `gradient` [n, 1].
    static func evaluate(logits: Tensor, weight: Double, addingTo gradient: Tensor) -> Double {
        let pairs = logits.shape.count / 2
        guard pairs > 0 else { return 0 }
        var total = 0.0
        for pair in 0..<pairs {
            let (a, b) = (Double(logits[2 * pair]), Double(logits[2 * pair + 1]))
            let (p, q) = (sigmoid(a), sigmoid(b))
            total += (p - q) * (a - b) / 2
            let share = weight / (2 * Double(pairs))
            gradient[2 * pair] += Float(share * (p * (1 - p) * (a - b) + (p - q)))
            gradient[2 * pair + 1] -= Float(share * (q * (1 - q) * (a - b) + (p - q)))
        }
        return total / Double(pairs)
    }
}
