// Files that come in a stream: members of tar archives, and one picture on standard input. None of them touches a disk.

internal import CProcess
package import Confinement
package import Files
internal import Glibc
internal import Imaging
internal import Threads

/// A bound on the bytes that are in memory between being read and being looked at. The stream behind it waits, and so does the pipe.
package final class StreamWindow: Sendable {
    private let limit: Int
    private let used = Monitor(0)

    package init(_ limit: Int) { self.limit = limit }

    /// Waits until there is room for `count` bytes, or nothing else in memory: one member may be larger than the window.
    func claim(_ count: Int) -> Claim {
        _ = used.wait { used -> Bool? in
            guard used == 0 || used + count <= limit else { return nil }
            used += count
            return true
        }
        return Claim(self, count)
    }

    /// Room that is given back when nothing holds it any more.
    final class Claim: Sendable {
        private let window: StreamWindow
        private let count: Int

        init(_ window: StreamWindow, _ count: Int) { (self.window, self.count) = (window, count) }

        deinit {
            let count = count
            window.used.with { $0 -= count }
        }
    }
}

/// The members of an archive, in their order: of a tar, plain or packed by gzip, and of what a confined process can make a tar of. Links, devices
/// and directories are no files and not followed; names are not looked up anywhere, so that any name will do, also twice.
package struct TarSource: Source {
    private let archive: PathBytes
    private let window: StreamWindow
    private let unpacking: UnpackingSettings

    /// - Parameters:
    ///   - archive: a file or pipe; `-` is standard input.
    ///   - unpacking: how large a member may be to be read, and how archives are unpacked that are no tars.
    package init(_ archive: PathBytes, _ window: StreamWindow, _ unpacking: UnpackingSettings) {
        (self.archive, self.window, self.unpacking) = (archive, window, unpacking)
    }

    package var mostFiles: Int? { nil }

    package func forEach(_ report: (Found) -> Bool) {
        process_return_blocks(StreamedBytes.partSize)
        do throws(FileError) {
            let stream = try InputStream(archive)
            let archive = try ArchiveStream { bytes, start throws(FileError) in
                try stream.read(into: &bytes, from: start)
            }
            var reader = TarReader(packing: archive.packing) { bytes, start throws(FileError) in
                try archive.read(into: &bytes, from: start)
            }
            var kind = archive.kind
            if archive.isUnknown && ConfinedUnpacker.endsAsZip(stream.descriptor) { kind = .zip }
            if let kind {
                let unpacker = try ConfinedUnpacker(kind, stream.descriptor, beginning: archive.beginning, unpacking)
                reader = TarReader(isRepacked: !kind.packsTar, packing: archive.packing) {
                    bytes, start throws(FileError) in
                    try unpacker.read(into: &bytes, from: start)
                }
            }
            let isTar = kind?.packsTar ?? true
            while let member = try reader.next() {
                guard let found = try look(at: member, &reader, hasOffset: isTar) else { continue }
                guard report(found) else { return }
            }
        } catch {
            _ = report(.failure(archive, error))
        }
    }

    /// Nil for a directory.
    private func look(
        at member: TarMember, _ reader: inout TarReader, hasOffset: Bool
    ) throws(FileError) -> Found? {
        let place = ArchivePlace(archive, index: member.index, offset: hasOffset ? member.offset : nil)
        // What has no name goes by that of the archive.
        let name = member.name.bytes.isEmpty ? archive : member.name
        switch member.kind {
        case .directory: return nil
        case .other: return .special(name, isNamed: false, origin: place)
        case .refused(let error): return .unreadable(name, place, error)
        case .file: break
        }
        // What is no picture needs no room.
        let head = try reader.read(64)
        guard ImageFormat.sniff(head) != nil else { return .special(name, isNamed: false, origin: place) }
        guard member.size <= unpacking.largest else {
            return .unreadable(name, place, .tooLarge(size: member.size, limit: unpacking.largest))
        }
        let claim = window.claim(member.size)
        var parts = [head]
        try reader.read(StreamedBytes.partSize - head.count, onto: &parts[0])
        while reader.unread > 0 { parts.append(try reader.read(StreamedBytes.partSize)) }
        return .data(
            FoundData(
                name, StreamedBytes(parts), modified: member.modified, origin: place, claim: claim))
    }
}

/// One picture on standard input, called `-`.
package struct StandardInputSource: Source {
    private let maxFileSize: Int

    package init(maxFileSize: Int) { self.maxFileSize = maxFileSize }

    package var mostFiles: Int? { 1 }

    package func forEach(_ report: (Found) -> Bool) {
        let name = PathBytes("-")
        process_return_blocks(StreamedBytes.partSize)
        do throws(FileError) {
            let stream = try InputStream(name)
            var (parts, count) = ([[UInt8]](), 0)
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            while count <= maxFileSize {
                let more = try stream.read(into: &piece, from: 0)
                if more == 0 { break }
                if (parts.last?.count ?? .max) >= StreamedBytes.partSize { parts.append([]) }
                parts[parts.count - 1] += piece[..<more]
                count += more
            }
            _ = report(.data(FoundData(name, StreamedBytes(parts), isNamed: true)))
        } catch {
            _ = report(.failure(name, error))
        }
    }
}

/// A file, pipe or standard input that is read once from front to back.
private final class InputStream: Sendable {
    let descriptor: Int32

    init(_ name: PathBytes) throws(FileError) {
        if name.bytes == [UInt8(ascii: "-")] {
            descriptor = STDIN_FILENO
        } else {
            descriptor = unsafe name.withCString { unsafe open($0, O_RDONLY | O_CLOEXEC) }
            guard descriptor >= 0 else { throw .last }
        }
    }

    deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

    /// Fills `bytes` from `start` on with at least one byte; 0 at the end.
    func read(into bytes: inout [UInt8], from start: Int) throws(FileError) -> Int {
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { target in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[start...])
                return unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
            }
            if count >= 0 { return count }
            if errno != EINTR { throw .last }
        }
    }
}
