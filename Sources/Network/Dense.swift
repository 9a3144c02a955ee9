// Fully connected layers. Their gradients are products of matrices, by OpenBLAS.
import CKernels
import COpenBLAS
import Threads

/// y = W·x + b over each image's elements, flattened channel by channel. Output [n, outputs, 1, 1].
package final class Dense: Layer {
    private let inputs: Int
    private let outputs: Int
    private let weight: Parameter
    private let bias: Parameter
    private let output = Tensor(Shape(0, 0))
    private lazy var inputGradient = Tensor(Shape(0, 0))
    private var input: Tensor?

    /// Columns of a weight gradient that one task computes. Fixed, since a BLAS may sum differently for another extent.
    private static let block = 4096

    package init(_ name: String, _ inputs: Int, _ outputs: Int) {
        (self.inputs, self.outputs) = (inputs, outputs)
        weight = Parameter(name + ".weight", [outputs, inputs])
        bias = Parameter(name + ".bias", [outputs])
    }

    package var parameters: [Parameter] { [weight, bias] }

    package func initialise(from generator: inout some RandomNumberGenerator) {
        weight.initialise(fanIn: inputs, gain: 1, from: &generator)
    }

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        precondition(input.shape.imageCount == inputs, "dense layer got \(input.shape), wants \(inputs) elements")
        self.input = input
        output.reshape(Shape(input.shape.images, outputs))
        for image in 0..<input.shape.images {
            unsafe output.image(image).update(from: bias.value.base, count: outputs)
        }
        // Large weights are read from memory once a batch, in tasks of 16 outputs.
        context.team.forEach((outputs + 15) / 16) { task, _ in
            unsafe assay_multiply(
                weight.value.base, 16 * task, min(16 * task + 16, outputs), inputs, input.base, input.shape.images,
                output.base, outputs)
        }
        return output
    }

    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        guard let input else { preconditionFailure("backward before forward") }
        let images = input.shape.images
        guard let blas = try? BLAS.ready() else { preconditionFailure("no gradients without OpenBLAS") }
        inputGradient.reshape(input.shape)
        context.team.forEach((inputs + Dense.block - 1) / Dense.block) { task, _ in
            let first = task * Dense.block
            let columns = blasint(min(Dense.block, inputs - first))
            unsafe blas.sgemm(
                CblasRowMajor, CblasTrans, CblasNoTrans, blasint(outputs), columns, blasint(images), 1, gradient.base,
                blasint(outputs), input.base + first, blasint(inputs), 1, weight.gradient.base + first, blasint(inputs))
            unsafe blas.sgemm(
                CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(images), columns, blasint(outputs), 1, gradient.base,
                blasint(outputs), weight.value.base + first, blasint(inputs), 0, inputGradient.base + first,
                blasint(inputs))
        }
        for image in 0..<images { unsafe assay_add(gradient.image(image), outputs, bias.gradient.base) }
        return inputGradient
    }
}
