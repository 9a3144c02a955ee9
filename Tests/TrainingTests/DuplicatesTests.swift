// The same bytes under two names are found, and nothing else is taken for them.

import Foundation
import Testing

@testable import Training

@Suite struct DuplicatesTests {
    @Test func samePicturesOfBothClassesAndOfBothPartsAreFound() throws {
        let folder = try TemporaryFolder()
        // Of one size, but for the last.
        let contents = ["a": "same", "b": "same", "c": "sama", "d": "twin", "e": "twin", "f": "other"]
        for (name, content) in contents { try folder.write(name, content) }
        func sample(_ name: String, _ isFake: Bool) -> Sample { Sample(path: folder.path + "/" + name, isFake: isFake) }
        let training = [sample("a", false), sample("b", true), sample("c", true), sample("d", false)]
        let validation = [sample("e", false), sample("f", true), sample("missing", true)]
        let duplicates = Duplicates(of: training + validation)
        let contradictions = duplicates.contradictions
        #expect(contradictions.count == 1)
        #expect(contradictions[0].real.hasSuffix("/a") && contradictions[0].fake.hasSuffix("/b"))
        let shared = duplicates.shared(training, validation)
        #expect(shared.count == 1 && shared[0].first.hasSuffix("/d") && shared[0].second.hasSuffix("/e"))
        #expect(duplicates.shared(validation, validation).count == 1)
        #expect(duplicates.shared([], validation).isEmpty)
    }

    @Test func onlyUnusualNamesOfSplitsAreUnusual() {
        let names = ["train", "Test1", "test-2", "val", "DEV", "tarin", "tset", "train_b"]
        let samples = names.map { Sample(path: $0, isFake: false, split: $0) }
        #expect(Dataset(samples: samples, digest: "").unusualSplits == ["tarin", "train_b", "tset"])
    }
}
