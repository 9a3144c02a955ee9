// Batch normalisation (Ioffe and Szegedy 2015) with running statistics for inference.
import CKernels
import Threads

/// Normalises each channel over batch and area, then scales and shifts it.
///
/// While training, statistics come from the batch and running ones move towards them; otherwise the running ones are used.
package final class BatchNormalisation: Layer {
    private let channels: Int
    private let epsilon: Float
    private let momentum: Float
    private let weight: Parameter
    private let bias: Parameter
    private let runningMean: Parameter
    private let runningVariance: Parameter
    private let output = Tensor(Shape(0, 0))
    private lazy var inputGradient = Tensor(Shape(0, 0))
    private var input: Tensor?
    private var mean: [Double] = []
    private var inverseDeviation: [Double] = []

    /// `momentum` is the share of the old running value that is kept at each step; the running variance is the unbiased one.
    package init(_ name: String, _ channels: Int, epsilon: Float = 1e-3, momentum: Float = 0.99) {
        (self.channels, self.epsilon, self.momentum) = (channels, epsilon, momentum)
        weight = Parameter(name + ".weight", [channels], fill: 1)
        bias = Parameter(name + ".bias", [channels])
        runningMean = Parameter(name + ".running_mean", [channels], isTrainable: false)
        runningVariance = Parameter(name + ".running_var", [channels], isTrainable: false, fill: 1)
    }

    package var parameters: [Parameter] { [weight, bias, runningMean, runningVariance] }

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        precondition(input.shape.channels == channels)
        self.input = input
        output.reshape(input.shape)
        let area = input.shape.area
        if context.isTraining {
            let (sum, squares) = unsafe planeSums(input.shape.images, context) { image, _, sum, squares in
                unsafe assay_plane_sums(input.image(image), channels, area, sum, squares)
            }
            learn(sum, squares, count: input.shape.images * area)
        } else {
            recall()
        }
        let (scale, shift) = affine
        context.team.forEach(input.shape.images) { image, _ in
            unsafe assay_scale_shift(input.image(image), channels, area, scale, shift, 0, output.image(image))
        }
        return output
    }

    /// Follows a forward pass in training only.
    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        guard let input else { preconditionFailure("backward before forward") }
        let shape = input.shape
        let (scale, shift) = affine
        let none = Int32(ASSAY_NO_POOLING)
        let sums = unsafe planeSums(shape.images, context) { image, _, sum, product in
            unsafe assay_gradient_sums(
                gradient.image(image), input.image(image), channels, shape.height, shape.width, 1, none, scale, shift,
                0, sum, product)
        }
        let (a, b, d) = coefficients(sums, count: shape.images * shape.area)
        inputGradient.reshape(shape)
        context.team.forEach(shape.images) { image, _ in
            unsafe assay_normalisation_gradient(
                gradient.image(image), input.image(image), nil, channels, shape.height, shape.width, 1, none, scale,
                shift, 0, a, b, d, 0, denseMaps(inputGradient.image(image), shape))
        }
        return inputGradient
    }

    // MARK: Statistics

    /// Takes over the statistics of a batch from sums of values and of squares over `count` values, and moves the running ones.
    func learn(_ sum: [Double], _ squares: [Double], count: Int) {
        let count = Double(count)
        mean = sum.map { $0 / count }
        let variance = (0..<channels).map { max(squares[$0] / count - mean[$0] * mean[$0], 0) }
        inverseDeviation = variance.map { 1 / ($0 + Double(epsilon)).squareRoot() }
        let unbiased = count / max(count - 1, 1)
        for c in 0..<channels {
            runningMean.value[c] = momentum * runningMean.value[c] + (1 - momentum) * Float(mean[c])
            runningVariance.value[c] =
                momentum * runningVariance.value[c] + (1 - momentum) * Float(variance[c] * unbiased)
        }
    }

    private func recall() {
        mean = (0..<channels).map { Double(runningMean.value[$0]) }
        inverseDeviation = (0..<channels).map {
            1 / (Double(runningVariance.value[$0]) + Double(epsilon)).squareRoot()
        }
    }

    /// What the layer does to each channel once it no longer learns: y = scale · x + shift.
    var recorded: (scale: [Float], shift: [Float]) {
        recall()
        return affine
    }

    /// What the layer does to each channel with the statistics in use.
    var affine: (scale: [Float], shift: [Float]) {
        let scale = (0..<channels).map { Float(Double(weight.value[$0]) * inverseDeviation[$0]) }
        return (scale, (0..<channels).map { bias.value[$0] - Float(mean[$0] * Double(scale[$0])) })
    }

    /// Adds the gradients of scale and shift, and returns that of the input as a·g + b·x + d.
    ///
    /// With x̂ = (x − μ)/σ: dγ = Σ g·x̂, dβ = Σ g, dx = γ/σ · (g − dβ/m − x̂·dγ/m).
    ///
    /// - Parameter sums: Σ g and Σ g·x of each channel over `count` = m values.
    func coefficients(
        _ sums: (first: [Double], second: [Double]), count: Int
    ) -> (a: [Float], b: [Float], d: [Float]) {
        let (sum, product) = sums
        let count = Double(count)
        var (a, b, d) = ([Float](), [Float](), [Float]())
        for c in 0..<channels {
            let scaleGradient = (product[c] - mean[c] * sum[c]) * inverseDeviation[c]
            weight.gradient[c] += Float(scaleGradient)
            bias.gradient[c] += Float(sum[c])
            let slope = Double(weight.value[c]) * inverseDeviation[c]
            let pull = slope * scaleGradient * inverseDeviation[c] / count
            a.append(Float(slope))
            b.append(Float(-pull))
            d.append(Float(pull * mean[c] - slope * sum[c] / count))
        }
        return (a, b, d)
    }

    /// Adds two per-channel sums over the images, in the order of the images.
    func planeSums(
        _ images: Int, _ context: Context,
        _ measure: (_ image: Int, _ thread: Int, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Void
    ) -> (first: [Double], second: [Double]) {
        let stride = 2 * channels
        var sums = [Double](repeating: 0, count: images * stride)
        unsafe sums.withUnsafeMutableBufferPointer { buffer in
            let base = buffer.baseAddress!
            context.team.forEach(images) { image, thread in
                unsafe measure(image, thread, base + image * stride, base + image * stride + channels)
            }
        }
        var total = [Double](repeating: 0, count: stride)
        for image in 0..<images { for i in 0..<stride { total[i] += sums[image * stride + i] } }
        return (Array(total[..<channels]), Array(total[channels...]))
    }
}
