// What can be asked about a file.

/// A question about one file, which a `Finding` answers.
package enum Request: Sendable, Equatable {
    /// All facts, and scores.
    case judge
    /// What the file says of its origin; no pixel is decoded.
    case declare
    /// The same, for rules that ask for the file's path.
    case judgeNamed(path: String)
}

extension Request {
    /// Bytes of a path that rules see; the system knows none that is longer, but what stands for a byte that is no text takes three.
    private static let longestPath = 3 * 4096

    package func encode(to wire: inout WireWriter) {
        switch self {
        case .judge: wire.add(byte: 0)
        case .declare: wire.add(byte: 1)
        case .judgeNamed(let path):
            wire.add(byte: 2)
            wire.add(path, limit: Request.longestPath)
        }
    }

    package init(_ wire: inout WireReader) throws(WireError) {
        switch try wire.byte() {
        case 0: self = .judge
        case 1: self = .declare
        case 2: self = .judgeNamed(path: try wire.text(limit: Request.longestPath))
        default: throw WireError()
        }
    }
}
