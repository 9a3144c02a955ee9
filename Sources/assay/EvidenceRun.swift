// What spectra and explanations have in common: pictures in, decoded by confined processes, and what is made of them out, in their order.

import Confinement
import Files
import Imaging
import Inspection
import Threads
import Scanning

/// A picture that evidence is made of.
struct EvidencePicture {
    let path: PathBytes
    /// Of the very bytes that were decoded.
    let sha256: String
    let pixels: Pixels
}

/// Reads pictures at and below paths, several at a time.
final class EvidenceRun {
    static let jobs = Option(
        "jobs", short: "j", value: "n", default: "the CPUs this process may use",
        "Use <n> threads, each with a confined process.")
    static let options = [jobs, ScanOptions.maxPixels, ScanOptions.timeout, ScanOptions.isolation]

    let jobs: Int
    /// A directory below the operands that is passed over: the one that evidence is written to.
    var leftOut: FileIdentity?
    private let team: ThreadTeam
    private let readers: [PictureReader]

    /// Bytes of the largest file.
    private static let largest = 1 << 30

    init(_ line: Invocation) throws(CommandFailure) {
        jobs = try line.integer(Self.jobs, 1...256) ?? availableProcessors()
        var limits = DecodeLimits()
        limits.maxPixels = try line.quantity(ScanOptions.maxPixels, unit: 1000) ?? limits.maxPixels
        var settings = ConfinementSettings.pictures(limits)
        settings.timeout = try line.number(ScanOptions.timeout, 0.001...1e6) ?? settings.timeout
        _ = try confine(line, settings, isQuiet: false)
        team = ThreadTeam(threads: jobs)
        // Each stays with one thread, since a confined process ends with the thread that started it.
        readers = (0..<jobs).map { _ in PictureReader(settings) }
    }

    /// Makes something of every picture at and below `operands`, and hands it to `take` in the order of the walk. What is no picture is left
    /// out unless it was named; what cannot be read is told.
    ///
    /// - Parameters:
    ///   - window: pictures that are worked on together.
    ///   - skipping: files at the beginning of the walk that are left out.
    ///   - make: called on several threads at once.
    /// - Returns: whether every picture could be read.
    func forEach<Made>(
        _ operands: [PathBytes], window: Int, skipping: Int = 0, _ make: (EvidencePicture) -> Made,
        _ take: (PathBytes, Made) throws(CommandFailure) -> Void
    ) throws(CommandFailure) -> Bool {
        var (waiting, met, isWhole) = ([Found](), 0, true)
        var failure: CommandFailure?
        func settle() {
            var outcomes = [Outcome<Made>](repeating: .nothing, count: waiting.count)
            unsafe outcomes.withUnsafeMutableBufferPointer { outcomes in
                // Threads write to different elements, and the team waits for all of them.
                let slots = outcomes.baseAddress
                team.forEach(waiting.count) { index, thread in
                    unsafe slots?[index] = self.outcome(waiting[index], self.readers[thread], make)
                }
            }
            waiting = []
            for outcome in outcomes where failure == nil {
                switch outcome {
                case .nothing: break
                case .made(let path, let made):
                    do throws(CommandFailure) { try take(path, made) } catch { failure = error }
                case .refused(let path, let refusal):
                    isWhole = false
                    Console.error("\(path.escaped): \(refusal.message.escapingControls) (\(refusal.code))\n")
                }
            }
        }
        var walker = Walker()
        walker.sorted = true
        walker.leftOut = leftOut
        func meet(_ found: Found) -> Bool {
            if case .file = found {
                met += 1
                if met <= skipping { return true }
            }
            waiting.append(found)
            if waiting.count >= window { settle() }
            return failure == nil
        }
        for operand in operands where failure == nil {
            if operand == PathBytes("-") {
                StandardInputSource(maxFileSize: Self.largest).forEach(meet)
            } else {
                walker.walk(operand, report: meet)
            }
        }
        settle()
        if let failure { throw failure }
        return isWhole
    }

    /// The picture in an open file, read on the calling thread, which must be the one that made this run.
    func read(_ file: borrowing OpenFile) throws(ReadError) -> (pixels: Pixels, sha256: String) {
        let (picture, sha256) = try readers[0].readWhole(file, limit: Self.largest)
        return (picture.parts[0].pixels, sha256)
    }

    private func outcome<Made>(_ found: Found, _ reader: PictureReader, _ make: (EvidencePicture) -> Made)
        -> Outcome<Made>
    {
        func outcome(
            _ path: PathBytes, isNamed: Bool,
            _ read: () throws(ReadError) -> (picture: ReadPicture, sha256: String)
        ) -> Outcome<Made> {
            do throws(ReadError) {
                let (picture, sha256) = try read()
                let pixels = picture.parts[0].pixels
                return .made(path, make(EvidencePicture(path: path, sha256: sha256, pixels: pixels)))
            } catch {
                switch error {
                case .file(let error): return .refused(path, Refusal(error))
                case .refused(let refusal):
                    let isNoPicture = refusal.code == DecodeError.notAnImage.code
                    return isNoPicture && !isNamed ? .nothing : .refused(path, refusal)
                }
            }
        }
        switch found {
        case .file(let file):
            return outcome(file.path, isNamed: file.isNamed) { () throws(ReadError) in try Self.read(file, reader) }
        case .data(let data):
            return outcome(data.path, isNamed: data.isNamed) { () throws(ReadError) in
                guard data.bytes.count <= Self.largest else {
                    throw .file(.tooLarge(size: data.bytes.count, limit: Self.largest))
                }
                return try reader.readWhole(data.bytes)
            }
        case .special(let path, let isNamed, _): return isNamed ? .refused(path, Refusal(.notRegular)) : .nothing
        case .failure(let path, let error), .unreadable(let path, _, let error): return .refused(path, Refusal(error))
        }
    }

    private static func read(_ file: FoundFile, _ reader: PictureReader) throws(ReadError)
        -> (picture: ReadPicture, sha256: String)
    {
        let opened: OpenFile
        do throws(FileError) { opened = try file.open() } catch { throw .file(error) }
        return try reader.readWhole(opened, limit: largest)
    }
}

/// What has become of a file.
private enum Outcome<Made> {
    case nothing
    case made(PathBytes, Made)
    case refused(PathBytes, Refusal)
}

extension Refusal {
    fileprivate init(_ error: FileError) { self.init(.error, code: error.code, message: error.message) }
}
