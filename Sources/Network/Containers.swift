// Layers made of layers.
import CKernels
import Threads

/// One layer after the other.
package final class Sequential: Layer {
    private let layers: [any Layer]

    package init(_ layers: [any Layer]) { self.layers = layers }

    package var parameters: [Parameter] { layers.flatMap(\.parameters) }

    package func initialise(from generator: inout some RandomNumberGenerator) {
        for layer in layers { layer.initialise(from: &generator) }
    }

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        layers.reduce(input) { $1.forward($0, context) }
    }

    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        layers.reversed().reduce(gradient) { $1.backward($0, context) }
    }
}

/// y = x + body(x), for a body that keeps the shape (He et al. 2016).
package final class Residual: Layer {
    private let body: any Layer
    private let output = Tensor(Shape(0, 0))
    private lazy var inputGradient = Tensor(Shape(0, 0))

    package init(_ body: any Layer) { self.body = body }

    package var parameters: [Parameter] { body.parameters }

    package func initialise(from generator: inout some RandomNumberGenerator) { body.initialise(from: &generator) }

    package func forward(_ input: Tensor, _ context: Context) -> Tensor {
        sum(input, body.forward(input, context), into: output, context)
    }

    package func backward(_ gradient: Tensor, _ context: Context) -> Tensor {
        sum(gradient, body.backward(gradient, context), into: inputGradient, context)
    }

    private func sum(_ a: Tensor, _ b: Tensor, into target: Tensor, _ context: Context) -> Tensor {
        precondition(a.shape == b.shape)
        target.reshape(a.shape)
        context.team.forEach(a.shape.images) { image, _ in
            unsafe assay_sum(a.image(image), b.image(image), a.shape.imageCount, target.image(image))
        }
        return target
    }
}

/// Joins maps of equal extent along the channels.
package func joinChannels(_ parts: [Tensor], into target: Tensor, _ context: Context) {
    let first = parts[0].shape
    let total = parts.reduce(0) { $0 + $1.shape.channels }
    target.reshape(Shape(first.images, total, first.height, first.width))
    context.team.forEach(first.images) { image, _ in
        var place = unsafe target.image(image)
        for part in parts {
            unsafe place.update(from: part.image(image), count: part.shape.imageCount)
            unsafe place += part.shape.imageCount
        }
    }
}

/// The inverse of `joinChannels`: gives each target its share of the channels.
package func splitChannels(_ whole: Tensor, into targets: [Tensor], _ channels: [Int], _ context: Context) {
    let shape = whole.shape
    for (target, own) in zip(targets, channels) {
        target.reshape(Shape(shape.images, own, shape.height, shape.width))
    }
    context.team.forEach(shape.images) { image, _ in
        var place = unsafe whole.image(image)
        for target in targets {
            unsafe target.image(image).update(from: place, count: target.shape.imageCount)
            unsafe place += target.shape.imageCount
        }
    }
}
