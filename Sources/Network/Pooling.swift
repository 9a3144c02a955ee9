// Pooling over windows that do not overlap.
import CKernels

/// Average or maximum over size × size windows with a stride of the same size, which must divide height and width.
package final class Pooling: Layer {
    package enum Kind: Sendable { case average, maximum }

    private let kind: Kind
    private let size: Int
    private let output = Tensor(Shape(0, 0))
    private lazy var inputGradient = Tensor(Shape(0, 0))
    private var winners: [Int32] = []
    private var inputShape = Shape(0, 0)

    package init(_ kind: Kind, size: Int = 2) { (self.kind, self.size) = (kind, size) }

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        let shape = input.shape
        precondition(shape.height % size == 0 && shape.width % size == 0, "pooling by \(size) does not divide \(shape)")
        inputShape = shape
        output.reshape(Shape(shape.images, shape.channels, shape.height / size, shape.width / size))
        let perImage = output.shape.imageCount
        if kind == .maximum && winners.count < output.shape.count {
            winners = Array(repeating: 0, count: output.shape.count)
        }
        unsafe winners.withUnsafeMutableBufferPointer { winners in
            let winners = winners.baseAddress
            context.team.forEach(shape.images) { image, _ in
                let (planes, out) = unsafe (input.image(image), output.image(image))
                switch kind {
                case .average:
                    unsafe assay_average_pool(planes, shape.channels, shape.height, shape.width, size, out)
                case .maximum:
                    unsafe assay_max_pool(
                        planes, shape.channels, shape.height, shape.width, size, out, winners! + image * perImage)
                }
            }
        }
        return output
    }

    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        inputGradient.reshape(inputShape)
        let (shape, perImage) = (inputShape, output.shape.imageCount)
        unsafe winners.withUnsafeBufferPointer { winners in
            let winners = winners.baseAddress
            context.team.forEach(shape.images) { image, _ in
                let (planes, out) = unsafe (gradient.image(image), inputGradient.image(image))
                switch kind {
                case .average:
                    unsafe assay_average_pool_gradient(planes, shape.channels, shape.height, shape.width, size, out)
                case .maximum:
                    unsafe assay_max_pool_gradient(
                        planes, winners! + image * perImage, shape.channels, shape.height, shape.width, size, out)
                }
            }
        }
        return inputGradient
    }
}
