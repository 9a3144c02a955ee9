// The activation of the dense layers.
import CKernels

/// max(x, slope · x); a slope of 0 is the plain ReLU.
package final class LeakyReLU: Layer {
    private let slope: Float
    private let output = Tensor(Shape(0, 0))
    private lazy var inputGradient = Tensor(Shape(0, 0))

    package init(slope: Float) { self.slope = slope }

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        output.reshape(input.shape)
        unsafe assay_leaky_relu(input.base, input.shape.count, slope, output.base)
        return output
    }

    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        inputGradient.reshape(gradient.shape)
        unsafe assay_leaky_relu_gradient(
            gradient.base, output.base, gradient.shape.count, slope, inputGradient.base)
        return inputGradient
    }
}
