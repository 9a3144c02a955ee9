// Finds the files below an operand, without recursion and without ever holding more than one path's directories.

internal import Glibc

/// Walks operands depth first.  Hidden files are included; links are followed only as operands unless `followsLinks`; a
/// link back to a directory on the way is left alone; an unreadable directory is reported and the walk goes on.
package struct Walker: Sendable {
    package var followsLinks = false
    /// Levels below an operand: 1 means only its own entries.
    package var maxDepth: Int?
    package var oneFileSystem = false
    /// Entries of each directory by bytes, as their full paths sort; holds one directory's names in memory.
    package var sorted = false
    package var filter = PathFilter()
    /// A directory that is passed over: one that is written to meanwhile, so that a walk might never end.
    package var leftOut: FileIdentity?

    package init() {}

    /// Reports everything at and below `operand`; stops early when `report` returns false.  The paths found begin with
    /// `prefix`, which is the operand itself unless given.
    package func walk(_ operand: PathBytes, prefix: PathBytes? = nil, report: (Found) -> Bool) {
        do throws(FileError) {
            // A zero byte would end the path early and lead somewhere else.
            if operand.bytes.contains(0) { throw .system(ENOENT) }
            switch try FileKind.of(operand, in: nil, followingLinks: true) {
            case .directory:
                let root = try Directory(operand, in: nil, followingLinks: true)
                let place = Place(path: prefix ?? operand, relative: PathBytes([]), device: nil)
                walk(root: root, at: place, { _, _, _ in true }, { _, _ in }, report)
            case .regular:
                _ = report(
                    .file(FoundFile(path: operand, directory: nil, name: operand, isNamed: true, followsLinks: true)))
            default: _ = report(.special(operand, isNamed: true))
            }
        } catch {
            _ = report(.failure(operand, error))
        }
    }

    /// A directory below an operand from which a walk goes on as if it had come from there.
    package struct Place: Sendable {
        package let path: PathBytes
        /// The path below the operand; empty for the operand itself.
        package let relative: PathBytes
        /// The operand's device, for `oneFileSystem`.
        package let device: UInt?
        /// The directories on the way from the operand, to which no link leads back.
        package let above: [FileIdentity]

        package init(path: PathBytes, relative: PathBytes, device: UInt?, above: [FileIdentity] = []) {
            (self.path, self.relative, self.device, self.above) = (path, relative, device, above)
        }
    }

    /// Walks the directory at `place`.  Each directory is opened, then shown to `entering` (itself, its path, its path below the
    /// operand), and only then listed, if that returns true: what is made in it after `entering` began is either listed or came later.  Each link that
    /// is followed is shown to `meeting` (its path, its path below the operand) before it is.
    package func walk(
        _ place: Place, entering: (Directory, PathBytes, PathBytes) -> Bool,
        meeting: (PathBytes, PathBytes) -> Void, report: (Found) -> Bool
    ) {
        let follows = followsLinks || place.relative.bytes.isEmpty
        do throws(FileError) {
            let root = try Directory(place.path, in: nil, followingLinks: follows)
            if let device = place.device, oneFileSystem, root.identity.device != device { return }
            if place.above.contains(root.identity) { return }
            walk(root: root, at: place, entering, meeting, report)
        } catch {
            _ = report(.failure(place.path, error))
        }
    }

    /// A directory that is being listed.
    private struct Level {
        let directory: Directory
        /// Path as shown.
        let path: PathBytes
        /// Path below the operand, for patterns.
        let relative: PathBytes
        /// Entries still to come, last first; nil when they come from the directory one by one.
        var entries: [Directory.Entry]?

        init(
            _ directory: Directory, path: PathBytes, relative: PathBytes, sorted: Bool, followsLinks: Bool
        ) throws(FileError) {
            self.directory = directory
            self.path = path
            self.relative = relative
            entries = nil
            if sorted {
                var all: [(entry: Directory.Entry, key: [UInt8])] = []
                while let entry = try directory.next() {
                    all.append((entry: entry, key: Level.key(entry, in: directory, followsLinks)))
                }
                all.sort { $1.key.lexicographicallyPrecedes($0.key) }
                entries = all.map { $0.entry }
            }
        }

        mutating func next() throws(FileError) -> Directory.Entry? {
            if entries != nil { return entries?.popLast() }
            return try directory.next()
        }

        /// A directory sorts as if its name ended in a slash, so that whole paths come in the order of their bytes; and so does
        /// a link that is entered as one.
        private static func key(_ entry: Directory.Entry, in directory: Directory, _ followsLinks: Bool) -> [UInt8] {
            var kind = entry.kind
            if kind == .unknown || kind == .link && followsLinks {
                // What leads nowhere is reported in its turn, under its own name.
                kind = (try? directory.kind(of: entry.name, followingLinks: followsLinks)) ?? .special
            }
            return kind == .directory ? entry.name.bytes + [UInt8(ascii: "/")] : entry.name.bytes
        }
    }

    private func walk(
        root: Directory, at place: Place, _ entering: (Directory, PathBytes, PathBytes) -> Bool,
        _ meeting: (PathBytes, PathBytes) -> Void, _ report: (Found) -> Bool
    ) {
        var levels: [Level] = []
        if root.identity == leftOut { return }
        guard maxDepth.map({ depth(place.relative) < $0 }) ?? true, entering(root, place.path, place.relative),
            enter(root, place.path, place.relative, &levels, report)
        else { return }
        while let depth = levels.indices.last {
            let entry: Directory.Entry?
            do throws(FileError) {
                entry = try levels[depth].next()
            } catch {
                if !report(.failure(levels[depth].path, error)) { return }
                entry = nil
            }
            guard let entry else {
                levels.removeLast()
                continue
            }
            if !visit(entry, &levels, above: place.above, entering, meeting, report) { return }
        }
    }

    /// Levels that a path below the operand lies under it.
    private func depth(_ relative: PathBytes) -> Int {
        relative.bytes.isEmpty ? 0 : 1 + relative.bytes.count { $0 == UInt8(ascii: "/") }
    }

    private func visit(
        _ entry: Directory.Entry, _ levels: inout [Level], above: [FileIdentity],
        _ entering: (Directory, PathBytes, PathBytes) -> Bool, _ meeting: (PathBytes, PathBytes) -> Void,
        _ report: (Found) -> Bool
    ) -> Bool {
        guard let level = levels.last else { return false }
        let path = level.path.appending(entry.name.bytes)
        let relative = level.relative.appending(entry.name.bytes)
        do throws(FileError) {
            var kind = entry.kind
            if kind == .unknown { kind = try level.directory.kind(of: entry.name, followingLinks: false) }
            if kind == .link {
                guard followsLinks else { return true }
                meeting(path, relative)
                kind = try level.directory.kind(of: entry.name, followingLinks: true)
            }
            switch kind {
            case .regular:
                guard filter.wantsFile(relative) else { return true }
                return report(
                    .file(
                        FoundFile(
                            path: path, directory: level.directory, name: entry.name, isNamed: false,
                            followsLinks: followsLinks)))
            case .directory:
                guard maxDepth.map({ depth(relative) < $0 }) ?? true, filter.entersDirectory(relative) else {
                    return true
                }
                let directory = try Directory(entry.name, in: level.directory, followingLinks: followsLinks)
                if directory.identity == leftOut { return true }
                if oneFileSystem && directory.identity.device != levels[0].directory.identity.device { return true }
                if followsLinks,
                    above.contains(directory.identity)
                        || levels.contains(where: { $0.directory.identity == directory.identity })
                {
                    return true
                }
                guard entering(directory, path, relative) else { return true }
                return enter(directory, path, relative, &levels, report)
            default: return filter.wantsFile(relative) ? report(.special(path, isNamed: false)) : true
            }
        } catch {
            return report(.failure(path, error))
        }
    }

    private func enter(
        _ directory: Directory, _ path: PathBytes, _ relative: PathBytes, _ levels: inout [Level],
        _ report: (Found) -> Bool
    ) -> Bool {
        do throws(FileError) {
            levels.append(
                try Level(directory, path: path, relative: relative, sorted: sorted, followsLinks: followsLinks))
            return true
        } catch {
            return report(.failure(path, error))
        }
    }
}
