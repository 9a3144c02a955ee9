// A share of the files: what each of several machines takes of the same operands, without asking the others.

package import Files
internal import Inspection

/// One of so many shares, told by the digest of a file's path.
package struct Shard: Sendable, Equatable {
    package static let most = 1_000_000

    /// From 1 on.
    package let number: Int
    package let count: Int

    /// Reads `NUMBER/COUNT`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]), (1...Shard.most).contains(count),
            (1...count).contains(number), "\(number)/\(count)" == text
        else { return nil }
        (self.number, self.count) = (number, count)
    }

    package var text: String { "\(number)/\(count)" }

    /// Whether a path falls into it: the first 64 bits of the path's SHA-256, modulo the number of shards.
    package func contains(_ path: PathBytes) -> Bool {
        if count == 1 { return true }
        let digest = SHA256()
        digest.update(path.bytes)
        return Int(digest.finishHalf().high % UInt64(count)) == number - 1
    }

    func contains(_ found: Found) -> Bool {
        switch found {
        case .file(let file): contains(file.path)
        case .data(let data): contains(data.path)
        case .special(let path, _, _), .unreadable(let path, _, _): contains(path)
        // What may be behind the break would have been in any share.
        case .failure(_, .truncatedArchive), .failure(_, .truncatedPacking), .failure(_, .corruptArchive),
            .failure(_, .unsupportedArchive), .failure(_, .unpackingFailed):
            true
        case .failure(let path, _): contains(path)
        }
    }
}
