// The optimiser.
import CKernels
import Glibc

/// Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019).
///
/// The moments live in the parameters; the optimiser counts the steps.
package final class Adam {
    private let parameters: [Parameter]
    private let beta1: Float
    private let beta2: Float
    private let epsilon: Float
    private let decay: Float
    /// Steps taken so far; set it when going on from a checkpoint.
    package var step: Int = 0

    /// `decay` is applied to weights of two and more dimensions, not to biases and normalisation's scales.
    package init(
        _ parameters: [Parameter], beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7, decay: Float = 0
    ) {
        self.parameters = parameters.filter(\.isTrainable)
        (self.beta1, self.beta2, self.epsilon, self.decay) = (beta1, beta2, epsilon, decay)
    }

    /// Sets all gradients to zero, before a batch.
    package func clearGradients() {
        for parameter in parameters { parameter.gradient.fill(0) }
    }

    /// Moves every parameter against its gradient.
    package func update(rate: Float) {
        step += 1
        let correction = (1 - pow(Double(beta2), Double(step))).squareRoot() / (1 - pow(Double(beta1), Double(step)))
        for parameter in parameters {
            let own = parameter.shape.count > 1 ? decay * rate : 0
            unsafe assay_adam(
                parameter.value.base, parameter.gradient.base, parameter.moments.mean.base,
                parameter.moments.variance.base, parameter.count, rate * Float(correction), beta1, beta2, epsilon, own)
        }
    }
}
