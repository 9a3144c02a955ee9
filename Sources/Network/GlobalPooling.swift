// From maps of any extent to one vector an image: what the picture is like on the whole, and what its worst place is like.
import CKernels

/// Mean and maximum of each plane, all means first, or one of them: [n, c, h, w] → [n, 2c] or [n, c].
package final class GlobalPooling: Layer {
    package enum Kind: CaseIterable, Sendable {
        case mean, maximum
    }

    private let kinds: Set<Kind>
    private let output = Tensor(Shape(0, 0))
    /// Means, then maxima, whichever are wanted.
    private var whole: [Float] = []
    private lazy var inputGradient = Tensor(Shape(0, 0))
    private var input: Tensor?

    /// - Parameter kinds: not empty.
    package init(_ kinds: Set<Kind> = Set(Kind.allCases)) { self.kinds = kinds }

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        let channels = input.shape.channels
        self.input = input
        output.reshape(Shape(input.shape.images, kinds.count * channels))
        let both = [Float](repeating: 0, count: 2 * channels)
        if whole.count != both.count { whole = both }
        for image in 0..<input.shape.images {
            let out = unsafe output.image(image)
            unsafe whole.withUnsafeMutableBufferPointer { whole in
                let (means, maxima) =
                    unsafe kinds.count == 2
                    ? (out, out + channels) : (whole.baseAddress!, whole.baseAddress! + channels)
                unsafe assay_global_pool(input.image(image), channels, input.shape.area, means, maxima)
                if kinds.count == 1 {
                    unsafe out.update(from: kinds.contains(.mean) ? means : maxima, count: channels)
                }
            }
        }
        return output
    }

    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        guard let input else { preconditionFailure("backward before forward") }
        let (channels, area) = (input.shape.channels, input.shape.area)
        let hasMeans = kinds.contains(.mean)
        inputGradient.reshape(input.shape)
        inputGradient.fill(0)
        for image in 0..<input.shape.images {
            let behind = hasMeans ? channels : 0
            let (own, maxima) = unsafe (gradient.image(image), output.image(image) + behind)
            for channel in 0..<channels {
                let plane = unsafe UnsafeBufferPointer(start: input.image(image) + channel * area, count: area)
                let slopes = unsafe inputGradient.image(image) + channel * area
                if hasMeans { unsafe slopes.update(repeating: own[channel] / Float(area), count: area) }
                // The first of equals has it all.
                if kinds.contains(.maximum), let winner = unsafe plane.firstIndex(of: maxima[channel]) {
                    unsafe slopes[winner] += own[behind + channel]
                }
            }
        }
        return inputGradient
    }
}
