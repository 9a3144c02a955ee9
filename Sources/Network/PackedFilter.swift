// The weights of a convolution in the form that its kernel reads, and the call of that kernel.
package import CKernels

/// One convolution that can be applied to maps, forwards or for the gradient of an input.
package struct PackedFilter {
    let filter: assay_filter
    /// Empty until there are weights: many networks are read and never run.
    private let packed = Tensor(Shape(1, 0))

    /// A filter without weights yet: side of the kernel, odd, and dilation.
    package init(_ inputs: Int, _ outputs: Int, size: Int, dilation: Int = 1) {
        filter = assay_filter(cin: inputs, cout: outputs, size: size, dilation: dilation)
    }

    /// Takes over weights [outputs, inputs, size, size], to be applied to maps of `extent`.
    package func pack(_ weight: UnsafePointer<Float>, for extent: Shape) {
        packed.reshape(Shape(1, assay_packed_size(filter, extent.height, extent.width)))
        unsafe assay_pack(weight, filter, extent.height, extent.width, packed.base)
    }

    /// Takes over the weights [inputs, outputs, size, size] of the convolution whose input's gradient this one computes.
    func packTransposed(_ weight: UnsafePointer<Float>, for extent: Shape) {
        packed.reshape(Shape(1, assay_packed_size(filter, extent.height, extent.width)))
        unsafe assay_pack_transposed(weight, filter, extent.height, extent.width, packed.base)
    }

    /// Writes finish(weight ∗ input). `input` has a border of zeros as wide as the kernel reaches, where `needsBorder`.
    package func apply(
        _ input: assay_maps, _ finish: assay_finish, _ output: assay_maps, _ extent: Shape,
        _ scratch: Scratch
    ) {
        // No two ways pack a filter to the same size.
        precondition(
            packed.shape.count == assay_packed_size(filter, extent.height, extent.width), "packed for other maps")
        let count = assay_convolve_work(filter, extent.height, extent.width, unsafe finish.pooling)
        var finish = unsafe finish
        unsafe assay_convolve(
            filter, input, extent.height, extent.width, packed.base, &finish, scratch.floats(4, count), output)
    }

    /// Whether `apply` needs a border for maps of these extents.
    package func needsBorder(_ extent: Shape) -> Bool { assay_needs_border(filter, extent.height, extent.width) != 0 }
}
