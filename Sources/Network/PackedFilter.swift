// The weights of a convolution in the form that its kernel reads, and the call of that kernel.
package import CKernels

/// One convolution that can be applied to bordered maps, forwards or for the gradient of an input.
package struct PackedFilter {
    private let filter: assay_filter
    private let packed: Tensor

    /// A filter without weights yet: side of the kernel, odd, and dilation.
    package init(_ inputs: Int, _ outputs: Int, size: Int, dilation: Int = 1) {
        filter = assay_filter(cin: inputs, cout: outputs, size: size, dilation: dilation)
        packed = Tensor(Shape(1, assay_packed_size(filter)))
    }

    /// Takes over weights [outputs, inputs, size, size].
    package func pack(_ weight: UnsafePointer<Float>) { unsafe assay_pack(weight, filter, packed.base) }

    /// Takes over the weights [inputs, outputs, size, size] of the convolution whose input's gradient this one computes.
    func packTransposed(_ weight: UnsafePointer<Float>) { unsafe assay_pack_transposed(weight, filter, packed.base) }

    /// Writes bias + weight ∗ input, then a ReLU if asked for. `input` has a border of zeros as wide as the kernel reaches.
    package func apply(
        _ input: assay_maps, bias: UnsafePointer<Float>? = nil, relu: Bool = false, _ output: assay_maps,
        _ extent: Shape, _ scratch: Scratch
    ) {
        let work = unsafe scratch.floats(4, assay_convolve_work(filter, extent.height, extent.width))
        unsafe assay_convolve(
            filter, input, extent.height, extent.width, packed.base, bias, relu ? 1 : 0, work, output)
    }

    /// Whether `applyPooled` is made for maps of these extents.
    func canPool(_ extent: Shape) -> Bool { assay_can_pool(filter, extent.height, extent.width) != 0 }

    /// The same as `apply` and then the average over 2 × 2 pixels, which `output` has half the extents for.
    func applyPooled(
        _ input: assay_maps, bias: UnsafePointer<Float>?, relu: Bool, _ output: assay_maps, _ extent: Shape,
        _ scratch: Scratch
    ) {
        let work = unsafe scratch.floats(4, assay_convolve_work(filter, extent.height, extent.width))
        unsafe assay_convolve_pooled(
            filter, input, extent.height, extent.width, packed.base, bias, relu ? 1 : 0, work, output)
    }
}
