// Scores every picture of a data set with a detector, exactly as a scan would.

package import Confinement
package import Detection
import Files
package import Imaging
import Synchronization
import Threads

/// A picture of the data set with the detector's calibrated scores, not clamped.
package struct ScoredPicture: Sendable, Equatable {
    package let sample: Sample
    package let scores: Scores
    /// Whether it lies outside the model's envelope, so that no verdict is given.
    package let isOutside: Bool
    /// In levels, as thresholds ask for it.
    package let detail: Double

    package init(sample: Sample, scores: Scores, isOutside: Bool = false, detail: Double = 0) {
        (self.sample, self.scores, self.isOutside, self.detail) = (sample, scores, isOutside, detail)
    }

    package func verdict(_ thresholds: Thresholds) -> Verdict {
        isOutside ? .uncertain : thresholds.at(detail: detail).verdict(scores.fused)
    }
}

/// What a scorer says of pixels.
package struct PixelScores: Sendable {
    package let scores: Scores
    package let isOutside: Bool
    package let detail: Double

    package init(_ scores: Scores, isOutside: Bool = false, detail: Double = 0) {
        (self.scores, self.isOutside, self.detail) = (scores, isOutside, detail)
    }

    /// - Parameter isRaw: logits instead of calibrated scores.
    init(_ assessment: Assessment, isRaw: Bool = false) {
        self.init(
            isRaw ? assessment.logits : assessment.scores, isOutside: !assessment.outside.isEmpty,
            detail: assessment.detail)
    }
}

/// A picture that could not be scored, and why.
package struct UnreadablePicture: Sendable, Equatable {
    package let path: String
    package let message: String
}

/// What a detector says of every picture of a data set.
package struct Evaluation: Sendable {
    /// In the order of the samples.
    package let pictures: [ScoredPicture]
    /// What the file of each of `pictures` says of itself.
    package let facts: [FileFacts]
    package let unreadable: [UnreadablePicture]
    /// The same pictures, changed.
    package let perturbed: [(perturbation: Perturbation, pictures: [ScoredPicture])]

    /// Scores the samples on `jobs` threads; the result does not depend on their number.
    ///
    /// Each picture is decoded once, whatever the number of perturbations.
    /// - Parameters:
    ///   - pictures: how they are read.
    ///   - makeScorer: called once for each thread; what it returns scores one picture after the other.
    ///   - progress: called now and then, on the calling thread, with the number of pictures done.
    package init(
        of samples: [Sample], jobs: Int, pictures: ConfinementSettings, perturbations: [Perturbation] = [],
        progress: (Int) -> Void = { _ in }, makeScorer: () -> (Pixels) -> PixelScores
    ) {
        let team = ThreadTeam(threads: max(1, min(jobs, samples.count)))
        let readers = (0..<team.threads).map { _ in PictureReader(pictures) }
        let scorers = (0..<team.threads).map { _ in makeScorer() }
        var outcomes = [Outcome](repeating: .pending, count: samples.count)
        let done = Atomic<Int>(0)
        unsafe outcomes.withUnsafeMutableBufferPointer { outcomes in
            // Threads write to different elements, and the team waits for all of them.
            let slots = outcomes.baseAddress
            team.forEach(samples.count) { index, thread in
                unsafe slots?[index] = Self.outcome(
                    samples[index], readers[thread], perturbations, scorers[thread])
                let count = done.wrappingAdd(1, ordering: .relaxed).newValue
                if thread == 0 { progress(count) }
            }
        }
        progress(samples.count)

        var scored: [[ScoredPicture]] = Array(repeating: [], count: 1 + perturbations.count)
        var facts: [FileFacts] = []
        var unreadable: [UnreadablePicture] = []
        for (sample, outcome) in zip(samples, outcomes) {
            switch outcome {
            case .pending: preconditionFailure("a sample was left out")
            case .unreadable(let message):
                unreadable.append(UnreadablePicture(path: sample.path, message: message))
            case .scored(let scores, let read):
                facts.append(read)
                for (place, found) in scores.enumerated() {
                    scored[place].append(
                        ScoredPicture(
                            sample: sample, scores: found.scores, isOutside: found.isOutside, detail: found.detail))
                }
            }
        }
        self.pictures = scored[0]
        self.facts = facts
        self.unreadable = unreadable
        perturbed = zip(perturbations, scored.dropFirst()).map { (perturbation: $0, pictures: $1) }
    }

    /// Scores the samples by a detector.
    package init(
        of samples: [Sample], by detector: Detector, jobs: Int, pictures: ConfinementSettings,
        perturbations: [Perturbation] = [], progress: (Int) -> Void = { _ in }
    ) {
        self.init(of: samples, jobs: jobs, pictures: pictures, perturbations: perturbations, progress: progress) {
            let examiner = detector.makeExaminer()
            return { PixelScores(examiner.examine($0)) }
        }
    }

    private enum Outcome {
        case pending
        case unreadable(String)
        /// As it is, then under each perturbation.
        case scored([PixelScores], FileFacts)
    }

    private static func outcome(
        _ sample: Sample, _ reader: PictureReader, _ perturbations: [Perturbation],
        _ scorer: (Pixels) -> PixelScores
    ) -> Outcome {
        do {
            let picture = try reader.read(PathBytes(sample.path)) { [Region(x: 0, y: 0, width: $0, height: $1)] }
            let pixels = picture.parts[0].pixels
            let found = [scorer(pixels)] + perturbations.map { scorer($0.apply(pixels)) }
            // Weights as large as floats go can make a number that is none.
            guard found.allSatisfy({ each in Head.allCases.allSatisfy { each.scores[$0].isFinite } }) else {
                return .unreadable("the model gives no finite score")
            }
            return .scored(found, FileFacts(picture))
        } catch {
            return .unreadable(error.message)
        }
    }
}
