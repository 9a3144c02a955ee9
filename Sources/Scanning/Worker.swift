// What one thread of a scan does with each file, arranged so that its decoder process never waits for it.

internal import Files
internal import Glibc
internal import Imaging

/// What became of one thing that was found.
enum Outcome {
    case record(Record)
    case notImage
    case resumed
}

/// One thread's share: open, sniff, read, hash here; decode and score in the decoder process.
///
/// While the process works on one file, the next is read and handed over.  Outcomes are delivered in the order in which
/// things were taken, each exactly once.
final class Worker {
    /// A file that the decoder process has, and its record but for the finding.
    private struct Pending {
        let sequence: Int
        var record: Record
        let slot: Int
        let length: Int
    }

    private let plan: ScanPlan
    private let deliver: (Int, Outcome) -> Void
    private let digest = SHA256()
    private var decoder: DecoderProcess?
    private var pending: Pending?

    init(_ plan: ScanPlan, deliver: @escaping (Int, Outcome) -> Void) {
        self.plan = plan
        self.deliver = deliver
    }

    /// Deals with one thing.  Its outcome is delivered now or, when the decoder process has it, by a later call.
    func take(_ found: Found, _ sequence: Int) {
        let outcome: Outcome? =
            switch found {
            case .file(let file): begin(file, sequence)
            case .failure(let path, let error): refused(path, .error, error)
            case .special(let path, let isNamed): isNamed ? refused(path, .skipped, .notRegular) : .notImage
            }
        guard let outcome else { return }
        finish()
        deliver(sequence, outcome)
    }

    /// Waits for the file that the decoder process has, if any, and delivers its record.
    func finish() {
        guard var done = pending, let decoder else { return }
        pending = nil
        done.record.finding = decoder.receive()
        if done.length > Worker.keptBuffer { decoder.buffers[done.slot].trim(keep: Worker.keptBuffer) }
        deliver(done.sequence, .record(done.record))
    }

    /// Nil when the file was handed over.
    private func begin(_ file: FoundFile, _ sequence: Int) -> Outcome? {
        do throws(FileError) {
            let open = try file.open()
            if plan.resume.contains(file.path, size: open.size, modified: open.modified) { return .resumed }
            var record = Record(file.path, .refused(Refusal(.error, code: "", message: "")), model: plan.model)
            record.size = open.size
            record.modified = open.modified
            do throws(FileError) {
                guard let refusal = try handOver(open, record, sequence) else { return nil }
                if refusal == Refusal(.notAnImage) && !file.isNamed { return .notImage }
                record.finding = .refused(refusal)
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

    /// Reads a picture and hands it over; returns why not when its first bytes say so.
    private func handOver(_ file: borrowing OpenFile, _ record: Record, _ sequence: Int) throws(FileError) -> Refusal? {
        let decoder = try readyDecoder()
        // Large files go one at a time, and all through one buffer: reading them ahead gains nothing and takes memory.
        if file.size > Worker.readAhead { finish() }
        let slot = pending.map { 1 - $0.slot } ?? 0
        let buffer = decoder.buffers[slot]
        let head = min(file.size + 1, 64 << 10)
        try buffer.grow(to: head)
        var length = try unsafe file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<head]))
        switch unsafe ImageFormat.sniff(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<length])) {
        case nil: return Refusal(.notAnImage)
        case let format? where !format.isDecodable: return Refusal(.unsupportedFormat(format))
        default: break
        }
        guard file.size <= plan.maxFileSize else { throw .tooLarge(size: file.size, limit: plan.maxFileSize) }
        if length == head && head <= file.size {
            // One byte more than the file has shows whether it grew.
            try buffer.grow(to: file.size + 1)
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[head...file.size])
            length += try unsafe file.read(into: rest)
        }
        guard length == file.size else { throw .changed }
        decoder.submit(slot, length)
        unsafe digest.update(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<length]))
        var record = record
        record.sha256 = digest.finish()
        finish()
        pending = Pending(sequence: sequence, record: record, slot: slot, length: length)
        return nil
    }

    private func readyDecoder() throws(FileError) -> DecoderProcess {
        if let decoder { return decoder }
        let ready: DecoderProcess
        if let early = plan.earlyDecoders?.take() { ready = early } else { ready = try DecoderProcess(plan.decoder) }
        decoder = ready
        return ready
    }

    /// Bytes of a file that is read while another is being judged.
    private static let readAhead = 4 << 20
    /// Memory of an image buffer that stays after a large file.
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
