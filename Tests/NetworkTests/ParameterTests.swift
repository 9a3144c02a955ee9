// A seed must always give the same network.
import Network
import Testing

@Suite struct ParameterTests {
    @Test func `initial weights are those that the standard library would draw`() {
        let parameter = Parameter("w", [40, 25])
        var generator = SplitMix(state: 3)
        parameter.initialise(fanIn: 25, gain: 1, from: &generator)
        var reference = SplitMix(state: 3)
        let bound = (3 / Float(25)).squareRoot()
        #expect(parameter.value.values == (0..<1000).map { _ in Float.random(in: -bound...bound, using: &reference) })
    }
}
