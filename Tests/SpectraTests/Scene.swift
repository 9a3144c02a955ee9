// Pictures that pass for photographs where no photograph may be: drawn, seen through a mosaic of colour filters with noise, and compressed.

import Foundation
import Imaging
import TestSupport

/// Waves of all lengths and forty ellipses with sharp edges.
struct Scene {
    let width: Int
    let height: Int
    let seed: Int
    /// RGB in grey levels.
    private let values: [Float]

    init(width: Int, height: Int, seed: Int) {
        (self.width, self.height, self.seed) = (width, height, seed)
        let unit = counterTensor("scene \(seed)", count: 600, radius: 0.5, centre: 0.5)
        var next = 0
        func draw() -> Float {
            next += 1
            return unit[next - 1]
        }
        let waves = (0..<40).map { _ in
            let (frequency, angle) = (0.002 * powf(60, draw()), 2 * Float.pi * draw())
            return (
                x: 2 * Float.pi * frequency * cosf(angle), y: 2 * Float.pi * frequency * sinf(angle),
                phase: 2 * Float.pi * draw(), size: min(0.0084 / frequency, 18)
            )
        }
        let ellipses = (0..<40).map { _ in
            (
                x: draw() * Float(width), y: draw() * Float(height), across: 10 + 80 * draw(), down: 10 + 80 * draw(),
                colour: [120 * (draw() - 0.5), 120 * (draw() - 0.5), 120 * (draw() - 0.5)]
            )
        }
        var values = [Float](repeating: 0, count: 3 * width * height)
        for y in 0..<height {
            for x in 0..<width {
                var colour: [Float] = [120, 118, 110]
                let wave = waves.reduce(Float(0)) { $0 + $1.size * sinf($1.x * Float(x) + $1.y * Float(y) + $1.phase) }
                for channel in 0..<3 { colour[channel] += wave / 2 }
                for ellipse in ellipses {
                    let (dx, dy) = ((Float(x) - ellipse.x) / ellipse.across, (Float(y) - ellipse.y) / ellipse.down)
                    let inside = (1 - (dx * dx + dy * dy).squareRoot()) * min(ellipse.across, ellipse.down) / 1.2 + 0.5
                    if inside > 0 {
                        for channel in 0..<3 { colour[channel] += min(inside, 1) * ellipse.colour[channel] }
                    }
                }
                for channel in 0..<3 { values[3 * (y * width + x) + channel] = colour[channel] }
            }
        }
        self.values = values
    }

    /// As a camera has it, but for a patch that is as a bad generator has it: the scene with a grid of period 4 and white noise.
    func photograph(patch columns: Range<Int> = 0..<0, _ rows: Range<Int> = 0..<0) -> Pixels {
        let camera = compressed(developed())
        var bytes = camera.bytes
        let noise = counterTensor("patch \(seed)", count: bytes.count, radius: 1.7)
        for y in rows {
            for x in columns {
                for channel in 0..<3 {
                    let place = 3 * (y * width + x) + channel
                    bytes[place] = Self.byte(values[place] + (x % 4 == 0 && y % 4 == 0 ? 8 : 0) + noise[place])
                }
            }
        }
        return Pixels(width: width, height: height, bytes: bytes)
    }

    /// One colour at each pixel, with noise; the others from their neighbours.
    private func developed() -> [Float] {
        func filter(_ x: Int, _ y: Int) -> Int { x & 1 == y & 1 ? 1 : y & 1 == 0 ? 0 : 2 }
        let noise = counterTensor("sensor \(seed)", count: width * height, radius: 7)
        var developed = values
        for y in 0..<height {
            for x in 0..<width {
                var (sums, weights) = ([Float](repeating: 0, count: 3), [Float](repeating: 0, count: 3))
                for row in max(y - 1, 0)...min(y + 1, height - 1) {
                    for column in max(x - 1, 0)...min(x + 1, width - 1) {
                        let colour = filter(column, row)
                        let weight: Float = (row == y ? 2 : 1) * (column == x ? 2 : 1)
                        let place = row * width + column
                        sums[colour] += weight * (values[3 * place + colour] + noise[place])
                        weights[colour] += weight
                    }
                }
                for colour in 0..<3 { developed[3 * (y * width + x) + colour] = sums[colour] / weights[colour] }
            }
        }
        return developed
    }

    private func compressed(_ values: [Float]) -> Pixels {
        let picture = Pixels(width: width, height: height, bytes: values.map(Self.byte))
        return try! decode(encodeJPEG(picture, quality: 92, subsampling: .s420)).pixels
    }

    private static func byte(_ value: Float) -> UInt8 { UInt8(min(max(value.rounded(), 0), 255)) }
}
