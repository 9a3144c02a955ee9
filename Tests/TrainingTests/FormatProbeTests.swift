// The classifier without eyes must find what format gives away, and nothing where there is nothing to find.

import Confinement
import Files
import Foundation
import Imaging
import Testing

@testable import Training

@Suite struct FormatProbeTests {
    private let fixture: EvaluationFixture.Probe

    init() throws { fixture = try EvaluationFixture.load().probe }

    private var samples: [Sample] { fixture.files.map(\.sample) }
    private var facts: [FileFacts] { fixture.files.map(\.facts) }

    @Test func foldsAndScoresAreThoseOfAnIndependentFit() throws {
        #expect(FormatProbe.folds(samples.map(\.path)) == fixture.folds)
        let scores = try #require(FormatProbe.logOdds(facts, fixture.folds, labels: samples.map(\.isFake)))
        for (score, expected) in zip(scores, fixture.scores) { #expect(abs(score - expected) < 1e-6) }
    }

    @Test func areasAreThoseOfAnIndependentFit() throws {
        let probe = FormatProbe(samples: samples, facts: facts)
        #expect(abs(try #require(probe.rocAUC) - fixture.rocAUC) < 1e-12)
        let sources = try #require(probe.sources)
        #expect(sources.names == fixture.names && sources.counts == fixture.counts)
        #expect(abs(try #require(sources.rocAUC) - fixture.between) < 1e-12)
    }

    @Test func neitherThePlaceNorTheOrderOfTheDataMatters() {
        let here = FormatProbe(samples: samples, facts: facts)
        let moved = samples.reversed().map { sample in
            Sample(path: "/some/where//else/" + sample.path, isFake: sample.isFake, source: sample.source)
        }
        let there = FormatProbe(samples: moved, facts: facts.reversed())
        #expect(abs(there.rocAUC! - here.rocAUC!) < 1e-12)
        #expect(FormatProbe.folds(moved.map(\.path)) == fixture.folds.reversed())
    }

    @Test func groupsAndSourcesDoNotMoveFolds() {
        let other = samples.map { Sample(path: $0.path, isFake: $0.isFake, source: "one", group: "one") }
        #expect(FormatProbe(samples: other, facts: facts).rocAUC == FormatProbe(samples: samples, facts: facts).rocAUC)
    }

    @Test func filesAlikeInEveryFactAreToldApartByChance() {
        let probe = FormatProbe(samples: samples, facts: samples.map { _ in facts[0] })
        #expect(probe.rocAUC == 0.5)
        #expect(probe.sources?.rocAUC == 0.5)
    }

    /// Sizes between those of the photographs can't be told by a straight line.
    @Test func sizesInTheMiddleGiveTheLabelAway() {
        let files = (0..<90).map { index in
            let side = [100, 500, 2500][index % 3] + index / 3
            let image = ImageFacts(format: .png, width: side, height: side + 7, bitsPerChannel: 8, colour: .rgb)
            return FileFacts(image: image, bytes: side * (side + 7))
        }
        let samples = (0..<90).map { Sample(path: "\($0).png", isFake: $0 % 3 == 1) }
        #expect(FormatProbe(samples: samples, facts: files).rocAUC == 1)
    }

    @Test func withoutBothClassesOrTwoNamedSourcesThereIsNoFigure() {
        let reals = samples.indices.filter { !samples[$0].isFake }
        let probe = FormatProbe(samples: reals.map { samples[$0] }, facts: reals.map { facts[$0] })
        #expect(probe.rocAUC == nil && probe.sources?.names == fixture.names)
        let nameless = samples.map { Sample(path: $0.path, isFake: $0.isFake, source: $0.source == "web" ? "web" : "") }
        #expect(FormatProbe(samples: nameless, facts: facts).sources == nil)
        #expect(FormatProbe(samples: [], facts: []) == FormatProbe(samples: [samples[0]], facts: [facts[0]]))
    }

    @Test func factsAreThoseOfTheFile() throws {
        let folder = try TemporaryFolder()
        let pixels = Pixels(width: 20, height: 10, bytes: [UInt8](repeating: 90, count: 600))
        let bytes = encodeJPEG(pixels, quality: 80, subsampling: .s422)
        let read = try PictureReader(confined).read(PathBytes(try folder.write("a.jpg", bytes))) {
            [Region(x: 0, y: 0, width: $0, height: $1)]
        }
        let facts = FileFacts(read)
        #expect(facts.bytes == bytes.count && facts.image.jpegQuality == 80)
        #expect(facts.image.subsampling == "4:2:2" && read.parts.map(\.pixels.width) == [20])
    }
}
