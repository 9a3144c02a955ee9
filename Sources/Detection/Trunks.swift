// The ways in which a branch reads its inputs.
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

/// A trunk over maps that meet: rest(first(a) ‖ second(b) ‖ …), joined along the channels.
package final class JoiningTrunk: Trunk {
    private let firsts: [any Layer]
    private let rest: any Layer
    private let joined = Tensor(Shape(0, 0))
    private let parts: [Tensor]
    private var channels: [Int] = []

    /// - Parameter firsts: one for each input, at least two.
    package init(_ firsts: [any Layer], rest: any Layer) {
        (self.firsts, self.rest) = (firsts, rest)
        parts = firsts.map { _ in Tensor(Shape(0, 0)) }
    }

    package var parameters: [Parameter] { firsts.flatMap(\.parameters) + rest.parameters }

    package func initialise(from generator: inout some RandomNumberGenerator) {
        for first in firsts { first.initialise(from: &generator) }
        rest.initialise(from: &generator)
    }

    package func forward(_ inputs: [Tensor], _ context: Context) -> Tensor {
        let maps = zip(firsts, inputs).map { $0.forward($1, context) }
        channels = maps.map(\.shape.channels)
        joinChannels(maps, into: joined, context)
        return rest.forward(joined, context)
    }

    package func backward(_ gradient: Tensor, _ context: Context) {
        splitChannels(rest.backward(gradient, context), into: parts, channels, context)
        for (first, part) in zip(firsts, parts) { _ = first.backward(part, context) }
    }
}

/// Trunks of one form side by side: each reads all inputs, and their features are joined in the order of the columns.
package final class ColumnTrunk: Trunk {
    let columns: [any Trunk]
    private let joined = Tensor(Shape(0, 0))
    private let parts: [Tensor]
    private var channels: [Int] = []

    /// - Parameter columns: at least two.
    package init(_ columns: [any Trunk]) {
        self.columns = columns
        parts = columns.map { _ in Tensor(Shape(0, 0)) }
    }

    package var parameters: [Parameter] { columns.flatMap(\.parameters) }

    package func initialise(from generator: inout some RandomNumberGenerator) {
        for column in columns { column.initialise(from: &generator) }
    }

    package func forward(_ inputs: [Tensor], _ context: Context) -> Tensor {
        let features = columns.map { $0.forward(inputs, context) }
        channels = features.map(\.shape.channels)
        joinChannels(features, into: joined, context)
        return joined
    }

    package func backward(_ gradient: Tensor, _ context: Context) {
        splitChannels(gradient, into: parts, channels, context)
        for (column, part) in zip(columns, parts) { column.backward(part, context) }
    }
}
