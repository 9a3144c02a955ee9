// The simplest labelled data set is a directory tree in which real/ and fake/ say what lies below them.

import Files

extension Dataset {
    /// The files below directories named `real` and `fake` (in any case) inside `root`, at any depth.
    ///
    /// The nearest such directory above a file labels it; the first directory below that names its source, and of a
    /// fake one the generator too; the first directory below `root` is its split where it comes before the label. Names
    /// that start with a dot are skipped, symbolic links are not followed, special files are not opened. Whether a file
    /// is a picture is found out when it is read.
    static func readFolder(_ root: String) throws(DatasetError) -> (entries: [Entry], unlabelled: Int) {
        var entries: [Entry] = []
        var unlabelled = 0
        var failure: DatasetError?
        let base = root.hasSuffix("/") ? root : root + "/"
        Walker().walk(PathBytes(root), prefix: PathBytes([])) { found in
            switch found {
            case .special, .data, .unreadable: break
            case .failure(let path, let error):
                failure = .unreadable(path: base + path.lossy, reason: error.message)
                return false
            case .file(let file):
                let components = file.path.lossy.split(separator: "/").map(String.init)
                if components.contains(where: { $0.hasPrefix(".") }) { break }
                if let entry = entry(components, below: base) { entries.append(entry) } else { unlabelled += 1 }
            }
            return true
        }
        if let failure { throw failure }
        if entries.isEmpty {
            throw .neitherForm(path: root, reason: "there is no file below a directory named real or fake in it")
        }
        return (entries, unlabelled)
    }

    private static func entry(_ components: [String], below base: String) -> Entry? {
        let directories = components.dropLast()
        guard let label = directories.lastIndex(where: { isLabel($0) }) else { return nil }
        let isFake = directories[label].lowercased() == "fake"
        let source = label + 1 < directories.endIndex ? directories[label + 1] : ""
        let name = components.joined(separator: "/")
        let sample = Sample(
            path: base + name, isFake: isFake, source: source, generator: isFake ? source : "",
            split: isLabel(components[0]) ? nil : components[0])
        return Entry(name: name, sample: sample)
    }

    private static func isLabel(_ name: String) -> Bool {
        ["real", "fake"].contains(name.lowercased())
    }
}
