// What a stage wraps: a learned function that looks at one image at a time, so that its work stays in one core's cache.
package import CKernels

/// Maps of one image to maps of the same extent.
///
/// A filter keeps no maps: what its gradient needs, it is given again or computes again.
package protocol Filter: AnyObject {
    /// Channels in and out.
    var channels: (input: Int, output: Int) { get }
    /// Learned tensors, in a fixed order.
    var parameters: [Parameter] { get }
    /// Width of the zero border that `backward` needs around the gradient's maps of these extents.
    func border(_ extent: Shape) -> Int
    /// Whether the filter ends in a ReLU.
    var isRectified: Bool { get }

    /// Draws initial weights.
    func initialise(from generator: inout some RandomNumberGenerator)

    /// Takes over the parameters' present values, for maps of `extent`; called before passes, on one thread.
    func prepare(_ extent: Shape, forTraining: Bool)

    /// Dense planes `input` and `output` of `extent` (images and channels are ignored).
    func forward(
        _ input: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ extent: Shape,
        _ scratch: Scratch)

    /// The same where no gradient is wanted, and what a stage does after it: pooling over 2 × 2 pixels, then scale and shift, as
    /// `finish` has them. Its bias and ReLU are the filter's own.
    func forward(
        _ input: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ extent: Shape,
        _ finish: assay_finish, _ scratch: Scratch)

    /// Floats of the sums that `backward` adds to and `collect` reads.
    var sumCount: Int { get }

    /// Adds what one image contributes to the gradients of all parameters to `sums`, which begin as zeros, and writes the gradient of
    /// the input, if asked for.
    ///
    /// - Parameter gradient: that of the output before a ReLU at its end, in maps with the border; may be changed.
    func backward(
        _ input: UnsafeMutablePointer<Float>, gradient: assay_maps, inputGradient: UnsafeMutablePointer<Float>?,
        _ extent: Shape, sums: UnsafeMutablePointer<Float>, _ scratch: Scratch)

    /// Adds the gradients that the sums of any number of images amount to, one parameter after the other in `gradients`.
    func collect(_ sums: UnsafePointer<Float>, into gradients: UnsafeMutablePointer<Float>)
}

extension Filter {
    package func initialise(from generator: inout some RandomNumberGenerator) {}
}

/// One thread's scratch memory, in numbered slots; slot 4 belongs to the kernels of the convolution, 5 to the sums of gradients.
@safe package struct Scratch {
    private let slots: [Tensor]

    package init() { slots = (0..<6).map { _ in Tensor(Shape(1, 1)) } }

    /// At least `count` floats of undefined content, valid until the slot is asked for again.
    func floats(_ slot: Int, _ count: Int) -> UnsafeMutablePointer<Float> {
        if slots[slot].shape.count < count { slots[slot].reshape(Shape(1, count)) }
        return unsafe slots[slot].base
    }

    /// Zeros for a part's sums of gradients.
    package func sums(_ count: Int) -> UnsafeMutablePointer<Float> {
        let sums = unsafe floats(5, count)
        unsafe sums.update(repeating: 0, count: count)
        return unsafe sums
    }

    /// Maps with a border of zeros and undefined pixels.
    package func maps(_ slot: Int, channels: Int, _ extent: Shape, border: Int) -> assay_maps {
        let maps = unsafe room(slot, channels, extent, border)
        unsafe assay_clear_border(maps, channels, extent.height, extent.width, border)
        return unsafe maps
    }

    /// A copy of dense planes with a border of zeros.
    func bordered(
        _ slot: Int, _ planes: UnsafeMutablePointer<Float>, channels: Int, _ extent: Shape, border: Int
    ) -> assay_maps {
        let maps = unsafe room(slot, channels, extent, border)
        unsafe assay_border_planes(planes, channels, extent.height, extent.width, border, maps)
        return unsafe maps
    }

    private func room(_ slot: Int, _ channels: Int, _ extent: Shape, _ border: Int) -> assay_maps {
        let memory = unsafe floats(slot, assay_bordered_size(channels, extent.height, extent.width, border))
        return unsafe assay_bordered_maps(memory, extent.height, extent.width, border)
    }
}

/// Dense planes as maps.
package func denseMaps(_ planes: UnsafeMutablePointer<Float>, _ extent: Shape) -> assay_maps {
    unsafe assay_dense_maps(planes, extent.height, extent.width)
}
