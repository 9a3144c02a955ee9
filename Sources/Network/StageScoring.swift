// A stage whose weights stand: recorded statistics, multiplied into the filter where that can be, and nothing kept.
import CKernels
import Threads

/// The pass of a stage outside training. Every image's score is its own: nothing depends on what else is in the batch.
final class StageScoring {
    private let parts: StageParts
    private var affine: (scale: [Float], shift: [Float]) = ([], [])
    /// The extents, as height and width, that the filter is ready for.
    private var prepared: (Int, Int)?

    init(_ parts: StageParts) { self.parts = parts }

    /// The weights are about to change.
    func forget() { prepared = nil }

    /// The filter, if the normalisation can be multiplied into its weights: it follows at once, and nothing follows it but a ReLU and
    /// a pooling that needs no scale of its own.
    private var folded: Convolution? {
        if case .maximum(let size) = parts.pooling, size > 2 { return nil }
        guard let convolution = parts.filter as? Convolution, !convolution.isRectified,
            convolution.bias == nil, parts.relu
        else { return nil }
        return convolution
    }

    func forward(_ input: Tensor, _ output: Tensor, _ context: Context) {
        let shape = input.shape
        if !context.hasFixedWeights || prepared.map({ $0 != (shape.height, shape.width) }) ?? true {
            affine = parts.normalisation.recorded
            if let folded {
                folded.prepare(shape, scale: affine.scale, shift: affine.shift)
            } else {
                parts.filter.prepare(shape, forTraining: false)
            }
            prepared = context.hasFixedWeights ? (shape.height, shape.width) : nil
        }
        // What a kernel does along with the filter.
        let isOne = parts.size <= 2 && (folded != nil || !parts.relu)
        var finish = unsafe assay_finish()
        unsafe finish.pooling = parts.kind
        unsafe affine.scale.withUnsafeBufferPointer { scale in
            unsafe affine.shift.withUnsafeBufferPointer { shift in
                if folded == nil {
                    unsafe (finish.scale, finish.shift) = (scale.baseAddress, shift.baseAddress)
                }
                let finish = unsafe finish
                context.team.forEach(shape.images) { image, thread in
                    let scratch = context.scratch(thread)
                    if isOne {
                        unsafe parts.filter.forward(
                            input.image(image), output.image(image), shape, finish, scratch)
                    } else {
                        unsafe forward(input.image(image), output.image(image), shape, scratch)
                    }
                }
            }
        }
    }

    /// The filter, then all that comes after it.
    private func forward(
        _ input: UnsafeMutablePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ extent: Shape,
        _ scratch: Scratch
    ) {
        let channels = parts.filter.channels.output
        let outputs = channels * extent.area / (parts.size * parts.size)
        let whole = unsafe scratch.floats(1, channels * extent.area)
        unsafe parts.filter.forward(input, whole, extent, scratch)
        if folded != nil, case .average(let size) = parts.pooling {
            unsafe assay_average_pool(whole, channels, extent.height, extent.width, size, out)
            return
        }
        // What is kept for a gradient has no reader here.
        let unread = unsafe scratch.floats(3, 2 * outputs)
        let winner = unsafe UnsafeMutableRawPointer(unread + outputs).bindMemory(
            to: UInt8.self, capacity: outputs)
        unsafe parts.normalise(whole, extent, by: affine, out, kept: unread, winner: winner)
    }
}
