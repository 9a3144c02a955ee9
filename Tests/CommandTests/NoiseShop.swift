// A data set that a network learns in seconds, for tests of what training leaves behind.

import Foundation
import Imaging

extension Workshop {
    /// Twelve pictures of each class: fine noise and coarse noise.
    static func ofNoise() -> Workshop {
        let shop = Workshop()
        for index in 0..<12 {
            for (label, step) in [("real", 1), ("fake", 3)] {
                let side = 130 + 3 * index
                var state = UInt64(index * 2 + step)
                var cells = [UInt8](repeating: 0, count: (side / step + 1) * (side / step + 1))
                for cell in cells.indices {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    cells[cell] = UInt8(truncatingIfNeeded: state >> 56)
                }
                var bytes: [UInt8] = []
                for y in 0..<side {
                    for x in 0..<side {
                        let value = cells[y / step * (side / step + 1) + x / step]
                        bytes += [value, value / 2, 255 - value]
                    }
                }
                shop.write(
                    "data/\(label)/noise/\(index).png", encodePNG(Pixels(width: side, height: side, bytes: bytes)))
            }
        }
        return shop
    }

    /// A short training on it.
    static func training(_ output: String) -> [String] {
        [
            "train", "data", "-o", output, "--epochs", "4", "--epoch-size", "24", "--batch", "8", "--validation", "0.3",
            "--seed", "11",
        ]
    }
}
