// What an epoch shows must repeat on resumption and must be balanced where that is asked for.

import Testing

@testable import Training

@Suite struct EpochOrderTests {
    private let samples: [Sample] =
        (0..<900).map { Sample(path: "r\($0)", isFake: false, source: "big") }
        + (0..<100).map { Sample(path: "s\($0)", isFake: false, source: "little") }
        + (0..<200).map { Sample(path: "f\($0)", isFake: true, source: "gan") }

    @Test func unbalancedEpochShowsEverySampleOnceInAnotherOrderEachTime() {
        let first = epochOrder(of: samples, epoch: 0, seed: 1, balanced: false)
        let second = epochOrder(of: samples, epoch: 1, seed: 1, balanced: false)
        #expect(first.sorted() == Array(samples.indices))
        #expect(second.sorted() == Array(samples.indices))
        #expect(first != second)
    }

    @Test func orderIsAFunctionOfSeedAndEpoch() {
        for balanced in [false, true] {
            let order = epochOrder(of: samples, epoch: 3, seed: 9, balanced: balanced, count: 500)
            #expect(order == epochOrder(of: samples, epoch: 3, seed: 9, balanced: balanced, count: 500))
            #expect(order != epochOrder(of: samples, epoch: 3, seed: 10, balanced: balanced, count: 500))
        }
    }

    @Test func balancedEpochDrawsClassesAlikeAndSourcesByTheRootOfTheirSize() {
        let order = epochOrder(of: samples, epoch: 0, seed: 1, balanced: true, count: 801)
        let drawn = order.map { samples[$0] }
        #expect(order.count == 801)
        // √900 : √100 = 3 : 1.
        #expect(drawn.count { $0.source == "big" } == 301)
        #expect(drawn.count { $0.source == "little" } == 100)
        #expect(drawn.count { $0.isFake } == 400)
    }

    @Test func exponentOneKeepsSourcesInProportion() {
        let order = epochOrder(of: samples, epoch: 0, seed: 1, balanced: true, count: 400, sourceExponent: 1)
        #expect(order.count { samples[$0].source == "little" } == 20)
    }

    @Test func membersOfASourceTakeTurnsOverTheEpochs() {
        var counts = [Int](repeating: 0, count: samples.count)
        for epoch in 0..<10 {
            for index in epochOrder(of: samples, epoch: epoch, seed: 2, balanced: true, count: 500) {
                counts[index] += 1
            }
        }
        for source in ["big", "little", "gan"] {
            let drawn = samples.indices.filter { samples[$0].source == source }.map { counts[$0] }
            #expect(drawn.max()! - drawn.min()! <= 1, "\(source)")
        }
    }

    @Test func classesAreMixedThroughTheEpoch() {
        let order = epochOrder(of: samples, epoch: 0, seed: 3, balanced: true, count: 1000)
        let firstHalf = order.prefix(500).count { samples[$0].isFake }
        #expect(abs(firstHalf - 250) < 50)
    }

    @Test func emptySetAndSingleClassAreFine() {
        #expect(epochOrder(of: [], epoch: 0, seed: 1, balanced: true).isEmpty)
        let reals = samples.filter { !$0.isFake }
        #expect(epochOrder(of: reals, epoch: 0, seed: 1, balanced: true, count: 10).count == 10)
    }

    @Test func sharesAddUpToTheTotal() {
        #expect(apportion(10, weights: [1, 1, 1]) == [4, 3, 3])
        #expect(apportion(7, weights: [5, 3, 2]) == [4, 2, 1])
        #expect(apportion(1, weights: [0.4, 0.6]) == [0, 1])
    }
}
