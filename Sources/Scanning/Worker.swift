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
        /// What it was read from, where that is no file that could be read again and its pixels are wanted.
        var data: FoundData?
    }

    private let plan: ScanPlan
    private let deliver: (Int, Outcome) -> Void
    private let digests: FileDigests
    /// For spectra; its process starts with the first.
    private let pictures: PictureReader
    private let further: FurtherFrames
    /// Made when the first picture comes.
    private var inspector: ConfinedInspector<Evidence>?
    /// How many files the confined process may have while the next is read.
    private var ahead = 1

    init(_ plan: ScanPlan, deliver: @escaping (Int, Outcome) -> Void) {
        self.plan = plan
        self.deliver = deliver
        var settings = ConfinementSettings.pictures(plan.confinement.limits)
        settings.timeout = plan.confinement.timeout
        pictures = PictureReader(settings)
        further = FurtherFrames(plan)
        digests = FileDigests(plan.digests.union([.sha256]))
    }

    /// Deals with one thing.  Its outcome is delivered now or by a later call.
    func take(_ found: Found, _ sequence: Int) {
        let outcome: Outcome? =
            switch found {
            case .file(let file): begin(file, sequence)
            case .data(let data): begin(data, sequence)
            case .failure(let path, let error): refused(path, error.isUnsupported ? .skipped : .error, error)
            case .unreadable(let path, let origin, let error): refused(path, origin, error)
            case .special(let path, let isNamed, let origin):
                isNamed ? refused(path, .skipped, .notRegular) : .notImage(path, origin: origin)
            }
        if let outcome {
            if let inspector {
                inspector.add(known: Evidence(sequence: sequence, outcome: outcome))
            } else {
                deliver(sequence, outcome)
            }
        }
        // Among many files that are no pictures, a picture's record must not wait for the next picture.
        deliver(downTo: inspector?.count ?? 0 > 2 * (plan.confinement.batch + 1) ? 0 : ahead)
    }

    /// Waits for the files that the confined process has, if any, and delivers all outcomes.
    func finish() { deliver(downTo: 0) }

    /// Delivers until no more than `count` files are with the confined process, and what comes after that and is known.
    private func deliver(downTo count: Int) {
        while let inspector, let file = inspector.nextFile(downTo: count) {
            if let finding = file.finding, case .record(var record) = file.evidence.outcome {
                record.finding = finding
                record.judgement = plan.judge?.judge(finding)
                record.spectrum = spectrum(record, file.evidence.data)
                deliver(file.evidence.sequence, framed(record, file, inspector))
            } else {
                deliver(file.evidence.sequence, file.evidence.outcome)
            }
            inspector.forget(file)
        }
    }

    /// With the records of all further frames, if those are asked for.
    private func framed(
        _ record: Record, _ file: InFlight<Evidence>.File, _ inspector: ConfinedInspector<Evidence>
    ) -> Outcome {
        guard let count = record.finding.facts.integer("frame_count"), let place = file.place,
            let format = file.format
        else { return .record(record) }
        var record = record
        record.frame = FramePlace(index: 0, count: count)
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: inspector.bytes[place])
        let others = unsafe further.records(after: record, bytes, format)
        return others.isEmpty ? .record(record) : .frames([record] + others)
    }

    /// The file with the spectrum of what was judged.  The picture is read again, by a process that gives pixels away; one that is not the
    /// same any more has none.
    private func spectrum(_ record: Record, _ data: FoundData?) -> PathBytes? {
        guard let make = plan.makeSpectrum, record.status == .ok, let sha256 = record.sha256 else { return nil }
        guard let read = readAgain(record.path, data), read.sha256 == sha256 else {
            plan.lacksSpectrum?(record.path)
            return nil
        }
        return make(read.picture.parts[0].pixels, sha256)
    }

    private func readAgain(_ path: PathBytes, _ data: FoundData?) -> (picture: ReadPicture, sha256: String)? {
        if let data { return try? pictures.readWhole(data.bytes) }
        guard let file = try? OpenFile.open(path, in: nil, followingLinks: true) else { return nil }
        return try? pictures.readWhole(file, limit: plan.maxFileSize)
    }

    /// Nil when the file was handed over.
    private func begin(_ file: FoundFile, _ sequence: Int) -> Outcome? {
        do throws(FileError) {
            let open = try file.open()
            let recorded = plan.resume.records(
                of: file.path, size: open.size, modified: open.modified, ofAllFrames: plan.frames != nil)
            if recorded > 0 { return .resumed(file.path, records: recorded) }
            var record = Record(file.path, Finding(Facts()), model: plan.model)
            record.size = open.size
            record.modified = open.modified
            do throws(ReadError) {
                try handOver(open, record, sequence)
                return nil
            } catch .refused(Refusal(.notAnImage)) where !file.isNamed {
                return .notImage(file.path)
            } catch {
                record.finding = Finding(error)
                return .record(record)
            }
        } catch .notRegular {
            return file.isNamed ? refused(file.path, .skipped, .notRegular) : .notImage(file.path)
        } catch {
            return refused(file.path, .error, error)
        }
    }

    /// Reads a picture and hands it over.
    private func handOver(_ file: borrowing OpenFile, _ record: Record, _ sequence: Int) throws(ReadError) {
        let inspector: ConfinedInspector<Evidence>
        do throws(FileError) { inspector = try readyInspector() } catch { throw .file(error) }
        // One byte more than the file has shows whether it grew.
        let start = makeRoom(for: min(file.size, plan.maxFileSize) + 1)
        submit(
            try inspector.load(file, at: start, for: plan.request, limit: plan.maxFileSize), record, sequence)
    }

    /// Nil when the bytes were handed over.
    private func begin(_ data: FoundData, _ sequence: Int) -> Outcome? {
        let size = data.bytes.count
        var record = Record(data.path, Finding(Facts()), model: plan.model)
        record.origin = data.origin
        record.size = size
        record.modified = data.modified
        let format: ImageFormat
        do throws(DecodeError) {
            let beginning = data.bytes.beginning
            format = try plan.request.recognise(beginning.span)
        } catch {
            if error == .notAnImage && !data.isNamed { return .notImage(data.path, origin: data.origin) }
            record.finding = Finding(Refusal(error))
            return .record(record)
        }
        do throws(FileError) {
            guard size <= plan.maxFileSize else { throw .tooLarge(size: size, limit: plan.maxFileSize) }
            let inspector = try readyInspector()
            let isWantedAgain = plan.makeSpectrum != nil
            submit(
                try inspector.load(data.bytes, keepsData: isWantedAgain, at: makeRoom(for: size), format), record,
                sequence, isWantedAgain ? data : nil)
            return nil
        } catch {
            record.finding = Finding(.file(error))
            return .record(record)
        }
    }

    /// Hands over what lies in the buffer, and hashes it meanwhile.
    private func submit(_ picture: LoadedPicture, _ record: Record, _ sequence: Int, _ data: FoundData? = nil) {
        guard let inspector else { return }
        ahead = plan.confinement.ahead(size: picture.place.count)
        // A path is handed over only where rules ask for it.
        let path = plan.handsOverPaths ? record.path.lossy : nil
        let request: Request =
            switch (plan.request, plan.frames) {
            case (.judge, .some): .judgeFrame(0, path: path ?? "")
            case (.judge, nil): path.map { .judgeNamed(path: $0) } ?? .judge
            default: plan.request
            }
        inspector.submit(
            Evidence(sequence: sequence, outcome: .record(record), data: data), at: picture.place, request,
            format: picture.format)
        unsafe digests.update(UnsafeRawBufferPointer(rebasing: inspector.bytes[picture.place]))
        var record = record
        record.digests = digests.finish()
        record.sha256 = record.digests.removeValue(forKey: .sha256)
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
        var record = Record(path, Finding(.file(error)), model: plan.model)
        record.origin = origin
        if case .tooLarge(let size, _) = error { record.size = size }
        return .record(record)
    }

    private func refused(_ path: PathBytes, _ status: Status, _ error: FileError) -> Outcome {
        .record(
            Record(path, Finding(Refusal(status, code: error.code, message: error.message)), model: plan.model))
    }
}

extension FileError {
    /// Whether it was left alone, and nothing is wrong with it.
    fileprivate var isUnsupported: Bool {
        switch self {
        case .tooLarge, .unsupportedMember, .unsupportedArchive: true
        default: false
        }
    }
}

extension Finding {
    fileprivate init(_ error: ReadError) {
        switch error {
        case .refused(let refusal): self.init(refusal)
        case .file(let error):
            self.init(Refusal(error.isUnsupported ? .skipped : .error, code: error.code, message: error.message))
        }
    }
}
