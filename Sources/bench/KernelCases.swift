// The convolution kernels over the shapes of both networks, beside the loop that anyone would write.
import CKernels
import Network

/// Shapes that matter: inputs, outputs, side, kernel, dilation.
private let shapes = [
    (3, 8, 224, 3, 1), (4, 4, 224, 3, 2), (2, 2, 224, 3, 3), (8, 16, 112, 3, 1), (16, 32, 56, 3, 1), (12, 16, 56, 5, 1),
    (15, 16, 64, 3, 1), (24, 24, 32, 3, 1), (48, 48, 16, 3, 1), (64, 16, 32, 1, 1),
]

func kernelCases() -> [Case] {
    shapes.flatMap { inputs, outputs, side, size, dilation -> [Case] in
        let border = dilation * (size / 2)
        let name =
            "convolution \(inputs)→\(outputs), \(side)², k\(size)" + (dilation > 1 ? ", dilation \(dilation)" : "")
        let weights = Tensor(Shape(outputs, inputs, size, size))
        weights.fill(0.01)
        let (filter, scratch) = (PackedFilter(inputs, outputs, size: size, dilation: dilation), Scratch())
        unsafe filter.pack(weights.base, for: Shape(1, inputs, side, side))
        let input = Tensor(Shape(1, assay_bordered_size(inputs, side, side, border)))
        let gradient = Tensor(Shape(1, assay_bordered_size(outputs, side, side, border)))
        let output = Tensor(Shape(1, outputs, side, side))
        let shape = assay_filter(cin: inputs, cout: outputs, size: size, dilation: dilation)
        let sums = Tensor(Shape(1, assay_weight_gradient_size(shape)))
        let work = Tensor(Shape(1, assay_weight_gradient_work(shape, side)))
        let operations = 2e-9 * Double(inputs * outputs * side * side * size * size)
        let (maps, slopes) = unsafe (
            assay_bordered_maps(input.base, side, side, border), assay_bordered_maps(gradient.base, side, side, border)
        )
        return [
            Case(name + ", plain loop", amount: operations, unit: "GFLOP") {
                defer { withExtendedLifetime(input) {} }
                unsafe plainLoop(maps, inputs, side, size, dilation, weights.base, outputs, output.base)
            },
            Case(name, amount: operations, unit: "GFLOP") {
                defer { withExtendedLifetime(input) {} }
                var finish = unsafe assay_finish()
                unsafe finish.relu = 1
                unsafe filter.apply(maps, finish, assay_dense_maps(output.base, side, side), output.shape, scratch)
            },
            Case(name + ", weight gradient", amount: operations, unit: "GFLOP") {
                defer { withExtendedLifetime((input, gradient)) {} }
                unsafe assay_add_weight_gradient(shape, maps, slopes, side, side, work.base, sums.base)
            },
        ]
    }
}

private func plainLoop(
    _ maps: assay_maps, _ inputs: Int, _ side: Int, _ size: Int, _ dilation: Int, _ weights: UnsafePointer<Float>,
    _ outputs: Int, _ out: UnsafeMutablePointer<Float>
) {
    let reach = dilation * (size / 2)
    for o in 0..<outputs {
        for y in 0..<side {
            for x in 0..<side {
                var sum: Float = 0
                for i in 0..<inputs {
                    for ky in 0..<size {
                        for kx in 0..<size {
                            let place = unsafe i * maps.plane + (y + ky * dilation - reach) * maps.stride
                            unsafe sum +=
                                maps.origin[place + x + kx * dilation - reach]
                                * weights[((o * inputs + i) * size + ky) * size + kx]
                        }
                    }
                }
                unsafe out[(o * side + y) * side + x] = max(sum, 0)
            }
        }
    }
}
