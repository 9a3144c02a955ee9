// The labelled pictures a run works on, from a folder or a manifest, in an order that depends on neither.

import Files
import Glibc

/// A set of labelled pictures, ordered by path.
package struct Dataset: Sendable {
    package let samples: [Sample]
    /// SHA-256 of the sorted (path, label, size) list, paths relative to the folder or manifest: it names
    /// the data set, wherever it lies.
    package let digest: String
    /// Files of a folder that lie below neither real/ nor fake/ and are therefore left out.
    package let unlabelled: Int

    /// Reads a folder with `real/` and `fake/` below it, or a manifest.
    ///
    /// - Parameters:
    ///   - path: a directory (see ``readFolder(_:)``) or a regular file (see ``Manifest``).
    ///   - split: only the samples of this split; all when nil. In a manifest it is the column `split`, in a folder the
    ///     first directory, where that comes before `real` or `fake` (as in `test1/real/…`).
    /// - Throws: ``DatasetError``, whose message explains both forms where the path is neither.
    package static func load(_ path: String, split: String? = nil) throws(DatasetError) -> Dataset {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw .unreadable(path: path, reason: FileError.last.message) }
        let read: (entries: [Entry], unlabelled: Int)
        switch status.st_mode & S_IFMT {
        case S_IFDIR: read = try readFolder(path)
        case S_IFREG: read = (try Manifest.read(path), 0)
        default: throw .neitherForm(path: path, reason: "it is neither a directory nor a regular file")
        }
        var entries = read.entries
        if let split {
            entries.removeAll { $0.sample.split != split }
            if entries.isEmpty {
                throw .noSuchSplit(
                    path: path, split: split, known: Set(read.entries.compactMap(\.sample.split)).sorted())
            }
        }
        entries.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return Dataset(samples: entries.map(\.sample), digest: digest(of: entries), unlabelled: read.unlabelled)
    }

    package init(samples: [Sample], digest: String, unlabelled: Int = 0) {
        self.samples = samples
        self.digest = digest
        self.unlabelled = unlabelled
    }

    /// The data set without these samples and those of their pairs. Groups may lie on both sides: who divides a collection by
    /// generator divides the pictures of one prompt. It keeps its digest, since it is chosen from the same listing.
    package func leavingOut(_ others: [Sample]) -> Dataset {
        let (paths, pairs) = (Set(others.map(\.path)), Set(others.compactMap(\.pair)))
        let kept = samples.filter { sample in
            !paths.contains(sample.path) && !(sample.pair.map(pairs.contains) ?? false)
        }
        return Dataset(samples: kept, digest: digest, unlabelled: unlabelled)
    }

    /// The splits that occur, in alphabetical order.
    package var splits: [String] { Set(samples.compactMap(\.split)).sorted() }

    /// Those that are called otherwise than is usual, such as `tarin`; a number at the end is as usual as none.
    package var unusualSplits: [String] {
        let usual: Set = ["train", "training", "val", "valid", "validation", "dev", "test", "testing"]
        return splits.filter { !usual.contains($0.lowercased().filter { !$0.isNumber && $0 != "-" && $0 != "_" }) }
    }

    /// The number of real and fake samples.
    package var counts: (real: Int, fake: Int) {
        let fake = samples.count { $0.isFake }
        return (samples.count - fake, fake)
    }

    /// A sample with the name it is known by inside its data set: its path relative to the folder or manifest.
    struct Entry {
        let name: String
        let sample: Sample
    }

    private static func digest(of entries: [Entry]) -> String {
        var text: [UInt8] = []
        for entry in entries {
            var status = stat()
            let found = unsafe stat(entry.sample.path, &status) == 0
            // A name may hold any byte but zero, which therefore ends it.
            text += entry.name.utf8
            text += "\0\(entry.sample.isFake ? "fake" : "real")\0\(found ? String(status.st_size) : "missing")\n".utf8
        }
        return SHA256.hexadecimal(of: text)
    }
}

/// Why a data set could not be read.
package enum DatasetError: Error, Equatable {
    case unreadable(path: String, reason: String)
    case neitherForm(path: String, reason: String)
    case badManifest(path: String, line: Int, reason: String)
    case noSuchSplit(path: String, split: String, known: [String])

    /// One line, and in most cases the explanation of both forms below it. Quoted names cannot add lines.
    package var message: String {
        switch self {
        case .unreadable(let path, let reason):
            return "\(path.escapingControls): \(reason)"
        case .neitherForm(let path, let reason):
            return "\(path.escapingControls): \(reason)\n" + Self.forms
        case .badManifest(let path, let line, let reason):
            return "\(path.escapingControls):\(line): \(reason.escapingControls)\n" + Self.forms
        case .noSuchSplit(let path, let split, let known):
            let list = known.isEmpty ? "it has no splits" : "it has " + known.map { "'\($0)'" }.joined(separator: ", ")
            return "\(path.escapingControls): no picture is in split '\(split)'; \(list)".escapingControls
        }
    }

    private static let forms = """
        labelled pictures are given in one of two forms:
          a folder    with directories named real and fake, at any depth; every file below one of them counts,
                      and the first directory below it names the source: DIR/real/camera/1.jpg
          a manifest  a CSV file whose first line names the columns, or a file with one JSON object per line;
                      columns or keys: path (relative to the manifest), label (real or fake),
                      and optionally source, generator, group, split, pair
        """
}
