// The one way from a file's bytes to what is found out about it: sniff → metadata → header → limits → decode → crops → features → scores
// → facts → rules.

package import Detection
package import Imaging
internal import Provenance

/// Looks at files, one after the other or a few together, reusing its memory.
///
/// It touches hostile bytes: programs run it in a confined process only.
package struct Inspector {
    private let limits: DecodeLimits
    /// Nil where nothing is scored.
    private let examiner: Examiner?
    private let reading: ReadOptions
    private let rules: RuleInspector?
    private let clock = ContinuousClock()
    /// What was added since findings were asked for last.
    private var looked: [Look] = []

    private enum Look {
        case answered(Finding)
        /// All but its scores, which come for a few files together, and what needs them.
        case awaitsScores(Observation, File)
    }

    /// A file, which stays where it is until its finding is there.
    @safe private struct File {
        let bytes: UnsafeRawBufferPointer
        let path: String
    }

    /// - Parameter rules: those to match; they need scores. Rules that this program has not compiled are a fault of it.
    package init(
        _ limits: DecodeLimits, _ detector: Detector?, _ reading: ReadSettings = ReadSettings(),
        rules: RuleSettings? = nil
    ) {
        (self.limits, examiner, self.reading) = (limits, detector?.makeExaminer(), reading.options)
        if let rules, let detector { self.rules = RuleInspector(rules, detector.card) } else { self.rules = nil }
    }

    /// Whether findings had better be asked for before more is added.
    package var isFull: Bool { looked.count >= examiner?.batch ?? 1 }

    /// Does all that can be done with one file alone.  The bytes must stay until its finding was given.
    package mutating func add(_ bytes: UnsafeRawBufferPointer, _ request: Request = .judge) {
        var seen = Observation(fileSize: bytes.count)
        seen.declared = unsafe ImageFormat.sniff(bytes).map { unsafe readDeclared(bytes, $0, reading) }
        do throws(DecodeError) {
            switch request {
            case .judge: looked.append(try unsafe judge(bytes, seen, path: ""))
            case .judgeNamed(let path): looked.append(try unsafe judge(bytes, seen, path: path))
            case .declare: looked.append(.answered(Finding(Facts(seen))))
            }
        } catch {
            // A picture that cannot be decoded still declares things.
            looked.append(.answered(Finding(Refusal(error), Facts(seen))))
        }
    }

    private func judge(_ bytes: UnsafeRawBufferPointer, _ seen: Observation, path: String) throws(DecodeError) -> Look {
        var seen = seen
        // Without scores the answer is none that a parent believes.
        guard let examiner else { return .answered(Finding(Facts(seen))) }
        let start = clock.now
        let picture = try unsafe decode(bytes, limits: limits, regions: examiner.regions)
        seen.decodeSeconds = start.duration(to: clock.now).seconds
        (seen.image, seen.warning) = (picture.facts, picture.warning)
        examiner.look(at: picture.parts, width: picture.facts.width, height: picture.facts.height)
        return .awaitsScores(seen, unsafe File(bytes: bytes, path: path))
    }

    /// The findings on all files added since the last call, in their order.
    package mutating func findings() -> [Finding] {
        var assessments = (examiner?.judge() ?? [])[...]
        defer { looked.removeAll(keepingCapacity: true) }
        return looked.map { look in
            switch look {
            case .answered(let finding): return finding
            case .awaitsScores(var seen, let file):
                seen.assessment = assessments.removeFirst()
                var finding = Finding(Facts(seen))
                if let rules { finding.rules = unsafe rules.match(file.bytes, finding.facts, path: file.path) }
                return finding
            }
        }
    }
}

extension Duration {
    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
