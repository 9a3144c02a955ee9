// Files that are not quite right and yet whole: what was wrong with them, in words that programs can tell apart.

internal import CCodec

/// Something that a picture was decoded in spite of. No sample was lost or guessed for it.
package enum DecodeWarning: String, Sendable, CaseIterable {
    /// Every sample is there; the mark that ends the file (EOI, IEND) is not.
    case noEnd = "no-end"
    /// What follows the last sample can't be read.
    case damagedTail = "damaged-tail"
    /// A JPEG has bytes between its segments that belong to none.
    case strayBytes = "stray-bytes"
    /// A scan of a JPEG is filled up with bytes that hold nothing.
    case paddedScan = "padded-scan"
    /// A progressive JPEG ends before every coefficient is exact: this is all that the file has, its encoder had more.
    case unrefined
    /// Anything else that the decoding library complains of; its words are the only description.
    case other

    /// Those among the bits that CCodec gives, in the order of the cases.
    static func all(in bits: UInt32) -> [DecodeWarning] {
        allCases.filter { bits & $0.bit.rawValue != 0 }
    }

    private var bit: codec_warning {
        switch self {
        case .noEnd: CODEC_NO_END
        case .damagedTail: CODEC_BAD_TAIL
        case .strayBytes: CODEC_STRAY_BYTES
        case .paddedScan: CODEC_PADDING
        case .unrefined: CODEC_UNREFINED
        case .other: CODEC_OTHER_WARNING
        }
    }
}
