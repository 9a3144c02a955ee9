// The frames of a file behind its first, each with a record of its own, within limits that hold for all of them together.

internal import Confinement
internal import Files
internal import Imaging
internal import Inspection

/// Judges the frames of a file behind its first, for one thread.
///
/// It asks a confined process of its own, one frame after the other: the scan's own has the next files by then.
final class FurtherFrames {
    private let plan: ScanPlan
    private let clock = ContinuousClock()
    /// Made when the first file with several frames comes.
    private var inspector: ConfinedInspector<Void>?

    init(_ plan: ScanPlan) { self.plan = plan }

    /// The records of all frames of a file but the first, which has `record`; the last may speak of several.  None where the file
    /// has no further ones.
    func records(after record: Record, _ bytes: UnsafeRawBufferPointer, _ format: ImageFormat) -> [Record] {
        guard let limits = plan.frames, let count = record.frame?.count, count > 1 else { return [] }
        var account = Account(record, count, buildsOn: format.framesBuildOnEachOther)
        if let refusal = account.behindDamage(record.finding) { return [account.rest(from: 1, refusal)] }
        account.add(record.finding)
        let inspector: ConfinedInspector<Void>
        let picture: LoadedPicture
        do throws(FileError) {
            inspector = try readyInspector()
            picture = try unsafe inspector.load(bytes, at: 0, format)
        } catch {
            return [account.rest(from: 1, Refusal(.error, code: error.code, message: error.message))]
        }
        defer { inspector.forget(picture) }
        let start = clock.now
        let path = plan.handsOverPaths ? record.path.lossy : ""
        var records: [Record] = []
        for index in 1..<count {
            if let refusal = exceeded(limits, account, index, start.duration(to: clock.now).seconds) {
                return records + [account.rest(from: index, refusal)]
            }
            let finding = inspector.ask(.judgeFrame(index, path: path), about: picture)
            plan.frameIsDone?()
            var next = account.record(FramePlace(index: index, count: count), finding)
            next.judgement = plan.judge?.judge(finding)
            records.append(next)
            if index + 1 < count, let refusal = account.behindDamage(finding) {
                return records + [account.rest(from: index + 1, refusal)]
            }
            account.add(finding)
        }
        return records
    }

    /// Why frame `index` and those behind it are not looked at.
    private func exceeded(_ limits: FrameLimits, _ account: Account, _ index: Int, _ seconds: Double) -> Refusal? {
        let pixels = plan.confinement.limits.maxPixels.multipliedReportingOverflow(by: FrameLimits.together)
        let time = plan.confinement.timeout.map { $0 * Double(FrameLimits.together) }
        if index >= min(limits.most, Request.mostFrames) {
            return Refusal(
                .skipped, code: FrameLimits.refusal, message: "\(account.count) frames, the limit is \(limits.most)")
        }
        if !pixels.overflow, account.pixels >= pixels.partialValue {
            return Refusal(
                .skipped, code: "too-many-pixels",
                message: "\(account.pixels) pixels in the frames before, the limit is \(pixels.partialValue)")
        }
        if let time, seconds >= time {
            return Refusal(.error, code: "timeout", message: "the frames before were not done within \(time) s")
        }
        return nil
    }

    private func readyInspector() throws(FileError) -> ConfinedInspector<Void> {
        if let inspector { return inspector }
        let ready = try ConfinedInspector<Void>(plan.confinement)
        inspector = ready
        return ready
    }
}

/// What is known of a file whose frames are looked at.
private struct Account {
    /// What the records of all frames share.
    private let common: Record
    let count: Int
    private let buildsOn: Bool
    private(set) var pixels = 0

    init(_ first: Record, _ count: Int, buildsOn: Bool) {
        var common = first
        (common.judgement, common.spectrum) = (nil, nil)
        (self.common, self.count, self.buildsOn) = (common, count, buildsOn)
    }

    mutating func add(_ finding: Finding) {
        // Of one picture, whose pixels have a limit.
        pixels += (finding.facts.integer("width") ?? 0) * (finding.facts.integer("height") ?? 0)
    }

    /// Why nothing can be said of the frames behind one that has this finding; nil if it can.
    func behindDamage(_ finding: Finding) -> Refusal? {
        guard buildsOn, let refusal = finding.refusal else { return nil }
        return Refusal(refusal.status, code: refusal.code, message: "built on a frame that could not be looked at")
    }

    func record(_ frame: FramePlace, _ finding: Finding) -> Record {
        var record = common
        (record.frame, record.finding) = (frame, finding)
        return record
    }

    /// One record for all frames from `index` on.
    func rest(from index: Int, _ refusal: Refusal) -> Record {
        let through = index + 1 < count ? count - 1 : nil
        return record(FramePlace(index: index, count: count, through: through), Finding(refusal))
    }
}
