// Makes a tar stream of whatever kind of archive, so that everything behind it has one kind of members: names, limits and records.

internal import CUnpack
internal import Files
internal import Glibc

/// Reads an archive and writes a tar stream: the one that was packed, or one of its members.
///
/// A member is written when all of it was read, since only then is it known whether its bytes are what they were, and how many. Of one that
/// is larger than what will be looked at only the beginning is written, which tells whether it is a picture.
struct Repacker {
    let kind: ArchiveKind
    let descriptor: Int32
    /// Where the archive begins in a file; nil for a stream.
    let start: Int?
    /// What was read of a stream already.
    let beginning: [UInt8]
    /// Bytes of a member that are kept.
    let largest: Int
    /// Seconds of a processor that a mebibyte of the archive may take, however much it stands for.
    let timeout: Double?
    /// Takes what was unpacked; false when nobody wants more.
    let write: ([UInt8]) -> Bool
    /// Called about once a second while nothing is written.
    let sign: () -> Void
    /// Told the name of each member.
    let meet: ([UInt8]) -> Void

    private struct Stop: Error {
        let report: UnpackingReport
    }

    /// Does it.
    func run() -> UnpackingReport {
        do throws(Stop) {
            if let packing = kind.packing { try unpack(packing) } else { try repack() }
            return .done
        } catch {
            return error.report
        }
    }

    // MARK: what was packed as a whole

    private func unpack(_ packing: unpack_packing) throws(Stop) {
        let watch = Watch(timeout)
        var offset = 0
        let (input, stream): (PackedInput, PackedStream)
        do throws(PackedFault) {
            input = try PackedInput(descriptor, start: start, beginning: beginning)
            stream = try PackedStream(packing, input)
        } catch {
            throw stop(error, at: 0)
        }
        while true {
            let bytes: [UInt8]
            do throws(PackedFault) { bytes = try stream.read() } catch { throw stop(error, at: offset) }
            if bytes.isEmpty { return }
            try put(bytes)
            offset += bytes.count
            try watch.look(input.taken, sign)
        }
    }

    // MARK: members

    private func repack() throws(Stop) {
        let watch = Watch(timeout)
        let archive: any MemberCursor
        do throws(PackedFault) { archive = try open(watch) } catch { throw stop(error, at: 0) }
        while true {
            let found: PackedMember?
            do throws(PackedFault) {
                found = try archive.next()
            } catch {
                throw stop(explained(error), at: archive.place)
            }
            if let report = watch.report { throw Stop(report: report) }
            guard let found else { break }
            if let fault = try pass(found, archive, watch), fault.isOver { throw stop(fault, at: archive.place) }
        }
        do throws(PackedFault) { try archive.checkEnd() } catch { throw stop(error, at: archive.place) }
        try put(TarWriter.end)
    }

    /// Writes a member; returns why it could not be read, if so.
    private func pass(
        _ found: PackedMember, _ archive: any MemberCursor, _ watch: Watch
    ) throws(Stop) -> PackedFault? {
        var member = found.member
        meet(member.name.bytes)
        guard case .file = member.kind else {
            try put(TarWriter.header(member, sent: 0))
            return nil
        }
        var fault: PackedFault?
        var content = Content(largest: largest)
        if found.isEncrypted {
            member.kind = .refused(.unsupportedMember("encrypted"))
        } else {
            do throws(PackedFault) {
                // The members of a zip are packed one by one, so that one that is too large need not be unpacked if its header tells where it ends.
                let skips = kind == .zip && found.statesSize && member.size > largest
                try read(archive, &content, watch, headOnly: skips)
                member.size = skips ? member.size : content.count
            } catch {
                let told = explained(error)
                fault = told
                member.kind = .refused(try refusal(told, at: archive.place))
            }
            if let report = watch.report { throw Stop(report: report) }
        }
        if case .refused = member.kind {
            member.size = 0
            content = Content(largest: largest)
        }
        try put(TarWriter.header(member, sent: content.kept))
        for part in content.parts { try put(part) }
        try put(TarWriter.padding(content.kept))
        return fault
    }

    private func read(
        _ archive: any MemberCursor, _ content: inout Content, _ watch: Watch, headOnly: Bool
    ) throws(PackedFault) {
        while true {
            let bytes = try archive.read()
            content.add(bytes)
            if bytes.isEmpty || headOnly || !watch.goesOn(archive.taken, sign) { break }
        }
        if headOnly { content.keepHead() }
    }

    /// What has been read of a member.
    private struct Content {
        let largest: Int
        private(set) var parts: [[UInt8]] = []
        private(set) var count = 0
        private(set) var kept = 0

        init(largest: Int) { self.largest = largest }

        mutating func add(_ bytes: [UInt8]) {
            if bytes.isEmpty { return }
            count += bytes.count
            if count > largest {
                keepHead()
                if !parts.isEmpty { return }
            }
            parts.append(bytes)
            kept += bytes.count
        }

        /// Leaves the first part.
        mutating func keepHead() {
            parts.removeLast(max(0, parts.count - 1))
            kept = parts.first?.count ?? 0
        }
    }

    // MARK: faults

    private func open(_ watch: Watch) throws(PackedFault) -> any MemberCursor {
        let input = try PackedInput(descriptor, start: start, beginning: beginning)
        // Passing over what is not wanted may take long too.
        input.tick = { [unowned input, sign] in _ = watch.goesOn(input.taken, sign) }
        if kind == .sevenZip, let start { return try PackedArchive(descriptor, start: start, input) }
        return try ZipArchive(input)
    }

    /// What ends a 7z may be a codec, which its header tells.
    private func explained(_ fault: PackedFault) -> PackedFault {
        guard kind == .sevenZip, fault.isOver, let start else { return fault }
        switch fault.kind {
        case .corrupt, .truncated: return SevenZipCodecs.refusal(descriptor, start: start) ?? fault
        default: return fault
        }
    }

    private func put(_ bytes: [UInt8]) throws(Stop) { guard write(bytes) else { throw Stop(report: .done) } }

    private func stop(_ fault: PackedFault, at offset: Int) -> Stop {
        let offset = fault.place ?? offset
        let report: UnpackingReport =
            switch fault.kind {
            case .truncated: .truncated(offset: offset)
            case .corrupt, .overlapping: .corrupt(offset: offset, reason: fault.message)
            case .unsupported: .unsupported(fault.message)
            case .encrypted: .unsupported("encrypted")
            case .noMemory: .noMemory
            case .unreadable(let errno): .unreadable(errno)
            }
        return Stop(report: report)
    }

    private func refusal(_ fault: PackedFault, at offset: Int) throws(Stop) -> FileError {
        switch fault.kind {
        case .truncated, .corrupt, .overlapping: return .corruptMember(fault.message)
        case .unsupported: return .unsupportedMember(fault.message)
        case .encrypted: return .unsupportedMember("encrypted")
        case .noMemory, .unreadable: throw stop(fault, at: offset)
        }
    }
}

extension Repacker {
    /// Sees to it that what a few bytes stand for takes no longer than those bytes may, and that somebody hears of work that is long.
    private final class Watch {
        private let timeout: Double?
        /// Bytes that had been read when the clock began, and the processor's time then.
        private var mark: (taken: Int, time: Double)
        private var said = Watch.seconds(CLOCK_MONOTONIC)
        private(set) var report: UnpackingReport?

        init(_ timeout: Double?) { (self.timeout, mark) = (timeout, (0, Watch.seconds(CLOCK_PROCESS_CPUTIME_ID))) }

        /// False when it has taken too long.
        func goesOn(_ taken: Int, _ sign: () -> Void) -> Bool {
            let now = Watch.seconds(CLOCK_MONOTONIC)
            if now - said >= 1 {
                said = now
                sign()
            }
            let time = Watch.seconds(CLOCK_PROCESS_CPUTIME_ID)
            if taken - mark.taken >= 1 << 20 { mark = (taken, time) }
            if let timeout, time - mark.time > timeout { report = .stalled }
            return report == nil
        }

        func look(_ taken: Int, _ sign: () -> Void) throws(Stop) {
            if !goesOn(taken, sign), let report { throw Stop(report: report) }
        }

        private static func seconds(_ clock: clockid_t) -> Double {
            var time = timespec()
            unsafe clock_gettime(clock, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
    }
}
