// Maps of scores: where crops lie, what a place is worth, and that a foreign patch is found where it is.

import Detection
import Imaging
import Spectra
import Testing

struct ExplanationTests {
    @Test func theGridCoversAllOfThePicture() {
        let grid = ExplanationGrid(width: 300, height: 129, side: 128, step: 64)
        #expect(grid.columns == [0, 64, 128, 172] && grid.rows == [0, 1])
        #expect(ExplanationGrid(width: 128, height: 90, side: 128, step: 32).rows == [-19])
        #expect(ExplanationGrid(width: 320, height: 320, side: 128, step: 64).columns == [0, 64, 128, 192])
    }

    @Test func aPlaceHasTheMeanOfTheCropsThatCoverIt() {
        let grid = ExplanationGrid(width: 256, height: 128, side: 128, step: 64)
        #expect(grid.columns == [0, 64, 128])
        let map = ExplanationMap(grid, width: 256, height: 128, logits: [.fused: [1, 3, 8]])
        #expect(map.columns == 4 && map.rows == 2)
        #expect(map.cells(.fused) == [1, 2, 5.5, 8, 1, 2, 5.5, 8])
        #expect(
            map.strongest(Calibration()).map(\.region) == [
                Region(x: 128, y: 0, width: 128, height: 128), Region(x: 0, y: 0, width: 128, height: 128),
            ])
        #expect(map.share(.fused, Calibration(), above: 0.99) == 0.5)
        #expect(map.cells(.spatial) == [])
    }

    @Test func aPatchFromElsewhereShowsWhereItLies() throws {
        let detector = try Detector.load(Detector.shippedBytes(), digest: "")
        let explainers = try (0..<2).map { _ in try #require(detector.makeExplainer()) }
        for seed in 1...2 {
            let pixels = Scene(width: 512, height: 256, seed: seed).photograph(patch: 320..<480, 48..<208)
            let map = Explanation(of: pixels, explainers, step: 32, nil).map
            let calibration = detector.card.calibration(.fused)
            // What is drawn may look made elsewhere too, so it need not be the very strongest place.
            let strongest = map.strongest(calibration).prefix(2).map(\.region)
            #expect(strongest.contains { (276..<396).contains($0.x) && (4..<124).contains($0.y) })
            let cells = map.cells(.fused)
            func mean(_ columns: Range<Int>, _ rows: Range<Int>) -> Double {
                let chosen = rows.flatMap { row in columns.map { cells[row * map.columns + $0] } }
                return chosen.reduce(0, +) / Double(chosen.count)
            }
            // The patch's inner cells against those that no crop with any of it covers.
            #expect(mean(11..<14, 3..<5) > mean(0..<6, 0..<8) + 1.5)
        }
    }

    @Test func aCropOnTheGridScoresAsTheExaminerHasIt() throws {
        let network = Blueprint.crossdomain.makeNetwork()
        var generator = Counter()
        network.initialise(from: &generator)
        let detector = Detector(card: ModelCard(.crossdomain), parameters: network.parameters)
        let pixels = SpectrumTests.drawing(3)
        let own = try #require(detector.makeExplainer()).logits(pixels, x: 0, y: 0)
        let examined = detector.makeExaminer().examine(pixels)
        #expect(examined.crops == 1)
        for head in Head.allCases { #expect(abs(own[head] - examined.logits[head]) < 1e-6) }
        #expect(
            Detector(card: ModelCard(.seed), parameters: Blueprint.seed.makeNetwork().parameters).makeExplainer() == nil
        )
    }

    /// Every coefficient but the mean belongs to one band, and a band that is as in the reference changes nothing.
    @Test func bandsDivideThePlaneAndAReferenceOfThePictureItselfChangesNothing() throws {
        let network = Blueprint.crossdomain.makeNetwork()
        var generator = Counter()
        network.initialise(from: &generator)
        let explainer = try #require(
            Detector(card: ModelCard(.crossdomain), parameters: network.parameters).makeExplainer())
        let pixels = SpectrumTests.drawing(4)
        let spectrum = try #require(Spectrum(of: pixels, SpectrumOptions(side: explainer.side)))
        let (mean, one) = (spectrum.plane(0), [Float](repeating: 1, count: explainer.side * explainer.side))
        let bands = [FrequencyBand.all[2], FrequencyBand.all[21]]
        let same = explainer.effects(
            of: bands, pixels, at: (0, 0), mean: mean, deviation: one, epsilon: Spectrum.epsilon)
        for effect in same { #expect(abs(effect.change) < 1e-3 && abs(effect.distance) < 1e-3) }
        let louder = explainer.effects(
            of: bands, pixels, at: (0, 0), mean: mean.map { $0 + 2 }, deviation: one, epsilon: Spectrum.epsilon)
        for effect in louder { #expect(abs(effect.change) > 1e-3 && abs(effect.distance + 2) < 1e-3) }
        #expect(FrequencyBand.all.count == 24)
    }

    private struct Counter: RandomNumberGenerator {
        var state: UInt64 = 1
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }
}
