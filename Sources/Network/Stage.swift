// The unit that both networks are built of. Between the two places where a batch must be seen whole, the statistics and their
// gradient, every image goes through in one piece.
import CKernels

/// A filter, batch normalisation, optionally a ReLU, optionally pooling over windows that do not overlap.
package final class Stage: Layer {
    package enum Pooling: Equatable, Sendable {
        case none
        /// Over size × size windows, more than one pixel; the size divides height and width.
        case average(Int)
        case maximum(Int)
    }

    private let parts: StageParts
    private let training: StageTraining
    private let scoring: StageScoring
    private let output = Tensor(Shape(0, 0))

    /// - Parameters:
    ///   - relu: after the normalisation.
    ///   - isFirst: the input is data, so its gradient is not computed (`backward` then returns an empty tensor).
    package init(
        _ filter: any Filter, normalisation name: String, relu: Bool = false, pooling: Pooling = .none,
        isFirst: Bool = false
    ) {
        let normalisation = BatchNormalisation(name, filter.channels.output)
        parts = StageParts(filter: filter, normalisation: normalisation, relu: relu, pooling: pooling)
        // The number of a window's greatest pixel is kept in a byte.
        precondition(parts.size <= 16 && (parts.size > 1 || pooling == .none))
        training = StageTraining(parts, isFirst: isFirst)
        scoring = StageScoring(parts)
    }

    package var parameters: [Parameter] { parts.filter.parameters + parts.normalisation.parameters }

    package func initialise(from generator: inout some RandomNumberGenerator) {
        parts.filter.initialise(from: &generator)
    }

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        let (shape, size, channels) = (input.shape, parts.size, parts.filter.channels)
        precondition(shape.channels == channels.input, "got \(shape), wants \(channels.input) channels")
        precondition(
            shape.height % size == 0 && shape.width % size == 0,
            "pooling by \(size) does not divide \(shape)")
        output.reshape(Shape(shape.images, channels.output, shape.height / size, shape.width / size))
        if context.isTraining {
            scoring.forget()
            training.forward(input, output, context)
        } else {
            scoring.forward(input, output, context)
        }
        return output
    }

    /// Follows a forward pass in training only.
    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        training.backward(gradient, context)
    }
}

/// What a stage is made of.
struct StageParts {
    let filter: any Filter
    let normalisation: BatchNormalisation
    let relu: Bool
    let pooling: Stage.Pooling

    /// Side of the pooling's windows.
    var size: Int {
        switch pooling {
        case .none: 1
        case .average(let size), .maximum(let size): size
        }
    }

    var kind: Int32 {
        switch pooling {
        case .none: Int32(ASSAY_NO_POOLING)
        case .average: Int32(ASSAY_AVERAGE)
        case .maximum: Int32(ASSAY_MAXIMUM)
        }
    }

    /// All that comes after the filter, for one image's planes of `extent`.
    ///
    /// - Parameters:
    ///   - affine: the normalisation.
    ///   - kept: what a gradient needs of each window; `winner`, of a maximum, which pixel it was.
    func normalise(
        _ planes: UnsafeMutablePointer<Float>, _ extent: Shape,
        by affine: (scale: [Float], shift: [Float]),
        _ out: UnsafeMutablePointer<Float>, kept: UnsafeMutablePointer<Float>,
        winner: UnsafeMutablePointer<UInt8>?
    ) {
        let (channels, relu) = (filter.channels.output, Int32(relu ? 1 : 0))
        switch pooling {
        case .none:
            unsafe assay_scale_shift(planes, channels, extent.area, affine.scale, affine.shift, relu, out)
        case .average(let size):
            unsafe assay_normalise_average(
                planes, channels, extent.height, extent.width, size, affine.scale, affine.shift, relu, out,
                kept)
        case .maximum(let size):
            unsafe assay_normalise_maximum(
                planes, channels, extent.height, extent.width, size, affine.scale, affine.shift, relu, out,
                kept,
                winner!)
        }
    }
}
