// Lets a filter be tested like a layer, without the normalisation that a stage puts behind it.
import CKernels
import Network

final class FilterLayer: Layer {
    private let filter: any Filter
    private let output = Tensor(Shape(0, 0))
    private let inputGradient = Tensor(Shape(0, 0))
    private var input: Tensor?

    init(_ filter: any Filter) { self.filter = filter }

    var parameters: [Parameter] { filter.parameters }

    func initialise(from generator: inout some RandomNumberGenerator) { filter.initialise(from: &generator) }

    func forward(_ input: Tensor, _ context: Context) -> Tensor {
        self.input = input
        let shape = input.shape
        filter.prepare(shape, forTraining: true)
        output.reshape(Shape(shape.images, filter.channels.output, shape.height, shape.width))
        for image in 0..<shape.images {
            filter.forward(input.image(image), output.image(image), shape, context.scratch(0))
        }
        return output
    }

    func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        let (shape, channels) = (input!.shape, filter.channels.output)
        inputGradient.reshape(shape)
        let sums = context.scratch(0).sums(filter.sumCount)
        let gradients = Tensor(Shape(1, filter.parameters.reduce(0) { $0 + $1.count }))
        for image in 0..<shape.images {
            let maps = context.scratch(0).maps(1, channels: channels, shape, border: filter.border(shape))
            assay_copy_maps(denseMaps(gradient.image(image), shape), channels, shape.height, shape.width, maps)
            if filter.isRectified {
                assay_mask_maps(
                    denseMaps(output.image(image), shape), channels, shape.height, shape.width, maps)
            }
            filter.backward(
                input!.image(image), gradient: maps, inputGradient: inputGradient.image(image), shape,
                sums: sums, context.scratch(0))
        }
        filter.collect(sums, into: gradients.base)
        var place = 0
        for parameter in filter.parameters {
            for index in 0..<parameter.count { parameter.gradient[index] += gradients[place + index] }
            place += parameter.count
        }
        return inputGradient
    }
}

/// Hands its input on, so that a stage around it is normalisation and pooling alone.
final class Identity: Filter {
    let channels: (input: Int, output: Int)
    let parameters: [Parameter] = []
    let isRectified = false

    init(_ channels: Int) { self.channels = (channels, channels) }

    let sumCount = 0

    func border(_ extent: Shape) -> Int { 0 }

    func prepare(_ extent: Shape, forTraining: Bool) {}

    func collect(_ sums: UnsafePointer<Float>, into gradients: UnsafeMutablePointer<Float>) {}

    func forward(
        _ input: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ extent: Shape,
        _ scratch: Scratch
    ) {
        output.update(from: input, count: channels.output * extent.area)
    }

    func forward(
        _ input: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ extent: Shape,
        _ finish: assay_finish, _ scratch: Scratch
    ) {
        preconditionFailure("only trained")
    }

    func backward(
        _ input: UnsafeMutablePointer<Float>, gradient: assay_maps, inputGradient: UnsafeMutablePointer<Float>?,
        _ extent: Shape, sums: UnsafeMutablePointer<Float>, _ scratch: Scratch
    ) {
        guard let inputGradient else { return }
        assay_copy_maps(
            gradient, channels.output, extent.height, extent.width, denseMaps(inputGradient, extent))
    }
}
