// Which files show the same picture: many copies of one fake are one finding, not many; frames of one file that look alike are none.

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
        // Frames of one file share its digest.
        guard let digest = entry.sha256, !entry.isFurtherFrame else { continue }
        if let first = digests[digest] { union.join(first, index) } else { digests[digest] = index }
    }
    var seen: [PerceptualHash: Int] = [:]
    var known: [(hash: PerceptualHash, index: Int)] = []
    for (index, entry) in entries.enumerated() {
        guard let hash = entry.perceptualHash.flatMap(PerceptualHash.init) else { continue }
        if let first = seen[hash] {
            union.join(first, index)
        } else {
            seen[hash] = index
            known.append((hash, index))
        }
    }
    // One word after the other, so that the table of its values stays in the cache.
    var previous = [Int32](repeating: -1, count: known.count)
    for place in known.isEmpty ? 0..<0 : 0..<16 {
        // For each value of the word the hash that had it last, and for each hash the one before; -1 for none.
        var last = [Int32](repeating: -1, count: 1 << 16)
        for (number, new) in known.enumerated() {
            let word = new.hash.word(place)
            for bit in 0...16 {
                var other = last[bit == 16 ? word : word ^ 1 << bit]
                var left = 32
                while other >= 0 && left > 0 {
                    let candidate = known[Int(other)]
                    if candidate.hash.distance(to: new.hash) <= 31 { union.join(candidate.index, new.index) }
                    other = previous[Int(other)]
                    left -= 1
                }
            }
            previous[number] = last[word]
            last[word] = Int32(number)
        }
    }
    var members: [Int: [Int]] = [:]
    for index in entries.indices { members[union.root(index), default: []].append(index) }
    return members.values.filter { $0.count > 1 && isOfSeveralFiles($0, entries) }
        .sorted { $0.count != $1.count ? $0.count > $1.count : $0[0] < $1[0] }
        .map { group in
            DuplicateGroup(members: group, isExact: Set(group.map { exactPicture(entries[$0]) }).count == 1)
        }
}

private func isOfSeveralFiles(_ members: [Int], _ entries: [Entry]) -> Bool {
    members.contains { entries[$0].file != entries[members[0]].file }
}

/// What is the same for the same frame of the same bytes.
private func exactPicture(_ entry: Entry) -> String {
    (entry.sha256 ?? "") + (entry.isFurtherFrame ? " \(entry.frame?.index ?? 0)" : "")
}

/// 256 bits.
private struct PerceptualHash: Hashable {
    private let quarters: (UInt64, UInt64, UInt64, UInt64)

    init?(_ text: String) {
        guard text.utf8.count == 64 else { return nil }
        var quarters: [UInt64] = [0, 0, 0, 0]
        for (place, digit) in text.utf8.enumerated() {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = digit - UInt8(ascii: "A") + 10
            default: return nil
            }
            quarters[place / 16] = quarters[place / 16] << 4 | UInt64(value)
        }
        self.quarters = (quarters[0], quarters[1], quarters[2], quarters[3])
    }

    /// One of the 16 words of 16 bits.
    func word(_ place: Int) -> Int {
        let quarter =
            switch place / 4 {
            case 0: quarters.0
            case 1: quarters.1
            case 2: quarters.2
            default: quarters.3
            }
        return Int(quarter >> UInt64(48 - place % 4 * 16) & 0xffff)
    }

    func distance(to other: PerceptualHash) -> Int {
        (quarters.0 ^ other.quarters.0).nonzeroBitCount + (quarters.1 ^ other.quarters.1).nonzeroBitCount
            + (quarters.2 ^ other.quarters.2).nonzeroBitCount + (quarters.3 ^ other.quarters.3).nonzeroBitCount
    }

    static func == (one: PerceptualHash, other: PerceptualHash) -> Bool { one.quarters == other.quarters }

    func hash(into hasher: inout Hasher) {
        hasher.combine(quarters.0)
        hasher.combine(quarters.1)
        hasher.combine(quarters.2)
        hasher.combine(quarters.3)
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
