// Reproducible training rests on these draws never changing.

import Testing

@testable import Training

@Suite struct RandomStreamTests {
    private func draws(_ stream: RandomStream, _ count: Int = 8) -> [UInt64] {
        var stream = stream
        return (0..<count).map { _ in stream.next() }
    }

    @Test func sameKeysGiveSameDraws() {
        #expect(draws(RandomStream(seed: 1, 2, 3)) == draws(RandomStream(seed: 1, 2, 3)))
    }

    @Test func anyKeyAndTheirOrderAndTheirCountMatter() {
        let streams = [
            RandomStream(seed: 1), RandomStream(seed: 2), RandomStream(seed: 1, 0), RandomStream(seed: 1, 0, 0),
            RandomStream(seed: 1, 2, 3), RandomStream(seed: 1, 3, 2), RandomStream(seed: 2, 1, 3),
        ]
        #expect(Set(streams.map { draws($0) }).count == streams.count)
    }

    @Test func drawsStayWhatTheyWere() {
        // Computed with arbitrary-precision integers from the SplitMix64 finaliser.
        #expect(draws(RandomStream(seed: 42, 7, 9), 3) == [0x50b001bdb03e3792, 0x2853e83349dc2abe, 0x2308f8b779e338f7])
    }

    @Test func uniformNumbersFillTheUnitInterval() {
        var stream = RandomStream(seed: 3)
        let values = (0..<20_000).map { _ in stream.uniform() }
        #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
        let mean = values.reduce(0, +) / 20_000
        #expect(abs(mean - 0.5) < 0.01)
        let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20_000
        #expect(abs(variance - 1.0 / 12) < 0.003)
    }

    @Test func integersReachBothEndsEvenly() {
        var stream = RandomStream(seed: 4)
        var counts = [Int: Int]()
        for _ in 0..<7000 { counts[stream.integer(in: -3...3), default: 0] += 1 }
        #expect(counts.keys.sorted() == Array(-3...3))
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 150 })
    }

    @Test func theWholeRangeOfIntegersIsAllowed() {
        var stream = RandomStream(seed: 4)
        let values = (0..<64).map { _ in stream.integer(in: .min ... .max) }
        #expect(values.contains { $0 < 0 } && values.contains { $0 > 0 })
    }

    @Test func chancesHitAtTheirRateAndNeverOrAlwaysAtTheEnds() {
        var stream = RandomStream(seed: 5)
        let hits = (0..<10_000).count { _ in stream.chance(0.25) }
        #expect(abs(hits - 2500) < 200)
        #expect(!(0..<1000).contains { _ in stream.chance(0) })
        #expect((0..<1000).allSatisfy { _ in stream.chance(1) })
    }

    @Test func normalDrawsHaveMeanZeroAndVarianceOne() {
        var stream = RandomStream(seed: 6)
        let values = (0..<20_000).map { _ in stream.normal() }
        let mean = values.reduce(0, +) / 20_000
        let variance = values.map { $0 * $0 }.reduce(0, +) / 20_000
        #expect(abs(mean) < 0.03)
        #expect(abs(variance - 1) < 0.05)
        #expect(values.count { abs($0) < 1 } > 13_300 && values.count { abs($0) < 1 } < 14_000)
    }

    @Test func logUniformDrawsHalveAsOftenAsTheyDouble() {
        var stream = RandomStream(seed: 7)
        let values = (0..<10_000).map { _ in stream.logUniform(in: 0.5...2) }
        #expect(values.allSatisfy { $0 >= 0.499_999 && $0 <= 2.000_001 })
        #expect(abs(values.count { $0 < 1 } - 5000) < 250)
    }

    @Test func permutationsHoldEveryIndexOnce() {
        var stream = RandomStream(seed: 8)
        let order = stream.permutation(100)
        #expect(order.sorted() == Array(0..<100))
        #expect(order != Array(0..<100))
        #expect(stream.permutation(0).isEmpty)
        #expect(stream.permutation(1) == [0])
    }
}
