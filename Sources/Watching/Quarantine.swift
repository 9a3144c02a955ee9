// Where flagged files are put: moved whole or not at all, never over another, and with their record beside them.

internal import CProcess
package import Files
internal import Glibc
internal import Scanning
internal import Threads

/// A directory for flagged files.
///
/// Before a file is moved its record is written beside its new place as `NAME.json.pending`; after the record has gone out this becomes
/// `NAME.json`.  What is still pending at a start tells of files that were moved and have no record: `recover` gives those records.
///
/// Whoever uploads chooses names.  One that ends like those of records gets another ending, so that nobody's file is taken for
/// a record or stands in the way of one.
package final class Quarantine: Sendable {
    package struct Move: Sendable {
        fileprivate let target: PathBytes
    }

    private let directory: PathBytes
    /// Of each name that several files had, the last number that was given: whoever uploads one name again and again must not have all
    /// of them looked for every time.  One file is moved at a time.
    private let lastNumbers = Monitor<[[UInt8]: Int]>([:])
    /// Names of which numbers are remembered; with more, all are looked for once again.
    private static let mostNames = 10_000

    package init(_ directory: PathBytes) { self.directory = directory }

    /// Moves the file at `path`, which must still be in `state`.  `records` makes its records for the place it is moved to.
    package func move(
        _ path: PathBytes, _ state: FileState, sha256: String?, records: (PathBytes) -> [UInt8]
    ) throws(FileError) -> Move {
        let outcome: Result<Move, FileError> = lastNumbers.with { lastNumbers in
            do throws(FileError) {
                let name = Quarantine.safe(Array(path.lastComponent))
                let (target, number) = freePlace(for: name, from: lastNumbers[name] ?? 0)
                if number > 0 {
                    if lastNumbers.count >= Quarantine.mostNames { lastNumbers = [:] }
                    lastNumbers[name] = number
                }
                try replaceFile(pending(target), with: records(target), .records)
                do throws(FileError) {
                    try move(path, to: target, state, sha256)
                } catch {
                    remove(pending(target))
                    throw error
                }
                return .success(Move(target: target))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    /// The record of a moved file has been written.
    package func settle(_ move: Move) {
        let pending = pending(move.target)
        let final = PathBytes(move.target.bytes + Array(".json".utf8))
        _ = unsafe pending.withCString { old in unsafe final.withCString { unsafe rename(old, $0) } }
    }

    /// Records of files that were moved and whose records may not have been written; `write` is given those of each and says whether they
    /// have been.
    package func recover(_ write: ([UInt8]) -> Bool) throws(FileError) {
        let listing = try Directory(directory, in: nil, followingLinks: true)
        var names: [PathBytes] = []
        while let name = try listing.nextName() { names.append(name) }
        let ending = Array(".json.pending".utf8)
        for name in names where name.bytes.suffix(ending.count).elementsEqual(ending) {
            let path = directory.appending(name.bytes)
            let target = PathBytes(Array(path.bytes.dropLast(ending.count)))
            guard let lines = try linesOfRecords(path), Quarantine.areRecords(lines, of: target) else { continue }
            guard exists(target) else {
                remove(path)
                continue
            }
            if write(lines) { settle(Move(target: target)) }
        }
    }

    /// Nil for what is larger than the records of any file, or no regular file of its own.
    private func linesOfRecords(_ path: PathBytes) throws(FileError) -> [UInt8]? {
        do throws(FileError) {
            return try OpenFile.open(path, in: nil, followingLinks: false).readAll(limit: Quarantine.largestRecords)
        } catch .tooLarge, .notRegular, .system(ELOOP) {
            return nil
        } catch {
            throw error
        }
    }

    /// Bytes; a confined process tells no more than a fraction of it, of all frames of a file.
    private static let largestRecords = 64 << 20

    /// Whether the bytes are lines that say of themselves that their file was moved here under the name of `target`.  The directory
    /// may have been called otherwise then.
    private static func areRecords(_ lines: [UInt8], of target: PathBytes) -> Bool {
        guard lines.last == UInt8(ascii: "\n") else { return false }
        return lines.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .allSatisfy { isRecord($0, of: target) }
    }

    private static func isRecord(_ line: ArraySlice<UInt8>, of target: PathBytes) -> Bool {
        var (members, isThere) = (RecordMembers(line), false)
        var name = JSONText()
        name.value("/" + String(decoding: target.lastComponent, as: UTF8.self))
        while let (key, value) = members.next() {
            if key == "quarantined" {
                isThere = value.suffix(name.bytes.count - 1).elementsEqual(name.bytes.dropFirst())
            }
        }
        return members.isWhole && isThere
    }

    /// Endings of names that files here have which are not evidence.
    private static let reserved = [".json", ".json.pending", ".partial"].map { Array($0.utf8) }
    /// Bytes of a name that leave room for a number, for the longest of these endings and for what files are called while they are
    /// written.
    private static let longestName = 200

    /// The name under which a file is kept.
    static func safe(_ name: [UInt8]) -> [UInt8] {
        let isReserved = reserved.contains { name.suffix($0.count).elementsEqual($0) }
        let ending = isReserved ? Array(".file".utf8) : []
        return name.prefix(longestName - ending.count) + ending
    }

    /// `NAME`, or the first of `NAME.1`, `NAME.2`, … that nothing has, from the number `first` on; with its number, 0 for `NAME`.
    func freePlace(for name: [UInt8], from first: Int) -> (path: PathBytes, number: Int) {
        var number = first
        while true {
            let candidate = directory.appending(number == 0 ? name : name + Array(".\(number)".utf8))
            if !exists(candidate) && !exists(pending(candidate))
                && !exists(PathBytes(candidate.bytes + Array(".json".utf8))) && !exists(partial(candidate))
            {
                return (candidate, number)
            }
            number += 1
        }
    }

    private func pending(_ target: PathBytes) -> PathBytes { PathBytes(target.bytes + Array(".json.pending".utf8)) }

    private func partial(_ target: PathBytes) -> PathBytes { PathBytes(target.bytes + Array(".partial".utf8)) }

    private func exists(_ path: PathBytes) -> Bool { (try? FileState(path, followingLinks: false)) != nil }

    private func remove(_ path: PathBytes) { _ = unsafe path.withCString { unsafe unlink($0) } }

    private func move(_ path: PathBytes, to target: PathBytes, _ state: FileState, _ sha256: String?) throws(FileError)
    {
        let now = try FileState(path, followingLinks: false)
        // What was judged lies elsewhere.
        if now.kind == .link { throw .notRegular }
        guard now == state else { throw .changed }
        let failure = unsafe path.withCString { old in unsafe target.withCString { unsafe process_rename_new(old, $0) }
        }
        switch failure {
        case 0:
            // Somebody may have put another file there in between.
            if try FileState(target, followingLinks: false).identity != state.identity {
                _ = unsafe target.withCString { old in unsafe path.withCString { unsafe process_rename_new(old, $0) } }
                throw .changed
            }
        case EXDEV: try copy(path, to: target, state, sha256)
        default: throw .system(failure)
        }
    }

    /// To another file system: copied, written through, compared with what was judged, and only then removed.  A copy that fails leaves
    /// nothing behind.
    func copy(_ path: PathBytes, to target: PathBytes, _ state: FileState, _ sha256: String?) throws(FileError) {
        let partial = partial(target)
        // Where what has been copied lies.
        var place = partial
        let output = unsafe partial.withCString {
            unsafe open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        }
        guard output >= 0 else { throw .last }
        defer { close(output) }
        do throws(FileError) {
            let digest = SHA256()
            let input = try OpenFile.open(path, in: nil, followingLinks: false)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
            defer { unsafe buffer.deallocate() }
            while true {
                let count = try unsafe input.read(into: buffer)
                if count == 0 { break }
                unsafe digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                var done = 0
                while done < count {
                    let written = unsafe write(output, buffer.baseAddress.unsafelyUnwrapped + done, count - done)
                    if written < 0 && errno == EINTR { continue }
                    guard written > 0 else { throw .last }
                    done += written
                }
            }
            guard digest.finish() == sha256, try FileState(path, followingLinks: false) == state else { throw .changed }
            guard fsync(output) == 0 else { throw .last }
            let failure = unsafe partial.withCString { old in
                unsafe target.withCString { unsafe process_rename_new(old, $0) }
            }
            if failure != 0 { throw .system(failure) }
            place = target
            let folder = try Directory(directory, in: nil, followingLinks: true)
            guard fsync(folder.descriptor) == 0 else { throw .last }
        } catch {
            remove(place)
            throw error
        }
        removeOriginal(path, state)
    }

    /// Removes what was copied, and nothing else that somebody may have put in its place meanwhile: it is taken aside first, where
    /// nobody writes, and looked at.
    func removeOriginal(_ path: PathBytes, _ state: FileState) {
        func rename(_ from: PathBytes, _ to: PathBytes) -> Bool {
            unsafe from.withCString { old in unsafe to.withCString { unsafe process_rename_new(old, $0) } } == 0
        }
        // The time of the last change is that of the renaming.
        func isOriginal(_ path: PathBytes) -> Bool {
            guard let now = try? FileState(path, followingLinks: false) else { return false }
            return now.identity == state.identity && now.size == state.size && now.modified == state.modified
        }
        let aside = PathBytes(path.bytes + Array(".held".utf8))
        guard rename(path, aside) else {
            // That name is taken or too long.
            if isOriginal(path) { remove(path) }
            return
        }
        // Another upload goes back; where there is a third by now it keeps this name, under which it is found.
        if isOriginal(aside) { remove(aside) } else { _ = rename(aside, path) }
    }
}
