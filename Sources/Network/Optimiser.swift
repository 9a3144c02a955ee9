// What a training run moves its weights by: Adam alone, or Muon for the filters and Adam for all else.
package import Threads

/// One optimiser over all of a stage's parameters.
package final class Optimiser {
    package enum Method: String, CaseIterable, Sendable {
        case adam, muon
    }

    private let adam: Adam
    private let muon: Muon?

    /// - Parameter decay: applied to weights of two and more dimensions.
    package init(_ parameters: [Parameter], _ method: Method, decay: Float) {
        let filters = method == .muon ? parameters.filter { $0.isTrainable && $0.shape.count == 4 } : []
        muon = filters.isEmpty ? nil : Muon(filters, decay: decay)
        adam = Adam(filters.isEmpty ? parameters : parameters.filter { $0.shape.count != 4 }, decay: decay)
    }

    /// Steps taken so far; set it when going on from a checkpoint.
    package var step: Int {
        get { adam.step }
        set { adam.step = newValue }
    }

    /// Moves every parameter against its gradient.
    package func update(rate: Float, team: ThreadTeam) {
        adam.update(rate: rate, team: team)
        muon?.update(rate: rate, team: team)
    }
}

extension [Parameter] {
    /// Sets all gradients to zero, before a batch.
    package func clearGradients() {
        for parameter in self where parameter.isTrainable { parameter.gradient.fill(0) }
    }

    /// Shortens the gradient of all parameters together to a length of at most `limit` (Pascanu and others 2013). A gradient that
    /// is not finite becomes zero.
    package func clipGradients(to limit: Double) {
        let trained = filter(\.isTrainable)
        var squares = 0.0
        for parameter in trained {
            let gradient = unsafe parameter.gradient.base
            var sum = 0.0
            for index in 0..<parameter.count {
                let value = unsafe Double(gradient[index])
                sum += value * value
            }
            squares += sum
        }
        let length = squares.squareRoot()
        if length <= limit { return }
        let factor = length.isFinite ? Float(limit / length) : 0
        for parameter in trained {
            let gradient = unsafe parameter.gradient.base
            for index in 0..<parameter.count { unsafe gradient[index] = factor == 0 ? 0 : gradient[index] * factor }
        }
    }
}
