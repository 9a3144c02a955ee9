// `assay merge`: the records of shards to one file, if they are all there.

import Files
internal import Glibc
import Scanning

/// Merges records.
enum MergeCommand {
    static let files = Argument(
        "file", repeats: true, "Files of records and files of --summary, in any order.")
    static let output = Option(
        "output", short: "o", value: "file",
        "Write to <file>, which appears when all is well; - is standard output; needed. A file that holds anything but records is not replaced."
    )
    static let partial = Option(
        "partial", "Write what there is although something is missing; the status is 2 all the same.")
    static let quiet = Option("quiet", short: "q", "Do not print counts.")

    static let command = Command(
        "merge", "Put records of several runs together, if none is missing.",
        discussion: [
            "Records are written in the order of the files, each once: of records with the same id, or without one the same file, "
                + "contents, outcome, model and rules, the first is taken.",
            "The exit status is 0 if everything is there and was written, 2 if anything is missing or can't be read, 64 if the "
                + "command line is wrong.",
        ],
        arguments: [files], options: [output, partial, quiet], manual: MergeManual.sections, run: run)

    static func run(_ line: Invocation) throws(CommandFailure) -> Int32 {
        guard let path = line.path(output) else { throw .usage("The option '--output <file>' is needed") }
        try refuse(line.operands, beside: path)
        let target = try MergeTarget(path)
        var merge = RecordMerge()
        for file in line.operands {
            do throws(FileError) {
                let open = try OpenFile.open(file, in: nil, followingLinks: true)
                try unsafe merge.add(file.escaped) { buffer throws(FileError) in
                    try unsafe open.read(into: buffer)
                } write: { record throws(FileError) in
                    try target.write(record)
                }
            } catch {
                target.drop()
                throw .failure("\(file.escaped): \(error.message)")
            }
        }
        let faults = merge.faults + merge.missing
        for fault in faults { Console.error("assay: \(fault.escapingControls)\n") }
        guard faults.isEmpty || line.flag(partial) else {
            target.drop()
            if target.hasWritten {
                throw .failure("only a part was written to \(path.escaped), since this is no whole")
            }
            throw .failure(
                "nothing was written to \(path.escaped), since this is no whole; '--partial' writes what there is")
        }
        try target.finish()
        if !line.flag(quiet) {
            let shards = merge.shardCount > 0 ? " of \(merge.shardCount) shard\(merge.shardCount == 1 ? "" : "s")" : ""
            let records = "\(merge.read) record\(merge.read == 1 ? "" : "s")\(shards)"
            let repeats = "\(merge.repeats) repeat\(merge.repeats == 1 ? "" : "s")"
            Console.error("\(records): \(merge.read - merge.repeats) written, \(repeats)\n")
        }
        return faults.isEmpty ? 0 : 2
    }
}

extension MergeCommand {
    /// A file that is named twice counts its records twice, and would stand in for another; one that has the name under which the output
    /// is written would be lost.
    private static func refuse(_ files: [PathBytes], beside output: PathBytes) throws(CommandFailure) {
        var seen: Set<FileIdentity> = []
        let target = (try? resolveReplaceable(output, .records)) ?? output
        let temporary = FileIdentity(PathBytes(target.bytes + Array(".part".utf8)))
        for file in files {
            guard let identity = FileIdentity(file), identity.isRegular else { continue }
            if identity == temporary {
                throw .usage(
                    "\(file.escaped): \(output.escaped) is written under this name until it is whole; rename it first")
            }
            if !seen.insert(identity).inserted { throw .usage("\(file.escaped): this file is named twice") }
        }
    }
}

/// Which file a path leads to.
private struct FileIdentity: Hashable {
    let (device, node): (dev_t, ino_t)
    let isRegular: Bool

    init?(_ path: PathBytes) {
        var status = stat()
        guard unsafe path.withCString({ unsafe stat($0, &status) }) == 0 else { return nil }
        (device, node) = (status.st_dev, status.st_ino)
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }
}

/// A file that takes its place when it is whole, or standard output.
private final class MergeTarget {
    private let descriptor: Int32
    /// Where it is written, and what it becomes; nil for what can't be renamed.
    private let places: (temporary: PathBytes, final: PathBytes)?
    private let name: String
    private var buffer: [UInt8] = []
    /// Whether anything went where it can't be taken back from.
    private(set) var hasWritten = false

    init(_ path: PathBytes) throws(CommandFailure) {
        name = path.escaped
        do throws(FileError) {
            if path == PathBytes("-") {
                (descriptor, places) = (STDOUT_FILENO, nil)
                return
            }
            var status = stat()
            let exists = unsafe path.withCString { unsafe stat($0, &status) } == 0
            if exists && status.st_mode & S_IFMT != S_IFREG {
                (descriptor, places) = (try openOutput(path, .records, .appending), nil)
                return
            }
            let final = try resolveReplaceable(path, .records)
            let temporary = PathBytes(final.bytes + Array(".part".utf8))
            (descriptor, places) = (try openTemporary(temporary, .records), (temporary, final))
        } catch {
            throw .failure("\(path.escaped): \(error.message)")
        }
    }

    func write(_ record: ArraySlice<UInt8>) throws(FileError) {
        buffer += record
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= 1 << 20 { try flush() }
    }

    private func flush() throws(FileError) {
        try writeAll(buffer, to: descriptor)
        if places == nil && !buffer.isEmpty { hasWritten = true }
        buffer.removeAll(keepingCapacity: true)
    }

    func finish() throws(CommandFailure) {
        do throws(FileError) {
            try flush()
            guard let places else { return }
            guard fsync(descriptor) == 0,
                unsafe places.temporary.withCString({ from in
                    unsafe places.final.withCString { unsafe rename(from, $0) }
                }) == 0
            else { throw .last }
        } catch {
            drop()
            throw .failure("\(name): \(error.message)")
        }
    }

    /// Leaves nothing behind.
    func drop() {
        if let places { _ = unsafe places.temporary.withCString { unsafe unlink($0) } }
    }
}

/// Sections of `assay-merge(1)`.
enum MergeManual {
    static let sections: [(title: String, paragraphs: [String])] = [
        (
            "What is missing",
            [
                "assay scan --shard i/n notes the shard in each record, and in the file of --summary the number of records that it has "
                    + "written and whether it came to its end. A shard is whole if there is a summary of a run of it that is complete, "
                    + "and at least as many different records as that one has written or found written (resumedRecords). With shards, each of the "
                    + "n needs its summary. Records without a shard may come without summaries; then nobody can say whether any are missing.",
                "Beside that, nothing is written if a line is no record, if the last line of a file has no end, if shards are of "
                    + "different numbers or of scans that were asked for different files (scope in their summaries: a digest of the "
                    + "operands and of the options that choose files, as typed; what a list of --files-from holds and where a relative path "
                    + "begins is not in it), or if records are of different models or were decided by different rules.",
                "Of each record 16 bytes of a digest stay in memory, some 40 with the table that they are in.",
            ]
        ),
        (
            "Examples",
            [
                "assay scan --shard 3/8 --summary 3.json -o 3.jsonl /archive scans a share on one of eight machines.",
                "assay merge *.jsonl *.json -o all.jsonl puts the eight together.",
            ]
        ),
    ]
}
