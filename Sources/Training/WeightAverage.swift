// The weights of a single step are noisy; an average over the last steps is judged, kept and shipped.
import Network

/// An exponential average of all parameters (Polyak and Juditsky 1992), the normalisations' statistics among them.
struct WeightAverage {
    /// What is kept of the average at each step; 0 follows the weights.
    let decay: Double
    /// One array for each parameter; empty before the first step.
    private(set) var values: [[Float]] = []

    init(decay: Double, values: [[Float]] = []) { (self.decay, self.values) = (decay, values) }

    var isOn: Bool { decay > 0 }

    /// Takes in the weights after the optimiser's step number `step`. At first the average is short, so that it forgets where it
    /// began: min(decay, (1 + step) / (10 + step)).
    mutating func update(_ parameters: [Parameter], step: Int) {
        guard isOn else { return }
        if values.isEmpty {
            values = parameters.map(\.value.values)
            return
        }
        let kept = Float(min(decay, Double(1 + step) / Double(10 + step)))
        for (place, parameter) in parameters.enumerated() {
            let now = unsafe parameter.value.base
            unsafe values[place].withUnsafeMutableBufferPointer { average in
                for index in 0..<average.count {
                    unsafe average[index] += (1 - kept) * (now[index] - average[index])
                }
            }
        }
    }

    /// The weights that are judged and kept: the averages, or without them the parameters'; nil if any is no finite number.
    func kept(of parameters: [Parameter]) -> [[Float]]? {
        let kept = values.isEmpty ? parameters.map(\.value.values) : values
        return kept.allSatisfy { $0.allSatisfy(\.isFinite) } ? kept : nil
    }

    mutating func reset() { values = [] }

    /// Runs `body` with the averages in the parameters' place.
    func inPlace<Result>(of parameters: [Parameter], _ body: () -> Result) -> Result {
        guard isOn, !values.isEmpty else { return body() }
        let own = parameters.map(\.value.values)
        for (parameter, average) in zip(parameters, values) { parameter.set(average) }
        defer { for (parameter, value) in zip(parameters, own) { parameter.set(value) } }
        return body()
    }
}
