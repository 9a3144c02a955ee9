// Numbers from their names, so that no test stores what it begins with; Tests/Reference/counter.py does the same.

/// Value i is centre + radius · u(i), u in [-1, 1) from SplitMix64 of the name's FNV-1a digest and i, in memory order.
package func counterTensor(_ name: String, count: Int, radius: Float = 1, centre: Float = 0) -> [Float] {
    var key: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { key = (key ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return [Float](unsafeUninitializedCapacity: count) { values, initialized in
        for index in 0..<count {
            var z = key &+ UInt64(truncatingIfNeeded: index &+ 1) &* 0x9E37_79B9_7F4A_7C15
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            z ^= z >> 31
            values[index] = centre + radius * (Float(Int64(truncatingIfNeeded: z >> 40) &- (1 << 23)) / Float(1 << 23))
        }
        initialized = count
    }
}
