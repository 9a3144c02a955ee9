// The networks: what a scan does with them on one thread, and a training step on all.
import Detection
import Imaging
import Network
import Threads

func networkCases(_ blueprint: Blueprint) -> [Case] {
    let name = blueprint.name
    let threads = onlineProcessors
    let batch = 40
    return [
        inference("\(name) network, one thread", blueprint, batch: 1, withInputs: false),
        inference("\(name) network, batch 8, one thread", blueprint, batch: 8, withInputs: false),
        inference(
            "\(name) network and \(blueprint.picture == .resized ? "DCT" : "inputs"), one thread", blueprint,
            batch: 8, withInputs: true),
        training("\(name) training step, batch \(batch), one thread", blueprint, batch, threads: 1),
        training("\(name) training step, batch \(batch), all threads", blueprint, batch, threads: threads),
    ]
}

/// A network with drawn weights.
private func network(_ blueprint: Blueprint) -> DetectorNetwork {
    var generator = Draws()
    let network = blueprint.makeNetwork()
    network.initialise(from: &generator)
    return network
}

private func inputs(_ blueprint: Blueprint, _ count: Int) -> Inputs {
    let (features, inputs, pixels) = (Features(blueprint), blueprint.makeInputs(count), picture(256, 256))
    for index in 0..<count { features.fill(inputs, index, from: pixels, x: 64, y: 64) }
    return inputs
}

/// A batch of crops, with or without making their inputs.
private func inference(_ name: String, _ blueprint: Blueprint, batch: Int, withInputs: Bool) -> Case {
    let (network, inputs) = (network(blueprint), inputs(blueprint, batch))
    let context = Context(hasFixedWeights: true)
    let (features, pixels) = (Features(blueprint), picture(256, 256))
    return Case(name, amount: Double(batch)) {
        if withInputs {
            for index in 0..<batch { features.fill(inputs, index, from: pixels, x: 64, y: 64) }
        }
        _ = network.forward(inputs, context)
    }
}

/// Forward, three losses, backward, Adam.
private func training(_ name: String, _ blueprint: Blueprint, _ batch: Int, threads: Int) -> Case {
    let (network, inputs) = (network(blueprint), inputs(blueprint, batch))
    let context = Context(team: ThreadTeam(threads: threads))
    context.isTraining = true
    let optimiser = Adam(network.parameters)
    let targets = (0..<batch).map { Float($0 % 2) }
    return Case(name, amount: Double(batch)) {
        context.step += 1
        network.parameters.clearGradients()
        let logits = network.forward(inputs, context)
        var gradients = HeadTensors()
        for head in Head.allCases {
            let gradient = Tensor(Shape(0, 0))
            _ = Loss.crossEntropy.evaluate(logits: logits[head]!, targets: targets, gradient: gradient)
            gradients[head] = gradient
        }
        network.backward(gradients, context)
        optimiser.update(rate: 1e-3, team: context.team)
    }
}

/// Pseudo-random numbers for weights whose values do not matter.
private struct Draws: RandomNumberGenerator {
    private var state: UInt64 = 1
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return mix(state)
    }
}
