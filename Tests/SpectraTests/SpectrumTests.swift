// Spectra are SciPy's, arrays are NumPy's, and references say of a picture what they should.

import Detection
import Foundation
import Imaging
import Spectra
import TestSupport
import Testing

struct SpectrumTests {
    private struct Fixture: Decodable {
        struct Expected: Decodable {
            struct Value: Decodable {
                let row: Int
                let column: Int
                let log: [Double]
            }
            let width: Int
            let height: Int
            let residual: Bool
            let values: [Value]
        }
        struct Saved: Decodable {
            let shape: [Int]
            let kind: String
            let file: Data
        }
        let spectra: [Expected]
        let arrays: [Saved]
    }

    private static let fixture: Fixture = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try! JSONDecoder().decode(
            Fixture.self, from: try! Data(contentsOf: root.appending(path: "Fixtures/reference/spectrum.json")))
    }()

    @Test func wholeSpectraAreThoseOfSciPy() throws {
        #expect(Self.fixture.spectra.count == 10)
        for expected in Self.fixture.spectra {
            let (width, height) = (expected.width, expected.height)
            let unit = counterTensor("spectrum.\(width)x\(height)", count: 3 * width * height)
            let pixels = Pixels(width: width, height: height, bytes: unit.map { UInt8(($0 + 1) * 127.5) })
            let spectrum = try #require(Spectrum(of: pixels, SpectrumOptions(side: nil, ofResidual: expected.residual)))
            #expect(spectrum.width == width && spectrum.height == height)
            for value in expected.values {
                for channel in 0..<4 {
                    let own = Double(spectrum.values[(value.row * width + value.column) * 4 + channel])
                    #expect(abs(own - value.log[channel]) < 1e-4)
                }
            }
        }
    }

    /// Whatever is changed in a header, what is read is as large as its shape says, and the same when it is written again.
    @Test func noHeaderLeadsAnywhereButToItsArray() {
        let good = NumPyArray(shape: [3, 2, 2, 1], values: (0..<12).map { Float($0) }).encoded()
        let letters = Array("0123456789(),' -<f24FT\n".utf8)
        var state: UInt64 = 1
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        var readable = 0
        for _ in 0..<4000 {
            var bytes = good
            for _ in 0...random(3) {
                bytes[random(128)] = random(4) == 0 ? UInt8(random(256)) : letters[random(letters.count)]
            }
            if random(8) == 0 { bytes.removeLast(random(bytes.count)) }
            guard let array = NumPyArray(bytes) else { continue }
            readable += 1
            #expect(array.shape.reduce(1, *) == array.values.count && array.values.count <= 24)
            #expect(NumPyArray(array.encoded()) == array)
            _ = SpectralReference(array)
        }
        #expect(readable > 100)
    }

    @Test func logarithmsThatNoPictureHasAreNoReference() {
        func reference(_ values: [Float]) -> SpectralReference? {
            SpectralReference(NumPyArray(shape: [3, 1, 1, 1], values: values))
        }
        #expect(reference([8, 1, 1]) != nil)
        for values: [Float] in [[3e38, 1, 1], [-3e38, 1, 1], [8, 3e38, 1], [8, 1, 3e38], [8, -1, 1], [8, 1, -1]] {
            #expect(reference(values) == nil)
        }
    }

    @Test func arraysAreWrittenAndReadAsNumPyDoes() throws {
        for saved in Self.fixture.arrays {
            let count = saved.shape.reduce(1, *)
            let array = NumPyArray(shape: saved.shape, values: (0..<count).map { Float($0) / 8 - 1 })
            #expect(array.encoded(isHalf: saved.kind == "<f2") == [UInt8](saved.file))
            #expect(NumPyArray([UInt8](saved.file)) == array)
        }
    }

    @Test func damagedArraysAreRefused() {
        let good = NumPyArray(shape: [2, 2], values: [1, 2, 3, 4]).encoded()
        #expect(NumPyArray(good) != nil)
        for length in 0..<good.count { #expect(NumPyArray(Array(good.prefix(length))) == nil) }
        #expect(NumPyArray(good + [0]) == nil)
        func altered(_ old: String, _ new: String) -> [UInt8] {
            var bytes = good
            let place = String(decoding: good.map { $0 < 128 ? $0 : 63 }, as: UTF8.self).range(of: old)!
            let start = String(decoding: good.map { $0 < 128 ? $0 : 63 }, as: UTF8.self).distance(
                from: String(decoding: good.map { $0 < 128 ? $0 : 63 }, as: UTF8.self).startIndex, to: place.lowerBound)
            bytes.replaceSubrange(start..<start + old.utf8.count, with: Array(new.utf8))
            return bytes
        }
        #expect(NumPyArray(altered("'<f4'", "'<f8'")) == nil)
        #expect(NumPyArray(altered("False", "True ")) == nil)
        #expect(NumPyArray(altered("(2, 2)", "(-2,2)")) == nil)
        #expect(NumPyArray(altered("(2, 2)", "(2, 3)")) == nil)
        var infinite = good
        infinite[good.count - 2] = 0x80
        infinite[good.count - 1] = 0x7f
        #expect(NumPyArray(infinite) == nil)
    }

    /// A drawing with soft shapes and noise, different for each seed, as bytes of one picture.
    static func drawing(_ seed: Int, _ width: Int = 128, _ height: Int = 128, grid period: Int? = nil) -> Pixels {
        let noise = counterTensor("noise \(seed)", count: width * height * 3)
        let shapes = counterTensor("shapes \(seed)", count: 12)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(3 * width * height)
        for y in 0..<height {
            for x in 0..<width {
                var value: Float = 128
                for shape in 0..<4 {
                    let (fx, fy, phase) = (shapes[3 * shape], shapes[3 * shape + 1], shapes[3 * shape + 2])
                    value += 2 * sinf(fx * 0.15 * Float(x) + fy * 0.15 * Float(y) + 6 * phase)
                }
                if let period, x % period == 0, y % period == 0 { value += 12 }
                for channel in 0..<3 {
                    bytes.append(UInt8(min(max(value + 4 * noise[(y * width + x) * 3 + channel], 0), 255)))
                }
            }
        }
        return Pixels(width: width, height: height, bytes: bytes)
    }

    private static let options = SpectrumOptions(side: 64)
    private static let reference: SpectralReference = {
        var average = SpectralAverage(width: 64, height: 64)
        for seed in 0..<16 { average.add(drawing(seed, 256, 256), options) }
        return average.reference!
    }()

    @Test(arguments: [2, 4, 8]) func aGridOfUpSamplingShowsAtItsFrequenciesAndNowhereElse(period: Int) throws {
        let subject = try #require(Spectrum(of: Self.drawing(100, 256, 256, grid: period), Self.options))
        let peaks = Self.reference.peaks(subject, most: 100)
        var places: Set<[Int]> = []
        for peak in peaks {
            // What lies at half a cycle shows in the last coefficient.
            let found = [peak.vertical, peak.horizontal].map { frequency in
                (0...period / 2).first { min(Double($0) / Double(period), 63.0 / 128) == frequency }
            }
            #expect(!found.contains(nil), "\(peak)")
            #expect(peak.period.map { period % $0 == 0 } == true, "\(peak)")
            places.insert(found.map { $0 ?? -1 })
        }
        // All multiples but zero itself.
        let expected = (0...period / 2).flatMap { v in (0...period / 2).map { [v, $0] } }.filter { $0 != [0, 0] }
        #expect(places == Set(expected))
        #expect(peaks.contains { $0.period == period })
    }

    @Test func aPictureLikeTheReferencesHasNoPeaksAndSmallDifferences() throws {
        let subject = try #require(Spectrum(of: Self.drawing(101, 256, 256), Self.options))
        #expect(Self.reference.peaks(subject).isEmpty)
        let difference = Self.reference.difference(subject)
        #expect(difference.reduce(0) { $0 + abs($1) } / Float(difference.count) < 1.5)
    }

    @Test func anAverageGoesOnWhereItStopped() throws {
        let spectra = (0..<3).map { Spectrum(of: Self.drawing($0, 16, 16), SpectrumOptions(side: 16))! }
        var whole = SpectralAverage(width: 16, height: 16)
        for spectrum in spectra { whole.add(spectrum, excess: spectrum.excess) }
        var first = SpectralAverage(width: 16, height: 16)
        first.add(spectra[0], excess: spectra[0].excess)
        var rest = try #require(SpectralAverage(state: first.state))
        for spectrum in spectra.dropFirst() { rest.add(spectrum, excess: spectrum.excess) }
        #expect(rest == whole && rest.count == 3)
        #expect(SpectralAverage(state: Array(first.state.dropLast(8))) == nil)
        let reference = try #require(whole.reference)
        let values = spectra.map { Double($0.values[77]) }
        let mean = values.reduce(0, +) / 3
        #expect(abs(Double(reference.mean[77]) - mean) < 1e-5)
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2).squareRoot()
        #expect(abs(Double(reference.deviation[77]) - deviation) < 1e-5)
        #expect(SpectralReference(reference.array) == reference)
        #expect(first.reference == nil)
    }

    @Test func aPictureSmallerThanACropHasNoSpectrum() {
        #expect(Spectrum(of: Self.drawing(1, 63, 64), Self.options) == nil)
        #expect(Spectrum(of: Self.drawing(1, 64, 64), Self.options) != nil)
    }

    @Test func theProfileOfAFlatPictureIsTheFloor() throws {
        let grey = Pixels(width: 16, height: 16, bytes: [UInt8](repeating: 100, count: 768))
        let lines = try #require(Spectrum(of: grey, SpectrumOptions(side: nil))).radialProfile.split(separator: "\n")
        #expect(lines[0] == "frequency,luminance,red,green,blue,coefficients")
        // 1600 is 100 · 16; ln 1600.01, then the floor, ln 0.01.
        #expect(lines[1] == "0.000000,7.37777,7.37777,7.37777,7.37777,1")
        #expect(lines[2].hasPrefix("0.031250,-4.605") && lines[2].hasSuffix(",3"))
        #expect(lines.count == 17)
    }

    @Test func coloursRunEvenlyAndDrawingsHaveTheirParts() {
        #expect(ColourMap.viridis.colour(0) == (68, 1, 84) && ColourMap.viridis.colour(2) == (253, 231, 37))
        let (low, middle, high) = (
            ColourMap.diverging.colour(0), ColourMap.diverging.colour(0.5), ColourMap.diverging.colour(1)
        )
        #expect(low.blue > low.red && high.red > high.blue && min(middle.red, middle.green, middle.blue) > 230)
        let plane = [Float](repeating: 8, count: 64)
        let drawn = SpectrumPlot.spectrum("t", ofResidual: false).drawing([("a", plane)], width: 8, height: 8)
        // The middle of the map has the colour of the scale's end.
        let place = 3 * ((52 + 256) * drawn.width + 46 + 256)
        #expect(Array(drawn.bytes[place..<place + 3]) == [253, 231, 37])
    }
}

extension SpectralAverage {
    fileprivate mutating func add(_ pixels: Pixels, _ options: SpectrumOptions) {
        let spectrum = Spectrum(of: pixels, options)!
        add(spectrum, excess: spectrum.excess)
    }
}
