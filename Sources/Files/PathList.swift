// Lists of paths in files and pipes, read as they come: a list may be longer than memory.

internal import Glibc

/// Reads paths that end in a separator from a descriptor.
package struct PathList: Sendable {
    /// As messages name it.
    package let name: PathBytes
    private let descriptor: Int32
    private let separator: UInt8

    /// Opens a list; `-` is standard input.
    package init(_ name: PathBytes, separator: UInt8) throws(FileError) {
        self.name = name
        self.separator = separator
        if name.bytes == [UInt8(ascii: "-")] {
            descriptor = STDIN_FILENO
        } else {
            descriptor = unsafe name.withCString { unsafe open($0, O_RDONLY | O_CLOEXEC) }
            guard descriptor >= 0 else { throw .last }
        }
    }

    /// Calls `body` with each path in order until it returns false; empty lines are passed over. A carriage return at the end of a
    /// line is the line's end as Windows writes it, unless there is a file of that very name.
    package func forEach(_ body: (PathBytes) -> Bool) throws(FileError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var lines = LineSplitter(separator: separator, longest: PathList.longestPath)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw .last
            }
            if count == 0 {
                if let path = path(lines.rest) { _ = body(path) }
                return
            }
            let goesOn = lines.take(buffer[..<count]) { line in path(line).map(body) ?? true }
            if !goesOn { return }
        }
    }

    /// The system takes none that is longer than a few thousand bytes; of a longer one its beginning is given, which can't be opened.
    private static let longestPath = 64 << 10

    private func path(_ line: ArraySlice<UInt8>) -> PathBytes? {
        var line = Array(line)
        if separator != 0, line.last == UInt8(ascii: "\r"),
            (try? FileKind.of(PathBytes(line), in: nil, followingLinks: false)) == nil
        {
            line.removeLast()
        }
        return line.isEmpty ? nil : PathBytes(line)
    }
}
