// The optimiser.
import CKernels
import Glibc
package import Threads

/// Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019).
///
/// The moments live in the parameters; the optimiser counts the steps.
package final class Adam {
    private let parameters: [Parameter]
    private let beta1: Float
    private let beta2: Float
    private let epsilon: Float
    private let decay: Float
    /// Elements that one task moves.
    private static let block = 65_536
    /// Steps taken so far; set it when going on from a checkpoint.
    package var step: Int = 0

    /// `decay` is applied to weights of two and more dimensions, not to biases and normalisation's scales.
    package init(
        _ parameters: [Parameter], beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7, decay: Float = 0
    ) {
        self.parameters = parameters.filter(\.isTrainable)
        (self.beta1, self.beta2, self.epsilon, self.decay) = (beta1, beta2, epsilon, decay)
    }

    /// Moves every parameter against its gradient, large ones in blocks on all threads of the team.
    package func update(rate: Float, team: ThreadTeam = ThreadTeam(threads: 1)) {
        step += 1
        let correction = (1 - pow(Double(beta2), Double(step))).squareRoot() / (1 - pow(Double(beta1), Double(step)))
        for parameter in parameters {
            let own = parameter.shape.count > 1 ? decay * rate : 0
            let (value, gradient) = unsafe (parameter.value.base, parameter.gradient.base)
            let (mean, variance) = unsafe (parameter.moments.mean.base, parameter.moments.variance.base)
            team.forEach((parameter.count + Adam.block - 1) / Adam.block) { task, _ in
                let first = task * Adam.block
                unsafe assay_adam(
                    value + first, gradient + first, mean + first, variance + first,
                    min(Adam.block, parameter.count - first), rate * Float(correction), beta1, beta2, epsilon, own)
            }
        }
    }
}
