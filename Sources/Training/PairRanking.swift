// Against its own photograph a fake can't be told by what it shows, only by how it was made: the fairest of comparisons.

package import Detection

/// How often a fake scores higher than the photograph that it was made from.
///
/// Each fake whose `pair` a real picture shares counts once: 1 if it scores higher, one half at equal scores, 0 if lower, and
/// the mean of these where several photographs share the pair.
package struct PairRanking: Sendable {
    /// Fakes of one generator, or of all.
    package struct Part: Sendable, Equatable {
        /// Empty where it is not stated.
        package let generator: String
        /// Fakes that have a photograph.
        package let fakes: Int
        /// Mean for each head; nil without such fakes.
        package let ranking: [Head: Double]
    }

    package let all: Part
    /// In order of their names; generators none of whose fakes has a photograph are left out.
    package let generators: [Part]

    package init(_ pictures: [ScoredPicture]) {
        var photographs: [String: [Scores]] = [:]
        for picture in pictures where !picture.sample.isFake {
            if let pair = picture.sample.pair { photographs[pair, default: []].append(picture.scores) }
        }
        let paired = pictures.compactMap { picture -> (generator: String, wins: Scores)? in
            guard picture.sample.isFake, let pair = picture.sample.pair, let reals = photographs[pair] else {
                return nil
            }
            let wins = Scores { head in
                let score = picture.scores[head]
                let won = reals.reduce(0.0) { $0 + (score > $1[head] ? 1 : score == $1[head] ? 0.5 : 0) }
                return won / Double(reals.count)
            }
            return (picture.sample.generator, wins)
        }
        func part(_ generator: String, _ wins: [Scores]) -> Part {
            var ranking: [Head: Double] = [:]
            if !wins.isEmpty {
                for head in Head.allCases {
                    ranking[head] = wins.reduce(0) { $0 + $1[head] } / Double(wins.count)
                }
            }
            return Part(generator: generator, fakes: wins.count, ranking: ranking)
        }
        all = part("", paired.map(\.wins))
        generators = Dictionary(grouping: paired, by: \.generator).sorted { $0.key < $1.key }
            .map { part($0.key, $0.value.map(\.wins)) }
    }
}
