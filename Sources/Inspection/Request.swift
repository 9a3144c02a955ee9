// What can be asked about a file.

/// A question about one file, which a `Finding` answers.
package enum Request: Sendable, Equatable {
    /// All facts, and scores.
    case judge
    /// What the file says of its origin; no pixel is decoded.
    case declare
}

extension Request {
    package func encode(to wire: inout WireWriter) {
        switch self {
        case .judge: wire.add(byte: 0)
        case .declare: wire.add(byte: 1)
        }
    }

    package init(_ wire: inout WireReader) throws(WireError) {
        switch try wire.byte() {
        case 0: self = .judge
        case 1: self = .declare
        default: throw WireError()
        }
    }
}
