// The simplest labelled data set is a directory tree in which real/ and fake/ say what lies below them.

import Glibc

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
        var pending: [[String]] = [[]]
        while let directory = pending.popLast() {
            let path = ([trimmed(root)] + directory).joined(separator: "/")
            for (name, kind) in try list(path) {
                let components = directory + [name]
                switch kind {
                case .directory: pending.append(components)
                case .file:
                    guard let entry = entry(components, below: trimmed(root)) else {
                        unlabelled += 1
                        continue
                    }
                    entries.append(entry)
                }
            }
        }
        if entries.isEmpty {
            throw .neitherForm(path: root, reason: "there is no file below a directory named real or fake in it")
        }
        return (entries, unlabelled)
    }

    private static func entry(_ components: [String], below root: String) -> Entry? {
        let directories = components.dropLast()
        guard let label = directories.lastIndex(where: { isLabel($0) }) else { return nil }
        let isFake = directories[label].lowercased() == "fake"
        let source = label + 1 < directories.endIndex ? directories[label + 1] : ""
        let name = components.joined(separator: "/")
        let sample = Sample(
            path: root + "/" + name, isFake: isFake, source: source, generator: isFake ? source : "",
            split: isLabel(components[0]) ? nil : components[0])
        return Entry(name: name, sample: sample)
    }

    private static func isLabel(_ name: String) -> Bool {
        ["real", "fake"].contains(name.lowercased())
    }

    private static func trimmed(_ root: String) -> String {
        var root = root
        while root.count > 1, root.hasSuffix("/") { root.removeLast() }
        return root
    }

    private enum Kind { case file, directory }

    /// The visible regular files and directories of a directory.
    private static func list(_ path: String) throws(DatasetError) -> [(String, Kind)] {
        guard let stream = unsafe opendir(path) else { throw .unreadable(path: path, reason: systemMessage(errno)) }
        defer { unsafe closedir(stream) }
        var names: [(String, Kind)] = []
        while true {
            errno = 0
            guard let item = unsafe readdir(stream) else {
                if errno != 0 { throw .unreadable(path: path, reason: systemMessage(errno)) }
                return names
            }
            let name = unsafe withUnsafeBytes(of: &item.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(".") { continue }
            // Some file systems leave d_type unset, so the file itself is asked.
            var status = stat()
            guard unsafe lstat(path + "/" + name, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFREG: names.append((name, .file))
            case S_IFDIR: names.append((name, .directory))
            default: continue
            }
        }
    }
}
