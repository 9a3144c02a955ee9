// The scan: sources that run ahead, workers that each drive one confined process, and one sink.

package import Confinement
package import Detection
package import Files
package import Imaging
package import Inspection
internal import Threads

/// What is scanned, and how.
package struct ScanPlan: Sendable {
    /// Read one after the other.
    package var sources: [any Source] = []
    package var jobs = 1
    /// How many files the walk may be ahead of the workers; each may keep a directory open.
    package var ahead = 64
    /// Bytes; larger pictures are skipped.
    package var maxFileSize = 256 << 20
    package var confinement: ConfinementSettings
    /// Processes with these settings that were started ahead of the scan.
    package var early: EarlyProcesses?
    /// `Detector.identity` of the model that the decoders use.
    package var model: String
    /// What is asked about each file.
    package let request: Request
    /// Makes verdicts of findings, where they have scores.
    package var judge: Judge?
    /// Digests that records tell beside SHA-256.
    package var digests: Set<FileDigest> = []
    /// Makes a file of a judged picture's spectrum, by the SHA-256 of its file; gives the file's path, nil where there is none.
    package var makeSpectrum: (@Sendable (Pixels, _ sha256: String) -> PathBytes?)?
    /// Told of a judged picture that could not be read again for its spectrum.
    package var lacksSpectrum: (@Sendable (PathBytes) -> Void)?
    /// The share of what is found that is scanned; nil for all.
    package var shard: Shard?
    /// Has every frame of a file judged, within these limits; nil for the first alone.
    package var frames: FrameLimits?
    /// Told of each frame behind a file's first as it is done: all of them together may take long.
    package var frameIsDone: (@Sendable () -> Void)?
    package var resume = ResumeIndex()

    /// Whether rules ask for paths, which are handed over only then.
    package var handsOverPaths = false

    /// A plan for scoring with `detector`, whose file is `model` unless it is part of the program, and for deciding by `rules`.
    package init(_ detector: Detector, _ model: SharedBytes? = nil, rules: RulePlan) {
        confinement = ConfinementSettings(nil)
        self.model = ""
        request = .judge
        use(detector, model, rules: rules)
    }

    /// Has pictures scored and decided by these from now on.  Processes that were started for others are given up.
    package mutating func use(_ detector: Detector, _ model: SharedBytes?, rules: RulePlan) {
        confinement.model = ConfinementSettings.Model(detector.card, model)
        confinement.rules = rules.settings.map { ConfinementSettings.Rules($0, names: rules.judge.names) }
        judge = rules.judge
        handsOverPaths = rules.needsPath
        self.model = detector.identity
        early = nil
    }

    /// A plan for what takes no model: what files declare, or perceptual hashes.
    package init(_ request: Request) {
        confinement = ConfinementSettings(nil)
        model = ""
        self.request = request
    }

    /// Makes do with so many descriptors: fewer jobs take longer, but a file that can't be opened for want of a descriptor is lost.
    package mutating func limit(descriptors: Int) {
        // The program's own, and for each job a socket, a buffer and a file, and as much again while a process starts. Half of the rest
        // is for the directories on the way down.
        let free = max(0, descriptors - 16)
        // As many again for each further process: one that reads pixels for spectra, one that looks at further frames.
        let processes = 1 + (makeSpectrum == nil ? 0 : 1) + (frames == nil ? 0 : 1)
        jobs = max(1, min(jobs, free / (8 * processes)))
        ahead = max(1, min(32 + 4 * jobs, free / 4))
    }

    /// How many confined processes to start ahead of the scan: one for each job, or for each file where there can't be more, but
    /// no more than what takes a few milliseconds.
    package var likelyProcesses: Int { min(usefulJobs, 8) }

    /// Jobs that can have a file each.
    fileprivate var usefulJobs: Int {
        let files = sources.map(\.mostFiles)
        return files.contains { $0 == nil } ? jobs : min(jobs, files.reduce(0) { $0 + ($1 ?? 0) })
    }
}

/// Runs one scan.
package final class Scanner: Sendable {
    private struct Job: Sendable {
        let sequence: Int
        let found: Found
    }

    private let plan: ScanPlan
    private let sink: any Sink
    private let queue: BoundedQueue<Job>

    package init(_ plan: ScanPlan, sink: any Sink) {
        self.plan = plan
        self.sink = sink
        queue = BoundedQueue(capacity: plan.ahead)
    }

    /// Scans everything; returns when all is delivered or the scan was stopped and what was in flight is delivered.
    package func run() {
        _ = Thread { self.list() }
        let workers = (0..<max(1, plan.usefulJobs)).map { _ in Thread { self.work() } }
        for worker in workers { worker.join() }
    }

    /// Lets the pictures in flight finish and drops the rest.  May be called from any thread.
    package func stop() { queue.stop() }

    /// The thread that reads the sources.  It may wait for something that never comes, so no one waits for it.
    private func list() {
        var sequence = 0
        func report(_ found: Found) -> Bool {
            if let shard = plan.shard, !shard.contains(found) { return true }
            defer { sequence += 1 }
            return queue.push(Job(sequence: sequence, found: found))
        }
        var goesOn = true
        for source in plan.sources where goesOn {
            source.forEach {
                goesOn = report($0)
                return goesOn
            }
        }
        queue.close()
    }

    private func work() {
        var json = JSONText()
        let worker = Worker(plan) { sequence, outcome in
            if !self.sink.deliver(sequence, self.marked(outcome), &json) { self.stop() }
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

    /// With the share that was scanned, if not all was.
    private func marked(_ outcome: Outcome) -> Outcome {
        guard let shard = plan.shard else { return outcome }
        func marked(_ record: Record) -> Record {
            var record = record
            record.shard = shard
            return record
        }
        return switch outcome {
        case .record(let record): .record(marked(record))
        case .frames(let records): .frames(records.map(marked))
        case .notImage, .resumed: outcome
        }
    }

    /// The next job.  A worker takes one ahead of need only while there are enough for all, and does not wait for one
    /// before it has delivered what it has in hand.
    private func next(_ worker: Worker) -> Job? {
        if let job = queue.pop(fromAtLeast: plan.jobs) { return job }
        worker.finish()
        return queue.pop()
    }
}
