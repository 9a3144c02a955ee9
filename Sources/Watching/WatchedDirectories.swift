// Which directory an event is about: paths by watch, kept true while directories are moved and deleted.

package import Files

/// The directories that are watched.  A directory is known by device and inode, so that one that was moved keeps its watch.
package struct WatchedDirectories {
    package struct Entry: Equatable {
        package var path: PathBytes
        /// The path below the operand.
        package var relative: PathBytes
        /// Which of the operands.
        package var root: Int
        package let identity: FileIdentity
    }

    private var entries: [Int32: Entry] = [:]
    private var watches: [FileIdentity: Int32] = [:]

    package init() {}

    package var count: Int { entries.count }

    package subscript(watch: Int32) -> Entry? { entries[watch] }

    package func watch(of identity: FileIdentity) -> Int32? { watches[identity] }

    /// Notes a new watch, or that a directory is now elsewhere.
    package mutating func set(_ watch: Int32, _ entry: Entry) {
        if let old = entries[watch] { watches[old.identity] = nil }
        if let old = watches[entry.identity], old != watch { entries[old] = nil }
        entries[watch] = entry
        watches[entry.identity] = watch
    }

    @discardableResult package mutating func remove(_ watch: Int32) -> Entry? {
        guard let entry = entries.removeValue(forKey: watch) else { return nil }
        if watches[entry.identity] == watch { watches[entry.identity] = nil }
        return entry
    }

    /// Forgets the directory at `path` and all below it, and returns their watches.
    package mutating func removeAll(under path: PathBytes) -> [Int32] {
        let prefix = path.appending([]).bytes
        let found = entries.filter { $0.value.path == path || $0.value.path.bytes.starts(with: prefix) }.map(\.key)
        for watch in found { remove(watch) }
        return found
    }

    package mutating func removeAll() {
        entries.removeAll()
        watches.removeAll()
    }
}
