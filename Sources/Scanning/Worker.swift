// What one thread of a scan does with each thing that was found, arranged so that its confined process never waits for it.

internal import Confinement
internal import Files
internal import Glibc
internal import Imaging
internal import Inspection

/// One thread's share: open, recognise, read, hash here; everything else in a confined process.
///
/// While the process works on some files, the next are read and handed over, as many as it has places for.  Outcomes are delivered
/// in the order in which things were taken, each exactly once.
final class Worker {
    /// Something that was taken and not yet delivered.
    private struct Evidence {
        let sequence: Int
        /// What became of it; for a file that was handed over, its record but for the finding.
        var outcome: Outcome
    }

    private let plan: ScanPlan
    private let deliver: (Int, Outcome) -> Void
    private let digest = SHA256()
    /// Made when the first picture comes.
    private var inspector: ConfinedInspector<Evidence>?

    init(_ plan: ScanPlan, deliver: @escaping (Int, Outcome) -> Void) {
        self.plan = plan
        self.deliver = deliver
    }

    /// Deals with one thing.  Its outcome is delivered now or by a later call.
    func take(_ found: Found, _ sequence: Int) {
        let outcome: Outcome? =
            switch found {
            case .file(let file): begin(file, sequence)
            case .data(let data): begin(data, sequence)
            case .failure(let path, let error): refused(path, .error, error)
            case .unreadable(let path, let origin, let error): refused(path, origin, error)
            case .special(let path, let isNamed): isNamed ? refused(path, .skipped, .notRegular) : .notImage(path)
            }
        if let outcome {
            if let inspector {
                inspector.add(known: Evidence(sequence: sequence, outcome: outcome))
            } else {
                deliver(sequence, outcome)
            }
        }
        // Among many files that are no pictures, a picture's record must not wait for the next picture.
        let batch = plan.confinement.batch
        deliver(downTo: inspector?.count ?? 0 > 2 * (batch + 1) ? 0 : batch)
    }

    /// Waits for the files that the confined process has, if any, and delivers all outcomes.
    func finish() { deliver(downTo: 0) }

    /// Delivers until no more than `count` files are with the confined process, and what comes after that and is known.
    private func deliver(downTo count: Int) {
        while let (evidence, finding) = inspector?.next(downTo: count) {
            if let finding, case .record(var record) = evidence.outcome {
                record.finding = finding
                record.judgement = plan.judge?.judge(finding)
                deliver(evidence.sequence, .record(record))
            } else {
                deliver(evidence.sequence, evidence.outcome)
            }
        }
    }

    /// Nil when the file was handed over.
    private func begin(_ file: FoundFile, _ sequence: Int) -> Outcome? {
        do throws(FileError) {
            let open = try file.open()
            if plan.resume.contains(file.path, size: open.size, modified: open.modified) { return .resumed(file.path) }
            var record = Record(file.path, Finding(Facts()), model: plan.model)
            record.size = open.size
            record.modified = open.modified
            do throws(FileError) {
                guard let refusal = try handOver(open, record, sequence) else { return nil }
                if refusal == Refusal(.notAnImage) && !file.isNamed { return .notImage(file.path) }
                record.finding = Finding(refusal)
            } catch {
                record.finding = Finding(error)
            }
            return .record(record)
        } catch .notRegular {
            return file.isNamed ? refused(file.path, .skipped, .notRegular) : .notImage(file.path)
        } catch {
            return refused(file.path, .error, error)
        }
    }

    /// Reads a picture and hands it over; returns why not when its first bytes say so.
    private func handOver(_ file: borrowing OpenFile, _ record: Record, _ sequence: Int) throws(FileError) -> Refusal? {
        let inspector = try readyInspector()
        // One byte more than the file has shows whether it grew.
        let start = makeRoom(for: min(file.size, plan.maxFileSize) + 1)
        let head = min(file.size, (64 << 10) - 1) + 1
        try inspector.grow(to: start + head)
        var length = try unsafe file.read(
            into: UnsafeMutableRawBufferPointer(rebasing: inspector.bytes[start..<(start + head)]))
        let first = unsafe UnsafeRawBufferPointer(rebasing: inspector.bytes[start..<(start + length)])
        guard let format = unsafe ImageFormat.sniff(first) else {
            return Refusal(unsafe ImageFormat.sniffDamaged(first).map { .damagedSignature($0) } ?? .notAnImage)
        }
        guard isRead(format) else { return Refusal(.unsupportedFormat(format)) }
        guard file.size <= plan.maxFileSize else { throw .tooLarge(size: file.size, limit: plan.maxFileSize) }
        if length == head && head <= file.size {
            try inspector.grow(to: start + file.size + 1)
            let rest = unsafe UnsafeMutableRawBufferPointer(
                rebasing: inspector.bytes[(start + head)...(start + file.size)])
            length += try unsafe file.read(into: rest)
        }
        guard length == file.size else { throw .changed }
        submit(start..<(start + length), format, record, sequence)
        return nil
    }

    /// Nil when the bytes were handed over.
    private func begin(_ data: FoundData, _ sequence: Int) -> Outcome? {
        let size = data.bytes.count
        var record = Record(data.path, Finding(Facts()), model: plan.model)
        record.origin = data.origin
        record.size = size
        record.modified = data.modified
        do throws(FileError) {
            let format = ImageFormat.sniff(data.bytes)
            guard let format, isRead(format) else {
                let damaged = format == nil ? ImageFormat.sniffDamaged(data.bytes.span) : nil
                guard format != nil || damaged != nil || data.isNamed else { return .notImage(data.path) }
                let reason = format.map { DecodeError.unsupportedFormat($0) } ?? damaged.map { .damagedSignature($0) }
                record.finding = Finding(Refusal(reason ?? .notAnImage))
                return .record(record)
            }
            guard size <= plan.maxFileSize else { throw .tooLarge(size: size, limit: plan.maxFileSize) }
            let inspector = try readyInspector()
            let start = makeRoom(for: size)
            try inspector.grow(to: start + size)
            unsafe UnsafeMutableRawBufferPointer(rebasing: inspector.bytes[start..<(start + size)])
                .copyBytes(from: data.bytes)
            submit(start..<(start + size), format, record, sequence)
            return nil
        } catch {
            record.finding = Finding(error)
            return .record(record)
        }
    }

    /// Whether anything is to be found out about files of this format.  Metadata have states of their own for what is not read.
    private func isRead(_ format: ImageFormat) -> Bool { plan.request == .declare || format.isDecodable }

    /// Hands over what lies in the buffer, and hashes it meanwhile.
    private func submit(_ place: Range<Int>, _ format: ImageFormat, _ record: Record, _ sequence: Int) {
        guard let inspector else { return }
        // A path is handed over only where rules ask for it.
        let request =
            plan.handsOverPaths && plan.request == .judge
            ? Request.judgeNamed(path: record.path.lossy) : plan.request
        inspector.submit(Evidence(sequence: sequence, outcome: .record(record)), at: place, request, format: format)
        unsafe digest.update(UnsafeRawBufferPointer(rebasing: inspector.bytes[place]))
        var record = record
        record.sha256 = digest.finish()
        inspector.amendNewest { $0.outcome = .record(record) }
    }

    /// A place in the buffer for `count` bytes.  Where there is none, the oldest files are waited for: reading large ones ahead gains
    /// little and takes memory.
    private func makeRoom(for count: Int) -> Int {
        while true {
            if let place = inspector?.place(for: count) { return place }
            deliver(downTo: (inspector?.inBuffer ?? 1) - 1)
        }
    }

    private func readyInspector() throws(FileError) -> ConfinedInspector<Evidence> {
        if let inspector { return inspector }
        let ready = try ConfinedInspector<Evidence>(plan.confinement, plan.early?.take())
        inspector = ready
        return ready
    }

    private func refused(_ path: PathBytes, _ origin: ArchivePlace, _ error: FileError) -> Outcome {
        var record = Record(path, Finding(error), model: plan.model)
        record.origin = origin
        if case .tooLarge(let size, _) = error { record.size = size }
        return .record(record)
    }

    private func refused(_ path: PathBytes, _ status: Status, _ error: FileError) -> Outcome {
        .record(
            Record(path, Finding(Refusal(status, code: error.code, message: error.message)), model: plan.model))
    }
}

extension Finding {
    fileprivate init(_ error: FileError) {
        let isLimit = if case .tooLarge = error { true } else { false }
        self.init(Refusal(isLimit ? .skipped : .error, code: error.code, message: error.message))
    }
}
