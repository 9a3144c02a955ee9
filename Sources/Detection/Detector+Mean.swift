// Models that went different ways from one start often do better together: their weights' mean costs a scan nothing.

internal import Network

extension Detector {
    /// A model of the means of the weights of several, running statistics among them (Wortsman et al., "Model soups", 2022). They must
    /// have begun alike: the mean of models that learnt apart knows nothing.
    ///
    /// It is uncalibrated and never sure of anything, since none of its scores has been looked at.
    ///
    /// - Parameter detectors: at least one.
    /// - Throws: ``ModelError/incompatible(_:)`` where their blueprints differ in more than how they are trained.
    package static func mean(of detectors: [Detector]) throws(ModelError) -> Detector {
        let blueprint = detectors[0].card.blueprint
        let others = detectors.map(\.card.blueprint)
        let differing = others.firstIndex { !(blueprint.hasRoom(for: [$0]) && $0.hasRoom(for: [blueprint])) }
        if let differing {
            throw .incompatible(
                "of the \(others.count) models, number \(differing + 1) has another blueprint than the first")
        }
        var card = ModelCard(blueprint)
        if let envelope = detectors[0].card.envelope, detectors.allSatisfy({ $0.card.envelope == envelope }) {
            card.envelope = envelope
        }
        // Nothing reaches these, however sure the mean may be of itself.
        (card.thresholds.fake, card.thresholds.real) = (1.0.nextUp, (-0.0).nextDown)
        card.licence = licence(of: detectors)
        card.data = ModelCard.TrainingData(all: detectors.compactMap(\.card.data))
        card.recipe = "mean of " + detectors.map(\.identity).joined(separator: ", ")
        let parameters = try detectors[0].makeNetwork().parameters
        var sums = parameters.map { $0.value.values.map(Double.init) }
        for detector in detectors.dropFirst() {
            for (place, parameter) in try detector.makeNetwork().parameters.enumerated() {
                for (index, value) in parameter.value.values.enumerated() { sums[place][index] += Double(value) }
            }
        }
        for (parameter, sum) in zip(parameters, sums) {
            parameter.set(sum.map { Float($0 / Double(detectors.count)) })
        }
        return Detector(card: card, parameters: parameters)
    }

    /// What weights that come of these models' are licensed by: each licence once.
    package static func licence(of detectors: [Detector]) -> String {
        detectors.map(\.card.licence).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(
            separator: "; ")
    }
}

extension ModelCard.TrainingData {
    /// What several runs were fitted to, together: of a source that more than one had, as many pictures as the one that had most. Nil
    /// where nothing is known.
    fileprivate init?(all data: [Self]) {
        guard let first = data.first else { return nil }
        if data.allSatisfy({ $0 == first }) {
            self = first
            return
        }
        let sources = data.map(\.sources).reduce(into: [:]) { $0.merge($1, uniquingKeysWith: max) }
        func total(_ label: String) -> Int { sources.filter { $0.key.hasPrefix(label + "/") }.values.reduce(0, +) }
        let digests = Set(data.map(\.digest)).sorted().joined(separator: "+")
        self.init(digest: digests, real: total("real"), fake: total("fake"), sources: sources)
    }
}
