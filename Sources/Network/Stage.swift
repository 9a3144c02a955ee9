// The unit that both networks are built of. Between the two places where a batch must be seen whole, the statistics and their
// gradient, every image goes through in one piece.
import CKernels

/// A filter, batch normalisation, optionally a ReLU, optionally pooling over windows that do not overlap.
///
/// Only the filter's output is kept from the forward pass; what lies after it is computed again from the pooled values.
package final class Stage: Layer {
    package enum Pooling: Equatable, Sendable {
        case none
        /// Over size × size windows, more than one pixel; the size divides height and width.
        case average(Int)
        case maximum(Int)
    }

    private let filter: any Filter
    private let normalisation: BatchNormalisation
    private let relu: Bool
    private let pooling: Pooling
    private let isFirst: Bool
    private let map = Tensor(Shape(0, 0))
    private let output = Tensor(Shape(0, 0))
    private let kept = Tensor(Shape(0, 0))
    private lazy var inputGradient = Tensor(Shape(0, 0))
    private lazy var partial = Tensor(Shape(0, 0))
    private var winners: [UInt8] = []
    private var input: Tensor?
    private var affine: (scale: [Float], shift: [Float]) = ([], [])
    private var isPrepared = false

    /// - Parameters:
    ///   - relu: after the normalisation.
    ///   - isFirst: the input is data, so its gradient is not computed (`backward` then returns an empty tensor).
    package init(
        _ filter: any Filter, normalisation name: String, relu: Bool = false, pooling: Pooling = .none,
        isFirst: Bool = false
    ) {
        self.filter = filter
        normalisation = BatchNormalisation(name, filter.channels.output)
        (self.relu, self.pooling, self.isFirst) = (relu, pooling, isFirst)
        // The number of a window's greatest pixel is kept in a byte.
        precondition(size <= 16 && (size > 1 || pooling == .none))
    }

    package var parameters: [Parameter] { filter.parameters + normalisation.parameters }

    package func initialise(from generator: inout some RandomNumberGenerator) { filter.initialise(from: &generator) }

    private var size: Int {
        switch pooling {
        case .none: 1
        case .average(let size), .maximum(let size): size
        }
    }

    private var kind: Int32 {
        switch pooling {
        case .none: Int32(ASSAY_NO_POOLING)
        case .average: Int32(ASSAY_AVERAGE)
        case .maximum: Int32(ASSAY_MAXIMUM)
        }
    }

    /// The filter, if the normalisation can be multiplied into its weights: it follows at once, and nothing follows it but a ReLU and
    /// a pooling that needs no scale of its own.
    private var folded: Convolution? {
        if case .maximum(let size) = pooling, size > 2 { return nil }
        guard let convolution = filter as? Convolution, !convolution.isRectified, convolution.bias == nil, relu
        else { return nil }
        return convolution
    }

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        let shape = input.shape
        precondition(shape.channels == filter.channels.input, "got \(shape), wants \(filter.channels.input) channels")
        precondition(shape.height % size == 0 && shape.width % size == 0, "pooling by \(size) does not divide \(shape)")
        self.input = input
        output.reshape(Shape(shape.images, filter.channels.output, shape.height / size, shape.width / size))
        if context.isTraining { forwardTraining(input, context) } else { forwardFixed(input, context) }
        return output
    }

    private func forwardTraining(_ input: Tensor, _ context: Context) {
        let shape = input.shape
        isPrepared = false
        filter.prepare(forTraining: true)
        map.reshape(Shape(shape.images, filter.channels.output, shape.height, shape.width))
        kept.reshape(output.shape)
        if case .maximum = pooling, winners.count < output.shape.count {
            winners = Array(repeating: 0, count: output.shape.count)
        }
        let (sum, squares) = unsafe normalisation.planeSums(shape.images, context) { image, thread, sum, squares in
            unsafe filter.forward(input.image(image), map.image(image), shape, context.scratch(thread))
            unsafe assay_plane_sums(map.image(image), filter.channels.output, shape.area, sum, squares)
        }
        normalisation.learn(sum, squares, count: shape.images * shape.area)
        affine = normalisation.affine
        unsafe winners.withUnsafeMutableBufferPointer { winners in
            let (base, perImage) = (winners.baseAddress, output.shape.imageCount)
            context.team.forEach(shape.images) { image, _ in
                unsafe normalise(
                    map.image(image), shape, output.image(image), kept: kept.image(image),
                    winner: base.map { unsafe $0 + image * perImage })
            }
        }
    }

    private func normalise(
        _ planes: UnsafeMutablePointer<Float>, _ extent: Shape, _ out: UnsafeMutablePointer<Float>,
        kept: UnsafeMutablePointer<Float>, winner: UnsafeMutablePointer<UInt8>?
    ) {
        let (channels, relu) = (filter.channels.output, Int32(relu ? 1 : 0))
        switch pooling {
        case .none: unsafe assay_scale_shift(planes, channels, extent.area, affine.scale, affine.shift, relu, out)
        case .average(let size):
            unsafe assay_normalise_average(
                planes, channels, extent.height, extent.width, size, affine.scale, affine.shift, relu, out, kept)
        case .maximum(let size):
            unsafe assay_normalise_maximum(
                planes, channels, extent.height, extent.width, size, affine.scale, affine.shift, relu, out, kept,
                winner!)
        }
    }

    /// With the recorded statistics. Every image's score is its own: nothing depends on what else is in the batch.
    private func forwardFixed(_ input: Tensor, _ context: Context) {
        let shape = input.shape
        if !(context.hasFixedWeights && isPrepared) {
            affine = normalisation.recorded
            if let folded {
                folded.prepare(scale: affine.scale, shift: affine.shift)
            } else {
                filter.prepare(forTraining: false)
            }
            isPrepared = context.hasFixedWeights
        }
        // What a kernel does along with the filter.
        let isOne = size <= 2 && (folded != nil || !relu)
        var finish = unsafe assay_finish()
        unsafe finish.pooling = kind
        unsafe affine.scale.withUnsafeBufferPointer { scale in
            unsafe affine.shift.withUnsafeBufferPointer { shift in
                if folded == nil { unsafe (finish.scale, finish.shift) = (scale.baseAddress, shift.baseAddress) }
                let finish = unsafe finish
                context.team.forEach(shape.images) { image, thread in
                    let scratch = context.scratch(thread)
                    if isOne {
                        unsafe filter.forward(input.image(image), output.image(image), shape, finish, scratch)
                    } else {
                        unsafe forwardFixed(input.image(image), output.image(image), shape, scratch)
                    }
                }
            }
        }
    }

    /// The filter, then all that comes after it.
    private func forwardFixed(
        _ input: UnsafeMutablePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ extent: Shape, _ scratch: Scratch
    ) {
        let (channels, outputs) = (filter.channels.output, output.shape.imageCount)
        let whole = unsafe scratch.floats(1, channels * extent.area)
        unsafe filter.forward(input, whole, extent, scratch)
        if folded != nil, case .average(let size) = pooling {
            unsafe assay_average_pool(whole, channels, extent.height, extent.width, size, out)
            return
        }
        // What is kept for a gradient has no reader here.
        let unread = unsafe scratch.floats(3, 2 * outputs)
        let winner = unsafe UnsafeMutableRawPointer(unread + outputs).bindMemory(to: UInt8.self, capacity: outputs)
        unsafe normalise(whole, extent, out, kept: unread, winner: winner)
    }

    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        guard let input else { preconditionFailure("backward before forward") }
        let shape = input.shape
        let (channels, count) = (filter.channels.output, filter.parameters.reduce(0) { $0 + $1.count })
        let slopes = normalisation.coefficients(sums(gradient, context), count: shape.images * shape.area)
        if !isFirst { inputGradient.reshape(shape) }
        partial.reshape(Shape(Context.parts(shape.images), count))
        partial.fill(0)
        unsafe winners.withUnsafeBufferPointer { winners in
            let (base, perImage) = (winners.baseAddress, output.shape.imageCount)
            context.team.forEach(Context.parts(shape.images)) { part, thread in
                let scratch = context.scratch(thread)
                let sums = unsafe scratch.sums(filter.sumCount)
                for image in Context.part(part, of: shape.images) {
                    let maps = unsafe scratch.maps(1, channels: channels, shape, border: filter.border(shape))
                    unsafe assay_normalisation_gradient(
                        gradient.image(image), map.image(image), base.map { unsafe $0 + image * perImage }, channels,
                        shape.height, shape.width, size, kind, affine.scale, affine.shift, relu ? 1 : 0, slopes.a,
                        slopes.b, slopes.d, filter.isRectified ? 1 : 0, maps)
                    unsafe filter.backward(
                        input.image(image), gradient: maps, inputGradient: isFirst ? nil : inputGradient.image(image),
                        shape, sums: sums, scratch)
                }
                unsafe filter.collect(sums, into: partial.image(part))
            }
        }
        for part in 0..<Context.parts(shape.images) {
            var place = unsafe partial.image(part)
            for parameter in filter.parameters {
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
            switch pooling {
            case .none: true
            case .average: relu
            case .maximum: false
            }
        let source = isWhole ? map : kept
        let kind = isWhole ? kind : Int32(ASSAY_NO_POOLING)
        let size = isWhole ? size : 1
        return unsafe normalisation.planeSums(source.shape.images, context) { image, _, sum, product in
            unsafe assay_gradient_sums(
                gradient.image(image), source.image(image), filter.channels.output, source.shape.height,
                source.shape.width, size, kind, affine.scale, affine.shift, relu ? 1 : 0, sum, product)
        }
    }
}
