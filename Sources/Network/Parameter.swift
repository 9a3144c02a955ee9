// The numbers that a network learns or records, under the names that a model file gives them.

/// One named tensor of a model: its value and, while training, its gradient and the optimiser's moments.
package final class Parameter {
    package let name: String
    /// Extents as a model file lists them: [out, in, kh, kw] for convolutions, [out, in] for dense layers, [n] for vectors.
    package let shape: [Int]
    package let value: Tensor
    /// False for recorded statistics, which no optimiser touches.
    package let isTrainable: Bool
    /// Sum of the gradient over the batch's images; made when first asked for, so that inference never pays for it.
    package private(set) lazy var gradient = Tensor(value.shape)
    /// First and second moment estimates of the gradient.
    package private(set) lazy var moments = (mean: Tensor(value.shape), variance: Tensor(value.shape))

    package init(_ name: String, _ shape: [Int], isTrainable: Bool = true, fill: Float = 0) {
        self.name = name
        self.shape = shape
        self.isTrainable = isTrainable
        value = Tensor(Shape(1, shape.reduce(1, *)))
        if fill != 0 { value.fill(fill) }
    }

    package var count: Int { value.shape.count }

    /// He's uniform initialisation (He et al. 2015): U(−b, b), b = gain · √(3 / fanIn) with gain = √2 before a ReLU.
    package func initialise(fanIn: Int, gain: Float = 1.414_213_6, from generator: inout some RandomNumberGenerator) {
        let bound = gain * (3 / Float(fanIn)).squareRoot()
        // What `Float.random(in: -bound...bound)` gives, which takes a hundred times as long behind a generic generator: a
        // whole number up to 2²⁴ from 32 bits, those that would favour some numbers drawn again (Lemire 2019), as a fraction.
        let outcomes: UInt64 = (1 << 24) + 1
        let rejected: UInt64 = (1 << 32) % outcomes
        for index in 0..<count {
            var product: UInt64
            repeat { product = (generator.next() & 0xffff_ffff) &* outcomes } while product & 0xffff_ffff < rejected
            unsafe value.base[index] = Float(product >> 32) * 0x1p-24 * (2 * bound) - bound
        }
    }
}

extension Parameter {
    /// Replaces the value; `values` has `count` elements.
    package func set(_ values: [Float]) {
        precondition(values.count == count)
        unsafe value.base.update(from: values, count: count)
    }
}
