// The scan: a walk that runs ahead, workers that each drive one decoder process, and one sink.

package import Files
internal import Glibc
internal import Imaging

/// What is scanned, and how.
package struct ScanPlan: Sendable {
    package var operands: [PathBytes] = []
    /// What paths below an operand begin with, where that is not the operand itself.
    package var prefix: PathBytes?
    package var lists: [PathList] = []
    package var walker = Walker()
    package var jobs = 1
    /// Bytes; larger pictures are skipped.
    package var maxFileSize = 256 << 20
    package var decoder = DecoderSettings()
    /// A decoder with these settings that was started ahead of the scan.
    package var firstDecoder: EarlyDecoder?
    /// `Detector.identity` of the model that the decoders use.
    package var model = ""
    package var format = RecordFormat()
    package var resume = ResumeIndex()
    /// Whether records that are no `ok` are also reported on standard error, for output that shows only paths.
    package var warnsOfErrors = false

    package init() {}
}

/// Runs one scan.
package final class Scanner: Sendable {
    private struct Job: Sendable {
        let sequence: Int
        let found: Found
    }

    private let plan: ScanPlan
    private let sink: RecordSink
    private let queue: BoundedQueue<Job>

    package init(_ plan: ScanPlan, sink: RecordSink) {
        self.plan = plan
        self.sink = sink
        queue = BoundedQueue(capacity: 32 + 4 * plan.jobs)
    }

    /// Scans everything; returns when all is delivered or the scan was stopped and what was in flight is delivered.
    package func run() {
        _ = Thread { self.list() }
        let workers = (0..<plan.jobs).map { _ in Thread { self.work() } }
        for worker in workers { worker.join() }
    }

    /// Lets the pictures in flight finish and drops the rest.  May be called from any thread.
    package func stop() { queue.stop() }

    /// The walking thread.  It may wait for a list that never comes, so no one waits for it.
    private func list() {
        var sequence = 0
        func report(_ found: Found) -> Bool {
            defer { sequence += 1 }
            return queue.push(Job(sequence: sequence, found: found))
        }
        for operand in plan.operands { plan.walker.walk(operand, prefix: plan.prefix, report: report) }
        for list in plan.lists {
            do throws(FileError) {
                try list.forEach { path in
                    var goesOn = true
                    plan.walker.walk(path) {
                        goesOn = report($0)
                        return goesOn
                    }
                    return goesOn
                }
            } catch {
                _ = report(.failure(list.name, error))
            }
        }
        queue.close()
    }

    private func work() {
        var worker = Worker(plan)
        while let job = queue.pop() {
            sink.awaitTurn(job.sequence)
            let isOpen =
                switch worker.outcome(of: job.found) {
                case .record(let record):
                    deliver(record, job.sequence, &worker.json)
                case .notImage: sink.deliver(job.sequence, []) { $0.notImages += 1 }
                case .resumed: sink.deliver(job.sequence, []) { $0.resumed += 1 }
                }
            if !isOpen { stop() }
        }
    }

    private func deliver(_ record: Record, _ sequence: Int, _ json: inout JSONText) -> Bool {
        if plan.warnsOfErrors, case .refused(let refusal) = record.finding {
            let line = Array("assay: \(record.path.escaped): \(refusal.message.escapingControls)\n".utf8)
            unsafe write(STDERR_FILENO, line, line.count)
        }
        return sink.deliver(sequence, plan.format.line(record, &json)) { $0.count(record) }
    }
}

/// What became of one thing that was found.
private enum Outcome {
    case record(Record)
    case notImage
    case resumed
}

/// One thread's share: open, sniff, read, hash here; decode and score in the decoder process.
private struct Worker {
    private let plan: ScanPlan
    private let digest = SHA256()
    private var decoder: DecoderProcess?
    var json = JSONText()

    init(_ plan: ScanPlan) { self.plan = plan }

    mutating func outcome(of found: Found) -> Outcome {
        switch found {
        case .file(let file): outcome(of: file)
        case .failure(let path, let error): refused(path, .error, error)
        case .special(let path, let isNamed): isNamed ? refused(path, .skipped, .notRegular) : .notImage
        }
    }

    private mutating func outcome(of file: FoundFile) -> Outcome {
        do throws(FileError) {
            let open = try file.open()
            if plan.resume.contains(file.path, size: open.size, modified: open.modified) { return .resumed }
            var record = Record(file.path, .refused(Refusal(.error, code: "", message: "")), model: plan.model)
            record.size = open.size
            record.modified = open.modified
            do throws(FileError) {
                guard try examine(open, isNamed: file.isNamed, into: &record) else { return .notImage }
            } catch {
                record.finding = .refused(error)
            }
            return .record(record)
        } catch .notRegular {
            return file.isNamed ? refused(file.path, .skipped, .notRegular) : .notImage
        } catch {
            return refused(file.path, .error, error)
        }
    }

    /// Fills in the finding and the digest; false when the file needs no record.
    private mutating func examine(_ file: borrowing OpenFile, isNamed: Bool, into record: inout Record)
        throws(FileError) -> Bool
    {
        let decoder = try readyDecoder()
        let head = min(file.size + 1, 64 << 10)
        try decoder.buffer.grow(to: head)
        var length = try unsafe file.read(into: UnsafeMutableRawBufferPointer(rebasing: decoder.buffer.bytes[..<head]))
        switch unsafe ImageFormat.sniff(UnsafeRawBufferPointer(rebasing: decoder.buffer.bytes[..<length])) {
        case nil:
            record.finding = .refused(Refusal(.notAnImage))
            return isNamed
        case let format? where !format.isDecodable:
            record.finding = .refused(Refusal(.unsupportedFormat(format)))
            return true
        default: break
        }
        guard file.size <= plan.maxFileSize else { throw .tooLarge(size: file.size, limit: plan.maxFileSize) }
        if length == head && head <= file.size {
            // One byte more than the file has shows whether it grew.
            try decoder.buffer.grow(to: file.size + 1)
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: decoder.buffer.bytes[head...file.size])
            length += try unsafe file.read(into: rest)
        }
        guard length == file.size else { throw .changed }
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: decoder.buffer.bytes[..<length])
        record.finding = decoder.examine(length) { unsafe digest.update(bytes) }
        record.sha256 = digest.finish()
        if length > Worker.keptBuffer { decoder.buffer.trim(keep: Worker.keptBuffer) }
        return true
    }

    private mutating func readyDecoder() throws(FileError) -> DecoderProcess {
        if let decoder { return decoder }
        let ready: DecoderProcess
        if let early = plan.firstDecoder?.take() { ready = early } else { ready = try DecoderProcess(plan.decoder) }
        decoder = ready
        return ready
    }

    /// Memory of the image buffer that stays after a large file.
    private static let keptBuffer = 16 << 20

    private func refused(_ path: PathBytes, _ status: Status, _ error: FileError) -> Outcome {
        .record(
            Record(path, .refused(Refusal(status, code: error.code, message: error.message)), model: plan.model))
    }
}

extension Finding {
    fileprivate static func refused(_ error: FileError) -> Finding {
        let isLimit = if case .tooLarge = error { true } else { false }
        return .refused(Refusal(isLimit ? .skipped : .error, code: error.code, message: error.message))
    }
}
