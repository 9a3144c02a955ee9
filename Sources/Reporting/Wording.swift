// What the stable words of records mean, in sentences for people who did not write the program.

import Detection

/// How a file is shown: a verdict, or why there is none.
enum Standing: Int, CaseIterable {
    case fake, review, uncertain, real, skipped, error

    init(_ entry: Entry) {
        switch entry.status {
        case .skipped: self = .skipped
        case .error: self = .error
        case .ok:
            switch entry.verdict {
            case .fake: self = .fake
            case .real: self = entry.isFlagged ? .review : .real
            case .uncertain, nil: self = entry.isFlagged ? .review : .uncertain
            }
        }
    }

    var name: String {
        switch self {
        case .fake: "fake"
        case .review: "review"
        case .uncertain: "uncertain"
        case .real: "real"
        case .skipped: "skipped"
        case .error: "error"
        }
    }

    /// A mark beside the word, so that no meaning hangs on a colour.
    var mark: String {
        switch self {
        case .fake: "◆"
        case .review: "◇"
        case .uncertain: "○"
        case .real: "·"
        case .skipped: "–"
        case .error: "!"
        }
    }
}

/// Why a verdict is what it is, from a record's `reasons`.
func sentence(forReason reason: String, _ thresholds: Thresholds?) -> String {
    func at(_ value: Double?) -> String { value.map { " (\($0.fixed(3)))" } ?? "" }
    switch reason {
    case "score:fake-threshold-reached":
        return "The fused score reaches the model's threshold for fake\(at(thresholds?.fake))."
    case "score:real-threshold-reached":
        return "The fused score is at or below the model's threshold for real\(at(thresholds?.real))."
    case "score:between-thresholds": return "The fused score lies between the thresholds: the detector cannot tell."
    case "score:suspect-threshold-reached":
        return
            "The fused score is above that of about 95 % of the photographs by which the model was validated\(at(thresholds?.suspect))."
    case "envelope:too-small":
        return "The picture is smaller than what the model was made for; no verdict is built on its score."
    case "envelope:flat":
        return
            "Too many neighbouring pixels are equal, as in drawings and screenshots; no verdict is built on its score."
    default:
        if reason.hasPrefix("rule:") { return "The rule \(reason.dropFirst(5)) decided." }
        return reason
    }
}

/// Why somebody should look at a file, from a record's `review`.
func sentence(forReview cause: String, _ thresholds: Thresholds?) -> String {
    cause.hasPrefix("rule:") ? "The rule \(cause.dropFirst(5)) asks for it." : sentence(forReason: cause, thresholds)
}

/// What a code of a record without a score means.
func sentence(forCode code: String) -> String {
    switch code {
    case "unsupported-format": "A picture in a format or variant that is not decoded."
    case "not-an-image": "Not a picture by its content."
    case "damaged-signature": "The beginning of the file is damaged; by what remains of it, it was a picture."
    case "truncated": "The file ends too early."
    case "corrupt": "The file is damaged."
    case "too-many-pixels": "More pixels than the limit of the scan allowed."
    case "too-many-rows": "More rows of pixels than are decoded."
    case "too-many-frames": "More frames than the limits of the scan allowed."
    case "too-many-scans": "More passes over the picture than the limit of the scan allowed."
    case "too-much-text": "More text in the file than the limit of the scan allowed."
    case "file-too-large": "Larger than the limit of the scan allowed."
    case "out-of-memory": "Decoding needed more memory than it may have."
    case "timeout": "Decoding took longer than it may."
    case "crashed": "The decoder crashed or was ended for trying what it must not do: treat the file as hostile."
    case "no-decoder": "No decoder could be started."
    case "not-found": "There was no such file."
    case "unreadable": "The file could not be opened or read."
    case "not-a-regular-file": "A directory, device, pipe or socket."
    case "changed": "The file changed while it was read."
    case "not-an-archive": "Neither a tar nor an archive of another kind that is read."
    case "unsupported-archive": "An archive of a kind or variant that is not read."
    case "truncated-archive": "The archive ends too early; there may have been more in it."
    case "corrupt-archive": "The archive, or a member of it, is damaged; there may be more in it."
    case "unpacking-failed": "The archive could not be unpacked to its end; there may be more in it."
    case "unsupported-member":
        "A member of an archive whose bytes cannot be had, as it is encrypted, scattered or packed in a way that is not known."
    default: "No score, for the reason that the code names."
    }
}
