// The one way from a file's bytes to what is found out about it: sniff → metadata → header → limits → decode → crops → features → scores
// → facts → rules.

package import Detection
package import Imaging
internal import Provenance

/// Looks at files, one after the other or a few together, reusing its memory.
///
/// It touches hostile bytes: programs run it in a confined process only.
@safe package struct Inspector {
    private let limits: DecodeLimits
    /// Nil where nothing is scored.
    private let examiner: Examiner?
    private let reading: ReadOptions
    private let makesHashes: Bool
    private var rules: RuleInspector?
    /// Where large answers go; empty where none are asked for.
    private let results: UnsafeMutableRawBufferPointer
    private let batch: Int
    private let clock = ContinuousClock()
    /// What was added since findings were asked for last, and when that began.
    private var looked: [Look] = []
    private var begun: ContinuousClock.Instant
    /// For frames, which are asked for one after the other.
    private let canvas = FrameCanvas()
    /// What is the same for all frames of the file whose frames are asked for.
    private var common: CommonFacts?

    private struct CommonFacts {
        let count: FrameCount
        let declared: Declared?
        /// The frame that was asked for last.
        var frame: Int
        let size: Int
    }

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

    /// - Parameters:
    ///   - rules: those to match; they need scores. Rules that this program has not compiled are a fault of it.
    ///   - results: where large answers go.
    package init(
        _ limits: DecodeLimits, _ detector: Detector?, _ reading: ReadSettings = ReadSettings(),
        rules: RuleSettings? = nil,
        results: UnsafeMutableRawBufferPointer = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    ) {
        (self.limits, examiner, self.reading) = (limits, detector?.makeExaminer(), reading.options)
        makesHashes = reading.perceptualHash
        batch = detector?.card.filesTogether ?? 1
        begun = clock.now
        if let rules, let detector { self.rules = RuleInspector(rules, detector.card) } else { self.rules = nil }
        unsafe self.results = results
    }

    /// Whether findings had better be asked for before more is added: those of pictures that take long are not held back for others.
    package var isFull: Bool {
        looked.count >= batch || !looked.isEmpty && begun.duration(to: clock.now) > .milliseconds(20)
    }

    /// Does all that can be done with one file alone.  The bytes must stay until its finding was given.
    package mutating func add(_ bytes: UnsafeRawBufferPointer, _ request: Request = .judge) {
        if looked.isEmpty { begun = clock.now }
        var seen = Observation(fileSize: bytes.count)
        do throws(DecodeError) {
            switch request {
            case .judge, .judgeNamed:
                seen.declared = unsafe declared(bytes)
                let path = if case .judgeNamed(let path) = request { path } else { "" }
                looked.append(try unsafe judge(bytes, seen, path: path))
            case .judgeFrame(let frame, let path):
                if frame > 1, var common, common.frame == frame - 1, common.size == bytes.count {
                    common.frame = frame
                    self.common = common
                    seen.declared = common.declared
                    looked.append(try unsafe judge(bytes, &seen, frame, of: common.count, path: path))
                } else {
                    common = nil
                    seen.declared = unsafe declared(bytes)
                    let count = unsafe countFrames(bytes)
                    common = CommonFacts(count: count, declared: seen.declared, frame: frame, size: bytes.count)
                    looked.append(try unsafe judge(bytes, &seen, frame, of: count, path: path))
                }
            case .declare:
                seen.declared = unsafe declared(bytes)
                looked.append(.answered(Finding(Facts(seen))))
            case .header:
                seen.image = try unsafe decode(bytes, limits: limits) { _, _ in [] }.facts
                looked.append(.answered(Finding(Facts(seen))))
            case .pixels(let regions): looked.append(.answered(try unsafe pixels(bytes, regions)))
            case .hash: looked.append(.answered(try unsafe hash(bytes)))
            }
        } catch {
            // A picture that cannot be decoded still declares things.
            looked.append(.answered(Finding(Refusal(error), Facts(seen))))
        }
    }

    private func declared(_ bytes: UnsafeRawBufferPointer) -> Declared? {
        unsafe ImageFormat.sniff(bytes).map { unsafe readDeclared(bytes, $0, reading) }
    }

    /// One of several frames. What can't be counted has the number behind those that can.
    private func judge(
        _ bytes: UnsafeRawBufferPointer, _ seen: inout Observation, _ frame: Int, of count: FrameCount, path: String
    ) throws(DecodeError) -> Look {
        seen.frames = count.all
        if let fault = count.fault, frame >= count.certain { throw fault }
        do throws(DecodeError) {
            return try unsafe judge(bytes, seen, frame: frame, path: path)
        } catch {
            // Nothing is known of a file of which neither the first frame can be decoded nor the rest be counted.
            if frame == 0 && count.fault != nil { seen.frames = nil }
            throw error
        }
    }

    private func judge(
        _ bytes: UnsafeRawBufferPointer, _ seen: Observation, frame: Int = 0, path: String
    ) throws(DecodeError) -> Look {
        var seen = seen
        // Without scores the answer is none that a parent believes.
        guard let examiner else { return .answered(Finding(Facts(seen))) }
        let start = clock.now
        let picture = try unsafe decode(bytes, frame: frame, on: canvas, limits: limits) { width, height in
            let parts = examiner.regions(width: width, height: height)
            return makesHashes ? parts + [Region(x: 0, y: 0, width: width, height: height)] : parts
        }
        seen.decodeSeconds = start.duration(to: clock.now).seconds
        (seen.image, seen.warning) = (picture.facts, picture.warning)
        var parts = picture.parts
        if makesHashes { seen.hash = try PerceptualHash(parts.removeLast().pixels) }
        let (width, height) = (picture.facts.width, picture.facts.height)
        if frame == 0 {
            seen.thumbnailMatches = seen.declared?.camera.thumbnail.flatMap {
                showsTheSame($0, parts, width: width, height: height)
            }
        }
        examiner.look(at: parts, width: width, height: height)
        return .awaitsScores(seen, unsafe File(bytes: bytes, path: path))
    }

    /// Leaves the pixels of the regions in the memory for results.
    private func pixels(_ bytes: UnsafeRawBufferPointer, _ regions: [Region]) throws(DecodeError) -> Finding {
        var seen = Observation(fileSize: bytes.count)
        let start = clock.now
        let picture = try unsafe decode(bytes, limits: limits) { _, _ in regions }
        seen.decodeSeconds = start.duration(to: clock.now).seconds
        (seen.image, seen.warning) = (picture.facts, picture.warning)
        var finding = Finding(Facts(seen))
        for part in picture.parts { try leave(part.pixels.bytes, for: &finding) }
        return finding
    }

    /// Appends to what the finding has in the memory for results.
    private func leave(_ bytes: [UInt8], for finding: inout Finding) throws(DecodeError) {
        guard bytes.count <= (unsafe results.count) - finding.result else { throw .outOfMemory }
        let end = finding.result + bytes.count
        unsafe UnsafeMutableRawBufferPointer(rebasing: results[finding.result..<end]).copyBytes(from: bytes)
        finding.result = end
    }

    private func hash(_ bytes: UnsafeRawBufferPointer) throws(DecodeError) -> Finding {
        var seen = Observation(fileSize: bytes.count)
        let picture = try unsafe decode(bytes, limits: limits) { [Region(x: 0, y: 0, width: $0, height: $1)] }
        (seen.image, seen.warning) = (picture.facts, picture.warning)
        seen.hash = try PerceptualHash(picture.parts[0].pixels)
        return Finding(Facts(seen))
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
                if let matches = unsafe rules?.match(file.bytes, finding.facts, path: file.path) {
                    finding.rules = matches
                }
                return finding
            }
        }
    }
}

extension ModelCard {
    /// How many small files a confined process works on together. More than the network wants: between one file and the next, two processes
    /// that take turns find little of their code and data in the caches, which costs each of them more than what they do there.
    package var filesTogether: Int { max(blueprint.batch, 4) }
}

extension Duration {
    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
