// From maps of any extent to one vector an image: what the picture is like on the whole, and what its worst place is like.

/// Mean and maximum of each plane, all means first: [n, c, h, w] → [n, 2c].
package final class GlobalPooling: Layer {
    private let output = Tensor(Shape(0, 0))
    private lazy var inputGradient = Tensor(Shape(0, 0))
    private var inputShape = Shape(0, 0)
    private var winners: [Int] = []

    package init() {}

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        let (channels, area) = (input.shape.channels, input.shape.area)
        inputShape = input.shape
        output.reshape(Shape(input.shape.images, 2 * channels))
        winners = Array(repeating: 0, count: input.shape.images * channels)
        for image in 0..<input.shape.images {
            let out = unsafe output.image(image)
            for channel in 0..<channels {
                let plane = unsafe UnsafeBufferPointer(start: input.image(image) + channel * area, count: area)
                var (sum, best) = (Float(0), 0)
                for index in plane.indices {
                    unsafe sum += plane[index]
                    if unsafe plane[index] > plane[best] { best = index }
                }
                unsafe out[channel] = sum / Float(area)
                unsafe out[channels + channel] = plane[best]
                winners[image * channels + channel] = best
            }
        }
        return output
    }

    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        let (channels, area) = (inputShape.channels, inputShape.area)
        inputGradient.reshape(inputShape)
        for image in 0..<inputShape.images {
            let own = unsafe gradient.image(image)
            for channel in 0..<channels {
                let plane = unsafe inputGradient.image(image) + channel * area
                unsafe plane.update(repeating: own[channel] / Float(area), count: area)
                unsafe plane[winners[image * channels + channel]] += own[channels + channel]
            }
        }
        return inputGradient
    }
}
