// Which files show the same picture: many copies of one fake are one finding, not many.

/// Files with the same bytes, or with nearly the same picture.
package struct DuplicateGroup: Sendable, Equatable {
    /// Places in the entries, in their order; at least two.
    package let members: [Int]
    /// Whether all of them have the same bytes.
    package let isExact: Bool
}

/// Groups by SHA-256 and, where records have perceptual hashes, by PDQ within 31 of 256 bits, the distance that its authors
/// recommend (Facebook 2019, "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm"); largest first.
///
/// Two hashes at distance 31 or less differ in at most one bit in one of their 16 words of 16 bits: only such pairs are compared.
/// A word that very many hashes share, as those of empty pictures, is compared with the last of them only, so that no input
/// makes this quadratic.
func duplicateGroups(_ entries: [Entry]) -> [DuplicateGroup] {
    var union = UnionFind(entries.count)
    var digests: [String: Int] = [:]
    for (index, entry) in entries.enumerated() {
        guard let digest = entry.sha256 else { continue }
        if let first = digests[digest] { union.join(first, index) } else { digests[digest] = index }
    }
    var seen: [PerceptualHash: Int] = [:]
    var buckets: [Int: [(hash: PerceptualHash, index: Int)]] = [:]
    for (index, entry) in entries.enumerated() {
        guard let hash = entry.perceptualHash.flatMap(PerceptualHash.init) else { continue }
        if let first = seen[hash] {
            union.join(first, index)
            continue
        }
        seen[hash] = index
        for (place, word) in hash.words.enumerated() {
            for flip in [0] + (0..<16).map({ 1 << $0 }) {
                for other in (buckets[place << 16 | word ^ flip] ?? []).suffix(32)
                where other.hash.distance(to: hash) <= 31 {
                    union.join(other.index, index)
                }
            }
            buckets[place << 16 | word, default: []].append((hash, index))
        }
    }
    var members: [Int: [Int]] = [:]
    for index in entries.indices { members[union.root(index), default: []].append(index) }
    return members.values.filter { $0.count > 1 }
        .sorted { $0.count != $1.count ? $0.count > $1.count : $0[0] < $1[0] }
        .map { group in
            DuplicateGroup(members: group, isExact: Set(group.map { entries[$0].sha256 }).count == 1)
        }
}

/// 256 bits.
private struct PerceptualHash: Hashable {
    let words: [Int]

    init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var words: [Int] = []
        for start in stride(from: 0, to: 64, by: 4) {
            guard let word = UInt16(String(decoding: digits[start..<start + 4], as: UTF8.self), radix: 16) else {
                return nil
            }
            words.append(Int(word))
        }
        self.words = words
    }

    func distance(to other: PerceptualHash) -> Int {
        zip(words, other.words).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
    }
}

/// Disjoint sets of numbers, with halving of paths.
private struct UnionFind {
    private var parent: [Int]

    init(_ count: Int) { parent = Array(0..<count) }

    mutating func root(_ index: Int) -> Int {
        var index = index
        while parent[index] != index {
            parent[index] = parent[parent[index]]
            index = parent[index]
        }
        return index
    }

    mutating func join(_ one: Int, _ other: Int) {
        let (a, b) = (root(one), root(other))
        parent[max(a, b)] = min(a, b)
    }
}
