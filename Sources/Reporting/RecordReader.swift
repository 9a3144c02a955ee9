// Reads JSON lines from where records were left, a piece at a time: there may be millions, and any line may be damaged.

package import Files
import FoundationEssentials
internal import Threads

/// Where records came from: what a report names so that its content can be checked.
package struct RecordSource: Sendable, Equatable {
    package let name: String
    package let sha256: String
    package let lines: Int
    /// Lines that are no records of this version.
    package let unreadable: Int
}

/// Collects the entries of any number of sources.
package struct RecordReader {
    /// In the order of their first lines.
    package var entries: [Entry] { taken.compactMap(\.self) }
    package private(set) var sources: [RecordSource] = []
    /// Records that a later one of the same path replaced, as after a scan that went on; or of frames that a later state of the file
    /// may not have.
    package private(set) var replaced = 0
    /// Whether any entry is of `--fields minimal`.
    package var hasMinimal: Bool { minimal > 0 }
    /// How many are.
    private var minimal = 0
    /// Nil for what counts no more.
    private var taken: [Entry?] = []
    private var places: [String: Int] = [:]
    /// Of each file the frames behind its first.
    private var further: [String: Set<Int>] = [:]
    private let team: ThreadTeam

    /// Bytes of the longest line that is looked at; a record is much shorter.
    static let longestLine = 4 << 20

    /// - Parameter threads: how many lines are read at a time; it changes nothing but the time that takes.
    package init(threads: Int = 1) { team = ThreadTeam(threads: threads) }

    /// Reads everything that `read` gives: it fills a buffer and returns the number of bytes, 0 at the end.
    package mutating func add(
        _ name: String, reading read: (UnsafeMutableRawBufferPointer) throws(FileError) -> Int
    ) throws(FileError) {
        let digest = SHA256()
        var splitter = LineSplitter(longest: Self.longestLine)
        var (lines, unreadable) = (0, 0)
        var waiting: [Data] = []
        func note(_ line: ArraySlice<UInt8>) {
            if line.allSatisfy({
                $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\t")
            }) {
                return
            }
            lines += 1
            if line.count > Self.longestLine { unreadable += 1 } else { waiting.append(Data(line)) }
        }
        func settle() {
            for entry in decoded(waiting) { if let entry { take(entry) } else { unreadable += 1 } }
            waiting = []
        }
        // The lines of a piece are settled when the next comes.
        func look(_ piece: UnsafeRawBufferPointer) {
            settle()
            unsafe digest.update(piece)
        }
        _ = try unsafe splitter.takeAll(from: read, look: { unsafe look($0) }) { line throws(FileError) in
            note(line)
            return true
        }
        note(splitter.rest)
        settle()
        sources.append(
            RecordSource(name: name, sha256: digest.finish(), lines: lines, unreadable: unreadable))
    }

    /// In the lines' order; nil for what is no record.
    private func decoded(_ lines: [Data]) -> [Entry?] {
        var entries = [Entry?](repeating: nil, count: lines.count)
        unsafe entries.withUnsafeMutableBufferPointer { entries in
            // Threads write to different elements, and the team waits for all of them.
            let slots = entries.baseAddress
            team.forEach(lines.count) { index, _ in
                unsafe slots?[index] = try? JSONDecoder().decode(Entry.self, from: lines[index])
            }
        }
        return entries
    }

    private mutating func take(_ entry: Entry) {
        let index = entry.frame?.index ?? 0
        let place = places[entry.identity]
        // Frames of a file that is another by now, or of which is said now that they were not looked at.
        if index == 0, let place, taken[place]?.sha256 != entry.sha256 { drop(of: entry.file, 1...Int.max) }
        if let through = entry.frame?.through, index < through { drop(of: entry.file, (index + 1)...through) }
        if let place {
            replace(place, with: entry)
        } else {
            places[entry.identity] = taken.count
            taken.append(entry)
            if entry.isMinimal { minimal += 1 }
            if index > 0 { further[entry.file, default: []].insert(index) }
        }
    }

    /// Forgets some of the frames behind a file's first.
    private mutating func drop(of file: String, _ range: ClosedRange<Int>) {
        guard let known = further[file] else { return }
        // A file may have many frames, and a record that stands for a few of them.
        let isShort = range.upperBound - range.lowerBound < known.count
        let indices: [Int] = isShort ? range.filter { known.contains($0) } : known.filter { range.contains($0) }
        for index in indices {
            further[file]?.remove(index)
            guard let place = places.removeValue(forKey: Entry.identity(file, frame: index)) else { continue }
            replace(place, with: nil)
        }
    }

    /// Puts an entry, or none, where another was.
    private mutating func replace(_ place: Int, with entry: Entry?) {
        if taken[place]?.isMinimal == true { minimal -= 1 }
        if entry?.isMinimal == true { minimal += 1 }
        taken[place] = entry
        replaced += 1
    }
}
