// Muon against singular values found by NumPy, and which parameters it leaves to Adam.

import Foundation
import Network
import TestSupport
import Testing
import Threads

@Suite struct OptimiserTests {
    struct Reference: Decodable {
        struct Case: Decodable, Sendable, CustomTestStringConvertible {
            let name: String
            let shape: [Int]
            let rate: Float
            let decay: Float
            let parameters: [[Double]]

            var testDescription: String { name }
        }

        let muon: [Case]

        static func read() throws -> Reference {
            try JSONDecoder().decode(Reference.self, from: Data(contentsOf: referenceURL("muon.json")))
        }
    }

    @Test(arguments: try Reference.read().muon)
    func `Muon takes the steps that the singular values say`(_ reference: Reference.Case) {
        let parameter = Parameter("filter", reference.shape)
        parameter.set(counterTensor("\(reference.name).parameters", count: parameter.count))
        let muon = Muon([parameter], decay: reference.decay)
        for (step, expected) in reference.parameters.enumerated() {
            let name = "\(reference.name).gradient.\(step + 1)"
            for (index, value) in counterTensor(name, count: parameter.count).enumerated() {
                parameter.gradient[index] = value
            }
            muon.update(rate: reference.rate, team: ThreadTeam(threads: 1))
            expectClose(parameter.value.values, expected, tolerance: 1e-5, "parameters after step \(step + 1)")
        }
    }

    @Test func `without a gradient a filter only decays`() {
        let parameter = Parameter("filter", [2, 2, 3, 3], fill: 1)
        Muon([parameter], decay: 0.5).update(rate: 0.1, team: ThreadTeam(threads: 1))
        #expect(parameter.value.values == [Float](repeating: 1 - 0.1 * 0.5, count: 36))
    }

    @Test func `filters go by Muon where it is asked for, and all else by Adam`() {
        func moved(_ method: Optimiser.Method, _ shape: [Int]) -> [Float] {
            let parameter = Parameter("p", shape)
            let statistics = Parameter("p.running_mean", [3], isTrainable: false, fill: 1)
            let gradient = counterTensor("optimiser.gradient", count: parameter.count)
            for index in 0..<parameter.count { parameter.gradient[index] = gradient[index] }
            for index in 0..<3 { statistics.gradient[index] = 1 }
            let optimiser = Optimiser([parameter, statistics], method, decay: 0)
            optimiser.update(rate: 1e-3, team: ThreadTeam(threads: 2))
            #expect(optimiser.step == 1 && statistics.value.values == [1, 1, 1])
            return parameter.value.values
        }
        // Adam's first step is the rate, away from the gradient's sign.
        let gradient = counterTensor("optimiser.gradient", count: 36)
        let byAdam = gradient.map { $0 > 0 ? Float(-1e-3) : 1e-3 }
        for shape in [[2, 18], [36]] {
            #expect(zip(moved(.muon, shape), byAdam).allSatisfy { abs($0 - $1) < 1e-5 }, "\(shape)")
        }
        #expect(zip(moved(.adam, [2, 2, 3, 3]), byAdam).allSatisfy { abs($0 - $1) < 1e-5 })
        let byMuon = moved(.muon, [2, 2, 3, 3])
        #expect(!zip(byMuon, byAdam).contains { abs($0 - $1) < 1e-5 })
        // Two singular values near 1, twenty times the rate.
        let length = byMuon.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        #expect((0.02...0.035).contains(length))
    }
}
