// `Inspector` behind a wall: files in, findings out, whatever becomes of the processes that look at them.

package import Files
internal import Glibc
package import Imaging
package import Inspection

/// Has files looked at by a confined process, which is replaced when it fails, when it hangs, and when it has served its time.  Used by
/// one thread at a time; the process ends with the one that started it.
///
/// A few files are handed over at once, so that the process can work on a batch together and finds the next one waiting.  They leave
/// in the order in which they came.
package final class ConfinedInspector<Evidence> {
    private let settings: ConfinementSettings
    private let expectation: Expectation
    private let process: ConfinedProcess
    private let clock = ContinuousClock()
    private var queue: InFlight<Evidence>
    /// When the process began with what it works on, if it works on anything.
    private var begun: ContinuousClock.Instant

    /// - Parameter process: one that was started with the same settings, or nil for a new one.
    package init(_ settings: ConfinementSettings, _ process: ConfinedProcess? = nil) throws(FileError) {
        self.settings = settings
        if let process { self.process = process } else { self.process = try ConfinedProcess(settings) }
        expectation = Expectation(settings.model?.card, settings.limits, rules: settings.rules?.names ?? [])
        queue = InFlight(batch: settings.batch)
        begun = clock.now
    }

    /// Everything that was taken and has not left.
    package var count: Int { queue.count }

    // MARK: bytes

    /// Where there is room for `count` bytes of the next file; nil when there will only be after older files have left.
    package func place(for count: Int) -> Int? { queue.place(for: count) }

    /// Files that take room.
    package var inBuffer: Int { queue.inBuffer }

    /// The memory in which files lie; valid until the next `grow`.
    package var bytes: UnsafeMutableRawBufferPointer { unsafe process.buffer.bytes }

    /// Makes room for files up to `end`.
    package func grow(to end: Int) throws(FileError) { try process.buffer.grow(to: end) }

    /// A copy of the pixels of `regions`, in their order, after `.pixels(regions)` was answered.
    package func parts(_ regions: [Region]) -> [Part] {
        var end = 0
        let parts = regions.map { region in
            let start = end
            end += region.byteCount
            let bytes = process.results?.copy(start..<end) ?? []
            return Part(
                x: region.x, y: region.y, pixels: Pixels(width: region.width, height: region.height, bytes: bytes))
        }
        process.results?.trim(after: end)
        return parts
    }

    /// A copy of the first `count` bytes of the memory for results: what a finding says that it left there.
    package func result(_ count: Int) -> [UInt8] {
        defer { process.results?.trim(after: count) }
        return process.results?.copy(0..<count) ?? []
    }

    // MARK: files

    /// Takes a file that needs no answer but leaves in its turn.
    package func add(known evidence: Evidence) { queue.add(known: evidence) }

    /// Hands over the bytes of a file of `format` at `place`, which must not be touched until it has left.
    package func submit(
        _ evidence: Evidence, at place: Range<Int>, _ request: Request = .judge, format: ImageFormat?
    ) {
        queue.add(evidence, at: place, request, format)
        handOver()
    }

    /// Adds to what is known of the file that was handed over last, which its process has begun with.
    package func amendNewest(_ change: (inout Evidence) -> Void) { queue.amendNewest(change) }

    /// The oldest file with its finding, if that is known; it leaves.  Answers are waited for as long as there are more than `count`
    /// files in the buffer.
    package func next(downTo count: Int) -> (evidence: Evidence, finding: Finding?)? {
        guard let file = nextFile(downTo: count) else { return nil }
        forget(file)
        return (file.evidence, file.finding)
    }

    /// The same, and its bytes stay where they are until the next file is read; then they are to be forgotten.
    package func nextFile(downTo count: Int) -> InFlight<Evidence>.File? {
        while !queue.isFirstDone {
            guard queue.inBuffer > count else { return nil }
            advance()
        }
        return queue.takeFirst()
    }

    /// Gives the memory of a large file back to the system.
    package func forget(_ picture: LoadedPicture) { forget(picture.place) }

    /// The same of a file that has left.
    package func forget(_ file: InFlight<Evidence>.File) { if let place = file.place { forget(place) } }

    private func forget(_ place: Range<Int>) {
        if place.upperBound > BufferLayout.size { process.buffer.trim(keep: BufferLayout.size) }
    }

    private func handOver() {
        while !isDue && isReady {
            let isIdle = !queue.hasSent
            guard let file = queue.send(), let place = file.place else { return }
            if isIdle { begun = clock.now }
            do throws(FileError) {
                try process.send(place, file.request)
            } catch {
                queue.give(up: Refusal(.error, code: "no-decoder", message: "no decoder process: \(error.message)"))
            }
        }
    }

    /// Whether the process has loaded what the next file takes. One that has not is replaced as soon as it has answered all that it
    /// was sent.
    private var isReady: Bool {
        guard let next = queue.waiting, !process.isReady(for: next.format) else { return true }
        if queue.hasSent { return false }
        process.renew(for: next.format)
        return true
    }

    /// Whether the process has had its share and gets no more; without files before it, it is replaced at once.
    private var isDue: Bool {
        guard process.sent >= settings.filesPerProcess else { return false }
        if queue.hasSent { return true }
        process.end()
        return false
    }

    /// Waits for one answer of the process, or its end.
    private func advance() {
        handOver()
        guard let file = queue.current else { return }
        switch process.receive(until: settings.timeout.map { begun.advanced(by: .seconds($0)) }) {
        case .finding(let finding): believe(finding, on: file)
        case .nonsense: queue.fail(.fault(.nonsense("")))
        case .timeout:
            let limit = settings.timeout ?? 0
            queue.fail(.fault(Refusal(.error, code: "timeout", message: "not done within \(limit) s")))
        case .ended(let refusal, let isLoss): queue.fail(isLoss ? .loss(refusal) : .fault(refusal))
        }
        begun = clock.now
        handOver()
    }

    /// Takes an answer, unless it can't be true.  A process that failed at a file, or says so, may be damaged: the others go to the next.
    private func believe(_ finding: Finding, on file: InFlight<Evidence>.File) {
        do throws(Contradiction) {
            try expectation.check(finding, on: file.request, format: file.format)
        } catch {
            process.end()
            return queue.fail(.fault(.nonsense(": \(error.message)")))
        }
        queue.answer(finding)
        if finding.status == .error {
            process.end()
            queue.recall()
        }
    }
}

extension Refusal {
    fileprivate static func nonsense(_ detail: String) -> Refusal {
        Refusal(.error, code: "crashed", message: "the decoder answered nonsense\(detail)")
    }
}
