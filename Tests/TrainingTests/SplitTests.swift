// Validation only means something when no person, video or prompt is on both sides.

import Testing

@testable import Training

@Suite struct SplitTests {
    /// Two classes × three sources of 100, 40 and 10 samples; the large sources come in groups of 1 to 7.
    private let samples: [Sample] = {
        var samples: [Sample] = []
        var stream = RandomStream(seed: 11)
        for (source, count) in [("large", 100), ("middle", 40), ("small", 10)] {
            for isFake in [false, true] {
                var group = 0
                var left = 0
                for index in 0..<count {
                    if left == 0 {
                        group += 1
                        left = stream.integer(in: 1...7)
                    }
                    left -= 1
                    // Groups of "middle" hold both classes, as frames of one video and their altered copies do.
                    let name = source == "middle" ? "middle-\(index / 4)" : "\(source)-\(isFake)-\(group)"
                    samples.append(
                        Sample(
                            path: "\(isFake)/\(source)/\(index)", isFake: isFake, source: source,
                            group: source == "small" ? nil : name))
                }
            }
        }
        return samples
    }()

    @Test(arguments: 0..<20)
    func groupsNeverStraddleAndNothingIsLost(seed: Int) {
        let (training, validation) = samples.split(validationShare: 0.2, seed: UInt64(seed))
        #expect(Set(training.compactMap(\.group)).isDisjoint(with: validation.compactMap(\.group)))
        #expect((training + validation).map(\.path).sorted() == samples.map(\.path).sorted())
    }

    @Test(arguments: 0..<20)
    func everySourceOfEachClassGivesItsShare(seed: Int) {
        let validation = samples.split(validationShare: 0.2, seed: UInt64(seed)).validation
        for (source, count, tolerance) in [("large", 100, 4), ("middle", 40, 4), ("small", 10, 0)] {
            for isFake in [false, true] {
                let found = validation.count { $0.source == source && $0.isFake == isFake }
                #expect(abs(found - count / 5) <= tolerance, "\(source) \(isFake)")
            }
        }
    }

    @Test func resultDependsOnTheSeedButNotOnTheOrderGiven() {
        var shuffled = samples
        var stream = RandomStream(seed: 1)
        stream.shuffle(&shuffled)
        let first = samples.split(validationShare: 0.2, seed: 5)
        let second = shuffled.split(validationShare: 0.2, seed: 5)
        #expect(first.training == second.training && first.validation == second.validation)
        #expect(samples.split(validationShare: 0.2, seed: 6).validation != first.validation)
    }

    @Test func shareOfZeroValidatesNothing() {
        #expect(samples.split(validationShare: 0, seed: 1).validation.isEmpty)
    }

    @Test func leavingASourceOutTakesItsGroupsAlong() {
        let samples = [
            Sample(path: "1", isFake: true, source: "a", group: "g"),
            Sample(path: "2", isFake: false, source: "b", group: "g"),
            Sample(path: "3", isFake: false, source: "b"), Sample(path: "4", isFake: true, source: "a"),
        ]
        let (kept, left) = samples.leavingOut(sources: ["a"])
        #expect(kept.map(\.path) == ["3"])
        #expect(left.map(\.path) == ["1", "4"])
    }

    @Test func manyTinySourcesAreDividedTogether() {
        let samples = (0..<60).map { Sample(path: "\($0)", isFake: $0 % 2 == 0, source: "author-\($0 / 2)") }
        let (training, validation) = samples.split(validationShare: 0.2, seed: 4)
        #expect(validation.count(where: \.isFake) == 6 && validation.count == 12)
        #expect(training.count == 48)
    }

    @Test func pairsAndGroupsHoldTogetherAcrossEachOther() {
        // Photograph 0 has a group, its fake only the pair; another picture shares the fake's group.
        func sample(_ path: String, _ isFake: Bool, group: String? = nil, pair: String? = nil) -> Sample {
            Sample(path: path, isFake: isFake, source: "s", group: group, pair: pair)
        }
        let chained = [
            sample("a", false, group: "alice", pair: "7"), sample("b", true, pair: "7"),
            sample("c", false, group: "alice"), sample("d", true, group: "7"), sample("e", false),
        ]
        #expect(chained.units == [0, 0, 0, 3, 4])
        #expect(chained.disjoint(from: [sample("x", true, pair: "7")]).map(\.path) == ["d", "e"])
        #expect(chained.disjoint(from: [sample("e", false)]).map(\.path) == ["a", "b", "c", "d"])

        let many = (0..<200).flatMap { index in
            [
                sample("r\(index)", false, group: "g\(index / 2)", pair: "\(index)"),
                sample("f\(index)", true, pair: "\(index)"),
            ]
        }
        let parts = many.split(validationShare: 0.3, seed: 3)
        let training = Set(parts.training.compactMap(\.pair))
        #expect(!parts.validation.isEmpty && parts.validation.allSatisfy { !training.contains($0.pair!) })
    }
}
