// What one thread of a scan does with each file, arranged so that its decoder process never waits for it.

internal import Files
internal import Glibc
internal import Imaging
internal import Inspection

/// What became of one thing that was found.
enum Outcome {
    case record(Record)
    case notImage
    case resumed
}

/// One thread's share: open, sniff, read, hash here; decode and score in the decoder process.
///
/// While the process works on some files, the next are read and handed over, as many as it has places for.  Outcomes are delivered
/// in the order in which things were taken, each exactly once.
final class Worker {
    /// Something that was taken and not yet delivered.
    private struct Pending {
        let sequence: Int
        let state: State

        enum State {
            case known(Outcome)
            /// The decoder process has it: its record but for the finding.
            case handedOver(Record)
        }
    }

    private let plan: ScanPlan
    private let deliver: (Int, Outcome) -> Void
    private let digest = SHA256()
    private var decoder: DecoderProcess?
    /// Oldest first.
    private var pending: [Pending] = []
    /// Where those of them lie that the decoder process has.
    private var layout = BufferLayout()

    init(_ plan: ScanPlan, deliver: @escaping (Int, Outcome) -> Void) {
        self.plan = plan
        self.deliver = deliver
    }

    /// Deals with one thing.  Its outcome is delivered now or by a later call.
    func take(_ found: Found, _ sequence: Int) {
        let outcome: Outcome? =
            switch found {
            case .file(let file): begin(file, sequence)
            case .failure(let path, let error): refused(path, .error, error)
            case .special(let path, let isNamed): isNamed ? refused(path, .skipped, .notRegular) : .notImage
            }
        if let outcome { pending.append(Pending(sequence: sequence, state: .known(outcome))) }
        // Among many files that are no pictures, a picture's record must not wait for the next picture.
        deliver(downTo: pending.count > 2 * (plan.decoder.batch + 1) ? 0 : plan.decoder.batch)
    }

    /// Waits for the files that the decoder process has, if any, and delivers all outcomes.
    func finish() { deliver(downTo: 0) }

    /// Delivers until no more than `count` files are with the decoder process, and what comes after that and is known.
    private func deliver(downTo count: Int) {
        while let next = pending.first {
            switch next.state {
            case .known(let outcome): deliver(next.sequence, outcome)
            case .handedOver(var record):
                guard layout.files.count > count, let decoder else { return }
                record.finding = decoder.receive()
                record.judgement = plan.judge.judge(record.finding)
                let place = layout.removeFirst()
                if place.upperBound > BufferLayout.size { decoder.buffer.trim(keep: BufferLayout.size) }
                deliver(next.sequence, .record(record))
            }
            pending.removeFirst()
        }
    }

    /// Nil when the file was handed over.
    private func begin(_ file: FoundFile, _ sequence: Int) -> Outcome? {
        do throws(FileError) {
            let open = try file.open()
            if plan.resume.contains(file.path, size: open.size, modified: open.modified) { return .resumed }
            var record = Record(file.path, Finding(Facts()), model: plan.model)
            record.size = open.size
            record.modified = open.modified
            do throws(FileError) {
                guard let refusal = try handOver(open, record, sequence) else { return nil }
                if refusal == Refusal(.notAnImage) && !file.isNamed { return .notImage }
                record.finding = Finding(refusal)
            } catch {
                record.finding = Finding(error)
            }
            return .record(record)
        } catch .notRegular {
            return file.isNamed ? refused(file.path, .skipped, .notRegular) : .notImage
        } catch {
            return refused(file.path, .error, error)
        }
    }

    /// Reads a picture and hands it over; returns why not when its first bytes say so.
    private func handOver(_ file: borrowing OpenFile, _ record: Record, _ sequence: Int) throws(FileError) -> Refusal? {
        let decoder = try readyDecoder()
        let buffer = decoder.buffer
        // One byte more than the file has shows whether it grew.
        let start = makeRoom(for: min(file.size, plan.maxFileSize) + 1)
        let head = min(file.size, (64 << 10) - 1) + 1
        try buffer.grow(to: start + head)
        var length = try unsafe file.read(
            into: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[start..<(start + head)]))
        guard
            let format = unsafe ImageFormat.sniff(
                UnsafeRawBufferPointer(rebasing: buffer.bytes[start..<(start + length)]))
        else { return Refusal(.notAnImage) }
        guard format.isDecodable else { return Refusal(.unsupportedFormat(format)) }
        guard file.size <= plan.maxFileSize else { throw .tooLarge(size: file.size, limit: plan.maxFileSize) }
        if length == head && head <= file.size {
            try buffer.grow(to: start + file.size + 1)
            let rest = unsafe UnsafeMutableRawBufferPointer(
                rebasing: buffer.bytes[(start + head)...(start + file.size)])
            length += try unsafe file.read(into: rest)
        }
        guard length == file.size else { throw .changed }
        let place = start..<(start + length)
        decoder.submit(place, format)
        unsafe digest.update(UnsafeRawBufferPointer(rebasing: buffer.bytes[place]))
        var record = record
        record.sha256 = digest.finish()
        layout.append(place)
        pending.append(Pending(sequence: sequence, state: .handedOver(record)))
        return nil
    }

    /// A place in the buffer for `count` bytes.  Where there is none, the oldest files are waited for: reading large ones ahead gains
    /// little and takes memory.
    private func makeRoom(for count: Int) -> Int {
        while true {
            if let place = layout.place(for: count) { return place }
            deliver(downTo: layout.files.count - 1)
        }
    }

    private func readyDecoder() throws(FileError) -> DecoderProcess {
        if let decoder { return decoder }
        let ready: DecoderProcess
        if let early = plan.earlyDecoders?.take() { ready = early } else { ready = try DecoderProcess(plan.decoder) }
        decoder = ready
        return ready
    }

    private func refused(_ path: PathBytes, _ status: Status, _ error: FileError) -> Outcome {
        .record(Record(path, Finding(Refusal(status, code: error.code, message: error.message)), model: plan.model))
    }
}

extension Finding {
    fileprivate init(_ error: FileError) {
        let isLimit = if case .tooLarge = error { true } else { false }
        self.init(Refusal(isLimit ? .skipped : .error, code: error.code, message: error.message))
    }
}
