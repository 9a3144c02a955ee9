// A picture that is there twice makes a data set contradict itself, or a validation praise what was learnt by heart.

import Files
import Glibc

/// Which pictures of a data set are the same, byte for byte.
package struct Duplicates: Sendable {
    /// Paths of pictures with the same bytes, each group in the order of the samples; only groups of two and more.
    private let groups: [[Sample]]

    /// Reads the pictures that have the size of another.
    package init(of samples: [Sample]) {
        var bySize: [Int: [Sample]] = [:]
        for sample in samples {
            var status = stat()
            guard unsafe stat(sample.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            bySize[Int(status.st_size), default: []].append(sample)
        }
        var groups: [[Sample]] = []
        for (_, alike) in bySize.sorted(by: { $0.key < $1.key }) where alike.count > 1 {
            var byDigest: [String: [Sample]] = [:]
            var order: [String] = []
            for sample in alike {
                guard let digest = Duplicates.digest(sample.path) else { continue }
                if byDigest[digest] == nil { order.append(digest) }
                byDigest[digest, default: []].append(sample)
            }
            groups += order.compactMap { byDigest[$0] }.filter { $0.count > 1 }
        }
        self.groups = groups
    }

    /// Pictures that are real and fake at once, as one pair of paths for each.
    package var contradictions: [(real: String, fake: String)] {
        groups.compactMap { group in
            guard let real = group.first(where: { !$0.isFake }), let fake = group.first(where: \.isFake) else {
                return nil
            }
            return (real.path, fake.path)
        }
    }

    /// Pictures that are in both of two parts of the data, as one pair of paths for each.
    package func shared(_ first: [Sample], _ second: [Sample]) -> [(first: String, second: String)] {
        let (first, second) = (Set(first.map(\.path)), Set(second.map(\.path)))
        return groups.compactMap { group in
            guard let one = group.first(where: { first.contains($0.path) }),
                let other = group.first(where: { second.contains($0.path) })
            else { return nil }
            return (one.path, other.path)
        }
    }

    /// Nil for what can't be read, which training finds out by itself.
    private static func digest(_ path: String) -> String? {
        guard let file = try? OpenFile.open(PathBytes(path), in: nil, followingLinks: true) else { return nil }
        let digest = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while let count = try? unsafe buffer.withUnsafeMutableBytes({ try unsafe file.read(into: $0) }) {
            if count == 0 { return digest.finish() }
            unsafe buffer.withUnsafeBytes { unsafe digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        return nil
    }
}
