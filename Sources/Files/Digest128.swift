// Half a SHA-256: enough to tell apart the files and records of one collection, in a quarter of the memory that the digits take.

/// A digest of 128 bits, which stands for what it was made of.
package struct Digest128: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// The first half of the SHA-256 of `parts`, each with its length before it.
    package init(of parts: [[UInt8]]) {
        let digest = SHA256()
        for part in parts {
            digest.update(littleEndian(UInt64(part.count)))
            digest.update(part)
        }
        self = digest.finishHalf()
    }

    /// 32 lower-case hexadecimal digits.
    package var text: String {
        [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) } }
            .hexadecimal
    }

    /// Reads what `text` gives.
    package init?(_ text: some Collection<UInt8>) {
        guard text.count == 32 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (index, byte) in text.enumerated() {
            let digit: UInt64
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
            if index < 16 { words.0 = words.0 << 4 | digit } else { words.1 = words.1 << 4 | digit }
        }
        self.init(high: words.0, low: words.1)
    }
}

extension SHA256 {
    /// The first half of the digest of what was added since the last one.
    package func finishHalf() -> Digest128 {
        let bytes = finishBytes()
        func word(_ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        return Digest128(high: word(0), low: word(8))
    }
}

/// The bytes of a number, the lowest first.
package func littleEndian(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
}
