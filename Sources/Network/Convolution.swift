// Two-dimensional convolution with "same" padding, the filter that almost all of the time is spent in.
package import CKernels

/// Square convolution of odd size, stride 1, zero padding that keeps the extents, optionally dilated and followed by a ReLU.
package final class Convolution: Filter {
    package let weight: Parameter
    package let bias: Parameter?
    package let channels: (input: Int, output: Int)
    package let isRectified: Bool
    private let size: Int
    private let dilation: Int
    private let packed: PackedFilter
    private lazy var packedTransposed = PackedFilter(channels.output, channels.input, size: size, dilation: dilation)
    /// What stands in for bias and ReLU of a filter that a normalisation was multiplied into.
    private var shift: Tensor?

    /// - Parameters:
    ///   - name: prefix of the tensors' names; `.weight` is [outputs, inputs, size, size], `.bias` [outputs].
    ///   - hasBias: false where a batch normalisation follows at once and would cancel it.
    package init(
        _ name: String, _ inputs: Int, _ outputs: Int, size: Int, dilation: Int = 1, relu: Bool = false,
        hasBias: Bool = true
    ) {
        precondition(size % 2 == 1 && dilation >= 1)
        (channels, isRectified) = ((inputs, outputs), relu)
        (self.size, self.dilation) = (size, dilation)
        weight = Parameter(name + ".weight", [outputs, inputs, size, size])
        bias = hasBias ? Parameter(name + ".bias", [outputs]) : nil
        packed = PackedFilter(inputs, outputs, size: size, dilation: dilation)
    }

    package var parameters: [Parameter] { bias.map { [weight, $0] } ?? [weight] }
    /// How far the kernel reaches.
    private var border: Int { dilation * (size / 2) }
    package func border(_ extent: Shape) -> Int { packedTransposed.needsBorder(extent) ? border : 0 }

    package func initialise(from generator: inout some RandomNumberGenerator) {
        weight.initialise(fanIn: channels.input * size * size, from: &generator)
    }

    package func prepare(_ extent: Shape, forTraining: Bool) {
        shift = nil
        unsafe packed.pack(weight.value.base, for: extent)
        if forTraining { unsafe packedTransposed.packTransposed(weight.value.base, for: extent) }
    }

    /// Takes over the weights times `scale`, with `shift` for a bias, one of each for every output channel, and a ReLU at the end.
    func prepare(_ extent: Shape, scale: [Float], shift: [Float]) {
        precondition(bias == nil && scale.count == channels.output && shift.count == channels.output)
        let perOutput = channels.input * size * size
        let scaled = unsafe [Float](unsafeUninitializedCapacity: weight.count) { scaled, count in
            for (output, factor) in scale.enumerated() {
                let start = output * perOutput
                unsafe assay_scale_offset(
                    weight.value.base + start, perOutput, factor, 0, scaled.baseAddress.unsafelyUnwrapped + start)
            }
            count = weight.count
        }
        unsafe packed.pack(scaled, for: extent)
        self.shift = Tensor(Shape(1, shift.count), shift)
    }

    package func forward(
        _ input: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ extent: Shape,
        _ scratch: Scratch
    ) {
        unsafe forward(input, output, extent, assay_finish(), scratch)
    }

    package func forward(
        _ input: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ extent: Shape,
        _ finish: assay_finish, _ scratch: Scratch
    ) {
        let shrunk = unsafe finish.pooling == Int32(ASSAY_NO_POOLING) ? 1 : 2
        let maps = unsafe denseMaps(output, Shape(1, 1, extent.height / shrunk, extent.width / shrunk))
        unsafe apply(
            needsBorder(extent) ? bordered(input, extent, scratch) : denseMaps(input, extent), maps, extent, finish,
            scratch)
    }

    /// Convolves maps that have the border already where `needsBorder`. Bias and ReLU of `finish` are replaced by the filter's own.
    func apply(
        _ input: assay_maps, _ output: assay_maps, _ extent: Shape, _ finish: assay_finish, _ scratch: Scratch
    ) {
        var finish = unsafe finish
        unsafe finish.bias = UnsafePointer(shift?.base ?? bias?.value.base)
        unsafe finish.relu = isRectified || shift != nil ? 1 : 0
        unsafe packed.apply(input, finish, output, extent, scratch)
    }

    /// Whether `apply` needs a border for maps of these extents.
    func needsBorder(_ extent: Shape) -> Bool { border > 0 && packed.needsBorder(extent) }

    private func bordered(_ input: UnsafeMutablePointer<Float>, _ extent: Shape, _ scratch: Scratch) -> assay_maps {
        if border == 0 { return unsafe denseMaps(input, extent) }
        return unsafe scratch.bordered(0, input, channels: channels.input, extent, border: border)
    }

    package func backward(
        _ input: UnsafeMutablePointer<Float>, gradient: assay_maps, inputGradient: UnsafeMutablePointer<Float>?,
        _ extent: Shape, sums: UnsafeMutablePointer<Float>, _ scratch: Scratch
    ) {
        let needsBorder = border > 0 && assay_weight_gradient_needs_border(packed.filter) != 0
        unsafe addGradients(
            needsBorder ? bordered(input, extent, scratch) : denseMaps(input, extent), gradient, extent, sums: sums,
            scratch)
        if let inputGradient = unsafe inputGradient {
            unsafe propagate(gradient, denseMaps(inputGradient, extent), extent, scratch)
        }
    }

    /// The weights' sums, and after them the bias's.
    package var sumCount: Int { assay_weight_gradient_size(packed.filter) + (bias?.count ?? 0) }

    /// Adds one image's gradients of weight and bias to `sums`.
    func addGradients(
        _ input: assay_maps, _ gradient: assay_maps, _ extent: Shape, sums: UnsafeMutablePointer<Float>,
        _ scratch: Scratch
    ) {
        let work = unsafe scratch.floats(4, assay_weight_gradient_work(packed.filter, extent.width))
        unsafe assay_add_weight_gradient(
            packed.filter, input, gradient, extent.height, extent.width, work, sums)
        if bias != nil {
            unsafe assay_plane_totals(
                gradient, channels.output, extent.height, extent.width,
                sums + assay_weight_gradient_size(packed.filter))
        }
    }

    package func collect(_ sums: UnsafePointer<Float>, into gradients: UnsafeMutablePointer<Float>) {
        unsafe assay_collect_weight_gradient(packed.filter, sums, gradients)
        if let bias {
            unsafe assay_add(
                sums + assay_weight_gradient_size(packed.filter), bias.count, gradients + weight.count)
        }
    }

    /// The gradient of the input from that of the output, which has the border.
    func propagate(_ gradient: assay_maps, _ inputGradient: assay_maps, _ extent: Shape, _ scratch: Scratch) {
        unsafe packedTransposed.apply(gradient, assay_finish(), inputGradient, extent, scratch)
    }
}
