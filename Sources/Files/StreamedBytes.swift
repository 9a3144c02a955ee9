// The bytes of a file that came in a stream, which are as many as fit into memory, and so should be there once: who copies them to where they are
// looked at lets go of one part after the other.

internal import Synchronization

/// Bytes in parts, until somebody has taken them away.
package final class StreamedBytes: Sendable {
    /// Bytes of a part, but of the last, which is smaller: so many that each can be given back to the system by itself.
    package static let partSize = 4 << 20

    package let count: Int
    /// The last first.
    private let parts: Mutex<[[UInt8]]>

    package init(_ parts: [[UInt8]]) {
        count = parts.reduce(0) { $0 + $1.count }
        self.parts = Mutex(parts.reversed())
    }

    /// The first part.
    package var beginning: [UInt8] { parts.withLock { $0.last ?? [] } }

    /// Calls with each part in turn.
    package func forEach(_ body: ([UInt8]) -> Void) {
        for part in parts.withLock({ $0 }).reversed() { body(part) }
    }

    /// The same, and none is there any more when it is done.
    package func takeEach(_ body: ([UInt8]) -> Void) {
        while let part = parts.withLock({ $0.popLast() }) { body(part) }
    }
}
