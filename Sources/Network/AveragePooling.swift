// Pooling that follows something else than a normalisation.
import CKernels
import Threads

/// The average over size × size windows with a stride of the same size, which must divide height and width.
package final class AveragePooling: Layer {
    private let size: Int
    private let output = Tensor(Shape(0, 0))
    private lazy var inputGradient = Tensor(Shape(0, 0))
    private var inputShape = Shape(0, 0)

    package init(size: Int = 2) { self.size = size }

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        let shape = input.shape
        precondition(shape.height % size == 0 && shape.width % size == 0, "pooling by \(size) does not divide \(shape)")
        inputShape = shape
        output.reshape(Shape(shape.images, shape.channels, shape.height / size, shape.width / size))
        context.team.forEach(shape.images) { image, _ in
            unsafe assay_average_pool(
                input.image(image), shape.channels, shape.height, shape.width, size, output.image(image))
        }
        return output
    }

    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        inputGradient.reshape(inputShape)
        let shape = inputShape
        context.team.forEach(shape.images) { image, _ in
            unsafe assay_average_pool_gradient(
                gradient.image(image), shape.channels, shape.height, shape.width, size, inputGradient.image(image))
        }
        return inputGradient
    }
}
