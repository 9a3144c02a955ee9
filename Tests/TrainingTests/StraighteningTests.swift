// A turn by any angle is held against what is known of it without resampling: quarter turns, ramps, enlargements.

import Imaging
import Testing

@testable import Training

@Suite struct StraighteningTests {
    private let picture: Pixels = {
        var stream = RandomStream(seed: 5)
        return Pixels(
            width: 65, height: 65, bytes: (0..<3 * 65 * 65).map { _ in UInt8(truncatingIfNeeded: stream.next()) })
    }()

    /// red = 2·x + y + 10, green = 200 − x, blue = 3·y: what every filter here reproduces, wherever it looks.
    private let ramp = Pixels(
        width: 64, height: 64,
        bytes: (0..<64 * 64).flatMap { place in
            let (x, y) = (place % 64, place / 64)
            return [UInt8(2 * x + y + 10), UInt8(200 - x), UInt8(3 * y)]
        })

    @Test(arguments: Straightening.Filter.allCases)
    func noTurnAtNoScaleIsTheMiddle(filter: Straightening.Filter) {
        let turn = Straightening(angle: 0, factor: 1, filter: filter)
        #expect(picture.straightened(turn, side: 65) == picture)
        #expect(picture.straightened(turn, side: 33) == picture.cropped(x: 16, y: 16, width: 33, height: 33))
    }

    @Test(arguments: Straightening.Filter.allCases)
    func quarterTurnsAreThoseOfTheFlips(filter: Straightening.Filter) {
        func by(_ quarters: Double) -> Pixels {
            picture.straightened(Straightening(angle: quarters * .pi / 2, factor: 1, filter: filter), side: 65)
        }
        #expect(by(1) == picture.rotated90())
        #expect(by(2) == picture.flippedHorizontally().flippedVertically())
        #expect(by(-1) == picture.rotated90().flippedHorizontally().flippedVertically())
    }

    @Test(arguments: [(0.3, 1.0), (-0.4, 1.7), (0.1, 0.9)], Straightening.Filter.allCases)
    func rampsStayRamps(turn: (angle: Double, factor: Double), filter: Straightening.Filter) {
        for isSupersampled in [false, true] {
            let shown = ramp.straightened(
                Straightening(
                    angle: turn.angle, factor: turn.factor, filter: filter, isSupersampled: isSupersampled), side: 32)
            let (cosine, sine) = (cosine(turn.angle), sine(turn.angle))
            for y in 0..<32 {
                for x in 0..<32 {
                    let (right, below) = ((Double(x) - 15.5) / turn.factor, (Double(y) - 15.5) / turn.factor)
                    let (u, v) = (31.5 + right * cosine - below * sine, 31.5 + right * sine + below * cosine)
                    let expected = [2 * u + v + 10, 200 - u, 3 * v]
                    for channel in 0..<3 {
                        let value = Double(shown.bytes[3 * (32 * y + x) + channel])
                        // Rounded once, or with areas averaged twice.
                        #expect(abs(value - expected[channel]) <= (isSupersampled ? 1.01 : 0.51))
                    }
                }
            }
        }
    }

    /// Of the power series, which needs no library: angles are small.
    private func sine(_ angle: Double) -> Double {
        var (term, sum) = (angle, angle)
        for n in 1...8 {
            term *= -angle * angle / Double((2 * n) * (2 * n + 1))
            sum += term
        }
        return sum
    }

    private func cosine(_ angle: Double) -> Double { 1 - 2 * sine(angle / 2) * sine(angle / 2) }

    @Test func enlargingWithoutATurnIsWhatResizingDoes() {
        let large = picture.straightened(Straightening(angle: 0, factor: 2), side: 130)
        let resized = picture.resized(width: 130, height: 130)
        // The turn measures from the centre and the resize from the corner; a half may be rounded either way.
        #expect(zip(large.bytes, resized.bytes).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    }

    @Test func theWindowHoldsAllThatIsSeen() {
        for (index, filter) in Straightening.Filter.allCases.enumerated() {
            for angle in [-0.43, 0, 0.2, 0.43] {
                for factor in [0.6, 1, 2.0] {
                    let turn = Straightening(angle: angle, factor: factor, filter: filter)
                    let side = turn.window(40)
                    var stream = RandomStream(seed: UInt64(index))
                    // What lies further out than the window is changed, and makes no difference.
                    let wide = Pixels(
                        width: side + 8, height: side + 8,
                        bytes: (0..<3 * (side + 8) * (side + 8)).map { _ in UInt8(truncatingIfNeeded: stream.next()) })
                    let window = wide.cropped(x: 4, y: 4, width: side, height: side)
                    #expect(wide.straightened(turn, side: 40) == window.straightened(turn, side: 40))
                }
            }
        }
    }

    @Test func theRecipeTurnsWhatItDegrades() {
        var table = AugmentationTable()
        (table.horizontalFlip, table.straightening) = (0, 1)
        (table.straighteningDegrees, table.straighteningFactors) = (0...0, 1...1)
        let augmentation = Augmentation(
            recipe: .crossdomain, strength: 1, equalize: false, table: table, cropSide: 32)
        for seed in 0..<UInt64(12) {
            var stream = RandomStream(seed: seed)
            var shown: [Pixels] = []
            augmentation.apply(using: &stream, [.clean, .degraded]) { regions in
                regions(ramp.width, ramp.height).map {
                    ramp.cropped(x: $0.x, y: $0.y, width: $0.width, height: $0.height)
                }
            } show: {
                shown.append($0)
            }
            // The clean view lies on the grid; the turned one, by nothing and at its own scale, is of the same kind of ramp.
            for view in shown {
                #expect(view.width == 32 && view.height == 32)
                #expect(abs(Int(view.bytes[3]) - Int(view.bytes[0]) - 2) <= 1)
            }
        }
        (table.straighteningDegrees, table.straighteningFactors) = (20...20, 1...1)
        let tilted = Augmentation(recipe: .crossdomain, strength: 1, equalize: false, table: table, cropSide: 32)
        var stream = RandomStream(seed: 1)
        let view = tilted.apply(ramp, using: &stream)
        // Green falls by one for each pixel to the right: by the cosine of the angle on the turned one, and rises downwards by its sine.
        let corner = { (x: Int, y: Int) in Double(view.bytes[3 * (32 * y + x) + 1]) }
        #expect(abs((corner(31, 16) - corner(0, 16)) / 31 + 0.940) < 0.05)
        #expect(abs((corner(16, 31) - corner(16, 0)) / 31 - 0.342) < 0.05)
    }
}
