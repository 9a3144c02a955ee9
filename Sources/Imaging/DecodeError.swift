// Everything that can be wrong with bytes that should become a picture, with words for people and for machines.

/// Why a picture could not be decoded.
package enum DecodeError: Error, Sendable, Equatable {
    /// No signature of a known image format.
    case notAnImage
    /// Almost the signature of an image format: the file was one before something happened to it.
    case damagedSignature(ImageFormat)
    /// An image, but of a format that is not read here.
    case unsupportedFormat(ImageFormat)
    /// A readable format in a variant that the library was not built for, such as 12-bit or lossless JPEG.
    case unsupportedVariant(ImageFormat, reason: String)
    /// The bytes end before the picture does.
    case truncated(reason: String)
    /// The library refuses the bytes, or part of the picture would have to be guessed.
    case corrupt(reason: String)
    /// More pixels than the limit allows.
    case tooManyPixels(width: Int, height: Int, limit: Int)
    /// More rows than the limit allows: a small file that would take long for next to no pixels.
    case tooManyRows(Int, limit: Int)
    /// More passes over the picture than the limit allows: a small file that would take hours.
    case tooManyScans(limit: Int)
    /// More bytes of embedded text than the limit allows.
    case tooMuchText(bytes: Int, limit: Int)
    /// The library could not get the memory it needs.
    case outOfMemory

    /// A stable word for machines.
    package var code: String {
        switch self {
        case .notAnImage: "not-an-image"
        case .damagedSignature: "damaged-signature"
        case .unsupportedFormat, .unsupportedVariant: "unsupported-format"
        case .truncated: "truncated"
        case .corrupt: "corrupt"
        case .tooManyPixels: "too-many-pixels"
        case .tooManyRows: "too-many-rows"
        case .tooManyScans: "too-many-scans"
        case .tooMuchText: "too-much-text"
        case .outOfMemory: "out-of-memory"
        }
    }

    /// The reason in words, those of the library behind them where it gave some.
    package var message: String {
        switch self {
        case .notAnImage: "no known image format"
        case .damagedSignature(let format):
            "the beginning of the file is damaged; it seems to have been \(format.rawValue)"
        case .unsupportedFormat(let format): "\(format.rawValue) is not decoded"
        case .unsupportedVariant(let format, let reason): "\(format.rawValue) variant is not decoded: \(reason)"
        case .truncated(let reason): "the file ends too early (\(reason))"
        case .corrupt(let reason): "the file is damaged (\(reason))"
        case .tooManyPixels(let width, let height, let limit): "\(width)×\(height) pixels, the limit is \(limit)"
        case .tooManyRows(let rows, let limit): "\(rows) rows of pixels, the limit is \(limit)"
        case .tooManyScans(let limit): "more scans than the limit of \(limit)"
        case .tooMuchText(let bytes, let limit): "\(bytes) bytes of text, the limit is \(limit)"
        case .outOfMemory: "out of memory"
        }
    }

    /// Whether a limit, and not the bytes, is the reason: the record is then `skipped`, not `error`.
    package var isLimit: Bool {
        switch self {
        case .tooManyPixels, .tooManyRows, .tooManyScans, .tooMuchText: true
        default: false
        }
    }

    /// Whether the bytes may be fine and only can't be read here: the record is then `skipped`, not `error`.
    package var isUnsupported: Bool {
        switch self {
        case .unsupportedFormat, .unsupportedVariant: true
        default: false
        }
    }
}
