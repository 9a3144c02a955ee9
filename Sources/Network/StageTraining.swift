// A stage while it learns: statistics of the batch, and the gradients of everything in it.
import CKernels
import Threads

/// The passes of a stage in training.
///
/// Only the filter's output is kept from the forward pass; what lies after it is computed again from the pooled values.
final class StageTraining {
    private let parts: StageParts
    private let isFirst: Bool
    private let map = Tensor(Shape(0, 0))
    private let kept = Tensor(Shape(0, 0))
    private let inputGradient = Tensor(Shape(0, 0))
    private let partial = Tensor(Shape(0, 0))
    private var winners: [UInt8] = []
    private var input: Tensor?
    private var affine: (scale: [Float], shift: [Float]) = ([], [])

    init(_ parts: StageParts, isFirst: Bool) { (self.parts, self.isFirst) = (parts, isFirst) }

    func forward(_ input: Tensor, _ output: Tensor, _ context: Context) {
        let shape = input.shape
        self.input = input
        parts.filter.prepare(shape, forTraining: true)
        map.reshape(Shape(shape.images, parts.filter.channels.output, shape.height, shape.width))
        kept.reshape(output.shape)
        if case .maximum = parts.pooling, winners.count < output.shape.count {
            winners = Array(repeating: 0, count: output.shape.count)
        }
        let (sum, squares) = unsafe parts.normalisation.planeSums(shape.images, context) {
            image, thread, sum, squares in
            unsafe parts.filter.forward(
                input.image(image), map.image(image), shape, context.scratch(thread))
            unsafe assay_plane_sums(
                map.image(image), parts.filter.channels.output, shape.area, sum, squares)
        }
        parts.normalisation.learn(sum, squares, count: shape.images * shape.area)
        affine = parts.normalisation.affine
        unsafe winners.withUnsafeMutableBufferPointer { winners in
            let (base, perImage) = (winners.baseAddress, output.shape.imageCount)
            context.team.forEach(shape.images) { image, _ in
                unsafe parts.normalise(
                    map.image(image), shape, by: affine, output.image(image), kept: kept.image(image),
                    winner: base.map { unsafe $0 + image * perImage })
            }
        }
    }

    func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        guard let input else { preconditionFailure("backward before forward") }
        let shape = input.shape
        let (channels, count) = (
            parts.filter.channels.output, parts.filter.parameters.reduce(0) { $0 + $1.count }
        )
        let slopes = parts.normalisation.coefficients(
            sums(gradient, context), count: shape.images * shape.area)
        if !isFirst { inputGradient.reshape(shape) }
        partial.reshape(Shape(Context.parts(shape.images), count))
        partial.fill(0)
        unsafe winners.withUnsafeBufferPointer { winners in
            let (base, perImage) = (winners.baseAddress, kept.shape.imageCount)
            context.team.forEach(Context.parts(shape.images)) { part, thread in
                let scratch = context.scratch(thread)
                let sums = unsafe scratch.sums(parts.filter.sumCount)
                for image in Context.part(part, of: shape.images) {
                    let maps = unsafe scratch.maps(
                        1, channels: channels, shape, border: parts.filter.border(shape))
                    unsafe assay_normalisation_gradient(
                        gradient.image(image), map.image(image), base.map { unsafe $0 + image * perImage },
                        channels,
                        shape.height, shape.width, parts.size, parts.kind, affine.scale, affine.shift,
                        parts.relu ? 1 : 0, slopes.a,
                        slopes.b, slopes.d, parts.filter.isRectified ? 1 : 0, maps)
                    unsafe parts.filter.backward(
                        input.image(image), gradient: maps,
                        inputGradient: isFirst ? nil : inputGradient.image(image),
                        shape, sums: sums, scratch)
                }
                unsafe parts.filter.collect(sums, into: partial.image(part))
            }
        }
        for part in 0..<Context.parts(shape.images) {
            var place = unsafe partial.image(part)
            for parameter in parts.filter.parameters {
                unsafe assay_add(place, parameter.count, parameter.gradient.base)
                unsafe place += parameter.count
            }
        }
        return inputGradient
    }

    /// Per channel, sums of the normalised map's gradient and of its product with the map; where the pooling kept enough, from
    /// the pooled values alone.
    private func sums(_ gradient: Tensor, _ context: Context) -> (first: [Double], second: [Double]) {
        let isWhole =
            switch parts.pooling {
            case .none: true
            case .average: parts.relu
            case .maximum: false
            }
        let source = isWhole ? map : kept
        let kind = isWhole ? parts.kind : Int32(ASSAY_NO_POOLING)
        let size = isWhole ? parts.size : 1
        return unsafe parts.normalisation.planeSums(source.shape.images, context) {
            image, _, sum, product in
            unsafe assay_gradient_sums(
                gradient.image(image), source.image(image), parts.filter.channels.output,
                source.shape.height,
                source.shape.width, size, kind, affine.scale, affine.shift, parts.relu ? 1 : 0, sum, product
            )
        }
    }
}
