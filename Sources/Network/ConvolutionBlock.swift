// The unit that our own network is built of, and the one that inference runs in a single pass.

/// Convolution without bias, batch normalisation, ReLU.
///
/// Once it no longer learns, the normalisation is an affine map per channel, which is multiplied into the weights. That
/// changes the output by rounding only.
package final class ConvolutionBlock: Layer {
    private let convolution: Convolution
    private let normalisation: BatchNormalisation

    package init(
        convolution: String, normalisation: String, _ inputs: Int, _ outputs: Int, size: Int = 3, isFirst: Bool = false
    ) {
        self.convolution = Convolution(convolution, inputs, outputs, size: size, hasBias: false, isFirst: isFirst)
        self.normalisation = BatchNormalisation(normalisation, outputs, relu: true)
    }

    package var parameters: [Parameter] { convolution.parameters + normalisation.parameters }

    package func initialise(from generator: inout some RandomNumberGenerator) {
        convolution.initialise(from: &generator)
    }

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        if context.isTraining {
            return normalisation.forward(convolution.forward(input, context), context)
        }
        let (scale, shift) = normalisation.recorded
        return convolution.forward(input, scale: scale, shift: shift, context)
    }

    /// Follows a forward pass in training only.
    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        convolution.backward(normalisation.backward(gradient, context), context)
    }
}
