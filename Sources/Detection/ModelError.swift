// Why a file cannot serve as a model.

package enum ModelError: Error, Equatable, Sendable {
    /// The bytes are not a sound model file.
    case malformed(String)
    /// A sound file for another version or architecture; the message says what to do.
    case incompatible(String)
    /// This build of the program carries no model of its own.
    case absent

    package var message: String {
        switch self {
        case .malformed(let reason): "the model file is damaged or not a model: \(reason)"
        case .incompatible(let reason): "the model file does not fit: \(reason)"
        case .absent: "this build carries no model; name one with --model"
        }
    }
}
