// The two ways in which a branch reads its inputs.
package import Network

/// A trunk over one map.
package final class SingleTrunk: Trunk {
    private let body: any Layer
    package init(_ body: any Layer) { self.body = body }
    package var parameters: [Parameter] { body.parameters }
    package func initialise(from generator: inout some RandomNumberGenerator) { body.initialise(from: &generator) }
    package func forward(_ inputs: [Tensor], _ context: Context) -> Tensor { body.forward(inputs[0], context) }
    package func backward(_ gradient: Tensor, _ context: Context) { _ = body.backward(gradient, context) }
}

/// A trunk over two maps that meet: rest(first(a) ‖ second(b)), joined along the channels.
package final class JoiningTrunk: Trunk {
    private let first: any Layer
    private let second: any Layer
    private let rest: any Layer
    private let joined = Tensor(Shape(0, 0))
    private let parts = [Tensor(Shape(0, 0)), Tensor(Shape(0, 0))]
    private var channels: [Int] = []

    package init(_ first: any Layer, _ second: any Layer, rest: any Layer) {
        (self.first, self.second, self.rest) = (first, second, rest)
    }

    package var parameters: [Parameter] { first.parameters + second.parameters + rest.parameters }

    package func initialise(from generator: inout some RandomNumberGenerator) {
        first.initialise(from: &generator)
        second.initialise(from: &generator)
        rest.initialise(from: &generator)
    }

    package func forward(_ inputs: [Tensor], _ context: Context) -> Tensor {
        let maps = [first.forward(inputs[0], context), second.forward(inputs[1], context)]
        channels = maps.map(\.shape.channels)
        joinChannels(maps, into: joined, context)
        return rest.forward(joined, context)
    }

    package func backward(_ gradient: Tensor, _ context: Context) {
        splitChannels(rest.backward(gradient, context), into: parts, channels, context)
        _ = first.backward(parts[0], context)
        _ = second.backward(parts[1], context)
    }
}
