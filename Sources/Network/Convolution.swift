// Two-dimensional convolution with "same" padding, the layer that almost all of the time is spent in.
import CKernels

/// Square convolution of odd size, stride 1, zero padding that keeps the extents, optionally dilated and followed by a ReLU.
package final class Convolution: Layer {
    package let weight: Parameter
    package let bias: Parameter?
    private let inputs: Int
    private let outputs: Int
    private let size: Int
    private let dilation: Int
    private let relu: Bool
    private let isFirst: Bool
    private let output = Tensor(Shape(0, 0))
    private lazy var inputGradient = Tensor(Shape(0, 0))
    private lazy var masked = Tensor(Shape(0, 0))
    private lazy var partial = Tensor(Shape(0, 0))
    private let packed: Tensor
    private lazy var packedTransposed = Tensor(Shape(1, assay_packed_size(inputs, outputs, size)))
    private var input: Tensor?

    /// - Parameters:
    ///   - name: prefix of the tensors' names; `.weight` is [outputs, inputs, size, size], `.bias` [outputs].
    ///   - hasBias: false where a batch normalisation follows at once and would cancel it.
    ///   - isFirst: the input is data, so its gradient is not computed (`backward` then returns an empty tensor).
    package init(
        _ name: String, _ inputs: Int, _ outputs: Int, size: Int, dilation: Int = 1, relu: Bool = false,
        hasBias: Bool = true, isFirst: Bool = false
    ) {
        precondition(size % 2 == 1 && dilation >= 1)
        (self.inputs, self.outputs, self.size, self.dilation) = (inputs, outputs, size, dilation)
        (self.relu, self.isFirst) = (relu, isFirst)
        weight = Parameter(name + ".weight", [outputs, inputs, size, size])
        bias = hasBias ? Parameter(name + ".bias", [outputs]) : nil
        packed = Tensor(Shape(1, assay_packed_size(outputs, inputs, size)))
    }

    package var parameters: [Parameter] { bias.map { [weight, $0] } ?? [weight] }
    private var pad: Int { dilation * (size / 2) }

    package func initialise(from generator: inout some RandomNumberGenerator) {
        weight.initialise(fanIn: inputs * size * size, from: &generator)
    }

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        precondition(input.shape.channels == inputs, "convolution got \(input.shape), wants \(inputs) channels")
        self.input = input
        unsafe assay_pack(weight.value.base, outputs, inputs, size, packed.base)
        return unsafe convolve(input, bias: bias?.value.base, relu: relu, context)
    }

    /// For inference: the output times `scale` plus `shift`, one of each for every output channel, then a ReLU, in one pass.
    package func forward(_ input: Tensor, scale: [Float], shift: [Float], _ context: Context) -> Tensor {
        precondition(bias == nil && !relu && scale.count == outputs && shift.count == outputs)
        var scaled = weight.value.values
        let perOutput = inputs * size * size
        for index in scaled.indices { scaled[index] *= scale[index / perOutput] }
        unsafe assay_pack(scaled, outputs, inputs, size, packed.base)
        return unsafe convolve(input, bias: shift, relu: true, context)
    }

    private func convolve(_ input: Tensor, bias: UnsafePointer<Float>?, relu: Bool, _ context: Context) -> Tensor {
        let (height, width) = (input.shape.height, input.shape.width)
        output.reshape(Shape(input.shape.images, outputs, height, width))
        context.team.forEach(input.shape.images) { image, thread in
            let padded = unsafe self.padded(input, image, slot: 0, thread, context)
            unsafe assay_convolve(
                padded, inputs, height, width, size, dilation, packed.base, bias, outputs, relu ? 1 : 0, 0,
                output.image(image))
        }
        return output
    }

    /// An image in the kernel's layout, in scratch memory, or as it lies where that is the same.
    private func padded(
        _ maps: Tensor, _ image: Int, slot: Int, _ thread: Int, _ context: Context
    ) -> UnsafeMutablePointer<Float> {
        let shape = maps.shape
        if pad == 0 && shape.width % 8 == 0 && shape.width >= 16 { return unsafe maps.image(image) }
        let target = unsafe context.scratch(
            slot, thread: thread, count: assay_padded_size(shape.channels, shape.height, shape.width, pad))
        unsafe assay_pad(maps.image(image), shape.channels, shape.height, shape.width, pad, target)
        return unsafe target
    }

    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        guard let input else { preconditionFailure("backward before forward") }
        let (height, width) = (input.shape.height, input.shape.width)
        let images = input.shape.images
        if !isFirst {
            inputGradient.reshape(input.shape)
            unsafe assay_pack_transposed(weight.value.base, outputs, inputs, size, packedTransposed.base)
        }
        if relu { masked.reshape(output.shape) }
        let stride = weight.count + outputs
        partial.reshape(Shape(Context.parts(images), stride))
        partial.fill(0)
        context.team.forEach(Context.parts(images)) { part, thread in
            let sums = unsafe partial.image(part)
            for image in Context.part(part, of: images) {
                if relu {
                    unsafe assay_leaky_relu_gradient(
                        gradient.image(image), output.image(image), output.shape.imageCount, 0, masked.image(image))
                }
                let own = relu ? masked : gradient
                let paddedInput = unsafe padded(input, image, slot: 0, thread, context)
                let paddedGradient = unsafe padded(own, image, slot: 1, thread, context)
                unsafe assay_convolve_weight_gradient(
                    paddedInput, paddedGradient, inputs, height, width, size, dilation, outputs, sums)
                if bias != nil {
                    unsafe assay_plane_totals(own.image(image), outputs, height * width, sums + weight.count)
                }
                if !isFirst {
                    unsafe assay_convolve(
                        paddedGradient, outputs, height, width, size, dilation, packedTransposed.base, nil, inputs, 0,
                        0,
                        inputGradient.image(image))
                }
            }
        }
        for part in 0..<Context.parts(images) {
            unsafe assay_add(partial.image(part), weight.count, weight.gradient.base)
            if let bias { unsafe assay_add(partial.image(part) + weight.count, outputs, bias.gradient.base) }
        }
        return inputGradient
    }
}
