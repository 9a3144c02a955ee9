// What can be asked about a file.

/// A question about one file, which a `Finding` answers.
package enum Request: Sendable, Equatable {
    /// All facts, and scores.
    case judge
}

extension Request {
    package func encode(to wire: inout WireWriter) {
        switch self {
        case .judge: wire.add(byte: 0)
        }
    }

    package init(_ wire: inout WireReader) throws(WireError) {
        switch try wire.byte() {
        case 0: self = .judge
        default: throw WireError()
        }
    }
}
