// From maps of any extent to one vector an image: what the picture is like on the whole, and what its worst place is like.
import CKernels

/// Mean and maximum of each plane, all means first: [n, c, h, w] → [n, 2c].
package final class GlobalPooling: Layer {
    private let output = Tensor(Shape(0, 0))
    private lazy var inputGradient = Tensor(Shape(0, 0))
    private var input: Tensor?

    package init() {}

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        let channels = input.shape.channels
        self.input = input
        output.reshape(Shape(input.shape.images, 2 * channels))
        for image in 0..<input.shape.images {
            let out = unsafe output.image(image)
            unsafe assay_global_pool(input.image(image), channels, input.shape.area, out, out + channels)
        }
        return output
    }

    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        guard let input else { preconditionFailure("backward before forward") }
        let (channels, area) = (input.shape.channels, input.shape.area)
        inputGradient.reshape(input.shape)
        for image in 0..<input.shape.images {
            let (own, maxima) = unsafe (gradient.image(image), output.image(image) + channels)
            for channel in 0..<channels {
                let plane = unsafe UnsafeBufferPointer(start: input.image(image) + channel * area, count: area)
                let slopes = unsafe inputGradient.image(image) + channel * area
                unsafe slopes.update(repeating: own[channel] / Float(area), count: area)
                // The first of equals has it all.
                if let winner = unsafe plane.firstIndex(of: maxima[channel]) {
                    unsafe slopes[winner] += own[channels + channel]
                }
            }
        }
        return inputGradient
    }
}
