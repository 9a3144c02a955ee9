// Dropout (Srivastava et al. 2014), with masks that depend on the step and the place only, never on threads.

import Threads

/// While training, zeroes each element with probability `rate` and scales the others by 1/(1 − rate); else the identity.
package final class Dropout: Layer {
    private let rate: Float
    private let salt: UInt64
    private let mask = Tensor(Shape(0, 0))
    private let output = Tensor(Shape(0, 0))
    private lazy var inputGradient = Tensor(Shape(0, 0))
    private var wasActive = false

    /// `salt` tells this layer's masks from those of its siblings.
    package init(rate: Float, salt: UInt64) { (self.rate, self.salt) = (rate, salt) }

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        wasActive = context.isTraining && rate > 0
        guard wasActive else { return input }
        output.reshape(input.shape)
        mask.reshape(input.shape)
        let (count, kept) = (input.shape.imageCount, 1 / (1 - rate))
        let threshold = UInt64(Double(rate) * 4_294_967_296)
        context.team.forEach(input.shape.images) { image, _ in
            let (x, y, m) = unsafe (input.image(image), output.image(image), mask.image(image))
            var state = mix(mix(context.step &+ salt &* 0x9E37_79B9_7F4A_7C15) &+ UInt64(image))
            for index in 0..<count {
                state &+= 0x9E37_79B9_7F4A_7C15
                let factor: Float = mix(state) >> 32 < threshold ? 0 : kept
                unsafe m[index] = factor
                unsafe y[index] = x[index] * factor
            }
        }
        return output
    }

    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        guard wasActive else { return gradient }
        inputGradient.reshape(gradient.shape)
        let count = gradient.shape.imageCount
        context.team.forEach(gradient.shape.images) { image, _ in
            let (g, m, dx) = unsafe (gradient.image(image), mask.image(image), inputGradient.image(image))
            for index in 0..<count { unsafe dx[index] = g[index] * m[index] }
        }
        return inputGradient
    }
}

/// SplitMix64's output function (Steele, Lea and Flood 2014).
package func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}
