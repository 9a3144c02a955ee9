// Why a blueprint cannot be used.

package enum BlueprintError: Error, Equatable, Sendable {
    /// It is not the JSON that is wanted.
    case unreadable(String)
    /// No network can or may be made of it; the message begins with the place.
    case impossible(String)

    package var message: String {
        switch self {
        case .unreadable(let reason): "the blueprint can't be read: \(reason)"
        case .impossible(let reason): "the blueprint can't be built: \(reason)"
        }
    }
}
