// Training must come out the same whatever the number of threads, so every random draw is a function of the
// seed and of what it is drawn for, never of who drew before.

import Glibc

/// A deterministic stream of random numbers named by a seed and any number of keys (epoch, sample index, purpose …).
///
/// The keys are folded into a 64-bit state with the SplitMix64 finaliser; the stream itself is SplitMix64
/// (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). All derived draws are written out
/// here rather than taken from the standard library, whose algorithms may change between releases.
package struct RandomStream: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64, _ keys: UInt64...) {
        self.init(seed: seed, keys: keys)
    }

    package init(seed: UInt64, keys: [UInt64]) {
        // The count of keys takes part, so that (seed) and (seed, 0) are different streams.
        state = Self.mix(seed &+ Self.gamma)
        for key in keys { state = Self.mix(state &+ Self.gamma ^ Self.mix(key &+ Self.gamma)) }
    }

    private static let gamma: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// The next 64 random bits.
    package mutating func next() -> UInt64 {
        state &+= Self.gamma
        return Self.mix(state)
    }

    /// A number in [0, 1) with 53 random bits.
    package mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number in [lower, upper]; the lower bound itself when the range is empty.
    package mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// A number whose logarithm is uniform over the range: halving and doubling are equally likely. Bounds are positive.
    package mutating func logUniform(in range: ClosedRange<Double>) -> Double {
        exp(uniform(in: log(range.lowerBound)...log(range.upperBound)))
    }

    /// An integer of the range. The bias of the multiplication method is below (size of range) / 2^64.
    package mutating func integer(in range: ClosedRange<Int>) -> Int {
        let size = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound)) &+ 1
        if size == 0 { return Int(truncatingIfNeeded: next()) }
        let offset = next().multipliedFullWidth(by: size).high
        return range.lowerBound &+ Int(truncatingIfNeeded: offset)
    }

    /// True with the given probability; never below or at 0, always at or above 1. Takes one draw in every case,
    /// so that changing one probability leaves the later draws of the stream where they were.
    package mutating func chance(_ probability: Double) -> Bool {
        uniform() < probability
    }

    /// A draw from the standard normal distribution (Box and Muller, 1958).
    package mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * Double.pi * uniform())
    }

    /// The numbers 0 ..< count in random order (Fisher and Yates).
    package mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        shuffle(&order)
        return order
    }

    /// Puts the elements in random order (Fisher and Yates).
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        var last = elements.count - 1
        while last > 0 {
            elements.swapAt(last, integer(in: 0...last))
            last -= 1
        }
    }
}

/// First keys of the random streams of this module, so that no two uses share draws.
package enum Purpose: UInt64, Sendable {
    case split = 1
    case order = 2
    case lap = 3
    case augmentation = 4
    case dropout = 5
    case weights = 6
}
