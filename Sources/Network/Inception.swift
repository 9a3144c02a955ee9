// MesoInception-4's module (Afchar et al. 2018): four paths over one map, their outputs joined along the channels.
package import CKernels

/// 1×1 → a; 1×1 → b, 3×3 → b; 1×1 → c, 3×3 dilated by 2 → c; 1×1 → d, 3×3 dilated by 3 → d; every one with a ReLU.
///
/// An image's paths run one after the other, so that what lies between two convolutions never leaves the cache; the gradient
/// computes it again.
package final class Inception: Filter {
    /// One path: a 1×1 convolution and, in all but the first, a dilated 3×3 one.
    private struct Path {
        let narrow: Convolution
        let wide: Convolution?
        var width: Int { narrow.channels.output }
        var filters: [Convolution] { [narrow] + (wide.map { [$0] } ?? []) }
    }

    package let channels: (input: Int, output: Int)
    package let isRectified = true
    private let border = 3
    private let paths: [Path]
    /// The 1×1 weights of all paths as one, turned: the gradient of the input in a single pass.
    private lazy var packedTransposed = PackedFilter(channels.output, channels.input, size: 1)

    /// `widths` are a, b, c and d; tensors are named `name.a`, `name.b1`, `name.b2` and so on.
    package init(_ name: String, _ inputs: Int, _ widths: [Int]) {
        precondition(widths.count == 4)
        paths = zip(["a", "b", "c", "d"], widths).enumerated().map { dilation, path in
            let (letter, width) = path
            if dilation == 0 {
                return Path(narrow: Convolution("\(name).\(letter)", inputs, width, size: 1, relu: true), wide: nil)
            }
            return Path(
                narrow: Convolution("\(name).\(letter)1", inputs, width, size: 1, relu: true),
                wide: Convolution("\(name).\(letter)2", width, width, size: 3, dilation: dilation, relu: true))
        }
        channels = (inputs, widths.reduce(0, +))
    }

    package var parameters: [Parameter] { paths.flatMap(\.filters).flatMap(\.parameters) }

    package func initialise(from generator: inout some RandomNumberGenerator) {
        for path in paths {
            path.narrow.initialise(from: &generator)
            path.wide?.initialise(from: &generator)
        }
    }

    package func prepare(_ extent: Shape, forTraining: Bool) {
        for path in paths {
            path.narrow.prepare(extent, forTraining: forTraining)
            path.wide?.prepare(extent, forTraining: forTraining)
        }
        if forTraining {
            let joined = paths.flatMap(\.narrow.weight.value.values)
            unsafe packedTransposed.packTransposed(joined, for: extent)
        }
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
        let outer = Shape(1, 1, extent.height / shrunk, extent.width / shrunk)
        var (out, finish) = unsafe (output, finish)
        for path in paths {
            let maps = unsafe denseMaps(out, outer)
            if let wide = path.wide {
                let border = wide.needsBorder(extent) ? border : 0
                let between = unsafe self.between(path, input, extent, border: border, scratch)
                unsafe wide.apply(between, maps, extent, finish, scratch)
            } else {
                unsafe path.narrow.apply(denseMaps(input, extent), maps, extent, finish, scratch)
            }
            unsafe out += path.width * outer.area
            if let scale = unsafe finish.scale { unsafe finish.scale = scale + path.width }
            if let shift = unsafe finish.shift { unsafe finish.shift = shift + path.width }
        }
    }

    /// What a path's 1×1 convolution hands to its 3×3 one.
    private func between(
        _ path: Path, _ input: UnsafeMutablePointer<Float>, _ extent: Shape, border: Int, _ scratch: Scratch
    ) -> assay_maps {
        let maps = unsafe scratch.maps(0, channels: path.width, extent, border: border)
        unsafe path.narrow.apply(denseMaps(input, extent), maps, extent, assay_finish(), scratch)
        return unsafe maps
    }

    package func backward(
        _ input: UnsafeMutablePointer<Float>, gradient: assay_maps, inputGradient: UnsafeMutablePointer<Float>?,
        _ extent: Shape, sums: UnsafeMutablePointer<Float>, _ scratch: Scratch
    ) {
        // Gradients of the 1×1 convolutions, path after path, in maps whose rows end in zeros.
        let inner = unsafe scratch.maps(2, channels: channels.output, extent, border: 0)
        var (outer, own, place) = unsafe (gradient, inner, sums)
        for path in paths {
            if let wide = path.wide {
                let between = unsafe self.between(path, input, extent, border: border, scratch)
                unsafe wide.addGradients(between, outer, extent, sums: place + path.narrow.sumCount, scratch)
                unsafe wide.propagate(outer, own, extent, scratch)
                unsafe assay_mask_maps(between, path.width, extent.height, extent.width, own)
            } else {
                unsafe assay_copy_maps(outer, path.width, extent.height, extent.width, own)
            }
            unsafe path.narrow.addGradients(denseMaps(input, extent), own, extent, sums: place, scratch)
            unsafe place += path.filters.reduce(0) { $0 + $1.sumCount }
            unsafe outer.origin += path.width * outer.plane
            unsafe own.origin += path.width * own.plane
        }
        if let inputGradient = unsafe inputGradient {
            unsafe packedTransposed.apply(inner, assay_finish(), denseMaps(inputGradient, extent), extent, scratch)
        }
    }

    package func border(_ extent: Shape) -> Int { border }

    package var sumCount: Int { paths.flatMap(\.filters).reduce(0) { $0 + $1.sumCount } }

    package func collect(_ sums: UnsafePointer<Float>, into gradients: UnsafeMutablePointer<Float>) {
        var (from, to) = unsafe (sums, gradients)
        for filter in paths.flatMap(\.filters) {
            unsafe filter.collect(from, into: to)
            unsafe from += filter.sumCount
            unsafe to += filter.parameters.reduce(0) { $0 + $1.count }
        }
    }
}
