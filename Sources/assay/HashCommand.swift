// `assay hash`: what tools take that look for known files and known pictures.

import Files
internal import Glibc
import Scanning

/// Prints hashes.
enum HashCommand {
    static let md5 = Option("md5", "MD5 of each file, as md5sum prints it.")
    static let sha1 = Option("sha1", "SHA-1 of each file, as sha1sum prints it.")
    static let sha256 = Option("sha256", "SHA-256 of each file, as sha256sum prints it.")
    static let pdq = Option(
        "pdq", "The perceptual hash PDQ of each picture: hash, quality and path, separated by commas.")

    static let command = Command(
        "hash", "Print digests or perceptual hashes of images, as matching tools take them.",
        discussion: [
            "One of --md5, --sha1, --sha256 and --pdq is needed. Directories are walked as by 'assay scan'; what is no picture by its "
                + "content is left out there, while the digest of a named file is told whatever it is.",
            "The exit status is 0 if everything was hashed, 2 if something could not be, which is told on standard error, 64 if the "
                + "command line is wrong.",
        ],
        arguments: [ScanOptions.paths],
        options: [
            md5, sha1, sha256, pdq, ScanOptions.filesFrom, ScanOptions.null, ScanOptions.include, ScanOptions.exclude,
            ScanOptions.follow, ScanOptions.maxDepth, ScanOptions.oneFileSystem, ScanOptions.jobs,
            ScanOptions.maxFileSize, ScanOptions.maxPixels, ScanOptions.timeout, ScanOptions.isolation,
            ScanOptions.sort, ScanOptions.quiet,
        ],
        manual: HashManual.sections, run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        let kinds = [(md5, FileDigest.md5), (sha1, .sha1), (sha256, .sha256)].filter { line.flag($0.0) }.map(\.1)
        guard kinds.count + (line.flag(pdq) ? 1 : 0) == 1 else {
            throw .usage("One of the options '--md5', '--sha1', '--sha256' and '--pdq' is needed")
        }
        let plan = try ScanPlan(hashing: line)
        if let kind = kinds.first { return try list(plan.sources, kind) }
        _ = try confine(line, plan.confinement, isQuiet: line.flag(ScanOptions.quiet))
        let session: ScanSession
        do throws(FileError) {
            session = try ScanSession(showsProgress: false)
        } catch {
            throw .failure("the pictures can't be read: \(error.message)")
        }
        let sink = PerceptualHashSink(
            RecordSink(descriptor: STDOUT_FILENO, window: 64 * plan.jobs), isEscaped: isatty(STDOUT_FILENO) == 1)
        let signal = session.run(Scanner(plan, sink: sink), sink.lines)
        if let signal { SignalPipe.end(by: signal) }
        if case .failed(let error) = sink.lines.end { throw .failure("standard output: \(error.message)") }
        return sink.lines.tally.unscanned > 0 ? 2 : 0
    }

    /// No byte is understood here, so that nothing needs to be confined.
    private static func list(_ sources: [any Source], _ kind: FileDigest) throws(CommandFailure) -> Int32 {
        ScanSession.prepareProcess()
        var lister = DigestLister(kind)
        let isEscaped = isatty(STDOUT_FILENO) == 1
        var (status, failure) = (Int32(0), FileError?.none)
        func complain(_ path: PathBytes, _ error: FileError) {
            Console.error("assay: \(path.escaped): \(error.message.escapingControls)\n")
            status = 2
        }
        func print(_ line: [UInt8]?) -> Bool {
            guard let line else { return true }
            do throws(FileError) {
                try writeAll(isEscaped ? HashList.escaped(line) : line, to: STDOUT_FILENO)
            } catch {
                failure = error
            }
            return failure == nil
        }
        for source in sources where failure == nil {
            source.forEach { found in
                switch found {
                case .file(let file):
                    do throws(FileError) {
                        return print(try lister.line(file))
                    } catch {
                        complain(file.path, error)
                    }
                case .data(let data): return print(lister.line(data))
                case .special(let path, let isNamed, _): if isNamed { complain(path, .notRegular) }
                case .unreadable(let path, _, let error), .failure(let path, let error): complain(path, error)
                }
                return true
            }
        }
        if let failure, failure != .system(EPIPE) { throw .failure("standard output: \(failure.message)") }
        return status
    }
}

/// Sections of `assay-hash(1)`.
enum HashManual {
    static let sections: [(title: String, paragraphs: [String])] = [
        (
            "Digests",
            [
                "The lines are those of md5sum, sha1sum and sha256sum, which can check them (sha256sum -c). A path with a line feed, a "
                    + "carriage return or a backslash is written with \\n, \\r and \\\\, and a backslash stands before the digest."
            ]
        ),
        (
            "PDQ",
            [
                "A line is the hash in 64 hexadecimal digits, the quality from 0 to 100, and the path to the end of the line, as the hasher of "
                    + "PDQ's authors (ThreatExchange) prints it. A path with a quotation mark or a line end is quoted as in RFC 4180.",
                "The hash is that of the picture as 'assay scan' decodes it, neither turned nor composed with a background. Two versions of one "
                    + "picture differ in at most 31 of the 256 bits, as a rule; a quality below 50 says that there is too little in the "
                    + "picture for that. Decoding is confined as in a scan.",
            ]
        ),
        (
            "Examples",
            [
                "assay hash --sha256 upload | sort > a; comm -12 a known prints what is known, byte for byte.",
                "assay hash --pdq upload > upload.csv writes what matchers of the ThreatExchange project take.",
            ]
        ),
    ]
}
