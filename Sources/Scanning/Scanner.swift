// The scan: a walk that runs ahead, workers that each drive one decoder process, and one sink.

package import Detection
package import Files
internal import Glibc
internal import Imaging
package import Inspection

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
    package var decoder: DecoderSettings
    /// Decoders with these settings that were started ahead of the scan.
    package var earlyDecoders: EarlyDecoders?
    /// `Detector.identity` of the model that the decoders use.
    package var model: String
    /// Makes verdicts of findings.
    package var judge: Judge
    package var format = RecordFormat()
    package var resume = ResumeIndex()
    /// Whether records that are no `ok` are also reported on standard error, for output that shows only paths.
    package var warnsOfErrors = false

    /// A plan for scoring with `detector`.
    package init(_ detector: Detector) {
        decoder = DecoderSettings(detector.card)
        judge = Judge(detector.thresholds)
        model = detector.identity
    }

    /// How many decoders to start ahead of the scan: one for each job, or for each operand where none of them is a directory, but
    /// no more than what takes a few milliseconds.
    package var likelyDecoders: Int {
        let isOpen = !lists.isEmpty || operands.contains(where: isDirectory)
        return min(jobs, isOpen ? jobs : operands.count, 8)
    }

    private func isDirectory(_ path: PathBytes) -> Bool {
        var status = stat()
        return unsafe path.withCString { unsafe stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
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
        var json = JSONText()
        let worker = Worker(plan) { sequence, outcome in
            let isOpen =
                switch outcome {
                case .record(let record): self.deliver(record, sequence, &json)
                case .notImage: self.sink.deliver(sequence, []) { $0.notImages += 1 }
                case .resumed: self.sink.deliver(sequence, []) { $0.resumed += 1 }
                }
            if !isOpen { self.stop() }
        }
        while let job = next(worker) {
            if !sink.hasTurn(job.sequence) {
                // Others may be waiting for what this worker has in hand.
                worker.finish()
                sink.awaitTurn(job.sequence)
            }
            worker.take(job.found, job.sequence)
        }
        worker.finish()
    }

    /// The next job.  A worker takes one ahead of need only while there are enough for all, and does not wait for one
    /// before it has delivered what it has in hand.
    private func next(_ worker: Worker) -> Job? {
        if let job = queue.pop(fromAtLeast: plan.jobs) { return job }
        worker.finish()
        return queue.pop()
    }

    private func deliver(_ record: Record, _ sequence: Int, _ json: inout JSONText) -> Bool {
        if plan.warnsOfErrors, let refusal = record.finding.refusal {
            let line = "assay: \(record.path.escaped): \(refusal.message.escapingControls)\n"
            // Nobody is left to be told of a failure.
            try? writeAll(Array(line.utf8), to: STDERR_FILENO)
        }
        return sink.deliver(sequence, plan.format.line(record, &json)) { $0.count(record) }
    }
}
